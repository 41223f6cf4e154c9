"""The notices that each kind of event causes: pure functions of the event and of the object that it is about.

People get no notice of what they did themselves, except about the security of their account. There is no notice about
an object that was deleted, or an open action that was done meanwhile.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from khaya.escrows import store as escrows
from khaya.events.model import Event
from khaya.jobs import store as jobs
from khaya.listings import store as listings
from khaya.notifications.kinds import KINDS
from khaya.platform.base.models import Item
from khaya.platform.base.money import ZAR, amount_in
from khaya.reminders import store as reminders
from khaya.reminders.model import PLANNING_EVENTS
from khaya.stories import store as stories


@dataclass(frozen=True)
class Notice:
    """A notification to be written for one person.

    Attributes:
        params: values for the placeholders of its text.
        data: ids by which a client opens what it is about.
    """

    user_id: str
    kind: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    data: Mapping[str, str | int | None] = field(default_factory=dict)


Key = tuple[str, Mapping[str, str]]
Recipients = Iterator[tuple[str, str, Mapping[str, str | int]]]
"""User ids, each with the kind of notice and the parameters that the event's detail does not hold."""


def is_relevant(event: Event) -> bool:
    """Whether events of this kind cause notices or change reminders."""
    return event.kind in _RULES or event.kind in PLANNING_EVENTS


def object_keys(event: Event) -> list[Key]:
    """The primary key of the object that the event is about, if `notices` needs it; of a decided escrow too."""
    detail = event.detail
    if event.kind not in _RULES:
        return []
    if detail.get("kind") == "own" and "reminderId" in detail:
        return [reminders.key(detail["reminderId"])]
    for name, key in _OBJECTS.items():
        if name in detail:
            return [key(detail[name]), *([escrows.key(detail[name])] if _is_decided_by_admin(event) else [])]
    return []


def possible_recipients(event: Event) -> list[str]:
    """The ids of all people who may get a notice of the event."""
    if event.kind not in _RULES:
        return []
    people = {event.detail[name]: None for name in _PEOPLE if event.detail.get(name)}
    return [person for person in people if person != event.actor or event.kind.startswith("person.")]


def concerns_bidders(event: Event) -> bool:
    """Whether the event is for everybody who has a pending bid on its job, whom its detail does not name."""
    return event.kind == "job.edited"


def for_bidder(event: Event, worker_id: str) -> Event:
    """The event that `concerns_bidders`, for one of them."""
    return event.model_copy(update={"detail": {**event.detail, "workerId": worker_id}})


def notices(event: Event, objects: Sequence[Item | None]) -> list[Notice]:
    """The notices of an event. `objects` are the current items under `object_keys`."""
    if event.kind not in _RULES or (objects and objects[0] is None):
        return []
    item = (objects[0] if objects else None) or {}
    if _is_decided_by_admin(event):
        escrow = escrows.read(objects[1]) if len(objects) > 1 else None
        item = {**item, "decisionReason": (escrow.dispute.decision_reason if escrow and escrow.dispute else None) or ""}
    return [
        _notice(event, item, person, kind, more)
        for person, kind, more in _RULES[event.kind](event, item)
        if person != event.actor or not KINDS[kind].configurable
    ]


def _notice(event: Event, item: Item, person: str, kind: str, more: Mapping[str, str | int]) -> Notice:
    params = {**event.detail, **more}
    for name, title in _TITLES.items():
        if name in params:
            params[title] = item.get("title", "")
    if "amountCents" in params:
        params["amountCents"] = _amount(params)
    return Notice(
        user_id=person,
        kind=kind,
        params={name: params[name] for name in sorted(KINDS[kind].placeholders)},
        data={name: event.detail[name] for name in _IDS if event.detail.get(name)},
    )


def _amount(params: Mapping[str, Any]) -> str | int:
    """The amount without a sign, which entries of money that leaves an account have; as a text if it is no rand."""
    cents, currency = abs(params["amountCents"]), params.get("currency") or ZAR
    return cents if currency == ZAR else amount_in(cents, currency)


def _is_decided_by_admin(event: Event) -> bool:
    """Whether the event is about a dispute that an admin decided."""
    return event.kind in ("escrow.released", "escrow.refunded") and event.detail.get("decision") == "admin"


def _one(person: str, kind: str) -> Callable[[Event, Item], Recipients]:
    """A rule that always notifies the person in one field of the event's detail."""

    def rule(event: Event, _: Item) -> Recipients:
        yield event.detail[person], kind, {}

    return rule


