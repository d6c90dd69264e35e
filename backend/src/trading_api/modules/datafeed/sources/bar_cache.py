"""Keeps the finished bars that were computed lately."""

from collections import OrderedDict
from collections.abc import Hashable

from trading_api.domain.market import Bar


class BarCache:
    """Finished bars by chunk, so many in all; those longest unused go first."""

    def __init__(self, most_bars: int = 150_000) -> None:
        self._most_bars = most_bars
        self._held = 0
        self._chunks: OrderedDict[Hashable, list[Bar]] = OrderedDict()

    def get(self, key: Hashable) -> list[Bar] | None:
        """The chunk of that key, if it is still held."""
        chunk = self._chunks.get(key)
        if chunk is not None:
            self._chunks.move_to_end(key)
        return chunk

    def put(self, key: Hashable, chunk: list[Bar]) -> None:
        """Hold a chunk that is not held yet."""
        self._chunks[key] = chunk
        self._held += len(chunk) + 1
        while self._held > self._most_bars:
            self._held -= len(self._chunks.popitem(last=False)[1]) + 1
