"""Published prices, free tiers and the exchange rate."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

FILE = Path(__file__).with_name("prices.json")


class Strict(BaseModel):
    """Base of the models of data files: camel case in the file, no unknown field."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Price(Strict):
    """One published price."""

    usd: float
    per: float
    """Number of units that the amount buys."""
    unit: str
    verified: bool
    """Whether the amount was found in AWS's own publication for the region."""
    source: str
    url: str
    date: str
    note: str = ""

    def of(self, quantity: float) -> float:
        """Price in USD of a quantity."""
        return self.usd * quantity / self.per


class FreeTier(Strict):
    """A monthly quantity without charge, shared by the lines of its prices."""

    name: str
    quantity: float
    prices: list[str]


class Exchange(Strict):
    """Rand for a US dollar."""

    zar_per_usd: float
    date: str
    published: float
    verified: bool
    source: str
    url: str
    note: str


class Prices(Strict):
    """The data file."""

    region: str
    exchange: Exchange
    notes: list[str]
    prices: dict[str, Price]
    free_tiers: list[FreeTier]

    def unverified(self) -> list[str]:
        """Names of the prices that were not found in AWS's publication for the region."""
        return [name for name, price in self.prices.items() if not price.verified]


def load() -> Prices:
    """Prices of the data file."""
    return Prices.model_validate_json(FILE.read_text())
