"""The catalogue of instruments in a database, read into memory when it is opened."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Engine, delete, insert, select

from trading_api.domain.market import SymbolInfo
from trading_api.domain.symbols import SymbolTable
from trading_api.infra.tables import symbols as table


class SqlCatalogue(SymbolTable):
    """Instruments that last; before `open` those that it was made with."""

    def __init__(self, built_in: Sequence[SymbolInfo]) -> None:
        super().__init__(built_in)
        self._engine: Engine | None = None

    def open(self, engine: Engine) -> None:
        """Add what is stored, and store what it was made with; the latter replaces the former."""
        built_in = self.all()
        self._engine = engine
        stored = self._read(engine)
        self._write([item for item in built_in if item not in stored])
        super().save([*stored, *built_in])

    def close(self) -> None:
        """Keep the symbols in memory only."""
        self._engine = None

    def refresh(self) -> None:
        """Take in what other processes have added or changed meanwhile."""
        if self._engine is not None:
            super().save(self._read(self._engine))

    def _read(self, engine: Engine) -> list[SymbolInfo]:
        with engine.connect().execution_options(reading=True) as connection:
            rows = connection.execute(select(table.c.data)).scalars().all()
        return [msgspec.json.decode(data, type=SymbolInfo) for data in rows]

    def save(self, symbols: Sequence[SymbolInfo]) -> Sequence[SymbolInfo]:
        """Add instruments or replace those of the same name; what is the same is not written."""
        changed = super().save(symbols)
        self._write(changed)
        return changed

    def _write(self, changed: Sequence[SymbolInfo]) -> None:
        if not changed or self._engine is None:
            return
        rows = [{"symbol": item.symbol, "data": msgspec.json.encode(item)} for item in changed]
        names = [item.symbol for item in changed]
        with self._engine.begin() as connection:
            connection.execute(delete(table).where(table.c.symbol.in_(names)))
            connection.execute(insert(table), rows)
