"""Chance that can be repeated: it depends on the seed, the order and the market event alone."""

import hashlib

from trading_api.domain.ids import OrderId
from trading_api.domain.rules import Rules


def seed_of(rules: Rules, order_id: OrderId, market_seq: int) -> str:
    """What a draw depends on, as an execution tells it. The id of an order holds its account."""
    return f"{rules.seed}:{order_id}:{market_seq}"


def draw(seed: str) -> float:
    """A number from 0 up to 1, without 1, that is the same whenever the seed is."""
    digest = hashlib.blake2b(seed.encode(), digest_size=8).digest()
    return (int.from_bytes(digest) >> 11) / (1 << 53)