def _acceptance(event: Event, _: Item) -> Recipients:
    """Notifies the worker: of the day of the work, or of its days if they run from the deposit."""
    through_khaya = event.detail["payment"] == "escrow"
    yield event.detail["workerId"], "bidAcceptedThroughKhaya" if through_khaya else "bidAccepted", {}


def _completion(event: Event, item: Item) -> Recipients:
    """Notifies the worker, or both parties if an admin closed the job.

    Of a decided dispute they have another notice.
    """
    if item.get("closing"):
        yield from _closing(event, item, "jobClosedAsDone")
    elif _decision_about_dispute(item) != "admin":
        yield event.detail["workerId"], "jobCompleted", {}


def _closing(event: Event, item: Item, kind: str) -> Recipients:
    return _to_both(event, kind, reason=item["closing"]["reason"])


def _decision_about_dispute(item: Item) -> str | None:
    """What decided the dispute that ended the job: `agreement`, `admin` or `deadline`; None if none ended it."""
    shares = (item.get("escrow") or {}).get("shares") or {}
    return shares.get("decision")


def _cancellation(event: Event, item: Item) -> Recipients:
    """Notifies the other party, or both if the platform cancelled. Bidders get a notice of their rejected bid.

    Of a decided dispute the parties have another notice.
    """
    if item.get("closing"):
        yield from _closing(event, item, "jobClosedAsCancelled")
        return
    decision = _decision_about_dispute(item)
    if decision == "admin":
        return
    by = {"by": "agreement"} if decision == "agreement" else {}  # no platform called off what both wanted
    for party in ("buyer", "worker"):
        person = event.detail.get(f"{party}Id")
        if person and event.detail["by"] != party:
            yield person, "jobCancelled", by


def _reminder(event: Event, item: Item) -> Recipients:
    """Notifies the person of their own reminder, or of an action about a job that is still open."""
    person, status = event.detail["userId"], item.get("status")
    is_submitted = bool(item.get("submission"))
    match event.detail["kind"]:
        case "own":
            yield person, "reminder", {"text": item["text"]}
        case "review" if status == "completed":
            yield person, "reviewPrompt", {}
        case "chooseBid" if status == "open" and item["bidCount"] > 0:
            yield person, "chooseBid", {"expiresAt": item["expiresAt"]}
        case "confirmWork" if status == "in_progress" and is_submitted:
            yield person, "confirmWork", {}
        case "handInWork" if status == "in_progress" and not is_submitted:
            job = jobs.read(item)
            if job is not None and job.hand_in_by is not None:
                yield person, "handInWork", {"dueAt": job.hand_in_by}


def _listing(event: Event, _: Item) -> Recipients:
    yield event.detail["sellerId"], {"approve": "listingApproved", "reject": "listingRejected"}[_decision(event)], {}


def _story(event: Event, _: Item) -> Recipients:
    """Notifies the author. An admin may repeat a decision; one that changes nothing causes no notice."""
    author = event.detail["authorId"]
    if "status" in event.changes:
        yield author, {"approve": "storyApproved", "reject": "storyRejected"}[_decision(event)], {}
    if "featured" in event.changes and event.detail["featured"]:
        yield author, "storyFeatured", {}


def _referral(event: Event, _: Item) -> Recipients:
    for side in ("referrer", "referred"):
        yield event.detail[f"{side}Id"], "referralRewarded", {"side": side}


def _refused_reward(event: Event, _: Item) -> Recipients:
    """Notifies those whom the reward was for. A reward that is paid has the notices of what is booked."""
    for person in (event.detail["referrerId"], event.detail.get("referredId")):
        if person is not None:
            yield person, "rewardRefused", {}


def _credits(event: Event, _: Item) -> Recipients:
    """Notifies of rewards, bonuses, adjustments and reversals. Referrals and withdrawals have their own notices."""
    detail = event.detail
    failed_withdrawal = detail["type"] == "reversal" and detail["amountCents"] > 0 and not detail["bookedBy"]
    if detail["type"] not in ("referral", "withdrawal") and not failed_withdrawal:
        yield detail["userId"], "creditsReceived" if detail["amountCents"] > 0 else "creditsDeducted", {}


