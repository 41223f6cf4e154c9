"""Attributes that put an item into its table's feed, the public list of its items, or take it out of all public lists.

An item of a suspended person has the attribute `hidden`: it is in no feed, and `404` to others, until it is lifted.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from khaya.platform.base.models import Item
from khaya.platform.base.places import place_key

EXCERPT_LENGTH: Final = 120
"""Characters of the text that a card shows."""

FeedView = Annotated[
    Literal["full", "card"],
    Field(
        description=f"`card` has what a list shows: an excerpt of {EXCERPT_LENGTH} characters and the first picture."
    ),
]
"""How much of each item a feed shows."""

OPEN_FEED = "open"
"""Value of the attribute `feed` of all items in a feed."""

HIDDEN = "hidden"
"""The attribute of items that are not public because their owner is suspended."""


def feed_attributes(category: str, location: str) -> Item:
    """Attributes of an item in a feed: one index key for each combination of filters."""
    place = place_key(location)
    return {
        "feed": OPEN_FEED,
        "feedCategory": category,
        "feedPlace": place,
        "feedCategoryPlace": f"{category}#{place}",
    }
