"""The events in a change of an item: their kinds, details, actors and ids."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.escrows.model import TRANSITIONS, Transition
from khaya.events.catalogue import KINDS
from khaya.events.model import Event, events_of
from khaya.platform.base.changes import Change
from khaya.platform.base.ids import derived_id
from khaya.platform.data.stream_records import change_in

AT = "2026-11-21T08:00:00.000Z"
JOB: dict[str, Any] = {
    "id": "job-1",
    "buyerId": "buyer-1",
    "buyerName": "Thandi",
    "title": "Fix the tap",
    "description": "It drips all night long.",
    "category": "plumbing",
    "location": "Durban",
    "budgetCents": 50000,
    "payment": "cash",
    "status": "open",
    "bidCount": 0,
    "version": 1,
}
ACCEPTED = {
    **JOB,
    "status": "in_progress",
    "version": 2,
    "workerId": "worker-1",
    "acceptedBidId": "bid-1",
    "agreedCents": 45000,
    "timelineDays": 3,
    "acceptedAt": AT,
    "workerContact": {"displayName": "Bongani", "phone": "+27820000003"},
}
BID: dict[str, Any] = {
    "id": "bid-1",
    "jobId": "job-1",
    "jobTitle": "Fix the tap",
    "buyerId": "buyer-1",
    "workerId": "worker-1",
    "workerName": "Bongani",
    "amountCents": 45000,
    "timelineDays": 3,
    "proposal": "I have the parts in my van.",
    "status": "pending",
}
LISTING: dict[str, Any] = {
    "id": "listing-1",
    "sellerId": "seller-1",
    "title": "Bricks",
    "category": "bricks",
    "priceCents": 200,
    "status": "pending",
}
ENQUIRY: dict[str, Any] = {
    "id": "enquiry-1",
    "listingId": "listing-1",
    "sellerId": "seller-1",
    "buyerId": "buyer-1",
    "text": "Thandi asks: do you deliver?",
    "quantity": 500,
    "status": "open",
}
REVIEW: dict[str, Any] = {
    "id": "review-1",
    "jobId": "job-1",
    "reviewerId": "buyer-1",
    "subjectId": "worker-1",
    "subjectRole": "worker",
    "rating": 5,
    "comment": "Well done.",
}
REPORT: dict[str, Any] = {
    "id": "report-1",
    "kind": "job",
    "reportedId": "job-1",
    "reporterId": "worker-1",
    "status": "open",
    "reason": "It is a fraud.",
}
STORY: dict[str, Any] = {
    "id": "story-1",
    "authorId": "buyer-1",
    "title": "A new roof",
    "type": "success",
    "status": "pending",
    "featured": False,
}
REFERRAL: dict[str, Any] = {
    "id": "referral#b",
    "referralId": "referral-1",
    "referrerId": "a",
    "referredId": "b",
    "status": "pending",
}
REWARD: dict[str, Any] = {
    "id": "reward#reward-1",
    "rewardId": "reward-1",
    "kind": "bonus",
    "referrerId": "a",
    "rewardedCount": 5,
    "amountCents": 25_000,
    "status": "waiting",
}
CHARGEBACK = {
    "id": "9",
    "collectionId": "job-1-deposit-1",
    "jobId": "job-1",
    "buyerId": "buyer-1",
    "workerId": "worker-1",
    "amountCents": 31_500,
    "status": "open",
}
ESCROW: dict[str, Any] = {
    "id": "job-1",
    "buyerId": "buyer-1",
    "workerId": "worker-1",
    "amounts": {"buyerTotalCents": 105_000},
    "status": "pending",
    "paidCents": 0,
    "heldCents": 0,
    "refundedCents": 0,
    "releasedCents": 0,
}
DEPOSIT_PAID = {**ESCROW, "status": "deposit_paid", "paidCents": 31_500, "heldCents": 31_500}
FULLY_PAID = {**DEPOSIT_PAID, "status": "held", "paidCents": 105_000, "heldCents": 105_000}
DISPUTED = {**FULLY_PAID, "status": "disputed", "dispute": {"by": "buyer", "decideBy": AT}}
DIFFERENCE = {
    "id": "difference#0a1b",
    "about": "collection",
    "kind": "openDifference",
    "object": "job-1-deposit-1",
    "reason": "not_at_provider",
    "oursCents": 5,
    "foundAt": "2026-11-21T08:00:00.000Z",
}
PROPOSAL = {"id": "proposal#1", "userId": "a", "amountCents": 900000, "proposedBy": "admin-1", "createdAt": AT}
ENTRY: dict[str, Any] = {
    "id": "entry-1",
    "userId": "a",
    "type": "withdrawal",
    "amountCents": -10000,
    "balanceAfterCents": 0,
    "source": "withdrawal:1",
    "withdrawalStatus": "pending",
}
PAYOUT: dict[str, Any] = {
    "id": "job-1",
    "userId": "a",
    "kind": "earning",
    "jobId": "1",
    "jobTitle": "Fix a leaking tap",
    "amountCents": 95_000,
    "status": "pending",
}
REMINDED = [{**PAYOUT, "reason": "no_account", "waiting": {"since": AT, "reminded": number}} for number in range(2)]
ACCOUNT: dict[str, Any] = {
    "id": "account#a",
    "verified": False,
    "accountName": "Thandi",
    "bankName": "Absa Bank",
    "lastDigits": "4567",
    "sealed": "ciphertext",
}
CHECKED: dict[str, Any] = {**{name: value for name, value in ACCOUNT.items() if name != "sealed"}, "verified": True}
REFUND: dict[str, Any] = {
    "id": "1",
    "source": "escrow",
    "buyerId": "b",
    "jobId": "1",
    "jobTitle": "Fix a leaking tap",
    "amountCents": 105_000,
    "status": "pending",
}
STUCK = {**REFUND, "status": "needs_admin", "reason": "refused"}
ASKING: dict[str, Any] = {**REFUND, "status": "needs_account", "waiting": {"since": AT, "reminded": 0}}
PERSON: dict[str, Any] = {"userId": "a", "displayName": "Thandi", "roles": ["buyer"]}
MODERATION = {"decision": "approve", "reason": "Fine.", "moderatorId": "admin-1", "at": AT}
HIDDEN = {"hidden": True, "reason": "Rude.", "moderatorId": "admin-1", "at": AT}


def events_in(resource: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[Event]:
    return events_of(Change("change-1", resource, before, after, AT, "someone-1"))


MOVES: list[tuple[str, str, dict[str, Any] | None, dict[str, Any] | None, list[str]]] = [
    ("a new job", "jobs", None, JOB, ["job.posted"]),
    ("one bid more", "jobs", JOB, {**JOB, "bidCount": 1}, []),
    ("an edit", "jobs", JOB, {**JOB, "budgetCents": 60000, "version": 2}, ["job.edited"]),
    ("an acceptance", "jobs", JOB, ACCEPTED, ["job.accepted"]),
    ("a start", "jobs", ACCEPTED, {**ACCEPTED, "startedAt": AT}, ["job.started"]),
    ("a submission", "jobs", ACCEPTED, {**ACCEPTED, "submission": {"note": "Done."}}, ["job.submitted"]),
    ("a completion", "jobs", ACCEPTED, {**ACCEPTED, "status": "completed", "completedAt": AT}, ["job.completed"]),
    (
        "a completion that pays",
        "jobs",
        ACCEPTED,
        {**ACCEPTED, "status": "completed", "completedAt": AT, "releasedAt": AT},
        ["job.completed", "job.released"],
    ),
    (
        "a cancellation",
        "jobs",
        JOB,
        {**JOB, "status": "cancelled", "cancellation": {"reason": "Moved.", "by": "buyer", "at": AT}},
        ["job.cancelled"],
    ),
    ("an expiry", "jobs", JOB, {**JOB, "status": "expired"}, ["job.expired"]),
    ("a new bid", "bids", None, BID, ["bid.placed"]),
    ("a bid's other title", "bids", BID, {**BID, "jobTitle": "Fix both taps"}, []),
    ("an accepted bid", "bids", BID, {**BID, "status": "accepted"}, ["bid.accepted"]),
    (
        "a rejected bid",
        "bids",
        BID,
        {**BID, "status": "rejected", "rejectionReason": "by_owner"},
        ["bid.rejected"],
    ),
    ("a withdrawn bid", "bids", BID, {**BID, "status": "withdrawn"}, ["bid.withdrawn"]),
    ("a worker's slot on a job", "bids", None, {"id": "job-1#worker-1", "bidId": "bid-1"}, []),
    ("a new listing", "listings", None, LISTING, ["listing.created"]),
    (
        "an approved listing",
        "listings",
        LISTING,
        {**LISTING, "status": "active", "moderation": MODERATION},
        ["listing.moderated", "listing.moved"],
    ),
    ("another price", "listings", LISTING, {**LISTING, "priceCents": 250}, ["listing.edited"]),
    ("another stock", "listings", LISTING, {**LISTING, "stock": 7}, []),
    ("how many a seller holds", "listings", None, {"id": "seller#seller-1", "held": 1}, []),
    ("an enquiry", "enquiries", None, ENQUIRY, ["enquiry.made"]),
    (
        "an answered enquiry",
        "enquiries",
        ENQUIRY,
        {**ENQUIRY, "status": "answered", "answer": {"text": "Yes, Thandi.", "at": AT}},
        ["enquiry.answered"],
    ),
    ("a closed enquiry", "enquiries", ENQUIRY, {**ENQUIRY, "status": "closed"}, ["enquiry.closed"]),
    ("a review", "reviews", None, REVIEW, ["review.written"]),
    ("an answer", "reviews", REVIEW, {**REVIEW, "response": {"comment": "Thanks."}}, ["review.answered"]),
    ("a hidden review", "reviews", REVIEW, {**REVIEW, "moderations": [HIDDEN]}, ["review.moderated"]),
    ("a report", "reports", None, REPORT, ["report.filed"]),
    (
        "a decision on a report",
        "reports",
        REPORT,
        {**REPORT, "status": "resolved", "resolution": {"decision": "upheld", "note": "It was."}},
        ["report.resolved"],
    ),
    ("a story", "stories", None, STORY, ["story.written"]),
    (
        "an approved story",
        "stories",
        STORY,
        {**STORY, "status": "approved", "moderation": MODERATION},
        ["story.moderated"],
    ),
    ("a like", "stories", {**STORY, "likes": 1}, {**STORY, "likes": 2}, []),
    ("a deleted story", "stories", STORY, None, ["story.removed"]),
    ("a like's own row", "stories", None, {"id": "story-1#a", "likedBy": "a"}, []),
    ("a referral", "referrals", None, REFERRAL, ["referral.applied"]),
    (
        "a rewarded referral",
        "referrals",
        REFERRAL,
        {**REFERRAL, "status": "rewarded", "rewardCents": 5000},
        ["referral.completed", "referral.rewarded"],
    ),
    ("a referral that waits", "referrals", REFERRAL, {**REFERRAL, "status": "completed"}, ["referral.completed"]),
    (
        "one that waited",
        "referrals",
        {**REFERRAL, "status": "completed"},
        {**REFERRAL, "status": "rewarded"},
        ["referral.rewarded"],
    ),
    ("a reward that waits for an admin", "referrals", None, REWARD, ["reward.waiting"]),
    ("a reward that an admin paid", "referrals", REWARD, {**REWARD, "status": "paid"}, ["reward.paid"]),
    ("a reward that an admin refused", "referrals", REWARD, {**REWARD, "status": "refused"}, ["reward.refused"]),
    ("a first qualifying job", "referrals", None, {"id": "qualification#a", "qualifiedAt": AT}, []),
    ("a withdrawal", "credits", None, ENTRY, ["credits.booked", "withdrawal.requested"]),
    ("one that arrived", "credits", ENTRY, {**ENTRY, "withdrawalStatus": "paid"}, ["withdrawal.paid"]),
    ("one that failed", "credits", ENTRY, {**ENTRY, "withdrawalStatus": "failed"}, ["withdrawal.failed"]),
    ("one that was returned", "credits", {**ENTRY, "withdrawalStatus": "paid"}, ENTRY, ["withdrawal.returned"]),
    ("a payout", "payouts", None, PAYOUT, ["payout.created"]),
    ("a payout that waits", "payouts", PAYOUT, {**PAYOUT, "reason": "no_account"}, ["payout.delayed"]),
    ("a payout that still waits", "payouts", REMINDED[0], REMINDED[1], ["payout.reminder"]),
    ("a payout that is sent", "payouts", PAYOUT, {**PAYOUT, "status": "sent"}, ["payout.sent"]),
    ("a payout that arrived", "payouts", {**PAYOUT, "status": "sent"}, {**PAYOUT, "status": "paid"}, ["payout.paid"]),
    (
        "a payout that came back",
        "payouts",
        {**PAYOUT, "status": "paid"},
        {**PAYOUT, "reason": "returned"},
        ["payout.delayed"],
    ),
    (
        "a payout that becomes credits",
        "payouts",
        PAYOUT,
        {**PAYOUT, "status": "credited", "approvedBy": ["admin-1"]},
        ["payout.credited", "payout.decided"],
    ),
    ("a payout that an admin sends", "payouts", PAYOUT, {**PAYOUT, "approvedBy": ["admin-1"]}, ["payout.decided"]),
    (
        "a payout that an admin wants to hold",
        "payouts",
        PAYOUT,
        {**PAYOUT, "proposal": {"decision": "hold", "by": "admin-1", "reason": "Strange.", "at": AT}},
        ["payout.decided"],
    ),
    ("what was sent in a day", "payouts", None, {"id": "sent#a#2026-11-21", "sentCents": 1}, []),
    ("the banks", "payouts", None, {"id": "banks", "items": []}, []),
    ("a payout account", "payouts", None, ACCOUNT, ["person.payout_account_changed"]),
    ("another account", "payouts", {**ACCOUNT, "sealed": "x"}, ACCOUNT, ["person.payout_account_changed"]),
    ("an account that is checked later", "payouts", ACCOUNT, {**ACCOUNT, "nextAt": AT}, []),
    ("an account that was checked", "payouts", ACCOUNT, CHECKED, ["person.payout_account_checked"]),
    ("an account that is deleted", "payouts", ACCOUNT, None, []),
    ("a refund", "refunds", None, REFUND, ["refund.created"]),
    ("a refund that needs an account", "refunds", REFUND, ASKING, ["refund.needs_account"]),
    (
        "a refund whose account was not taken",
        "refunds",
        ASKING,
        {**ASKING, "accountProblem": "closed"},
        ["refund.needs_account"],
    ),
    (
        "a refund that still needs one",
        "refunds",
        ASKING,
        {**ASKING, "waiting": {"since": AT, "reminded": 1}},
        ["refund.reminder"],
    ),
    ("a stuck refund", "refunds", REFUND, {**REFUND, "status": "needs_admin", "reason": "refused"}, ["refund.stuck"]),
    (
        "a decision about a stuck refund that waits for another admin",
        "refunds",
        STUCK,
        {**STUCK, "proposal": {"decision": "again", "by": "admin-1", "at": AT}},
        ["refund.decided"],
    ),
    (
        "a stuck refund that goes on",
        "refunds",
        STUCK,
        {**REFUND, "decision": "again", "decidedAt": AT},
        ["refund.decided"],
    ),
    (
        "a stuck refund that was given back by hand",
        "refunds",
        STUCK,
        {**REFUND, "status": "paid", "decision": "given_back", "decidedAt": AT},
        ["refund.paid", "refund.decided"],
    ),
    ("a refund that arrived", "refunds", REFUND, {**REFUND, "status": "paid"}, ["refund.paid"]),
    ("money in suspense", "refunds", None, {"id": "suspense#x", "status": "waiting", "amountCents": 1}, []),
    (
        "an adjustment that waits for a second admin",
        "credits",
        None,
        PROPOSAL,
        ["adjustment.proposed"],
    ),
    (
        "a proposal that a second admin refused",
        "credits",
        {**PROPOSAL, "status": "waiting"},
        {**PROPOSAL, "status": "refused", "decidedBy": "admin-2"},
        ["adjustment.refused"],
    ),
    (
        "a proposal that a second admin approved",
        "credits",
        {**PROPOSAL, "status": "waiting"},
        {**PROPOSAL, "status": "approved", "decidedBy": "admin-2"},
        [],
    ),
    ("an escrow", "escrows", None, ESCROW, ["escrow.opened"]),
    ("its deposit", "escrows", ESCROW, DEPOSIT_PAID, ["escrow.deposit_paid"]),
    ("its balance", "escrows", DEPOSIT_PAID, FULLY_PAID, ["escrow.fully_paid"]),
    ("a checkout", "escrows", ESCROW, {**ESCROW, "checkouts": [{"part": "deposit", "attempt": 1}]}, []),
    ("a failed card", "escrows", ESCROW, {**ESCROW, "failedCards": 1}, ["escrow.payment_failed"]),
    ("a balance due", "escrows", DEPOSIT_PAID, {**DEPOSIT_PAID, "balanceDueAt": AT}, ["escrow.balance_due"]),
    ("a dispute", "escrows", FULLY_PAID, DISPUTED, ["escrow.disputed"]),
    ("its withdrawal", "escrows", DISPUTED, FULLY_PAID, ["escrow.dispute_ended"]),
    (
        "a proposed agreement",
        "escrows",
        DISPUTED,
        {**DISPUTED, "settlement": {"by": "worker", "refundCents": 500, "at": AT}},
        ["escrow.agreement_proposed"],
    ),
    ("a release", "escrows", FULLY_PAID, {**FULLY_PAID, "status": "released"}, ["escrow.released"]),
    ("money back", "escrows", FULLY_PAID, {**FULLY_PAID, "status": "refunded"}, ["escrow.refunded"]),
    ("nothing paid", "escrows", ESCROW, {**ESCROW, "status": "cancelled"}, ["escrow.cancelled"]),
    ("a chargeback", "chargebacks", None, CHARGEBACK, ["chargeback.opened"]),
    ("its answer", "chargebacks", CHARGEBACK, {**CHARGEBACK, "answer": {"by": "admin"}}, ["chargeback.answered"]),
    ("another due time", "chargebacks", CHARGEBACK, {**CHARGEBACK, "dueAt": "2026-12-01"}, []),
    ("one that was won", "chargebacks", CHARGEBACK, {**CHARGEBACK, "status": "won"}, ["chargeback.won"]),
    ("one that was lost", "chargebacks", CHARGEBACK, {**CHARGEBACK, "status": "lost"}, ["chargeback.lost"]),
    ("a difference", "books", None, DIFFERENCE, ["difference.found"]),
    ("a closed one", "books", DIFFERENCE, {**DIFFERENCE, "closedBy": "admin"}, ["difference.closed"]),
    ("a settlement", "books", None, {"id": "settlement#1", "amountCents": 5}, []),
    ("a person", "profiles", None, PERSON, ["person.joined"]),
    ("another name", "profiles", PERSON, {**PERSON, "displayName": "Thandiwe"}, []),
    ("a role", "profiles", PERSON, {**PERSON, "roles": ["buyer", "worker"]}, ["person.roles_changed"]),
    ("a verification", "profiles", PERSON, {**PERSON, "verified": True}, ["person.verified"]),
    (
        "a request to be verified",
        "profiles",
        PERSON,
        {**PERSON, "verification": {"status": "waiting"}},
        ["person.verification_requested"],
    ),
    (
        "a refused request",
        "profiles",
        {**PERSON, "verification": {"status": "waiting"}},
        {**PERSON, "verification": {"status": "refused"}},
        ["person.verification_refused"],
    ),
    (
        "an approved request",
        "profiles",
        {**PERSON, "verification": {"status": "waiting"}},
        {**PERSON, "verified": True, "verification": {"status": "approved"}},
        ["person.verified"],
    ),
    ("a request counted by the account guard", "users", {"userId": "a", "writes": 1}, {"userId": "a", "writes": 2}, []),
    (
        "a suspension",
        "users",
        None,
        {"userId": "a#1", "about": "a", "decidedBy": "admin-1", "status": "suspended", "reason": "Fraud."},
        ["person.suspended"],
    ),
    (
        "a new password",
        "users",
        None,
        {"userId": "a#1", "about": "a", "passwordChangedAt": AT},
        ["person.password_changed"],
    ),
    (
        "a new phone",
        "users",
        None,
        {"userId": "a#former-phone", "about": "a", "contact": "phone", "contactChangedAt": AT, "formerContact": "+27"},
        ["person.contact_changed"],
    ),
    (
        "a contact that is forgotten",
        "users",
        {"userId": "a#former-phone", "about": "a", "contact": "phone", "contactChangedAt": AT},
        None,
        [],
    ),
    (
        "a new admin",
        "users",
        None,
        {"userId": "a#1", "about": "a", "decidedBy": "admin-1", "admin": True, "reason": "Trusted."},
        ["person.made_admin"],
    ),
    ("an erasure", "users", {"userId": "a"}, {"userId": "a", "status": "erased"}, ["person.erased"]),
    (
        "a due reminder",
        "reminders",
        {"id": "r", "userId": "a", "kind": "own", "number": 0},
        {"id": "r", "userId": "a", "kind": "own", "number": 1},
        ["reminder.due"],
    ),
    ("the first paid job of a pair", "escrows", None, {"id": "pair#a#b", "paidAt": [AT]}, []),
    (
        "another paid job of a pair",
        "escrows",
        {"id": "pair#a#b", "paidAt": [AT]},
        {"id": "pair#a#b", "paidAt": [AT, AT]},
        [],
    ),
    ("a word of the index", "search", None, {"id": "x"}, []),
]


@pytest.mark.parametrize(
    ("resource", "before", "after", "kinds"), [move[1:] for move in MOVES], ids=[move[0] for move in MOVES]
)
def test_a_change_yields_these_events(
    resource: str, before: dict[str, Any] | None, after: dict[str, Any] | None, kinds: list[str]
) -> None:
    events = events_in(resource, before, after)
    assert [event.kind for event in events] == kinds
    for event in events:
        assert (event.at, event.actor) == (AT, "someone-1")
        assert Event.model_validate(event.model_dump(by_alias=True)) == event, (
            "an event survives its way through a queue"
        )


def test_every_kind_of_event_is_found_in_some_change() -> None:
    decided = [
        ({"status": "active"}, "person.reinstated"),
        ({"admin": False}, "person.ended_admin"),
    ]
    for what, kind in decided:
        row = {"userId": "a#1", "about": "a", "decidedBy": "admin-1", **what}
        assert [event.kind for event in events_in("users", None, row)] == [kind]
    known = {kind for move in MOVES for kind in move[4]} | {kind for _, kind in decided}
    assert known == set(KINDS)


def test_events_hold_no_names_contacts_or_texts() -> None:
    texts = {"Thandi", "Bongani", "+27820000003", "Fix the tap", "van", "drips", "Well done", "fraud", "Fraud", "Rude"}
    for _, resource, before, after, _ in MOVES:
        for event in events_in(resource, before, after):
            shown = event.model_dump_json()
            assert not [text for text in texts if text in shown], shown


def test_a_repeated_change_yields_an_equal_event() -> None:
    assert events_in("jobs", None, JOB) == events_in("jobs", None, JOB)
    other = events_of(Change("change-2", "jobs", None, JOB, AT, "someone-1"))
    assert other[0].id != events_in("jobs", None, JOB)[0].id


def test_events_sort_by_time() -> None:
    later = "2026-11-21T08:00:00.001Z"
    assert derived_id(AT, "z") < derived_id(later, "a")


def test_with_escrow_the_agreed_time_of_an_acceptance_runs_from_the_deposits_last_day() -> None:
    (cash,) = events_in("jobs", JOB, ACCEPTED)
    assert cash.detail["dueAt"] == "2026-11-24T08:00:00.000Z"
    escrow = {"status": "pending", "dueNowCents": 31_500, "dueAt": "2026-11-24T08:00:00.000Z"}
    (through_khaya,) = events_in("jobs", JOB, {**ACCEPTED, "payment": "escrow", "escrow": escrow})
    assert through_khaya.detail["dueAt"] == "2026-11-27T08:00:00.000Z"


@pytest.mark.parametrize(("status", "worker_cents"), [("released", 95_000), ("refunded", 0)])
def test_the_end_of_an_escrow_tells_how_its_dispute_was_decided(status: str, worker_cents: int) -> None:
    disputed = {**FULLY_PAID, "status": "disputed", "dispute": {"by": "buyer"}}
    parts = {"workerCents": worker_cents, "refundCents": 5_000, "platformCents": 5_000}
    ended = {**disputed, "status": status, "releasedCents": worker_cents, "refundedCents": 5_000}
    ended["dispute"] = {"by": "buyer", "decision": "admin", **parts}
    (event,) = events_in("escrows", disputed, ended)
    told = [event.detail[name] for name in ("decision", "workerPartCents", "buyerPartCents", "platformPartCents")]
    assert told == ["admin", worker_cents, 5_000, 5_000]
    (confirmed,) = events_in("escrows", FULLY_PAID, {**FULLY_PAID, "status": "released", "releasedCents": 95_000})
    assert "decision" not in confirmed.detail


@pytest.mark.parametrize("before", [DEPOSIT_PAID, FULLY_PAID, DISPUTED], ids=["deposit", "all", "disputed"])
@pytest.mark.parametrize("more", [0, 5_000], ids=["exactly", "more than is held"])
def test_what_the_bank_took_back_is_no_refund(before: dict[str, Any], more: int) -> None:
    # given a chargeback that takes all that an escrow holds
    held = before["heldCents"]
    lost = {"open": 0, "status": "lost", "lostCents": held + more}
    ended = {**before, "status": "refunded", "heldCents": 0, "refundedCents": held, "chargebacks": lost}
    # when the escrow ends by that
    (event,) = events_in("escrows", before, ended)
    # then nothing goes back to the buyer from us
    assert (event.kind, event.detail["amountCents"]) == ("escrow.refunded", 0)


def test_a_refund_after_a_part_was_charged_back_is_told_whole() -> None:
    lost = {"open": 0, "status": "lost", "lostCents": 31_500}
    left = {**DISPUTED, "heldCents": 73_500, "refundedCents": 31_500, "chargebacks": lost}
    ended = {**left, "status": "refunded", "heldCents": 0, "refundedCents": 105_000}
    (event,) = events_in("escrows", left, ended)
    assert event.detail["amountCents"] == 73_500


def test_an_event_holds_the_audited_values_before_and_after() -> None:
    (accepted,) = events_in("jobs", JOB, ACCEPTED)
    assert accepted.object == "jobs/job-1"
    assert accepted.changes == {
        "status": ("open", "in_progress"),
        "workerId": (None, "worker-1"),
        "agreedCents": (None, 45000),
    }
    (suspended,) = events_in(
        "users", None, {"userId": "a#1", "about": "a", "decidedBy": "admin-1", "status": "suspended"}
    )
    assert (suspended.object, suspended.changes) == ("people/a", {"status": ("active", "suspended")})
    (hidden,) = events_in("reviews", REVIEW, {**REVIEW, "moderations": [HIDDEN]})
    assert hidden.changes == {"hidden": (False, True)}


def record(**images: Any) -> dict[str, Any]:
    return {
        "eventID": "change-1",
        "eventSourceARN": "arn:aws:dynamodb:af-south-1:123456789012:table/khaya-jobs-test-1/stream/1",
        "dynamodb": {"ApproximateCreationDateTime": 1795248000, **images},
    }


def test_a_write_token_names_the_actor_and_the_time() -> None:
    write_token = {"lastWrite": {"S": f"token {AT} buyer-1"}}
    change = change_in(record(NewImage={"id": {"S": "1"}, **write_token}))
    assert (change.resource, change.at, change.actor) == ("jobs", AT, "buyer-1")


def test_given_an_unchanged_write_token_then_the_actor_is_unknown() -> None:
    write_token = {"lastWrite": {"S": f"token {AT} buyer-1"}}
    change = change_in(record(OldImage={"id": {"S": "1"}, **write_token}, NewImage={"id": {"S": "1"}, **write_token}))
    assert (change.at, change.actor) == ("2026-11-21T08:00:00.000Z", None)


def test_given_a_deleted_item_then_the_actor_is_unknown() -> None:
    change = change_in(record(OldImage={"id": {"S": "1"}, "lastWrite": {"S": f"token {AT} buyer-1"}}))
    assert (change.after, change.actor) == (None, None)


def test_a_decision_about_status_and_role_yields_two_events() -> None:
    both = {"userId": "a#1", "about": "a", "decidedBy": "admin-1", "status": "suspended", "admin": False}
    suspended, ended = events_in("users", None, both)
    assert (suspended.kind, suspended.changes) == ("person.suspended", {"status": ("active", "suspended")})
    assert (ended.kind, ended.changes) == ("person.ended_admin", {"admin": (True, False)})


def test_the_actor_of_a_removed_story_is_its_author() -> None:
    (removed,) = events_of(Change("change-1", "stories", STORY, None, AT, None))
    assert removed.actor == "buyer-1"


@pytest.mark.parametrize(
    "row", [row for row in TRANSITIONS if row.notice], ids=lambda row: f"{row.source}, {row.event}"
)
def test_given_a_transition_that_the_parties_are_told_about_when_it_happens_then_the_event_is_that_of_its_row(
    row: Transition,
) -> None:
    before = {**DISPUTED, "status": row.source}
    after = {**DISPUTED, "status": row.target}
    assert [event.kind for event in events_in("escrows", before, after)] == [row.notice]
