"""Decodes uploads, discards expired ones, and updates public copies when an object or a person changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import observability
from khaya.platform.base.changes import Change
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.work.consumers import Message
from khaya.uploads.model import Resource, Showing, showing, upload_id

NAME = "pictures"

OfPerson: TypeAlias = Callable[[str], Iterable[tuple[Resource, str]]]
"""What a person has made that can show pictures in public: each object's table and id."""
_Found: TypeAlias = tuple[str, dict[str, Any]]
"""The object of a message, and its body."""


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for an upload that was handed in or expired, an object with pictures, or a person with pictures."""
    found = _found(change)
    if found is None:
        return None
    group, body = found
    return OutgoingMessage(NAME, body, object=group, change=change.id)


def _found(change: Change) -> _Found | None:
    before, after = change.before or {}, change.after or {}
    if change.resource == "uploads":
        return _for_upload(before, after)
    if change.resource == "users":
        return _for_person(before, after)
    return _for_object(showing(change.resource, change.before), showing(change.resource, change.after))


def _for_object(was: Showing | None, now: Showing | None) -> _Found | None:
    shows = now or was
    if shows is None:
        return None
    offers_public = bool(settings().media_base_url)
    known = was.folders if was and (offers_public or any(facts.public for facts in was.pictures.values())) else set()
    gone = known - now.folders if now else known
    follows = bool(gone)
    if now is not None:
        public = {upload_id(key) for key in now.public_keys} if offers_public else set()
        shown = {upload_id(key) for key in now.keys}
        for name, facts in now.pictures.items():
            follows |= name not in shown or (facts.folder is not None and facts.public != (name in public))
    if not follows:
        return None
    body = {"resource": shows.resource, "id": shows.id, "owner": shows.owner, "gone": sorted(gone)}
    return f"{shows.resource}/{shows.id}", body


def _for_upload(before: Item, after: Item) -> _Found | None:
    key = (after or before)["key"]
    if not after:
        expired = before["state"] == "offered"
        return (key, {"key": key, "expired": True}) if expired else None
    handed_in = after.get("handIns", 0) > before.get("handIns", 0)
    return (key, {"key": key}) if handed_in else None


def _for_person(before: Item, after: Item) -> _Found | None:
    """The message for a suspended or reinstated person, whose public copies change; None for others."""
    statuses = (before.get("status", "active"), after.get("status", "active"))
    if "decidedBy" in after or "userId" not in after or "suspended" not in statuses or statuses[0] == statuses[1]:
        return None
    return (after["userId"], {"person": after["userId"]}) if settings().media_base_url else None


def handle(message: Message, keys: Mapping[Resource, Any], of_person: OfPerson) -> None:
    """Handle one message. `keys` return the table and key of an object that shows uploads."""
    from khaya.pictures import service  # noqa: PLC0415 - needs Pillow, which the stream dispatcher does not have

    body = message.body
    if body.get("expired"):
        service.discard(body["key"])
        observability.count("UploadExpired")
    elif "key" in body:
        ready = service.check(body["key"], keys)
        observability.count("PictureReady" if ready else "PictureRefused")
    elif "person" in body:
        for resource, object_id in of_person(body["person"]):
            service.refresh(resource, object_id, body["person"], (), keys)
    else:
        service.refresh(body["resource"], body["id"], body["owner"], body["gone"], keys)