def _payout_delayed(event: Event, _: Item) -> Recipients:
    """Notifies the person of what they have to do, and of a wait for an admin. Other reasons end by themselves."""
    kind = _PAYOUT_NOTICES.get(event.detail["reason"])
    if kind is not None:
        yield event.detail["userId"], kind, {}


def _payout_paid(event: Event, _: Item) -> Recipients:
    """Notifies of a paid earning. Withdrawals have their own notice."""
    if event.detail["kind"] == "earning":
        yield event.detail["userId"], "payoutPaid", {}


def _payout_account_checked(event: Event, _: Item) -> Recipients:
    if event.detail["verified"]:
        yield event.detail["userId"], "payoutAccountVerified", {}
    else:
        yield event.detail["userId"], "payoutAccountRefused", {"problem": event.detail.get("problem", "unknown")}


def _refund(kind: str) -> Callable[[Event, Item], Recipients]:
    """A rule that notifies the buyer, where the buyer is known."""

    def rule(event: Event, _: Item) -> Recipients:
        if event.detail.get("buyerId"):
            yield event.detail["buyerId"], kind, {}

    return rule


def _refund_decided(event: Event, _: Item) -> Recipients:
    """Notifies the buyer that a stuck refund goes on. Of one that was given back they have the notice of its end."""
    detail = event.detail
    if detail.get("buyerId") and detail["decision"] == "again" and not detail["waits"]:
        yield detail["buyerId"], "refundResumed", {}


def _escrow_paid(event: Event, _: Item) -> Recipients:
    """Notifies the worker, who may start or has their money safe, and the buyer of the receipt."""
    is_first = event.detail["amountCents"] == event.detail["paidCents"]
    yield event.detail["workerId"], "workCanStart" if is_first else "balancePaid", {}
    yield event.detail["buyerId"], "paymentReceived", {}


def _to_both(event: Event, kind: str, **more: str | int) -> Recipients:
    """The same notice for both parties of a job."""
    for side in ("buyerId", "workerId"):
        yield event.detail[side], kind, more


def _both(kind: str) -> Callable[[Event, Item], Recipients]:
    """A rule that notifies both parties of a job."""

    def rule(event: Event, _: Item) -> Recipients:
        return _to_both(event, kind)

    return rule


def _agreement_proposed(event: Event, _: Item) -> Recipients:
    """Notifies the other party; if their own proposal was declined by that, of both in one notice."""
    other = "workerId" if event.detail["by"] == "buyer" else "buyerId"
    yield event.detail[other], "agreementDeclined" if event.detail.get("declines") else "agreementProposed", {}


def _decided(event: Event, item: Item) -> Recipients:
    """Notifies both parties of who gets what, and why."""
    return _to_both(event, "disputeDecided", decisionReason=item["decisionReason"])


def _escrow_released(event: Event, item: Item) -> Recipients:
    """Notifies the worker of what they get, and the buyer too if it was not the buyer who confirmed the work."""
    if _is_decided_by_admin(event):
        yield from _decided(event, item)
        return
    yield event.detail["workerId"], "moneyReleased", {}
    yield event.detail["buyerId"], "workPaid", {}
    back = event.detail.get("buyerPartCents") or 0  # `refundedCents` holds what the buyer's bank took back, too
    if back > 0:
        yield event.detail["buyerId"], "refundStarted", {"amountCents": back}


def _escrow_refunded(event: Event, item: Item) -> Recipients:
    """Notifies the buyer, unless they cancelled the job themselves. The worker has the notice about the job."""
    if _is_decided_by_admin(event):
        yield from _decided(event, item)
    elif event.detail["amountCents"] > 0:
        yield event.detail["buyerId"], "refundStarted", {}


def _chargeback(kind: str) -> Callable[[Event, Item], Recipients]:
    """A rule that notifies both parties of the job, where there is one."""

    def rule(event: Event, _: Item) -> Recipients:
        for side in ("buyerId", "workerId"):
            if event.detail.get("jobId") and event.detail.get(side):
                yield event.detail[side], kind, {}

    return rule


def _verification(event: Event, _: Item) -> Recipients:
    yield event.detail["userId"], "verified" if event.detail["verified"] else "verificationEnded", {}


def _contact_changed(event: Event, _: Item) -> Recipients:
    """Notifies by the contacts that the person has now, and by the one that was replaced."""
    yield event.detail["userId"], "contactChanged", {}
    if event.detail["replaced"]:
        yield event.detail["userId"], "contactReplaced", {}


