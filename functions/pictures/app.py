"""Checks uploads that were handed in, writes pictures anew, and makes and removes public copies. Has Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from khaya.escrows import store as escrows
from khaya.jobs import store as jobs
from khaya.listings import store as listings
from khaya.pictures import consumer as pictures
from khaya.pictures.service import Keys
from khaya.platform.base.settings import require
from khaya.platform.data.pages import every_item
from khaya.platform.work import consumers
from khaya.platform.work.consumers import Consumers
from khaya.profiles import store as profiles
from khaya.stories import store as stories
from khaya.uploads.model import Resource

require(queues=("pictures",))

SHOWN_BY: Final[Keys] = {
    "jobs": jobs.key,
    "listings": listings.key,
    "stories": stories.key,
    "profiles": profiles.key,
    "escrows": escrows.key,
}


def of_person(user_id: str) -> Iterator[tuple[Resource, str]]:
    """What a person shows, or may show, in public."""
    yield "profiles", user_id
    for job in every_item(lambda page_request: jobs.of_person("buyer", user_id, "open", page_request)):
        yield "jobs", job.id
    for listing in every_item(lambda page_request: listings.of_seller(user_id, page_request)):
        yield "listings", listing.id
    for story in every_item(lambda page_request: stories.of_author(user_id, page_request)):
        yield "stories", story.id


CONSUMERS: Final[Consumers] = {pictures.NAME: partial(pictures.handle, keys=SHOWN_BY, of_person=of_person)}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle a batch of the queue."""
    return consumers.handle_batch("pictures", CONSUMERS, event, context)
