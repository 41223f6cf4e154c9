"""Removes the data of erased people from parked stream records, which hold whole items, before and after a change.

What is left of a record can still be replayed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from khaya.audit import store as audit
from khaya.jobs import store as jobs
from khaya.personal_data.images import image_without_person
from khaya.personal_data.places import ADMIN, BUYER_OF_THE_JOB
from khaya.platform.base import observability
from khaya.platform.base.models import Item
from khaya.platform.data.pages import every_item
from khaya.platform.data.stream_records import images_of, resource_of, with_images
from khaya.platform.data.unit_of_work import read_together
from khaya.platform.work import parked_records
from khaya.users import store as users

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEYS_OF_A_READ: Final = 100


def remove_from_parked(user_id: str, now: str) -> Iterator[None]:
    """The step of an erasure: remove the data of erased people, this person among them, from all parked records.

    Records that are parked later are left to the nightly repair and to the replay, which do the same.
    """
    del user_id, now
    for _ in parked_records.rewrite("", without_erased_people):
        yield


def without_erased_people(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The record without the data and words of erased people; the same object if it has none.

    None for a record that must not stay: its key is an erased person's contact, or it concerns one and is unreadable.
    """
    unnamed = _unnamed_owners(record)
    erased = _erased_among({*_ids_in(record.get("dynamodb")), *unnamed})
    if not erased:
        return record
    try:
        return with_images(record, lambda image: _without(erased, unnamed, resource_of(record), image))
    except Exception as error:  # noqa: BLE001 - a record may be parked because nothing can read it
        observability.logger().error("parked record deleted", extra={"error": type(error).__name__})
        return None


def _without(erased: set[str], unnamed: Mapping[str, str], resource: str, image: Item) -> Item:
    for person in sorted(erased):
        image = image_without_person(resource, image, person, as_=[unnamed[person]] if person in unnamed else ())
    return image


def _unnamed_owners(record: Mapping[str, Any]) -> dict[str, str]:
    """The people whose words the record holds without naming them, and what they are for it."""
    try:
        images = images_of(record)
    except Exception:  # noqa: BLE001 - nobody can be found in a record that nothing can read
        return {}
    if resource_of(record) == "jobs":
        return _admins_of_closing(images)
    job_ids = {image["jobId"] for image in images if image.get("jobTitle") and "buyerId" not in image}
    return {job.buyer_id: BUYER_OF_THE_JOB for job in map(jobs.find, job_ids) if job is not None}


def _admins_of_closing(images: list[Item]) -> dict[str, str]:
    """The admin who closed the job; the record of the closing itself names them in its write token too."""
    closed = next((image for image in images if image.get("closing")), None)
    if closed is None:
        return {}
    entries = every_item(lambda page_request: audit.list_entries(f"jobs/{closed['id']}", None, page_request))
    named = [*(entry.actor or "" for entry in entries), *_ids_in(images)]
    return {one: ADMIN for one in named if one not in (closed.get("buyerId"), closed.get("workerId"))}


def _erased_among(ids: set[str]) -> set[str]:
    """Those of the ids that are people whose account was erased."""
    found: list[Item | None] = []
    keys = [users.key(one) for one in sorted(ids)]
    for first in range(0, len(keys), _KEYS_OF_A_READ):
        found += read_together(keys[first : first + _KEYS_OF_A_READ])
    return {item["userId"] for item in found if item and item.get("status") == "erased"}


def _ids_in(value: Any) -> Iterator[str]:
    """Each text in a record that may be the id of a person, also where it is a part of a key or a write token."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _ids_in(part)
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from _ids_in(part)
    elif isinstance(value, str) and len(value) <= 200:
        yield from filter(_ID.fullmatch, re.split(r"[ #/:]", value))
