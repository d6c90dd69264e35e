"""The kit that every module stands on; may import the domain, never a module or a driver."""

from trading_api.shared.module import ModuleProtocol
from trading_api.shared.module_registry import ModuleRegistry
from trading_api.shared.ws.adapter import FastWSAdapter
from trading_api.shared.ws.client import Client

__all__ = ["Client", "FastWSAdapter", "ModuleProtocol", "ModuleRegistry"]
