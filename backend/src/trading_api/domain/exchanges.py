"""What is asked of an exchange on the network, and the ways in which it fails."""

from collections.abc import AsyncGenerator, Sequence
from typing import Literal, Protocol

from trading_api.domain.market import Bar, BookChange, Resolution, SymbolInfo, TopOfBook, Trade

Reason = Literal["lost", "refused", "silent", "nonsense"]
Stream = Literal["trades", "quotes", "depth"]
Heard = Trade | TopOfBook | BookChange


class ExchangeFailure(Exception):
    """An exchange could not be asked, or what it said makes no sense.

    Attributes:
        reason: `lost` no connection, or one that broke; `refused` too many requests, a ban or a
            place that may not ask; `silent` connected without a sign of life; `nonsense` an answer
            that cannot be understood.
        retry_after_s: the exchange does not want to be asked before; None when it does not say.
    """

    def __init__(self, reason: Reason, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after_s = retry_after_s


class UnknownMarket(ValueError):
    """The exchange is there and does not trade what was asked for; the message names it."""


class Exchange(Protocol):
    """A driver of one exchange: public data of the symbols that it was made for.

    Times are the exchange's; prices and sizes lie on the symbol's steps. Everything but `close`
    raises `ExchangeFailure`.
    """

    name: str
    resolutions: Sequence[Resolution]
    """The bars that it gives, from fine to coarse."""
    page: int
    """At most so many bars come with one answer."""

    async def open(self) -> Sequence[SymbolInfo]:
        """Reach it; gives what is known of each symbol.

        Raises:
            UnknownMarket: it does not trade one of them.
        """

    async def close(self) -> None:
        """Let all connections go. It may be opened again."""

    async def bars(
        self, symbol: str, resolution: Resolution, from_ms: int, limit: int
    ) -> Sequence[Bar]:
        """The first bars from an instant on, ascending.

        One without trades is missing or has a volume of 0.
        """

    async def trades(self, symbol: str, from_ms: int | None) -> Sequence[Trade]:
        """The first trades from an instant on, in order; the newest without one.

        None at all where the exchange does not tell past trades.
        """

    def watch(self, symbol: str, stream: Stream) -> AsyncGenerator[Sequence[Heard]]:
        """What happens, in the order in which it is told, repeats and all.

        Nothing at all comes first, once the connection stands: what happens from then on is told,
        or the generator fails. A whole book comes with its best prices. Where there is no stream,
        it is asked again and again.
        """

    async def silence(self) -> None:
        """Return never: fail once a connection gives no sign of life for some seconds."""
