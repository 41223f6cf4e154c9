"""Events, and the rules that find them in a change of an item. Pure functions of stream records."""

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
        id: equal when the same change is read again, and ordered by time.
        kind: a kind of the catalogue, such as `job.posted`.
        version: the version of the schema of `detail`.
        actor: a person's id or `system:<function>`; None if it is unknown.
        object: the changed object, such as `jobs/<id>` or `people/<userId>`.
        detail: the fields that the catalogue defines for the kind.
        changes: for the audit trail, values before and after: states, roles and amounts, never text that people wrote.
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
    def parse(cls, body: Mapping[str, Any]) -> "Event":
        """The event in the body of a message.

        Raises:
            ValueError: the body holds an event that is none.
            LookupError: the body holds no event.
        """
        event: Event = cls.model_validate(body["event"])
        return event


KindAndFields = tuple[str, Mapping[str, Any]]
"""An event's kind, and the fields of its detail that the item's attributes do not hold."""


def events_of(change: Change) -> list[Event]:
    """The events in a change of one item; most changes are none."""
    found_in = _SOURCES.get(change.resource)
    if found_in is None:
        return []
    before, after = change.before or {}, change.after or {}
    item = after or before
    events = []
    for kind, fields in found_in(before, after):
        detail = KINDS[kind].model_validate({**item, **fields})
        events.append(
            Event(
                id=derived_id(change.at, change.id, kind),
                kind=kind,
                version=detail.VERSION,
                at=change.at,
                actor=change.actor or fields.get("removed_by"),
                object=_object(change.resource, item),
                detail=item_of(detail),
                changes=_changes(change.resource, before, after, kind),
            )
        )
    return events


def _job_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if not after:
        return
    ids = {"jobId": after["id"]}
    if not before:
        yield "job.posted", ids
        return
    if before["status"] != after["status"]:
        yield _job_status_event(before, after)
    elif after["status"] == "open" and before["version"] != after["version"]:
        yield "job.edited", ids
    milestones = {"startedAt": "job.started", "submission": "job.submitted", "releasedAt": "job.released"}
    for attribute, kind in milestones.items():
        if _was_set(attribute, before, after):
            yield kind, ids


def _job_status_event(before: Item, after: Item) -> KindAndFields:
    fields: dict[str, Any] = {"jobId": after["id"]}
    if after["status"] == "in_progress":
        begin = (after.get("escrow") or {}).get("dueAt") or after["acceptedAt"]  # the deposit's last day, with escrow
        due_at = clock.plus(begin, days=after["timelineDays"])
        return "job.accepted", {**fields, "bidId": after["acceptedBidId"], "dueAt": due_at}
    if after["status"] == "cancelled":
        fields |= {"by": after["cancellation"]["by"], "was": before["status"]}
    return f"job.{after['status']}", fields


def _bid_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "jobId" not in after or "amountCents" not in after or before.get("status") == after["status"]:
        return
    kind = {"pending": "placed", "accepted": "accepted", "rejected": "rejected", "withdrawn": "withdrawn"}
    yield f"bid.{kind[after['status']]}", {"bidId": after["id"]}


def _listing_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "title" not in after:
        return
    ids = {"listingId": after["id"]}
    if not before:
        yield "listing.created", ids
        return
    if _was_moderated(before, after):
        yield "listing.moderated", {**ids, "decision": after["moderation"]["decision"]}
    if before["status"] != after["status"]:
        yield "listing.moved", {**ids, "was": before["status"]}
    elif before["priceCents"] != after["priceCents"]:
        yield "listing.edited", ids


def _enquiry_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "text" not in after:  # the table also holds slots and counts
        return
    ids = {"enquiryId": after["id"]}
    if not before:
        yield "enquiry.made", ids
    elif before["status"] != after["status"]:
        yield f"enquiry.{after['status']}", ids


def _review_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "rating" not in after:
        return
    ids = {"reviewId": after["id"]}
    if not before:
        yield "review.written", ids
        return
    if _was_set("response", before, after):
        yield "review.answered", ids
    if _hidden(before) != _hidden(after):
        yield "review.moderated", {**ids, "hidden": _hidden(after)}


