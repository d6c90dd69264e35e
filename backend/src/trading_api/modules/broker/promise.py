"""An answer that is known before it is durable, and is given then."""

import asyncio
from typing import Generic, TypeVar

from trading_api.domain.errors import TradingError

T = TypeVar("T")


class Promise(Generic[T]):
    """An answer or a refusal on its way: neither a task nor a coroutine waits with it.

    Attributes:
        future: done when `tell` was called: with the answer, or with the refusal as its exception,
            which is `unavailable` when what the answer rests on never will be durable.
    """

    __slots__ = ("_answer", "future")

    def __init__(self, answer: T | TradingError) -> None:
        self._answer = answer
        self.future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def tell(self, durable: bool) -> None:
        """Give the answer to whoever still waits for it."""
        if self.future.done():
            return
        if not durable:
            refusal = TradingError("unavailable", "the journal does not take records")
            self.future.set_exception(refusal)
        elif isinstance(self._answer, TradingError):
            self.future.set_exception(self._answer)
        else:
            self.future.set_result(self._answer)
