"""A value with structure: dates, decimals and dataclasses become JSON by themselves."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal


@dataclass
class Quote:
    """A price at a moment."""

    symbol: str
    price: Decimal
    at: datetime


def quote(symbol: str, seed: int = 0) -> Quote:
    dice = random.Random(f"{symbol}{seed}")
    price = Decimal(dice.randint(1_000, 99_999)) / 100
    return Quote(symbol, price, datetime.now(UTC))
