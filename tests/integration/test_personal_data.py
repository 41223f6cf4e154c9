"""A person types a word of its own into every text field of the API: after their erasure none of the words is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from khaya.chargebacks import store as chargebacks
from khaya.chargebacks.model import Chargeback
from khaya.erasure import service
from khaya.identities import store as identities
from khaya.identities.model import Identity
from khaya.payout_accounts import store as payout_accounts
from khaya.payout_accounts.model import Bank, Banks
from khaya.payouts import store as payouts
from khaya.payouts.model import new_withdrawal
from khaya.personal_data.outside import OUTSIDE
from khaya.platform.base import clock as clocks
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo, pages
from khaya.platform.data.unit_of_work import commit_now
from khaya.reconciliation import store as differences
from khaya.reconciliation.model import Finding, difference_of
from khaya.referrals import store as referrals
from khaya.referrals.model import WaitingReward
from khaya.sessions import model as sessions
from khaya.sessions import store
from khaya.suspense import store as suspense
from khaya.suspense.model import Suspense
from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.escrow import DEPOSIT
from tests.support.lives import EMAIL, NAME, PHONE, leave
from tests.support.money import grant, key, rewarded
from tests.support.payments import ACCOUNT, pay, stick
from tests.support.provider import FakeProvider
from tests.support.records import (
    accept,
    active_listing,
    ask,
    backdate_job,
    complete_job,
    list_materials,
    place_bid,
    post_job,
    profile,
    version_of,
)
from tests.support.stories import approved_story, submit_story
from tests.support.streams import follow
from tests.support.template import function_environment
from tests.support.typed_text import listed, send, stored_words, text_fields, word

pytestmark = pytest.mark.exhaustive

MEMBER = Person("member-1", ("buyer", "worker", "seller"))
AS_ADMIN = Person("member-1", ("buyer", "worker", "seller", "admin"))
OTHER = Person("other-1", ("buyer", "worker", "seller"))
THIRD = Person("third-1", ("buyer", "worker", "seller"))
ADMIN = Person("admin-1", ("admin",))

NOT_OF_A_MEMBER = {
    ("POST /auth/sign-up", "displayName"): "it becomes the name of the profile; the challenge expires in ten minutes",
    ("PUT /jobs/{jobId}/escrow/refund-account", "accountName"): "it is sealed until the provider has the account",
    **{
        ("PUT /devices/{deviceId}", f"subscription.{name}"): "a browser makes it; it goes with the device"
        for name in ("endpoint", "keys.auth", "keys.p256dh")
    },
}

ALL = sorted(text_fields() - NOT_OF_A_MEMBER.keys())
WORDS = [word(field) for field in ALL]
OF_MONEY = {"credits", "escrows", "payouts", "chargebacks", "refunds", "books"}
"""The tables whose reasons of admins stay."""

REASONS_ABOUT_MONEY = {"decisionReason", "dispute.decisionReason", "dispute.note", "answer.reason", "closingReason"}
OTHERS_WORDS = "Said by somebody else."
ABOUT_THE_MEMBER = "Has left the team."


Lived = tuple[stand_in.Snapshot, dict[str, Any], datetime]


@pytest.fixture(scope="module")
def lived() -> list[Lived]:
    """The life, once a test has made it."""
    return []


@pytest.fixture
def life(clock: Clock, fake: FakeProvider, lived: list[Lived]) -> None:
    """The member has used every operation with a text field, as a buyer, worker, seller and admin, and is a member
    without the role admin now."""
    if not lived:
        _live(clock, fake)
        lived.append((stand_in.snapshot(), fake.snapshot(), clock.moment))
    tables, books, clock.moment = lived[0]
    stand_in.restore(tables)
    fake.restore(books)


def _live(clock: Clock, fake: FakeProvider) -> None:
    roles: list[Any] = ["buyer", "worker", "seller"]
    profile("member-1", display_name=NAME, roles=[*roles, "admin"], phone=PHONE, email=EMAIL)
    for person in ("other-1", "third-1"):
        profile(
            person, display_name=f"Name of {person}", roles=roles, phone="+27829998877" if person[0] == "o" else None
        )
    profile("admin-1", roles=["admin"])
    stand_in.pool_with(MEMBER, OTHER, THIRD)
    for identity in (Identity("phone", PHONE), Identity("email", EMAIL)):
        commit_now(identities.take_proved(identity, "member-1"))
    session = sessions.new_session("session-1", "member-1", f"{NAME}'s phone", "sealed-token", clocks.now())
    dynamo.commit([store.create(session)], "token")
    clock.tick(seconds=1)
    for part in (_as_a_person, _as_a_buyer, _as_a_worker, _as_a_seller_and_author, lambda: _as_a_payer(fake)):
        part()
        clock.tick(minutes=2)  # at most twenty writes a minute
    follow()
    _as_an_admin(clock, fake)
    follow()
    ended = {"admin": False, "reason": ABOUT_THE_MEMBER}
    assert ADMIN.patch("/admin/users/member-1", ended).status == 200
    follow()


def _as_a_person() -> None:
    send(MEMBER, "PUT", "/profiles/me", {})
    send(MEMBER, "PATCH", "/profiles/me", {"coordinates": {"lat": -29.8, "lng": 31.0}})
    send(MEMBER, "POST", "/profiles/me/verification", {})
    commit_now(payout_accounts.put_banks(Banks(items=(Bank(code="632005", name="Absa"),), fetched_at=clocks.now())))
    send(MEMBER, "PUT", "/payouts/account", ACCOUNT)
    send(MEMBER, "POST", "/reminders", {"dueAt": "2026-12-24T08:00:00.000Z"}, headers=key())


def _as_a_buyer() -> None:
    posting = {"category": "plumbing", "budgetCents": 50_000, "coordinates": {"lat": -29.85, "lng": 31.02}}

    def post() -> str:
        found: str = send(MEMBER, "POST", "/jobs", posting).body["id"]
        return found

    # an open job with bids that wait, and one that was turned down
    waiting = post()
    send(MEMBER, "POST", f"/bids/{place_bid(OTHER, waiting)}/rejection", {})
    place_bid(THIRD, waiting)
    # an edited and a cancelled job
    send(MEMBER, "PATCH", f"/jobs/{post_job(MEMBER)}", {})
    cancelled = post()
    place_bid(THIRD, cancelled)
    send(MEMBER, "POST", f"/jobs/{cancelled}/cancellation", {})
    # a job that was sent back, completed and reviewed
    done = post()
    accept(MEMBER, place_bid(OTHER, done))
    for step in range(2):
        assert OTHER.post(f"/jobs/{done}/submission", {"note": OTHERS_WORDS}).status == 200
        if step == 0:
            send(MEMBER, "POST", f"/jobs/{done}/changes", {})
    assert MEMBER.post(f"/jobs/{done}/completion").status == 200
    send(MEMBER, "POST", f"/jobs/{done}/reviews", {"rating": 4})
    # reviews about the member, of which one is hidden
    for hidden in (False, True):
        job = done if not hidden else complete_job(MEMBER, THIRD)
        by = OTHER if not hidden else THIRD
        review = by.post(f"/jobs/{job}/reviews", {"rating": 5, "comment": OTHERS_WORDS}).body["id"]
        send(MEMBER, "POST", f"/reviews/{review}/response", {})
        if hidden:
            assert ADMIN.post(f"/reviews/{review}/moderation", {"hidden": True, "reason": "Insults."}).status == 200


def _as_a_worker() -> None:
    bid = {"amountCents": 40_000, "timelineDays": 3}
    send(MEMBER, "POST", f"/jobs/{post_job(OTHER)}/bids", bid)
    for ending in ("cancellation", "submission"):
        job = post_job(OTHER)
        accept(OTHER, send(MEMBER, "POST", f"/jobs/{job}/bids", bid).body["id"])
        send(MEMBER, "POST", f"/jobs/{job}/{ending}", {})
    assert OTHER.post(f"/jobs/{job}/completion").status == 200
    send(MEMBER, "POST", "/reports", {"kind": "job", "id": job})


def _as_a_seller_and_author() -> None:
    offer = {"category": "bricks", "priceCents": 450, "stock": 20}
    listing = send(MEMBER, "POST", "/listings", offer).body["id"]
    decision = {"decision": "approve", "version": version_of("listings", listing)}
    assert ADMIN.post(f"/listings/{listing}/moderation", decision).status == 200
    send(MEMBER, "PATCH", f"/listings/{list_materials(MEMBER)}", {})
    received = ask(OTHER, listing, text=OTHERS_WORDS)
    send(MEMBER, "POST", f"/enquiries/{received}/answer", {})
    ask(THIRD, listing, text=OTHERS_WORDS)
    answered = send(MEMBER, "POST", f"/listings/{active_listing(OTHER)}/enquiries", {}).body["id"]
    assert OTHER.post(f"/enquiries/{answered}/answer", {"text": OTHERS_WORDS}).status == 200
    send(MEMBER, "POST", f"/listings/{active_listing(OTHER)}/enquiries", {})
    story = send(MEMBER, "POST", "/stories", {"type": "tip"}).body["id"]
    approve = {"decision": "approve", "version": version_of("stories", story)}
    assert ADMIN.post(f"/stories/{story}/moderation", approve).status == 200
    assert MEMBER.put(f"/stories/{approved_story(OTHER)}/like").status == 200
    grant("member-1", 5_000)


def _begun(fake: FakeProvider, buyer: Person, worker: Person, job: str) -> None:
    """Have a bid on an escrow job accepted, its deposit paid by a bank transfer, and the work begun."""
    accept(buyer, place_bid(worker, job, amountCents=100_000))
    pay(fake, job, "deposit", card=None)
    assert worker.post(f"/jobs/{job}/start").status == 200


def _as_a_payer(fake: FakeProvider) -> None:
    fake.default_refund = "paid"
    posting = {"category": "plumbing", "budgetCents": 100_000, "payment": "escrow"}
    job = send(MEMBER, "POST", "/jobs", posting).body["id"]
    _begun(fake, MEMBER, OTHER, job)
    send(MEMBER, "POST", f"/jobs/{job}/escrow/dispute", {})
    send(MEMBER, "POST", f"/jobs/{job}/escrow/evidence", {})
    decided = {"workerCents": 0, "refundCents": DEPOSIT, "platformCents": 0, "note": OTHERS_WORDS}
    assert ADMIN.post(f"/jobs/{job}/escrow/resolution", decided, headers=key()).status == 200
    stick(job)
    given_back = {"decision": "given_back", "reason": OTHERS_WORDS}
    assert ADMIN.post(f"/admin/payments/refunds/{job}/decision", given_back, headers=key()).status == 200


def _as_an_admin_of_payments(fake: FakeProvider) -> None:
    now = clocks.now()
    job = post_job(OTHER, payment="escrow", budgetCents=100_000)
    _begun(fake, OTHER, THIRD, job)
    assert OTHER.post(f"/jobs/{job}/escrow/dispute", {"reason": OTHERS_WORDS}).status == 200
    decided = {"workerCents": 0, "refundCents": DEPOSIT, "platformCents": 0}
    send(AS_ADMIN, "POST", f"/jobs/{job}/escrow/resolution", decided, headers=key())
    stick(job)
    send(AS_ADMIN, "POST", f"/admin/payments/refunds/{job}/decision", {"decision": "given_back"}, headers=key())
    payout = new_withdrawal(entry_id=new_id(), user_id="other-1", amount_cents=10_000, now=now)
    chargeback = Chargeback(id="9", collection_id="c-1", amount_cents=5, created_at=now, updated_at=now)
    kept = Suspense(id="unknown-1", reason="unknown", amount_cents=5, created_at=now, updated_at=now)
    difference = difference_of(Finding("collection", "c-2", "not_at_provider", 5), now)
    commit_now(
        payouts.create(payout), chargebacks.create(chargeback), suspense.create(kept), differences.create(difference)
    )
    send(AS_ADMIN, "POST", f"/admin/payouts/{payout.id}/decision", {"decision": "hold"}, headers=key())
    send(AS_ADMIN, "POST", "/admin/payments/chargebacks/9/response", {"decision": "accept"}, headers=key())
    send(AS_ADMIN, "POST", "/admin/payments/suspense/unknown-1/refund", {}, headers=key())
    send(AS_ADMIN, "POST", f"/admin/payments/differences/{difference.id}/closing", {}, headers=key())


def _as_an_admin(clock: Clock, fake: FakeProvider) -> None:
    listing = list_materials(OTHER)
    send(AS_ADMIN, "POST", f"/listings/{listing}/moderation", {"decision": "reject", "version": 1})
    send(AS_ADMIN, "POST", f"/stories/{submit_story(OTHER)}/moderation", {"decision": "reject", "version": 1})
    assert OTHER.post("/profiles/me/verification", {"note": OTHERS_WORDS}).status < 300
    send(AS_ADMIN, "POST", "/admin/verifications/other-1/decision", {"decision": "refuse"})
    send(AS_ADMIN, "PUT", "/profiles/third-1/verification", {"verified": True})
    job = complete_job(OTHER, THIRD)
    review = OTHER.post(f"/jobs/{job}/reviews", {"rating": 1, "comment": OTHERS_WORDS}).body["id"]
    send(AS_ADMIN, "POST", f"/reviews/{review}/moderation", {"hidden": True})
    report = THIRD.post("/reports", {"kind": "job", "id": job, "reason": OTHERS_WORDS}).body["id"]
    send(AS_ADMIN, "POST", f"/reports/{report}/resolution", {"decision": "dismissed"})
    stuck = post_job(OTHER)
    accept(OTHER, place_bid(THIRD, stuck))
    backdate_job(stuck, days=60)
    send(AS_ADMIN, "POST", f"/jobs/{stuck}/closing", {"status": "cancelled"})
    clock.tick(minutes=2)
    adjusted = {"userId": "other-1", "amountCents": 1_000}
    send(AS_ADMIN, "POST", "/credits/adjustments", adjusted, headers=key())
    entry = rewarded("third-1", 5_000, "a cause")
    send(AS_ADMIN, "POST", f"/credits/transactions/{entry}/reversal", {}, headers=key())
    large = {"userId": "other-1", "amountCents": 900_000, "reason": "More than one admin may book."}
    proposal = ADMIN.post("/credits/adjustments", large, headers=key()).body["id"]
    send(AS_ADMIN, "POST", f"/credits/adjustments/{proposal}/approval", {"decision": "approve"}, headers=key())
    for decision in ("pay", "refuse"):
        reward = WaitingReward(
            id=f"reward-{decision}",
            kind="bonus",
            referrer_id="other-1",
            rewarded_count=5,
            amount_cents=25_000,
            created_at=clocks.now(),
        )
        commit_now(referrals.create_reward(reward))
        send(AS_ADMIN, "POST", f"/referrals/{reward.id}/decision", {"decision": decision}, headers=key())
    clock.tick(minutes=2)
    _as_an_admin_of_payments(fake)
    send(AS_ADMIN, "PATCH", "/admin/users/third-1", {"status": "suspended"})


def test_every_text_field_of_the_api_is_typed_and_every_place_where_it_is_stored_is_on_the_list(life: None) -> None:
    found = set(stored_words(*WORDS, NAME, PHONE, EMAIL))
    # every field was typed; those of a replaced profile are gone already
    gone = {field for field in ALL if word(field) not in {text for _, _, text in found}}
    assert {operation for operation, _ in gone} <= {"PUT /profiles/me", "PATCH /profiles/me"}
    # and the list knows each place
    unknown = sorted({f"{table}: {path}" for table, path, _ in found if not listed(table, path)})
    assert unknown == [], "add these to khaya.personal_data.catalogue"


def _in_one_go() -> None:
    assert leave(MEMBER).status == 204
    for _ in range(3):
        follow()


def _one_item_a_run() -> None:
    """Every run ends after its first change, in every step, and nothing else happens between the runs."""
    assert leave(MEMBER).status == 204
    runs = 0
    while service.run("member-1", clocks.now(), lambda: False) == "goes_on":
        runs += 1
        assert runs < 200
    assert runs > len(service.STEPS)
    for _ in range(3):
        follow()


@pytest.mark.parametrize("erase", [_in_one_go, _one_item_a_run])
def test_given_a_person_who_typed_into_every_field_when_they_are_erased_then_no_word_of_theirs_is_stored(
    erase: Callable[[], None], life: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if erase is _one_item_a_run:
        monkeypatch.setattr(pages, "MAX_LIMIT", 2)
    titles_before = _titles_of_others()
    erase()
    # no word, name or contact is left in a table but what the list keeps, and says why
    for table, path, text in stored_words(*WORDS, NAME, PHONE, EMAIL):
        actions = {place.erasure.action for place in listed(table, path)}
        assert actions <= {"keep", "expire"}, f"{table}: {path} still has {text}"
        assert actions, f"{table}: {path} still has {text}"
    # none is left in a file, in the search index or in a message that waits
    assert [row for row in stand_in.stored("search") if any(one in str(row) for one in WORDS)] == []
    assert not any(one in text for text in _files() for one in (*WORDS, NAME, PHONE, EMAIL))
    # the money records and decisions stay with their reasons, and everything of other people
    assert {table for table, _, _ in stored_words(*WORDS)} <= {"users", "idempotency", *OF_MONEY}
    assert _titles_of_others() == titles_before
    # of decisions about people, only why somebody is suspended is left, until that ends
    assert {(table, path) for table, path, _ in stored_words(*WORDS) if table == "users"} == {("users", "statusReason")}
    assert list(stored_words(ABOUT_THE_MEMBER)) == []
    ended = {"status": "active", "reason": "It was settled."}
    assert ADMIN.patch("/admin/users/third-1", ended).status == 200
    assert "users" not in {table for table, _, _ in stored_words(*WORDS)}
    assert any(path == "comment" for table, path, _ in stored_words(OTHERS_WORDS) if table == "reviews")
    # all items can still be read
    for path in ("/jobs/mine", "/bids/mine", "/notifications", "/listings/mine", "/stories/mine"):
        assert OTHER.get(path).status == 200, path
    for path in ("/reports", "/admin/audit", "/admin/verifications", "/listings/pending"):
        assert ADMIN.get(path).status == 200, path
    # and no event was made up by the removal of words: nobody was told about a moderation again
    notifications = OTHER.get("/notifications", query={"limit": "50"}).body["items"]
    kinds = [one["kind"] for one in notifications]
    assert (kinds.count("listingRejected"), kinds.count("storyRejected")) == (1, 1)
    # bidders read neutral words where the title stood
    assert any("Removed job" in one["text"] for one in notifications)


def test_the_export_of_a_person_holds_every_word_that_they_typed(life: None) -> None:
    # given an export of a person who typed into every field
    typed = {text for table, path, text in stored_words(*WORDS, NAME, PHONE, EMAIL) if _is_exported(table, path)}
    assert MEMBER.post("/profiles/me/export").status == 202
    follow("exports")
    text = "".join(_files()).casefold()
    # then every word of theirs is in it, and no contact of anybody else
    assert sorted(one for one in typed if one.casefold() not in text) == []
    assert "+27829998877" not in text
    sections = json.loads(next(one for one in _files() if "exportedAt" in one))
    assert sections["identities"] == [{"phone": PHONE}, {"email": EMAIL}]
    assert len(sections["reviewsReceived"]) == 2
    assert OTHERS_WORDS not in str([one for one in sections["reviewsReceived"] if "response.comment" in one])
    assert len(sections["decisionsAsAdmin"]) == 10


def _is_exported(table: str, path: str) -> bool:
    """Whether the member's export has a place: not the words on other people's accounts that the list keeps."""
    on_accounts = (
        (table in OF_MONEY and path in REASONS_ABOUT_MONEY)
        or table == "credits"
        or (table, path) == ("notifications", "params.decisionReason")
        or (table, path) == ("users", "statusReason")
    )
    return not on_accounts and any(place.export != "no" for place in listed(table, path))


def _titles_of_others() -> list[tuple[str, str]]:
    return sorted(
        (row["id"], row["title"])
        for table, owner in (("jobs", "buyerId"), ("listings", "sellerId"), ("stories", "authorId"))
        for row in stand_in.stored(table)
        if row.get(owner) not in (None, "member-1")
    )


def _files() -> list[str]:
    """The files of the bucket as text."""
    s3, bucket = stand_in.client("s3"), function_environment()["MEDIA_BUCKET"]
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return [s3.get_object(Bucket=bucket, Key=one)["Body"].read().decode("utf-8", "replace") for one in keys]


def test_the_places_outside_of_tables_name_the_folders_of_the_bucket() -> None:
    folders = {place.path for record in OUTSIDE if record.store == "files" for place in record.places}
    assert folders == {"uploads/", "pictures/", "media/", "exports/", "statements/", "parked/"}