def _report_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "status" not in after:
        return
    ids = {"reportId": after["id"]}
    if not before:
        yield "report.filed", ids
    elif _was_set("resolution", before, after):
        yield "report.resolved", {**ids, "decision": after["resolution"]["decision"]}


def _story_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    item = after or before
    if "title" not in item:
        return
    ids = {"storyId": item["id"]}
    if not before:
        yield "story.written", ids
    elif not after:
        # Deleted items carry no write token. Only its author removes a story, or the system for them.
        yield "story.removed", {**ids, "was": before["status"], "removed_by": before["authorId"]}
    elif _was_moderated(before, after):
        yield "story.moderated", {**ids, "decision": after["moderation"]["decision"]}


def _referral_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "rewardId" in after and before.get("status") != after["status"]:
        yield f"reward.{after['status']}", {}
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


def _credit_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "proposedBy" in after and before.get("createdAt") != after["createdAt"]:
        yield "adjustment.proposed", {}
    if after.get("status") == "refused" and before.get("status") == "waiting":
        yield "adjustment.refused", {}
    if "balanceAfterCents" not in after:
        return
    ids = {"entryId": after["id"]}
    if not before:
        yield "credits.booked", ids
    state = after.get("withdrawalStatus")
    was = before.get("withdrawalStatus")
    if state is not None and state != was:
        pending = "withdrawal.requested" if was is None else "withdrawal.returned"
        yield {"pending": pending, "paid": "withdrawal.paid", "failed": "withdrawal.failed"}[state], ids


def _payout_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    item = after or before
    if item["id"].startswith(_ACCOUNT):
        yield from _payout_account_events(before, after)
        return
    if "amountCents" not in after:
        return
    ids = {"payoutId": after["id"]}
    if not before:
        yield "payout.created", ids
        return
    if after["status"] != before["status"] and after["status"] in ("sent", "paid", "credited"):
        yield f"payout.{after['status']}", ids
    if after.get("reason") and (after["reason"] != before.get("reason") or after["status"] != before["status"]):
        yield "payout.delayed", ids
    reminded = after.get("waiting", {}).get("reminded", 0)
    if reminded > before.get("waiting", {}).get("reminded", 0):
        yield "payout.reminder", {**ids, "number": reminded}
    if after.get("proposal") and after.get("proposal") != before.get("proposal"):
        yield "payout.decided", {**ids, "decision": after["proposal"]["decision"], "waits": True}
    elif decision := _decision_about(before, after):
        yield "payout.decided", {**ids, "decision": decision, "waits": False}


def _payout_account_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    """The events hold nothing of the account."""
    person = {"userId": (after or before)["id"].removeprefix(_ACCOUNT)}
    if after.get("sealed") and after["sealed"] != before.get("sealed"):
        yield "person.payout_account_changed", person
    elif after and "sealed" in before and "sealed" not in after:
        yield "person.payout_account_checked", person


def _decision_about(before: Item, after: Item) -> str | None:
    """What admins decided about a payout in this change; None if nothing."""
    if after["status"] == "credited" != before["status"]:
        return "credit"
    if after.get("heldBy") and not before.get("heldBy"):
        return "hold"
    return "send" if after.get("approvedBy") and not before.get("approvedBy") else None


def _refund_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "source" not in after:
        return
    ids = {"refundId": after["id"], "problem": after.get("accountProblem")}
    if not before:
        yield "refund.created", ids
        return
    moved = after["status"] != before["status"]
    if after["status"] == "needs_account" and (moved or _was_set("accountProblem", before, after)):
        yield "refund.needs_account", ids
    if moved and after["status"] in ("paid", "needs_admin"):
        yield {"paid": "refund.paid", "needs_admin": "refund.stuck"}[after["status"]], ids
    proposal = after.get("proposal")
    if proposal and proposal != before.get("proposal"):
        yield "refund.decided", {**ids, "decision": proposal["decision"], "waits": True}
    elif after.get("decidedAt") != before.get("decidedAt"):
        yield "refund.decided", {**ids, "decision": after["decision"], "waits": False}
    reminded = after.get("waiting", {}).get("reminded", 0)
    if reminded > before.get("waiting", {}).get("reminded", 0):
        yield "refund.reminder", {**ids, "number": reminded}


