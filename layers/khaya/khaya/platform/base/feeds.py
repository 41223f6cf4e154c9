"""The attributes by which an item stands in its table's feed, the list that is open to everybody."""

from __future__ import annotations

from khaya.platform.base.fields import match_key
from khaya.platform.base.models import Item

EVERYBODY = "open"
"""The value of the attribute `feed` of every item in a feed."""


def feed_attributes(category: str, location: str) -> Item:
    """The attributes of an item in a feed, one for each combination of filters."""
    place = match_key(location)
    return {
        "feed": EVERYBODY,
        "feedCategory": category,
        "feedPlace": place,
        "feedCategoryPlace": f"{category}#{place}",
    }
