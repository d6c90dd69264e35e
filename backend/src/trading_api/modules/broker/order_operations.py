"""Order entry over the socket: the same bodies, codes and idempotency as over REST."""

from collections.abc import Awaitable, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from trading_api.domain.commands import CancelAllOrders, CancelOrder
from trading_api.domain.ids import OrderId
from trading_api.domain.orders import Order
from trading_api.modules.broker import examples
from trading_api.modules.broker.requests import AccountName, ModifyOrderRequest, PlaceOrderRequest
from trading_api.modules.broker.schemas import CanceledOrders
from trading_api.modules.broker.service import Answer, BrokerService
from trading_api.shared.auth import Principal
from trading_api.shared.ws.router import Operation

SCOPE = "orders:write"

OrderName = Annotated[str, Meta(max_length=120, description="Id of the order")]


class ModifyRequest(ModifyOrderRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which open order to change, and what of it; members left out stay as they are."""

    id: OrderName


class CancelRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which open order to end."""

    id: OrderName
    account_id: AccountName | None = None


class CancelAllRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which open orders to end: all, or those of a symbol."""

    symbol: Annotated[str, Meta(max_length=100)] | None = None
    account_id: AccountName | None = None


def order_operations(service: BrokerService) -> Sequence[Operation]:
    """What can be asked of channel `orders` besides its updates."""

    def place(caller: Principal, body: PlaceOrderRequest) -> Awaitable[Order]:
        return service.begin(caller, body.command(), body.account_id, _order)

    def modify(caller: Principal, body: ModifyRequest) -> Awaitable[Order]:
        return service.begin(caller, body.command(OrderId(body.id)), body.account_id, _order)

    def cancel(caller: Principal, body: CancelRequest) -> Awaitable[Order]:
        return service.begin(caller, CancelOrder(OrderId(body.id)), body.account_id, _order)

    def cancel_all(caller: Principal, body: CancelAllRequest) -> Awaitable[CanceledOrders]:
        return service.begin(caller, CancelAllOrders(body.symbol), body.account_id, _canceled)

    return [
        Operation(
            name="place",
            summary="Place an order; the reply comes when it is durable.",
            scope=SCOPE,
            payload=PlaceOrderRequest,
            reply=Order,
            handler=place,
            example=(examples.PLACE, examples.ORDER),
        ),
        Operation(
            name="modify",
            summary="Change the quantity, the prices or the end of an open order.",
            scope=SCOPE,
            payload=ModifyRequest,
            reply=Order,
            handler=modify,
            example=(
                ModifyRequest(id=examples.ORDER_ID, limit_price="78380.5", version=1),
                examples.ORDER,
            ),
        ),
        Operation(
            name="cancel",
            summary="End an open order.",
            scope=SCOPE,
            payload=CancelRequest,
            reply=Order,
            handler=cancel,
            example=(CancelRequest(id=examples.ORDER_ID), examples.ORDER),
        ),
        Operation(
            name="cancel_all",
            summary="End every open order, or those of one symbol.",
            scope=SCOPE,
            payload=CancelAllRequest,
            reply=CanceledOrders,
            handler=cancel_all,
            example=(CancelAllRequest(symbol="BTCUSD"), CanceledOrders([examples.ORDER])),
        ),
    ]


def _order(answer: Answer) -> Order:
    return answer.orders[0]


def _canceled(answer: Answer) -> CanceledOrders:
    return CanceledOrders(list(answer.orders))
