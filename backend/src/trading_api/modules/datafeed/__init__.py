"""Market data and quotes: history and search over REST, live streams over the socket."""

from collections.abc import Sequence

from fastapi import APIRouter

from trading_api.modules.datafeed.api import DatafeedApi
from trading_api.modules.datafeed.replay_api import ReplayApi
from trading_api.modules.datafeed.schemas import DatafeedOptions
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.udf import UdfApi
from trading_api.modules.datafeed.ws import routers
from trading_api.shared.context import AppContext
from trading_api.shared.module import ModuleBase
from trading_api.shared.ws.router import WsRouter

__all__ = ["DatafeedModule"]


class DatafeedModule(ModuleBase[DatafeedService]):
    """The datafeed; without a context it lives in memory, on the committed data set."""

    name = "datafeed"
    title = "Datafeed"
    summary = "Symbols, bars, quotes, trades and depth."
    options_type = DatafeedOptions
    description = "Real-time datafeed data streaming for market data and quotes"

    def __init__(self, context: AppContext | None = None) -> None:
        context = context or AppContext.in_memory()
        self._options = context.options(self.name, DatafeedOptions)
        super().__init__(context, DatafeedService(context))

    def get_api_routers(self) -> Sequence[APIRouter]:
        """The REST addresses under `/datafeed`."""
        return [
            DatafeedApi(service=self.service, prefix=f"/{self.name}", tags=[self.name]),
            ReplayApi(self.context, prefix=f"/{self.name}", tags=[self.name]),
            UdfApi(
                self.service,
                lambda: self.context.executions,
                1000 if self._options.udf_next_time == "s" else 1,
                prefix=f"/{self.name}/udf",
                tags=[self.name],
            ),
        ]

    def get_ws_routers(self) -> Sequence[WsRouter]:
        """The channels bars, quotes, trades and depth."""
        return routers(self.service)
