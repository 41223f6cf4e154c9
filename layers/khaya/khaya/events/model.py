"""An event, and the events in a change: pure functions of what a stream tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from khaya.events.catalogue import KINDS
from khaya.platform.base import clock
from khaya.platform.base.changes import Change
from khaya.platform.base.ids import derived_id
from khaya.platform.base.models import Item, Model, item_of


class Event(Model):
    """Something that happened.

    Attributes:
        id: the same however often the change is told; orders by time.
        kind: one of the catalogue, such as `job.posted`.
        version: of the schema of `detail`.
        actor: who did it: a person's id, or `system:<function>`; None where that is not known.
        object: what it happened to, such as `jobs/<id>` or `people/<userId>`.
        detail: what the catalogue says of the kind.
        changes: for the audit trail, what went from what to what: states, roles and amounts, never a text.
    """

    id: str
    kind: str
    version: int
    at: str
    actor: str | None = None
    object: str
    detail: dict[str, Any]
    changes: dict[str, tuple[Any, Any]] = {}

    @property
    def body(self) -> dict[str, Any]:
        """The body of a message that carries the event."""
        return {"event": self.model_dump(by_alias=True)}

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Event:
        """The event in the body of a message.

        Raises:
            ValueError: the body holds an event that is none.
            LookupError: the body holds no event.
        """
        event: Event = cls.model_validate(body["event"])
        return event


Found = tuple[str, Mapping[str, Any]]
"""A kind, and what is told besides the attributes of the item."""


def events_of(change: Change) -> list[Event]:
    """What happened by a change of one item; often nothing that anybody is to be told."""
    found_in = _SOURCES.get(change.resource)
    if found_in is None:
        return []
    before, after = change.before or {}, change.after or {}
    item = after or before
    events = []
    for kind, more in found_in(before, after):
        detail = KINDS[kind].model_validate({**item, **more})
        events.append(
            Event(
                id=derived_id(change.at, change.id, kind),
                kind=kind,
                version=detail.VERSION,
                at=change.at,
                actor=change.actor or more.get("by_whom"),
                object=_object(change.resource, item),
                detail=item_of(detail),
                changes=_changes(change.resource, before, after, kind),
            )
        )
    return events


def _of_jobs(before: Item, after: Item) -> Iterator[Found]:
    if not after:
        return
    ids = {"jobId": after["id"]}
    if not before:
        yield "job.posted", ids
        return
    if before["status"] != after["status"]:
        yield _job_moved(before, after)
    elif after["status"] == "open" and before["version"] != after["version"]:
        yield "job.edited", ids
    milestones = {"startedAt": "job.started", "submission": "job.submitted", "releasedAt": "job.released"}
    for attribute, kind in milestones.items():
        if _came(attribute, before, after):
            yield kind, ids


def _job_moved(before: Item, after: Item) -> Found:
    more: dict[str, Any] = {"jobId": after["id"]}
    if after["status"] == "in_progress":
        due_at = clock.plus(after["acceptedAt"], days=after["timelineDays"])
        return "job.accepted", {**more, "bidId": after["acceptedBidId"], "dueAt": due_at}
    if after["status"] == "cancelled":
        more |= {"by": after["cancellation"]["by"], "was": before["status"]}
    return f"job.{after['status']}", more


def _of_bids(before: Item, after: Item) -> Iterator[Found]:
    if "jobId" not in after or "amountCents" not in after or before.get("status") == after["status"]:
        return
    kind = {"pending": "placed", "accepted": "accepted", "rejected": "rejected", "withdrawn": "withdrawn"}
    yield f"bid.{kind[after['status']]}", {"bidId": after["id"]}


def _of_listings(before: Item, after: Item) -> Iterator[Found]:
    if "title" not in after:
        return
    ids = {"listingId": after["id"]}
    if not before:
        yield "listing.created", ids
        return
    if after.get("moderation") and before.get("moderation") != after["moderation"]:
        yield "listing.moderated", {**ids, "decision": after["moderation"]["decision"]}
    if before["status"] != after["status"]:
        yield "listing.moved", {**ids, "was": before["status"]}
    elif before["priceCents"] != after["priceCents"]:
        yield "listing.edited", ids


def _of_reviews(before: Item, after: Item) -> Iterator[Found]:
    if "rating" not in after:
        return
    ids = {"reviewId": after["id"]}
    if not before:
        yield "review.written", ids
        return
    if _came("response", before, after):
        yield "review.answered", ids
    if _hidden(before) != _hidden(after):
        yield "review.moderated", {**ids, "hidden": _hidden(after)}


def _of_reports(before: Item, after: Item) -> Iterator[Found]:
    if "status" not in after:
        return
    ids = {"reportId": after["id"]}
    if not before:
        yield "report.filed", ids
    elif _came("resolution", before, after):
        yield "report.resolved", {**ids, "decision": after["resolution"]["decision"]}


def _of_stories(before: Item, after: Item) -> Iterator[Found]:
    item = after or before
    if "title" not in item:
        return
    ids = {"storyId": item["id"]}
    if not before:
        yield "story.written", ids
    elif not after:
        # What is gone names nobody; only its author removes a story, or the house at their word.
        yield "story.removed", {**ids, "was": before["status"], "by_whom": before["authorId"]}
    elif after.get("moderation") and before.get("moderation") != after["moderation"]:
        yield "story.moderated", {**ids, "decision": after["moderation"]["decision"]}


def _of_referrals(before: Item, after: Item) -> Iterator[Found]:
    if "referralId" not in after or before.get("status") == after["status"]:
        return
    ids = {"referralId": after["referralId"]}
    if not before:
        yield "referral.applied", ids
        return
    if before["status"] == "pending":
        yield "referral.completed", ids
    if after["status"] == "rewarded":
        yield "referral.rewarded", ids


def _of_credits(before: Item, after: Item) -> Iterator[Found]:
    if "proposedBy" in after and before.get("createdAt") != after["createdAt"]:
        yield "adjustment.proposed", {}
    if "balanceAfterCents" not in after:
        return
    ids = {"entryId": after["id"]}
    if not before:
        yield "credits.booked", ids
    state = after.get("withdrawalStatus")
    if state is not None and state != before.get("withdrawalStatus"):
        yield {"pending": "withdrawal.requested", "paid": "withdrawal.paid", "failed": "withdrawal.failed"}[state], ids


def _of_profiles(before: Item, after: Item) -> Iterator[Found]:
    if not after:
        return
    if not before:
        yield "person.joined", {}
        return
    if before.get("roles", []) != after.get("roles", []) and "erasedAt" not in after:
        yield "person.roles_changed", {"roles": after.get("roles", [])}
    if before.get("verified", False) != after.get("verified", False) and "erasedAt" not in after:
        yield "person.verified", {"verified": after.get("verified", False)}


def _of_users(before: Item, after: Item) -> Iterator[Found]:
    if not before and "decidedBy" in after:
        person = {"userId": after["about"]}
        if "status" in after:
            yield "person.suspended" if after["status"] == "suspended" else "person.reinstated", person
        if "admin" in after:
            yield "person.made_admin" if after["admin"] else "person.ended_admin", person
    elif before.get("status") != "erased" and after.get("status") == "erased":
        yield "person.erased", {}


def _of_reminders(before: Item, after: Item) -> Iterator[Found]:
    if after.get("number", 0) > before.get("number", 0):
        yield "reminder.due", {"reminderId": after["id"]}


_SOURCES: Final[Mapping[str, Callable[[Item, Item], Iterator[Found]]]] = {
    "jobs": _of_jobs,
    "bids": _of_bids,
    "listings": _of_listings,
    "reviews": _of_reviews,
    "reports": _of_reports,
    "stories": _of_stories,
    "referrals": _of_referrals,
    "credits": _of_credits,
    "profiles": _of_profiles,
    "users": _of_users,
    "reminders": _of_reminders,
}

_AUDITED: Final[Mapping[str, tuple[str, ...]]] = {
    "jobs": ("status", "budgetCents", "payment", "workerId", "agreedCents", "startedAt", "releasedAt"),
    "bids": ("status", "rejectionReason", "amountCents"),
    "listings": ("status", "priceCents"),
    "reports": ("status",),
    "stories": ("status", "featured"),
    "referrals": ("status", "rewardCents"),
    "credits": ("type", "amountCents", "balanceAfterCents", "withdrawalStatus", "reversalOf", "reversedBy"),
    "profiles": ("roles", "verified"),
}
"""What of the items of a table goes into the trail."""

_ADMINS: Final = ("person.made_admin", "person.ended_admin")


def _changes(resource: str, before: Item, after: Item, kind: str) -> dict[str, tuple[Any, Any]]:
    if resource == "reviews":
        before, after = {"hidden": _hidden(before)} if before else {}, {"hidden": _hidden(after)}
        audited: tuple[str, ...] = ("hidden",)
    else:
        audited = _AUDITED.get(resource, ())
    if kind in _ADMINS:  # one decision may be two events: each is about its own part
        audited = ("admin",)
    elif resource == "users":
        audited = ("status",)
    if resource == "users" and "decidedBy" in after:
        # A decision is made only where it changes something, so what it changed is the opposite of it.
        opposite = {"active": "suspended", "suspended": "active", True: False, False: True}
        before = {name: opposite[after[name]] for name in audited if name in after}
    pairs = {name: (before.get(name), after.get(name)) for name in audited}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _object(resource: str, item: Item) -> str:
    if resource in ("profiles", "users"):
        return f"people/{item.get('about', item['userId'])}"
    return f"{resource}/{item.get('referralId', item['id'])}"


def _came(attribute: str, before: Item, after: Item) -> bool:
    return bool(after.get(attribute)) and not before.get(attribute)


def _hidden(review: Item) -> bool:
    moderations = review.get("moderations") or []
    return bool(moderations and moderations[-1]["hidden"])
