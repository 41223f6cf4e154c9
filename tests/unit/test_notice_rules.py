"""The notices that each kind of event causes: the recipients and the kinds."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from khaya.escrows.disputes import Dispute
from khaya.escrows.progress import new_escrow
from khaya.events.catalogue import KINDS as EVENTS
from khaya.events.market import Person
from khaya.events.model import Event
from khaya.notices import rules
from khaya.notifications.choices import LANGUAGES, Language
from khaya.notifications.kinds import KINDS
from khaya.notifications.messages import render
from khaya.payout_accounts.model import Problem
from khaya.platform.base.models import Item, item_of
from khaya.pricing.model import Split, Terms, amounts_of

AT = "2026-11-21T08:00:00.000Z"
JOB: dict[str, Any] = {
    "jobId": "job-1",
    "buyerId": "buyer",
    "workerId": "worker",
    "category": "plumbing",
    "location": "Durban",
    "budgetCents": 50_000,
    "payment": "cash",
    "bidId": "bid-1",
    "agreedCents": 45_000,
    "timelineDays": 3,
    "acceptedAt": AT,
    "completedAt": AT,
    "releasedAt": AT,
    "dueAt": "2026-11-24T08:00:00.000Z",
    "bidCount": 2,
    "amountCents": 45_000,
}
LISTING = {"listingId": "listing-1", "sellerId": "seller", "category": "bricks", "status": "active", "was": "pending"}
ENQUIRY = {"enquiryId": "enquiry-1", "listingId": "listing-1", "sellerId": "seller", "buyerId": "buyer"}
REVIEW = {
    "reviewId": "review-1",
    "jobId": "job-1",
    "reviewerId": "buyer",
    "subjectId": "worker",
    "subjectRole": "worker",
    "rating": 4,
    "hidden": True,
}
REPORT = {"reportId": "report-1", "kind": "job", "reportedId": "job-1", "reporterId": "reporter", "decision": "upheld"}
STORY = {
    "storyId": "story-1",
    "authorId": "author",
    "type": "tip",
    "decision": "approve",
    "featured": False,
    "was": "approved",
}
ESCROW = {
    "jobId": "job-1",
    "buyerId": "buyer",
    "workerId": "worker",
    "paidCents": 31_500,
    "heldCents": 31_500,
    "refundedCents": 0,
}
CHARGEBACK = {
    "chargebackId": "9",
    "amountCents": 31_500,
    "jobId": "job-1",
    "buyerId": "buyer",
    "workerId": "worker",
}
DIFFERENCE = {"differenceId": "0a1b", "about": "collection", "reason": "not_at_provider"}
REFERRAL = {"referralId": "referral-1", "referrerId": "referrer", "referredId": "referred", "rewardCents": 5_000}
REWARD = {"rewardId": "reward-1", "kind": "bonus", "referrerId": "referrer", "amountCents": 25_000}
ENTRY: dict[str, Any] = {
    "entryId": "entry-1",
    "userId": "person",
    "amountCents": 5_000,
    "balanceAfterCents": 123_450,
    "source": "story:story-1",
    "type": "reward",
    "bookedBy": [],
    "proposedBy": "admin",
}
PAYOUT = {"payoutId": "job-1", "userId": "person", "kind": "earning", "amountCents": 95_000, "jobId": "job-1"}
REFUND = {"refundId": "job-1", "source": "escrow", "amountCents": 105_000, "buyerId": "buyer", "jobId": "job-1"}
PERSON = {"userId": "person", "roles": ["buyer"]}
REMINDER = {"reminderId": "reminder-1", "userId": "person", "number": 1}

A_JOB: Item = {
    "id": "job-1",
    "buyerId": "buyer",
    "buyerName": "Thandi",
    "title": "Fix a leaking tap",
    "description": "The kitchen tap drips all night.",
    "category": "plumbing",
    "budgetCents": 45_000,
    "location": "Umlazi",
    "createdAt": AT,
    "updatedAt": AT,
    "status": "in_progress",
    "bidCount": 2,
    "expiresAt": "2026-12-21T08:00:00.000Z",
    "acceptedAt": AT,
    "timelineDays": 3,
}
CLOSING = {"status": "completed", "reason": "Neither party answers.", "at": AT}
SHARES = {"decision": "admin", "workerCents": 28_500, "refundCents": 0, "platformCents": 3_000}
OPEN: Item = {**A_JOB, "status": "open"}
SUBMITTED: Item = {**A_JOB, "submission": {"submittedAt": AT}}
COMPLETED: Item = {**SUBMITTED, "status": "completed"}
A_LISTING: Item = {"id": "listing-1", "title": "Clay face bricks"}
A_STORY: Item = {"id": "story-1", "title": "How I began"}
OWN: Item = {"id": "reminder-1", "userId": "person", "text": "Buy washers"}


DECIDED: dict[str, Any] = {
    **ESCROW,
    "amountCents": 10_000,
    "refundedCents": 20_000,
    "decision": "admin",
    "workerPartCents": 10_000,
    "buyerPartCents": 20_000,
    "platformPartCents": 1_500,
}
REASON = "The photos show that half of the wall is done."


def an_escrow() -> Item:
    """The escrow of the job, whose dispute an admin decided."""
    split = Split(10_000, 20_000, 1_500)
    dispute = Dispute(by="buyer", kind="party", reason="Half a wall.", opened_at=AT).ended("admin", AT, split, REASON)
    escrow = new_escrow(
        job_id="job-1",
        job_title="Fix a leaking tap",
        buyer_id="buyer",
        worker_id="worker",
        amounts=amounts_of(100_000, Terms()),
        terms=Terms(),
        timeline_days=3,
        now=AT,
    )
    return item_of(escrow.model_copy(update={"dispute": dispute}))


def happened(kind: str, fields: dict[str, Any], *, by: str | None = "system:test", moved: str = "") -> Event:
    """An event of a kind with this detail and actor; `moved` is the audited field that changed."""
    detail = EVENTS.get(kind, Person).model_validate(fields)
    return Event(
        id="event-1",
        kind=kind,
        version=1,
        at=AT,
        actor=by,
        object="things/1",
        detail=item_of(detail),
        changes={moved: (None, True)} if moved else {},
    )


def notices_of(event: Event, thing: Item | None) -> list[rules.Notice]:
    """The notices of an event about `thing`."""
    return rules.notices(event, [thing] if rules.object_keys(event) else [])


CASES: dict[str, tuple[Event, Item | None, dict[str, str]]] = {
    "a bid": (happened("bid.placed", JOB, by="worker"), OPEN, {"buyer": "bidReceived"}),
    "a bid withdrawn": (happened("bid.withdrawn", JOB, by="worker"), OPEN, {"buyer": "bidWithdrawn"}),
    "a bid withdrawn for an erased person": (happened("bid.withdrawn", JOB), OPEN, {"buyer": "bidWithdrawn"}),
    **{
        f"a bid rejected: {reason}": (
            happened("bid.rejected", {**JOB, "rejectionReason": reason}, by=by),
            A_JOB,
            {"worker": "bidRejected"},
        )
        for reason, by in (
            ("by_owner", "buyer"),
            ("other_bid_accepted", "system:derived"),
            ("job_cancelled", "system:derived"),
            ("job_expired", "system:derived"),
        )
    },
    "a bid accepted on a job through Khaya": (
        happened("job.accepted", {**JOB, "payment": "escrow"}, by="buyer"),
        A_JOB,
        {"worker": "bidAcceptedThroughKhaya"},
    ),
    "a stuck job closed as done": (
        happened("job.completed", JOB, by="admin"),
        {**COMPLETED, "closing": CLOSING},
        {"buyer": "jobClosedAsDone", "worker": "jobClosedAsDone"},
    ),
    "a stuck job closed as cancelled": (
        happened("job.cancelled", {**JOB, "by": "system", "was": "in_progress"}, by="admin"),
        {**A_JOB, "status": "cancelled", "closing": CLOSING},
        {"buyer": "jobClosedAsCancelled", "worker": "jobClosedAsCancelled"},
    ),
    "a job completed by an admin's decision": (
        happened("job.completed", {**JOB, "payment": "escrow"}, by="admin"),
        {**COMPLETED, "escrow": {"status": "released", "shares": SHARES}},
        {},
    ),
    "a job cancelled by an admin's decision": (
        happened("job.cancelled", {**JOB, "by": "system", "was": "in_progress"}, by="admin"),
        {**A_JOB, "status": "cancelled", "escrow": {"status": "refunded", "shares": SHARES}},
        {},
    ),
    "a bid accepted": (happened("job.accepted", JOB, by="buyer"), A_JOB, {"worker": "bidAccepted"}),
    "work begun": (happened("job.started", JOB, by="worker"), A_JOB, {"buyer": "jobStarted"}),
    "work submitted": (happened("job.submitted", JOB, by="worker"), SUBMITTED, {"buyer": "workSubmitted"}),
    "a job confirmed": (happened("job.completed", JOB, by="buyer"), COMPLETED, {"worker": "jobCompleted"}),
    "cancelled by the buyer": (
        happened("job.cancelled", {**JOB, "by": "buyer", "was": "in_progress"}, by="buyer"),
        A_JOB,
        {"worker": "jobCancelled"},
    ),
    "cancelled by the worker": (
        happened("job.cancelled", {**JOB, "by": "worker", "was": "in_progress"}, by="worker"),
        A_JOB,
        {"buyer": "jobCancelled"},
    ),
    "cancelled by the platform": (
        happened("job.cancelled", {**JOB, "by": "system", "was": "in_progress"}),
        A_JOB,
        {"buyer": "jobCancelled", "worker": "jobCancelled"},
    ),
    "cancelled while open": (
        happened("job.cancelled", {**JOB, "workerId": None, "by": "buyer", "was": "open"}, by="buyer"),
        OPEN,
        {},
    ),
    "a job expired": (happened("job.expired", JOB), OPEN, {"buyer": "jobExpired"}),
    "an enquiry": (happened("enquiry.made", ENQUIRY, by="buyer"), A_LISTING, {"seller": "enquiryReceived"}),
    "an answered enquiry": (
        happened("enquiry.answered", ENQUIRY, by="seller"),
        A_LISTING,
        {"buyer": "enquiryAnswered"},
    ),
    "a closed enquiry": (happened("enquiry.closed", ENQUIRY, by="seller"), A_LISTING, {"buyer": "enquiryClosed"}),
    "a review": (happened("review.written", REVIEW, by="buyer"), COMPLETED, {"worker": "reviewReceived"}),
    "a review answered": (happened("review.answered", REVIEW, by="worker"), COMPLETED, {"buyer": "reviewAnswered"}),
    "a listing approved": (
        happened("listing.moderated", {**LISTING, "decision": "approve"}, by="admin"),
        A_LISTING,
        {"seller": "listingApproved"},
    ),
    "a listing rejected": (
        happened("listing.moderated", {**LISTING, "decision": "reject"}, by="admin"),
        A_LISTING,
        {"seller": "listingRejected"},
    ),
    "a story approved": (
        happened("story.moderated", STORY, by="admin", moved="status"),
        A_STORY,
        {"author": "storyApproved"},
    ),
    "a story rejected": (
        happened("story.moderated", {**STORY, "decision": "reject"}, by="admin", moved="status"),
        A_STORY,
        {"author": "storyRejected"},
    ),
    "a story featured later": (
        happened("story.moderated", {**STORY, "featured": True}, by="admin", moved="featured"),
        A_STORY,
        {"author": "storyFeatured"},
    ),
    "a story featured no more": (happened("story.moderated", STORY, by="admin", moved="featured"), A_STORY, {}),
    "a story decided on as before": (happened("story.moderated", STORY, by="admin"), A_STORY, {}),
    "a report decided on": (happened("report.resolved", REPORT, by="admin"), None, {"reporter": "reportResolved"}),
    "a referral paid": (
        happened("referral.rewarded", REFERRAL),
        None,
        {"referrer": "referralRewarded", "referred": "referralRewarded"},
    ),
    **{
        f"a chargeback {state}": (
            happened(f"chargeback.{state}", CHARGEBACK, by=None),
            {"id": "job-1", "title": "Fix a tap"},
            {"buyer": kind, "worker": kind},
        )
        for state, kind in (("opened", "chargebackOpened"), ("won", "chargebackWon"), ("lost", "chargebackLost"))
    },
    "a deposit": (
        happened("escrow.deposit_paid", {**ESCROW, "amountCents": 31_500}, by=None),
        A_JOB,
        {"worker": "workCanStart", "buyer": "paymentReceived"},
    ),
    "a balance": (
        happened("escrow.fully_paid", {**ESCROW, "paidCents": 105_000, "amountCents": 73_500}, by=None),
        A_JOB,
        {"worker": "balancePaid", "buyer": "paymentReceived"},
    ),
    "a balance that is due": (
        happened("escrow.balance_due", {**ESCROW, "amountCents": 73_500, "dueAt": AT}, by="worker"),
        A_JOB,
        {"buyer": "balanceDue"},
    ),
    "a dispute of the buyer's": (
        happened("escrow.disputed", {**ESCROW, "by": "buyer"}, by="buyer"),
        A_JOB,
        {"worker": "disputeOpened"},
    ),
    "a dispute by a deadline": (
        happened("escrow.disputed", {**ESCROW, "by": "system"}, by="system:due_items"),
        A_JOB,
        {"worker": "disputeOpened", "buyer": "disputeOpened"},
    ),
    "a proposed agreement": (
        happened("escrow.agreement_proposed", {**ESCROW, "by": "worker", "amountCents": 500}, by="worker"),
        A_JOB,
        {"buyer": "agreementProposed"},
    ),
    "another proposal in place of the buyer's": (
        happened(
            "escrow.agreement_proposed", {**ESCROW, "by": "worker", "amountCents": 500, "declines": True}, by="worker"
        ),
        A_JOB,
        {"buyer": "agreementDeclined"},
    ),
    "a failed payment": (happened("escrow.payment_failed", ESCROW), A_JOB, {"buyer": "paymentFailed"}),
    "the end of a dispute": (
        happened("escrow.dispute_ended", ESCROW, by="buyer"),
        A_JOB,
        {"worker": "disputeEnded"},
    ),
    "money released by the buyer": (
        happened("escrow.released", {**ESCROW, "amountCents": 95_000}, by="buyer"),
        A_JOB,
        {"worker": "moneyReleased"},
    ),
    "money released by a deadline": (
        happened("escrow.released", {**ESCROW, "amountCents": 95_000}, by="system:due_items"),
        A_JOB,
        {"worker": "moneyReleased", "buyer": "workPaid"},
    ),
    "a dispute decided by an admin": (
        happened("escrow.released", DECIDED, by="admin"),
        A_JOB,
        {"buyer": "disputeDecided", "worker": "disputeDecided"},
    ),
    "a dispute decided by a deadline": (
        happened(
            "escrow.released",
            {**DECIDED, "decision": "deadline", "refundedCents": 0, "buyerPartCents": 0},
            by="system:due_items",
        ),
        A_JOB,
        {"worker": "moneyReleased", "buyer": "workPaid"},
    ),
    "money given back by an admin": (
        happened("escrow.refunded", {**ESCROW, "amountCents": 31_500}, by="admin"),
        A_JOB,
        {"buyer": "refundStarted"},
    ),
    "a chargeback that took everything": (
        happened("escrow.refunded", {**ESCROW, "amountCents": 0}, by=None),
        A_JOB,
        {},
    ),
    "a chargeback of a payment for nothing": (
        happened("chargeback.opened", {"chargebackId": "9", "amountCents": 500}, by=None),
        None,
        {},
    ),
    "credits of a referral": (happened("credits.booked", {**ENTRY, "type": "referral"}), None, {}),
    "a reward": (happened("credits.booked", ENTRY, by="admin"), None, {"person": "creditsReceived"}),
    "a bonus": (happened("credits.booked", {**ENTRY, "type": "bonus"}), None, {"person": "creditsReceived"}),
    "adjusted upwards": (
        happened("credits.booked", {**ENTRY, "type": "adjustment", "bookedBy": ["admin"]}, by="admin"),
        None,
        {"person": "creditsReceived"},
    ),
    "adjusted downwards": (
        happened(
            "credits.booked", {**ENTRY, "type": "adjustment", "amountCents": -700, "bookedBy": ["admin"]}, by="admin"
        ),
        None,
        {"person": "creditsDeducted"},
    ),
    "a reward reversed": (
        happened(
            "credits.booked", {**ENTRY, "type": "reversal", "amountCents": -700, "bookedBy": ["admin"]}, by="admin"
        ),
        None,
        {"person": "creditsDeducted"},
    ),
    "a deduction reversed": (
        happened("credits.booked", {**ENTRY, "type": "reversal", "bookedBy": ["admin"]}, by="admin"),
        None,
        {"person": "creditsReceived"},
    ),
    "a failed withdrawal's credits": (happened("credits.booked", {**ENTRY, "type": "reversal"}), None, {}),
    "a withdrawal's booking": (
        happened("credits.booked", {**ENTRY, "type": "withdrawal", "amountCents": -20_000}, by="person"),
        None,
        {},
    ),
    "a changed job, for one of its bidders": (
        rules.for_bidder(happened("job.edited", JOB, by="buyer"), "bidder"),
        A_JOB,
        {"bidder": "jobEdited"},
    ),
    "a withdrawal paid": (
        happened("withdrawal.paid", {**ENTRY, "amountCents": -20_000}),
        None,
        {"person": "withdrawalPaid"},
    ),
    "a withdrawal that failed": (
        happened("withdrawal.failed", {**ENTRY, "amountCents": -20_000}),
        None,
        {"person": "withdrawalFailed"},
    ),
    "a refused reward of a referral": (
        happened("reward.refused", {**REWARD, "kind": "referral", "referredId": "referred"}, by="admin"),
        None,
        {"referrer": "rewardRefused", "referred": "rewardRefused"},
    ),
    "a refused bonus": (happened("reward.refused", REWARD, by="admin"), None, {"referrer": "rewardRefused"}),
    "verified": (happened("person.verified", {**PERSON, "verified": True}, by="admin"), None, {"person": "verified"}),
    "no longer verified": (
        happened("person.verified", {**PERSON, "verified": False}, by="admin"),
        None,
        {"person": "verificationEnded"},
    ),
    "not verified": (
        happened("person.verification_refused", PERSON, by="admin"),
        None,
        {"person": "verificationRefused"},
    ),
    "a first e-mail, by themselves": (
        happened("person.contact_changed", {**PERSON, "contact": "email", "replaced": False}, by="person"),
        None,
        {"person": "contactChanged"},
    ),
    "a new password, by themselves": (
        happened("person.password_changed", PERSON, by="person"),
        None,
        {"person": "passwordChanged"},
    ),
    "suspended": (happened("person.suspended", PERSON, by="admin"), None, {"person": "accountSuspended"}),
    "reinstated": (happened("person.reinstated", PERSON, by="admin"), None, {"person": "accountReinstated"}),
    **{
        f"a payout waits: {reason}": (happened("payout.delayed", {**PAYOUT, "reason": reason}), A_JOB, expected)
        for reason, expected in (
            ("no_account", {"person": "payoutNeedsAccount"}),
            ("account_not_verified", {"person": "payoutNeedsAccount"}),
            ("returned", {"person": "payoutReturned"}),
            ("failed", {"person": "payoutFailed"}),
            ("limit", {"person": "payoutHeld"}),
            ("admin_hold", {"person": "payoutHeld"}),
            ("not_settled", {}),
            ("new_worker", {}),
            ("account_hold", {}),
            ("balance_too_low", {}),
            ("provider_unavailable", {}),
            ("chargeback", {}),
            ("suspended", {}),
        )
    },
    "a payout of credits waits": (
        happened("payout.delayed", {**PAYOUT, "jobId": None, "kind": "credits", "reason": "returned"}),
        None,
        {"person": "payoutReturned"},
    ),
    "a payout still waits": (
        happened("payout.reminder", {**PAYOUT, "reason": "no_account", "number": 2}),
        A_JOB,
        {"person": "payoutNeedsAccount"},
    ),
    "an earning was paid": (happened("payout.paid", PAYOUT), A_JOB, {"person": "payoutPaid"}),
    "credits were paid": (happened("payout.paid", {**PAYOUT, "jobId": None, "kind": "credits"}), None, {}),
    "a refund needs an account": (happened("refund.needs_account", REFUND), A_JOB, {"buyer": "refundNeedsAccount"}),
    "a refund still needs one": (
        happened("refund.reminder", {**REFUND, "number": 1}),
        A_JOB,
        {"buyer": "refundNeedsAccount"},
    ),
    "a refund is stuck": (happened("refund.stuck", {**REFUND, "reason": "refused"}), A_JOB, {"buyer": "refundHeld"}),
    "a stuck refund goes on": (
        happened("refund.decided", {**REFUND, "decision": "again", "waits": False}, by="admin"),
        A_JOB,
        {"buyer": "refundResumed"},
    ),
    "a decision about it waits": (
        happened("refund.decided", {**REFUND, "decision": "again", "waits": True}, by="admin"),
        A_JOB,
        {},
    ),
    "it was given back by hand": (
        happened("refund.decided", {**REFUND, "decision": "given_back", "waits": False}, by="admin"),
        A_JOB,
        {},
    ),
    "a refund was paid": (happened("refund.paid", REFUND), A_JOB, {"buyer": "refundPaid"}),
    "money of an unknown payer went back": (
        happened("refund.paid", {**REFUND, "buyerId": None, "jobId": None}),
        None,
        {},
    ),
    "a payout account is verified": (
        happened("person.payout_account_checked", {**PERSON, "verified": True}),
        None,
        {"person": "payoutAccountVerified"},
    ),
    **{
        f"a payout account is not verified: {problem}": (
            happened("person.payout_account_checked", {**PERSON, "verified": False, "problem": problem}),
            None,
            {"person": "payoutAccountRefused"},
        )
        for problem in get_args(Problem)
    },
    "another payout account, by themselves": (
        happened("person.payout_account_changed", PERSON, by="person"),
        None,
        {"person": "payoutAccountChanged"},
    ),
    "their own reminder": (happened("reminder.due", {**REMINDER, "kind": "own"}), OWN, {"person": "reminder"}),
    **{
        f"to be done: {kind}": (happened("reminder.due", {**REMINDER, "kind": kind, "jobId": "job-1"}), job, expected)
        for kind, job, expected in (
            ("review", COMPLETED, {"person": "reviewPrompt"}),
            ("chooseBid", OPEN, {"person": "chooseBid"}),
            ("confirmWork", SUBMITTED, {"person": "confirmWork"}),
            ("handInWork", A_JOB, {"person": "handInWork"}),
        )
    },
    **{
        f"no longer open: {name}": (happened("reminder.due", {**REMINDER, "kind": kind, "jobId": "job-1"}), job, {})
        for name, kind, job in (
            ("a bid was accepted", "chooseBid", A_JOB),
            ("the bids were withdrawn", "chooseBid", {**OPEN, "bidCount": 0}),
            ("the work was confirmed", "confirmWork", COMPLETED),
            ("the work was submitted", "handInWork", SUBMITTED),
            ("the job was cancelled", "handInWork", {**A_JOB, "status": "cancelled"}),
        )
    },
}

SILENT = {
    "escrow.opened",
    "escrow.cancelled",
    "chargeback.answered",
    "difference.found",
    "difference.closed",
    "job.posted",
    "job.released",
    "bid.accepted",
    "listing.created",
    "listing.edited",
    "listing.moved",
    "review.moderated",
    "report.filed",
    "story.written",
    "story.removed",
    "referral.applied",
    "referral.completed",
    "reward.waiting",
    "reward.paid",
    "adjustment.proposed",
    "adjustment.refused",
    "withdrawal.requested",
    "withdrawal.returned",
    "payout.created",
    "payout.decided",
    "payout.sent",
    "payout.credited",
    "refund.created",
    "person.joined",
    "person.roles_changed",
    "person.verification_requested",
    "person.made_admin",
    "person.ended_admin",
    "person.erased",
}
"""Kinds of event without notices; `bid.accepted` comes with `job.accepted`, which has one."""


@pytest.mark.parametrize("name", CASES)
def test_each_event_notifies_exactly_the_right_people(name: str) -> None:
    event, thing, expected = CASES[name]
    notices = notices_of(event, thing)
    assert {notice.user_id: notice.kind for notice in notices} == expected
    assert len(notices) == len(expected)
    assert rules.is_relevant(event)


@pytest.mark.parametrize("name", CASES)
def test_every_recipient_is_among_the_possible_recipients(name: str) -> None:
    event, _, expected = CASES[name]
    assert set(expected) <= set(rules.possible_recipients(event))


@pytest.mark.parametrize("name", [name for name, (event, _, _) in CASES.items() if rules.object_keys(event)])
def test_given_a_deleted_object_then_nobody_is_notified(name: str) -> None:
    event, _, _ = CASES[name]
    assert rules.notices(event, [None]) == []


@pytest.mark.parametrize("name", [name for name, (_, _, expected) in CASES.items() if expected])
def test_people_get_no_notice_of_their_own_actions_except_about_security(name: str) -> None:
    event, thing, expected = CASES[name]
    for person, kind in expected.items():
        notices = notices_of(event.model_copy(update={"actor": person}), thing)
        assert (person in {notice.user_id for notice in notices}) == (not KINDS[kind].configurable)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_every_notice_renders_in_both_languages(name: str, language: Language) -> None:
    event, thing, _ = CASES[name]
    for notice in notices_of(event, thing):
        text = render(notice.kind, notice.params, language)
        assert set(notice.params) == KINDS[notice.kind].placeholders
        assert not {"{", "}"} & set(text.title + text.text)


def test_every_kind_of_event_has_a_case_or_is_listed_as_silent() -> None:
    covered = {event.kind for event, _, _ in CASES.values()}
    assert covered | SILENT == set(EVENTS)
    assert not covered & SILENT


def test_every_kind_of_notice_is_caused_by_some_event() -> None:
    caused = {kind for _, _, expected in CASES.values() for kind in expected.values()}
    assert caused | {"contactReplaced"} == set(KINDS)


def test_a_replaced_contact_is_told_to_the_old_and_the_new_one() -> None:
    event = happened("person.contact_changed", {**PERSON, "contact": "phone", "replaced": True}, by="person")
    assert [(notice.user_id, notice.kind) for notice in notices_of(event, None)] == [
        ("person", "contactChanged"),
        ("person", "contactReplaced"),
    ]


@pytest.mark.parametrize("kind", sorted(SILENT))
def test_a_silent_event_notifies_nobody(kind: str) -> None:
    payout = {**PAYOUT, **REFUND, "decision": "send", "waits": True, "reason": "unclear"}
    facts = {**payout, **JOB, **LISTING, **REVIEW, **REPORT, **STORY, **REFERRAL, **REWARD, **ENTRY, **PERSON}
    event = happened(kind, {**facts, **CHARGEBACK, **DIFFERENCE, **ESCROW})
    assert rules.object_keys(event) == []
    assert rules.possible_recipients(event) == []
    assert rules.notices(event, []) == []


def test_a_notice_holds_ids_and_no_names() -> None:
    # given a bid
    event, thing, _ = CASES["a bid"]
    # when its notice is created
    (notice,) = notices_of(event, thing)
    # then it has the title, the amount and the ids
    assert notice.params == {"jobTitle": "Fix a leaking tap", "amountCents": 45_000}
    assert notice.data == {"jobId": "job-1", "bidId": "bid-1"}


@pytest.mark.parametrize(("decision", "by"), [("agreement", "agreement"), ("deadline", "system")])
def test_khaya_does_not_say_that_it_called_off_what_both_parties_agreed_on(decision: str, by: str) -> None:
    # given a dispute that ended with everything back to the buyer
    event = happened("job.cancelled", {**JOB, "by": "system", "was": "in_progress"}, by="buyer")
    shares = {**SHARES, "decision": decision}
    item = {**A_JOB, "status": "cancelled", "escrow": {"status": "refunded", "shares": shares}}
    # when the worker is told of the end of the job
    (notice,) = notices_of(event, item)
    # then the words say who decided
    assert (notice.user_id, notice.kind, notice.params["by"]) == ("worker", "jobCancelled", by)


@pytest.mark.parametrize(("part", "told"), [(0, []), (20_000, [20_000])])
def test_a_refund_of_a_decided_dispute_is_without_what_the_bank_took_back_before(part: int, told: list[int]) -> None:
    # given a job of whose payments the bank took R315 back before its dispute ended by a deadline
    detail = {**DECIDED, "decision": "deadline", "refundedCents": 31_500 + part, "buyerPartCents": part}
    event = happened("escrow.released", detail, by="system:due_items")
    # when the parties are told
    found = [one for one in notices_of(event, A_JOB) if one.kind == "refundStarted"]
    # then the buyer reads what Khaya gives back, if anything
    assert [one.params["amountCents"] for one in found] == told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["refund.paid", "refund.stuck", "refund.needs_account", "refund.reminder"])
def test_a_refund_in_another_currency_is_not_told_in_rand(kind: str, language: Language) -> None:
    fields = {**REFUND, "source": "suspense", "amountCents": 5_005, "currency": "USD", "reason": "failed", "number": 1}
    (notice,) = notices_of(happened(kind, fields, by=None), A_JOB)
    shown = render(notice.kind, notice.params, language)
    assert "USD 50.05" in shown.text
    assert "R50" not in f"{shown.title} {shown.text}"


def test_the_amount_of_a_withdrawal_is_shown_without_a_sign() -> None:
    event, _, _ = CASES["a withdrawal paid"]
    (notice,) = notices_of(event, None)
    assert notice.params == {"amountCents": 20_000}


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({}, ["2026-11-24T08:00:00.000Z"]),
        (
            {"escrow": {"status": "deposit_paid", "depositPaidAt": "2026-11-22T09:00:00.000Z"}},
            ["2026-11-25T09:00:00.000Z"],
        ),
        ({"escrow": {"status": "pending"}}, []),
    ],
    ids=["cash", "deposit", "unpaid"],
)
def test_the_work_is_due_after_the_days_of_the_bid_which_begin_with_the_deposit(
    fields: dict[str, Any], due: list[str]
) -> None:
    event, thing, _ = CASES["to be done: handInWork"]
    assert thing is not None
    assert [notice.params["dueAt"] for notice in notices_of(event, {**thing, **fields})] == due


@pytest.mark.parametrize("kind", ["escrow.released", "escrow.refunded"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_admins_decision_tells_both_parties_who_gets_what_and_why(kind: str, language: Language) -> None:
    # given a dispute that an admin decided
    event = happened(kind, DECIDED, by="admin")
    assert [row["id"] for _, row in rules.object_keys(event)] == ["job-1", "job-1"]
    # when its notices are made
    found = rules.notices(event, [A_JOB, an_escrow()])
    # then each party has one, with the three amounts and the admin's reason
    assert [(one.user_id, one.kind) for one in found] == [("buyer", "disputeDecided"), ("worker", "disputeDecided")]
    for one in found:
        text = render(one.kind, one.params, language).text
        assert all(part in text for part in ("R100", "R200", "R15", REASON, "Fix a leaking tap"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_closed_job_tells_both_parties_why(language: Language) -> None:
    event = happened("job.completed", JOB, by="admin")
    for one in rules.notices(event, [{**COMPLETED, "closing": CLOSING}]):
        assert "Neither party answers." in render(one.kind, one.params, language).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_escrow_an_acceptance_names_no_day_because_the_time_runs_from_the_deposit(language: Language) -> None:
    (one,) = rules.notices(happened("job.accepted", {**JOB, "payment": "escrow"}, by="buyer"), [A_JOB])
    text = render(one.kind, one.params, language).text
    assert "2026" not in text
    assert "3" in text
