"""Attributes that put an item into its table's feed, the public list of its items, or take it out of all public lists.

An item of a suspended person has the attribute `hidden`: it is in no feed, and `404` to others, until it is lifted.
"""

from __future__ import annotations

from khaya.platform.base.models import Item
from khaya.platform.base.text import comparable

OPEN_FEED = "open"
"""Value of the attribute `feed` of all items in a feed."""

HIDDEN = "hidden"
"""The attribute of items that are not public because their owner is suspended."""


def feed_attributes(category: str, location: str) -> Item:
    """Attributes of an item in a feed: one index key for each combination of filters."""
    place = comparable(location)
    return {
        "feed": OPEN_FEED,
        "feedCategory": category,
        "feedPlace": place,
        "feedCategoryPlace": f"{category}#{place}",
    }
