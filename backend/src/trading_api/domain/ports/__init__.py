"""What the system needs from the world: each port is implemented in memory and by a driver."""

from trading_api.domain.ports.credentials import ApiKey, CredentialStore, Session
from trading_api.domain.ports.journal import EquityStore, Journal, Record, Snapshot
from trading_api.domain.ports.market import Correction, MarketEvent, MarketStore, SymbolCatalogue
from trading_api.domain.ports.readers import DepthReader, ExecutionReader
from trading_api.domain.ports.runtime import Bus, Clock, Handler, Ids, Message
from trading_api.domain.ports.sources import (
    BEAT_MS,
    SILENT_AFTER_MS,
    MarketTick,
    QuoteSource,
    RemoteSource,
    SourceStatus,
)

__all__ = [
    "BEAT_MS",
    "SILENT_AFTER_MS",
    "ApiKey",
    "Bus",
    "Clock",
    "Correction",
    "CredentialStore",
    "DepthReader",
    "EquityStore",
    "ExecutionReader",
    "Handler",
    "Ids",
    "Journal",
    "MarketEvent",
    "MarketStore",
    "MarketTick",
    "Message",
    "QuoteSource",
    "Record",
    "RemoteSource",
    "Session",
    "Snapshot",
    "SourceStatus",
    "SymbolCatalogue",
]
