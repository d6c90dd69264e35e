"""Finds instruments by what a person types."""

from collections.abc import Iterable

from trading_api.domain.market import SymbolInfo


def search(
    symbols: Iterable[SymbolInfo], query: str, kind: str = "", exchange: str = ""
) -> list[SymbolInfo]:
    """The instruments that match, best first: exact name, beginning of a name, word.

    An empty text matches everything; upper and lower case are the same.
    """
    wanted = query.strip().casefold()
    ranked = [
        (rank, info.symbol, info)
        for info in symbols
        if kind.casefold() in ("", info.kind)
        and exchange.casefold() in ("", info.exchange.casefold())
        and (rank := _rank(info, wanted)) is not None
    ]
    return [info for _, _, info in sorted(ranked, key=lambda entry: entry[:2])]


def _rank(info: SymbolInfo, wanted: str) -> int | None:
    names = (info.symbol.casefold(), info.full_name.casefold())
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    words = info.description.casefold().split()
    return 2 if any(word.startswith(wanted) for word in words) else None