def _profile_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if not after:
        return
    if not before:
        yield "person.joined", {}
        return
    if before.get("roles", []) != after.get("roles", []) and "erasedAt" not in after:
        yield "person.roles_changed", {"roles": after.get("roles", [])}
    if before.get("verified", False) != after.get("verified", False) and "erasedAt" not in after:
        yield "person.verified", {"verified": after.get("verified", False)}
    was, now = (one.get("verification", {}).get("status") for one in (before, after))
    if now == "waiting" and was != "waiting":
        yield "person.verification_requested", {}
    if now == "refused" and was == "waiting":
        yield "person.verification_refused", {}


def _user_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if not before and "decidedBy" in after:
        person = {"userId": after["about"]}
        if "status" in after:
            yield "person.suspended" if after["status"] == "suspended" else "person.reinstated", person
        if "admin" in after:
            yield "person.made_admin" if after["admin"] else "person.ended_admin", person
    elif not before and "passwordChangedAt" in after:
        yield "person.password_changed", {"userId": after["about"]}
    elif after.get("contactChangedAt") != before.get("contactChangedAt") and "contactChangedAt" in after:
        yield "person.contact_changed", {"userId": after["about"], "replaced": "formerContact" in after}
    elif before.get("status") != "erased" and after.get("status") == "erased" and "erasureRepeatedAt" not in after:
        yield "person.erased", {}


def _escrow_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if "status" not in after:  # the table also counts the paid jobs of each pair of buyer and worker
        return
    ids = {"jobId": after["id"]}
    if not before:
        yield "escrow.opened", ids
        return
    if after["status"] != before["status"]:
        yield _escrow_status_event(before, after)
    if _was_set("balanceDueAt", before, after):
        left = after["amounts"]["buyerTotalCents"] - after["paidCents"]
        yield "escrow.balance_due", {**ids, "amountCents": left, "dueAt": after["balanceDueAt"]}
    if after.get("failedCards", 0) > before.get("failedCards", 0):
        yield "escrow.payment_failed", ids
    proposed, earlier = after.get("settlement"), before.get("settlement")
    if proposed and proposed != earlier:
        declines = earlier is not None and earlier["by"] != proposed["by"]
        fields = {"by": proposed["by"], "amountCents": proposed["refundCents"], "declines": declines}
        yield "escrow.agreement_proposed", {**ids, **fields}


def _escrow_status_event(before: Item, after: Item) -> KindAndFields:
    ids = {"jobId": after["id"]}
    match before["status"], after["status"]:
        case "disputed", "deposit_paid" | "held":
            return "escrow.dispute_ended", ids
        case _, "deposit_paid" | "held":
            kind = "escrow.fully_paid" if after["status"] == "held" else "escrow.deposit_paid"
            return kind, {**ids, "amountCents": after["paidCents"] - before["paidCents"]}
        case _, "disputed":
            return "escrow.disputed", {**ids, "by": after["dispute"]["by"], "dueAt": after["dispute"].get("decideBy")}
        case _, "released":
            return "escrow.released", {**ids, "amountCents": after["releasedCents"], **_parts_of(after)}
        case _, "refunded":
            back = after["refundedCents"] - before["refundedCents"] - (_lost_cents(after) - _lost_cents(before))
            back = max(back, 0)  # what the bank took is no refund of ours, and may be more than was held
            return "escrow.refunded", {**ids, "amountCents": back, **_parts_of(after)}
    return "escrow.cancelled", ids


def _lost_cents(escrow: Item) -> int:
    """What the buyer's bank has taken back of the payments for an escrow."""
    lost: int = (escrow.get("chargebacks") or {}).get("lostCents", 0)
    return lost


def _parts_of(escrow: Item) -> Item:
    """Who got what of an escrow when its dispute was decided; nothing if none was."""
    dispute = escrow.get("dispute") or {}
    if dispute.get("workerCents") is None:
        return {}
    return {
        "decision": dispute["decision"],
        "workerPartCents": dispute["workerCents"],
        "buyerPartCents": dispute["refundCents"],
        "platformPartCents": dispute["platformCents"],
    }


def _chargeback_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if not after:
        return
    ids = {"chargebackId": after["id"]}
    if not before:
        yield "chargeback.opened", ids
        return
    if _was_set("answer", before, after):
        yield "chargeback.answered", ids
    if after["status"] != before["status"]:
        yield f"chargeback.{after['status']}", ids


