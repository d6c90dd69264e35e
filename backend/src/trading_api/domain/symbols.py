"""Instruments by name."""

from collections.abc import Sequence

from trading_api.domain.market import SymbolInfo


class SymbolTable:
    """A catalogue of instruments in a dictionary."""

    def __init__(self, symbols: Sequence[SymbolInfo] = ()) -> None:
        self._by_name = {symbol.symbol: symbol for symbol in symbols}

    def get(self, symbol: str) -> SymbolInfo | None:
        """The instrument of that name or `EXCHANGE:NAME`."""
        found = self._by_name.get(symbol)
        if found is not None:
            return found
        found = self._by_name.get(symbol.rpartition(":")[2])
        return found if found is not None and found.full_name == symbol else None

    def all(self) -> Sequence[SymbolInfo]:
        """Every instrument, by name."""
        return [self._by_name[name] for name in sorted(self._by_name)]

    def save(self, symbols: Sequence[SymbolInfo]) -> Sequence[SymbolInfo]:
        """Add instruments or replace those of the same name; gives those new or changed."""
        changed = [symbol for symbol in symbols if self._by_name.get(symbol.symbol) != symbol]
        self._by_name.update((symbol.symbol, symbol) for symbol in changed)
        return changed
