"""The broker on paper: orders, positions, executions and accounts.

`engine` decides and commits, `market` and `index` are what it knows of the markets and of open
orders, `publisher` tells; `service` is what `api` and `ws` call.
"""

from collections.abc import Sequence

from fastapi import APIRouter

from trading_api.modules.broker.api import BrokerApi
from trading_api.modules.broker.executions import CallersExecutions
from trading_api.modules.broker.options import BrokerOptions
from trading_api.modules.broker.service import BrokerService
from trading_api.modules.broker.ws import routers
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleBase
from trading_api.shared.ws.router import WsRouter

__all__ = ["BrokerModule"]


class BrokerModule(ModuleBase[BrokerService]):
    """The broker; without a context it lives in memory."""

    name = "broker"
    title = "Broker"
    summary = "Orders, positions, executions and accounts."
    description = "Real-time broker data streaming for orders, positions, and executions"
    options_type = BrokerOptions

    def __init__(self, context: AppContext | None = None) -> None:
        context = context or AppContext.in_memory()
        super().__init__(context, BrokerService(context))
        context.executions = CallersExecutions(self.service.engine)

    def get_api_routers(self) -> Sequence[APIRouter]:
        """The REST addresses under `/broker`."""
        return [BrokerApi(service=self.service, prefix=f"/{self.name}", tags=[self.name])]

    def get_ws_routers(self) -> Sequence[WsRouter]:
        """The channels orders, executions, positions, equity and connection."""
        return routers(self.service)