def _books_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    """Differences. Settlements and invoice numbers are no events."""
    if "foundAt" not in after:
        return
    ids = {"differenceId": after["id"].partition("#")[2]}
    if not before:
        yield "difference.found", ids
    elif _was_set("closedBy", before, after):
        yield "difference.closed", ids


def _reminder_events(before: Item, after: Item) -> Iterator[KindAndFields]:
    if after.get("number", 0) > before.get("number", 0):
        yield "reminder.due", {"reminderId": after["id"]}


_SOURCES: Final[Mapping[str, Callable[[Item, Item], Iterator[KindAndFields]]]] = {
    "jobs": _job_events,
    "bids": _bid_events,
    "listings": _listing_events,
    "enquiries": _enquiry_events,
    "reviews": _review_events,
    "reports": _report_events,
    "stories": _story_events,
    "referrals": _referral_events,
    "credits": _credit_events,
    "payouts": _payout_events,
    "refunds": _refund_events,
    "escrows": _escrow_events,
    "chargebacks": _chargeback_events,
    "books": _books_events,
    "profiles": _profile_events,
    "users": _user_events,
    "reminders": _reminder_events,
}
"""The rules that find events, by table."""

_AUDITED: Final[Mapping[str, tuple[str, ...]]] = {
    "jobs": ("status", "budgetCents", "payment", "workerId", "agreedCents", "startedAt", "releasedAt"),
    "bids": ("status", "rejectionReason", "amountCents"),
    "listings": ("status", "priceCents"),
    "enquiries": ("status",),
    "reports": ("status",),
    "stories": ("status", "featured"),
    "referrals": ("status", "rewardCents"),
    "credits": ("type", "amountCents", "balanceAfterCents", "withdrawalStatus", "reversalOf", "reversedBy"),
    "payouts": ("status", "reason", "amountCents", "heldBy", "approvedBy", "verified", "problem"),
    "refunds": ("status", "reason", "amountCents"),
    "escrows": ("status", "paidCents", "heldCents", "refundedCents", "releasedCents", "failedCards"),
    "chargebacks": ("status", "amountCents", "escrowCents", "lossCents"),
    "books": ("status", "oursCents", "otherCents"),
    "profiles": ("roles", "verified"),
}
"""The audited attributes of each table's items."""

_ACCOUNT: Final = "account#"
"""What the id of a payout account begins with, in the Payouts table; the rest is the person's id."""

_ADMINS: Final = ("person.made_admin", "person.ended_admin")


def _changes(resource: str, before: Item, after: Item, kind: str) -> dict[str, tuple[Any, Any]]:
    if resource == "reviews":
        before, after = {"hidden": _hidden(before)} if before else {}, {"hidden": _hidden(after)}
        audited: tuple[str, ...] = ("hidden",)
    else:
        audited = _AUDITED.get(resource, ())
    if kind in _ADMINS:  # one decision may cause two events, each with its own audited field
        audited = ("admin",)
    elif resource == "users":
        audited = ("status",)
    if resource == "users" and "decidedBy" in after:
        # A decision is stored only if it changes something, so the earlier value is its opposite.
        opposite = {"active": "suspended", "suspended": "active", True: False, False: True}
        before = {name: opposite[after[name]] for name in audited if name in after}
    pairs = {name: (before.get(name), after.get(name)) for name in audited}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _object(resource: str, item: Item) -> str:
    if resource in ("profiles", "users"):
        return f"people/{item.get('about', item['userId'])}"
    if resource == "payouts" and item["id"].startswith(_ACCOUNT):
        return f"people/{item['id'].removeprefix(_ACCOUNT)}"
    return f"{resource}/{item.get('referralId') or item.get('rewardId') or item['id']}"


def _was_set(attribute: str, before: Item, after: Item) -> bool:
    return bool(after.get(attribute)) and not before.get(attribute)


def _was_moderated(before: Item, after: Item) -> bool:
    """Whether an admin decided. An erasure of the admin changes the reason only, which is no decision."""
    was, now = ({**(one.get("moderation") or {}), "reason": None} for one in (before, after))
    return bool(after.get("moderation")) and was != now


def _hidden(review: Item) -> bool:
    moderations = review.get("moderations") or []
    return bool(moderations and moderations[-1]["hidden"])
