"""Attributes that put an item into its table's feed, the public list of its items."""

from __future__ import annotations

from khaya.platform.base.models import Item
from khaya.platform.base.text import comparable

OPEN_FEED = "open"
"""Value of the attribute `feed` of all items in a feed."""


def feed_attributes(category: str, location: str) -> Item:
    """Attributes of an item in a feed: one index key for each combination of filters."""
    place = comparable(location)
    return {
        "feed": OPEN_FEED,
        "feedCategory": category,
        "feedPlace": place,
        "feedCategoryPlace": f"{category}#{place}",
    }