def _decision(event: Event) -> str:
    decision: str = event.detail["decision"]
    return decision


_RULES: Final[Mapping[str, Callable[[Event, Item], Recipients]]] = {
    "job.edited": _one("workerId", "jobEdited"),  # once for each bidder: see `for_bidder`
    "job.accepted": _acceptance,
    "job.started": _one("buyerId", "jobStarted"),
    "job.submitted": _one("buyerId", "workSubmitted"),
    "job.completed": _completion,
    "job.cancelled": _cancellation,
    "job.expired": _one("buyerId", "jobExpired"),
    "bid.placed": _one("buyerId", "bidReceived"),
    "bid.rejected": _one("workerId", "bidRejected"),
    "bid.withdrawn": _one("buyerId", "bidWithdrawn"),
    "listing.moderated": _listing,
    "enquiry.made": _one("sellerId", "enquiryReceived"),
    "enquiry.answered": _one("buyerId", "enquiryAnswered"),
    "enquiry.closed": _one("buyerId", "enquiryClosed"),
    "review.written": _one("subjectId", "reviewReceived"),
    "review.answered": _one("reviewerId", "reviewAnswered"),
    "report.resolved": _one("reporterId", "reportResolved"),
    "story.moderated": _story,
    "referral.rewarded": _referral,
    "reward.refused": _refused_reward,
    "credits.booked": _credits,
    "withdrawal.paid": _one("userId", "withdrawalPaid"),
    "withdrawal.failed": _one("userId", "withdrawalFailed"),
    "payout.delayed": _payout_delayed,
    "payout.reminder": _one("userId", "payoutNeedsAccount"),
    "payout.paid": _payout_paid,
    "refund.stuck": _refund("refundHeld"),
    "refund.decided": _refund_decided,
    "refund.needs_account": _refund("refundNeedsAccount"),
    "refund.reminder": _refund("refundNeedsAccount"),
    "refund.paid": _refund("refundPaid"),
    "escrow.deposit_paid": _escrow_paid,
    "escrow.fully_paid": _escrow_paid,
    "escrow.payment_failed": _one("buyerId", "paymentFailed"),
    "escrow.balance_due": _one("buyerId", "balanceDue"),
    "escrow.disputed": _both("disputeOpened"),
    "escrow.agreement_proposed": _agreement_proposed,
    "escrow.dispute_ended": _both("disputeEnded"),
    "escrow.released": _escrow_released,
    "escrow.refunded": _escrow_refunded,
    "chargeback.opened": _chargeback("chargebackOpened"),
    "chargeback.won": _chargeback("chargebackWon"),
    "chargeback.lost": _chargeback("chargebackLost"),
    "person.verified": _verification,
    "person.verification_refused": _one("userId", "verificationRefused"),
    "person.suspended": _one("userId", "accountSuspended"),
    "person.reinstated": _one("userId", "accountReinstated"),
    "person.password_changed": _one("userId", "passwordChanged"),
    "person.contact_changed": _contact_changed,
    "person.payout_account_changed": _one("userId", "payoutAccountChanged"),
    "person.payout_account_checked": _payout_account_checked,
    "reminder.due": _reminder,
}
"""The rules by kind of event. Other kinds cause no notices."""

_PAYOUT_NOTICES: Final[Mapping[str, str]] = {
    "no_account": "payoutNeedsAccount",
    "account_not_verified": "payoutNeedsAccount",
    "returned": "payoutReturned",
    "failed": "payoutFailed",
    "limit": "payoutHeld",
    "admin_hold": "payoutHeld",
}
"""What people are told about a payout that waits, by its reason."""

_OBJECTS: Final[Mapping[str, Callable[[str], Key]]] = {
    "jobId": jobs.key,
    "listingId": listings.key,
    "storyId": stories.key,
}
"""The objects whose titles stand in notices, by the field of the detail that holds their id."""

_TITLES: Final = {"jobId": "jobTitle", "listingId": "listingTitle", "storyId": "storyTitle"}

_IDS: Final = (
    *_OBJECTS,
    "bidId",
    "enquiryId",
    "reviewId",
    "reportId",
    "referralId",
    "entryId",
    "reminderId",
    "payoutId",
    "refundId",
)

_PEOPLE: Final = (
    "buyerId",
    "workerId",
    "sellerId",
    "authorId",
    "reviewerId",
    "subjectId",
    "reporterId",
    "referrerId",
    "referredId",
    "userId",
)
