"""Keeps an exchange connected: opens it, notices when it is lost, comes back after a while."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Protocol

from trading_api.domain.backoff import Backoff
from trading_api.domain.exchanges import Exchange, ExchangeFailure, Heard, Stream, UnknownMarket
from trading_api.domain.market import SymbolInfo
from trading_api.domain.ports import Clock

STEADY_MS = 60_000
"""A connection that has lasted so long was a good one: the next wait is short again."""

_log = logging.getLogger(__name__)


class Listener(Protocol):
    """Who is told what happens on a line."""

    def heard(self, events: Sequence[Heard]) -> None:
        """The exchange has said something."""

    def described(self, infos: Sequence[SymbolInfo]) -> None:
        """The exchange has said what it knows of its symbols; streams follow."""

    async def opened(self) -> None:
        """Every stream stands; the line is good when this returns."""

    async def stands(self) -> None:
        """Never return while the line is good."""

    def lost(self, failure: ExchangeFailure) -> None:
        """The line is not good any more."""


class ExchangeLine:
    """One connection after the other, with growing waits between those that do not last.

    Attributes:
        tried: set when the first attempt has come to an end, good or bad.
    """

    def __init__(
        self, exchange: Exchange, clock: Clock, backoff: Backoff, listener: Listener
    ) -> None:
        self.tried = asyncio.Event()
        self._exchange = exchange
        self._clock = clock
        self._backoff = backoff
        self._listener = listener

    async def run(self) -> None:
        """Keep it open until cancelled.

        Raises:
            UnknownMarket: the first answer says that a market does not exist.
        """
        while True:
            begun = self._clock.now_ms()
            try:
                failure = await self._session()
                self._listener.lost(failure)
            finally:
                await self._exchange.close()
            if self._clock.now_ms() - begun >= STEADY_MS:
                self._backoff.reset()
            wait_s = self._backoff.next_s(failure.retry_after_s)
            _log.warning("%s; the next try is in %.0f s", failure, wait_s)
            self.tried.set()
            await self._clock.sleep_until(self._clock.now_ms() + int(wait_s * 1000))

    async def _session(self) -> ExchangeFailure:
        """Be connected as long as it lasts; gives why it has ended."""
        try:
            return await self._listen(await self._exchange.open())
        except ExchangeFailure as failure:
            return failure
        except UnknownMarket as error:
            if not self.tried.is_set():
                raise
            return ExchangeFailure("refused", str(error))

    async def _listen(self, infos: Sequence[SymbolInfo]) -> ExchangeFailure:
        failure: ExchangeFailure | None = None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._exchange.silence())
                self._listener.described(infos)
                standing = []
                for info in infos:
                    for stream in _streams(info):
                        stands = asyncio.Event()
                        group.create_task(self._follow(info.symbol, stream, stands))
                        standing.append(stands)
                for stands in standing:
                    await stands.wait()
                await self._listener.opened()
                self.tried.set()
                group.create_task(self._listener.stands())
        except* ExchangeFailure as failures:
            failure = _first(failures)
        return failure or ExchangeFailure("lost", f"{self._exchange.name} has ended")

    async def _follow(self, symbol: str, stream: Stream, stands: asyncio.Event) -> None:
        async for events in self._exchange.watch(symbol, stream):
            stands.set()
            if events:
                self._listener.heard(events)
        raise ExchangeFailure("lost", f"{self._exchange.name} has ended {stream} of {symbol}")


def _streams(info: SymbolInfo) -> tuple[Stream, Stream]:
    return ("trades", "depth" if info.has_depth else "quotes")


def _first(failures: BaseExceptionGroup[ExchangeFailure]) -> ExchangeFailure:
    found: BaseException = failures
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, ExchangeFailure)  # noqa: S101 - for the type
    return found
