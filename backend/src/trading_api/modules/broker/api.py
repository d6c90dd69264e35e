"""The broker's REST addresses."""

from enum import Enum

from fastapi import APIRouter

from trading_api.modules.broker.rest.accounts import add_accounts
from trading_api.modules.broker.rest.leverage import add_leverage
from trading_api.modules.broker.rest.orders import add_orders
from trading_api.modules.broker.rest.positions import add_positions
from trading_api.modules.broker.service import BrokerService


class BrokerApi(APIRouter):
    """Orders, positions, executions and accounts; `rest` has a file per noun."""

    def __init__(
        self, service: BrokerService, prefix: str = "", tags: list[str | Enum] | None = None
    ) -> None:
        super().__init__(prefix=prefix, tags=tags)
        add_orders(self, service)
        add_positions(self, service)
        add_accounts(self, service)
        add_leverage(self, service)
