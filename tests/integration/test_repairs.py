"""Repairs: what is derived is damaged in each way, found and mended once; what is right stays as it is."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from khaya.name_sync import service as names
from khaya.platform.base import clock
from khaya.platform.data import corrections
from khaya.platform.data.unit_of_work import commit_now
from khaya.referrals import store as referrals
from operations import repair as operations
from tests.conftest import Clock
from tests.integration.test_pending_bids import moved
from tests.integration.test_permissions import left_unused
from tests.support import stand_in, streams
from tests.support.client import VISITOR, Context, Person, app
from tests.support.items import damage, item_of
from tests.support.lives import leave, live
from tests.support.money import apply as apply_code
from tests.support.money import check_books, code_of, payout_account, refer, released_job
from tests.support.permissions import Record
from tests.support.records import accept, complete_job, known, list_materials, place_bid, post_job, profile
from tests.support.stand_in import stored
from tests.support.stories import approved_story, complete_qualifying_job
from tests.support.template import function_environment, resources, table_name
from tests.support.uploads import uploaded

BUYER = Person("buyer-1", ("buyer",))
OTHER_BUYER = Person("buyer-2", ("buyer",))
WORKER = Person("worker-1", ("worker",))
RIVAL = Person("worker-2", ("worker",))
SELLER = Person("seller-1", ("seller",))


def check(*things: str) -> dict[str, int]:
    """Have objects checked; returns the differences mended, by repair."""
    streams.make_queues()
    answer = app("repair").handler({"objects": [*things]}, Context())
    assert answer["left"] == []
    assert answer["findings"]["failed"] == {}
    mended: dict[str, int] = answer["findings"]["mended"]
    return mended


def remove(table: str, attribute: str, value: str) -> None:
    """Delete the items whose attribute begins with a value."""
    name = function_environment()[f"{table.upper()}_TABLE"]
    for row in stored(table):
        if str(row[attribute]).startswith(value):
            stand_in.client("dynamodb").delete_item(TableName=name, Key={attribute: {"S": row[attribute]}})


def forget_changes() -> None:
    """Lose what the streams hold, as if it had never been dispatched."""
    for table in stand_in._tables().values():
        if table.stream_shard is not None:
            table.stream_shard.items.clear()


Damaged = tuple[str, str, int, Callable[[], bool]]
"""The object to check, the repair that mends it, the number of differences, and whether all is well."""


def too_many_bids() -> Damaged:
    job = post_job(BUYER)
    place_bid(WORKER, job)
    damage("jobs", {"id": job}, bidCount=5)
    return f"jobs/{job}", "bids", 1, lambda: item_of("jobs", job)["bidCount"] == 1


def too_few_bids() -> Damaged:
    job = post_job(BUYER)
    withdrawn = place_bid(WORKER, job)
    assert WORKER.post(f"/bids/{withdrawn}/withdrawal").status == 200
    place_bid(RIVAL, job)
    place_bid(WORKER, job)
    damage("jobs", {"id": job}, bidCount=0)
    return f"jobs/{job}", "bids", 1, lambda: item_of("jobs", job)["bidCount"] == 2


def pending_after_an_acceptance() -> Damaged:
    job = post_job(BUYER)
    winner, loser = place_bid(WORKER, job), place_bid(RIVAL, job)
    accept(BUYER, winner)
    reason = "other_bid_accepted"
    return f"jobs/{job}", "bids", 1, lambda: item_of("bids", loser).get("rejectionReason") == reason


def pending_after_a_cancellation_and_a_wrong_count() -> Damaged:
    job = post_job(BUYER)
    bids = [place_bid(WORKER, job), place_bid(RIVAL, job)]
    assert BUYER.post(f"/jobs/{job}/cancellation", {"reason": "We moved."}).status == 200
    damage("jobs", {"id": job}, bidCount=3)
    return f"jobs/{job}", "bids", 2, lambda: {item_of("bids", bid)["status"] for bid in bids} == {"rejected"}


def old_title_on_bids() -> Damaged:
    job = post_job(BUYER)
    bid = place_bid(WORKER, job)
    damage("bids", {"id": bid}, jobTitle="An old title")
    return f"jobs/{job}", "bids", 1, lambda: item_of("bids", bid)["jobTitle"] == "Fix a leaking tap"


def missing_search_rows() -> Damaged:
    job = post_job(BUYER)
    return f"jobs/{job}", "search", 1, lambda: _finds("/jobs", "leaking") == [job]


def one_missing_search_row() -> Damaged:
    listing = _active_listing()
    streams.follow()
    remove("search", "id", f"listings#{listing}#bricks")
    return f"listings/{listing}", "search", 1, lambda: _finds("/listings", "bricks") == [listing]


def a_search_row_with_another_place() -> Damaged:
    job = post_job(BUYER)
    streams.follow()
    damage("search", {"id": f"jobs#{job}#leaking"}, wordPlace="jobs#leaking#elsewhere")
    query = {"q": "leaking", "location": "Durban"}
    return f"jobs/{job}", "search", 1, lambda: len(VISITOR.get("/jobs", query=query).body["items"]) == 1


def search_rows_of_a_cancelled_job() -> Damaged:
    job = post_job(BUYER)
    streams.follow()
    assert BUYER.post(f"/jobs/{job}/cancellation", {"reason": "We moved."}).status == 200
    return f"jobs/{job}", "search", 1, lambda: stored("search") == []


def missing_directory_rows() -> Damaged:
    profile("worker-1", roles=["worker"], trades=["Plumbing"])
    remove("directory", "rowId", "worker-1")
    return "people/worker-1", "reputation", 1, lambda: len(stored("directory")) == 2


def an_old_rank() -> Damaged:
    profile("worker-1", roles=["worker"], verified=True)
    (row,) = stored("directory")
    damage("directory", {"rowId": row["rowId"]}, rank="000#worker-1")
    return "people/worker-1", "reputation", 1, lambda: stored("directory")[0]["rank"] == "020#worker-1"


def wrong_sums_of_ratings() -> Damaged:
    _reviewed()
    damage("profiles", {"userId": "worker-1"}, ratingSum=9, ratingCount=3, punctualitySum=4)

    def well() -> bool:
        item = item_of("profiles", "worker-1")
        return (item["ratingSum"], item["ratingCount"], item["punctualitySum"]) == (4, 1, 5)

    return "people/worker-1", "ratings", 3, well


def lost_sums_of_ratings() -> Damaged:
    _reviewed()
    damage("profiles", {"userId": "worker-1"}, ratingSum=None, ratingCount=None)
    return "people/worker-1", "ratings", 2, lambda: item_of("profiles", "worker-1").get("ratingSum") == 4


def old_names() -> Damaged:
    _reviewed()
    job = post_job(Person("worker-1", ("buyer",)))
    bid = place_bid(WORKER, post_job(BUYER))
    assert WORKER.patch("/profiles/me", {"displayName": "Somebody new"}).status == 200

    def well() -> bool:
        return item_of("jobs", job)["buyerName"] == item_of("bids", bid)["workerName"] == "Somebody new"

    return "people/worker-1", "names", 1, well


def things_of_a_suspended_person() -> Damaged:
    profile("buyer-1", roles=["buyer"])
    job, story = post_job(BUYER), approved_story(BUYER)
    suspended = {"status": "suspended", "reason": "Invented jobs, again."}
    assert Person("admin-1", ("admin",)).patch("/admin/users/buyer-1", suspended).status == 200
    return (
        "people/buyer-1",
        "account_changes",
        1,
        lambda: bool(item_of("jobs", job).get("hidden") and item_of("stories", story).get("hidden")),
    )


def bids_of_somebody_who_is_no_worker() -> Damaged:
    profile("worker-1", roles=["worker", "buyer"])
    stand_in.pool_with(Person("worker-1", ("worker", "buyer")))
    bid = place_bid(WORKER, post_job(BUYER))
    assert WORKER.put("/profiles/me/roles", {"roles": ["buyer"]}).status == 200
    return "people/worker-1", "account_changes", 1, lambda: item_of("bids", bid)["status"] == "withdrawn"


def an_erasure_that_never_ran() -> Damaged:
    profile("worker-1", roles=["worker"], display_name="Zodwa Mthembu")
    stand_in.pool_with(WORKER)
    assert leave(WORKER).status == 204
    return "people/worker-1", "erasure", 1, lambda: "erasureDoneAt" in item_of("users", "worker-1")


def a_reward_that_is_due() -> Damaged:
    refer("referrer-1", "newcomer-1")
    job = released_job("payer-1", "newcomer-1")
    return f"jobs/{job}", "referrals", 1, lambda: check_books(stored("credits")).get("referrer-1") == 5_000


def _is_rewarded() -> bool:
    return check_books(stored("credits")).get("referrer-1") == 5_000


def a_qualifying_job_that_was_not_counted() -> Damaged:
    refer("referrer-1", "newcomer-1")
    job, now = released_job("payer-1", "newcomer-1"), clock.now()
    recorded = [referrals.record_qualification(party, job, now) for party in ("payer-1", "newcomer-1")]
    commit_now(referrals.record_verdict(job, qualified=True, now=now), *recorded)
    return f"jobs/{job}", "referrals", 1, _is_rewarded


def a_counted_job_that_was_charged_back() -> Damaged:
    refer("referrer-1", "newcomer-1")
    job = released_job("payer-1", "newcomer-1")
    streams.follow()
    damage("escrows", {"id": job}, chargebacks={"open": 0, "status": "lost", "lostCents": 250_000})
    return f"jobs/{job}", "referrals", 1, lambda: check_books(stored("credits")).get("referrer-1") == 0


def _held_for_accounts() -> None:
    assert apply_code(Person("newcomer-1"), code_of(Person("referrer-1"))).status == 201
    released_job("payer-1", "newcomer-1")
    streams.follow()
    payout_account("newcomer-1", version=2)
    payout_account("referrer-1", version=2)


def a_referral_held_for_the_referrers_account() -> Damaged:
    _held_for_accounts()
    return "people/referrer-1", "held_referrals", 1, _is_rewarded


def a_referral_held_for_the_account_of_the_referred_person() -> Damaged:
    _held_for_accounts()
    return "payout_accounts/account#newcomer-1", "held_referrals", 1, _is_rewarded


def a_referral_held_for_a_suspension() -> Damaged:
    refer("referrer-1", "newcomer-1")
    profile("newcomer-1", roles=["worker"])
    known("newcomer-1", status="suspended")
    released_job("payer-1", "newcomer-1")
    streams.follow()
    known("newcomer-1", status="active")
    return "people/newcomer-1", "held_referrals", 1, _is_rewarded


def _author_rewarded() -> bool:
    return check_books(stored("credits")).get("worker-1") == 5_000


def a_story_whose_approval_was_lost() -> Damaged:
    complete_qualifying_job("worker-1")
    story = approved_story(WORKER)
    return f"stories/{story}", "story_rewards", 1, _author_rewarded


def a_story_reward_whose_job_was_lost() -> Damaged:
    approved_story(WORKER)
    streams.follow()
    job = released_job("payer-1", "worker-1")
    commit_now(referrals.record_verdict(job, qualified=True, now=clock.now()))
    complete_qualifying_job("worker-1")
    return f"jobs/{job}", "story_rewards", 1, _author_rewarded


def a_story_reward_after_a_suspension() -> Damaged:
    approved_story(WORKER)
    profile("worker-1", roles=["worker"])
    known("worker-1", status="suspended")
    complete_qualifying_job("worker-1")
    streams.follow()
    known("worker-1", status="active")
    return "people/worker-1", "story_rewards", 1, _author_rewarded


def likes_too_high() -> Damaged:
    story = _liked()
    damage("stories", {"id": story}, likes=7)
    return f"stories/{story}", "likes", 1, lambda: item_of("stories", story)["likes"] == 2


def likes_too_low() -> Damaged:
    story = _liked()
    damage("stories", {"id": story}, likes=0)
    return f"stories/{story}", "likes", 1, lambda: item_of("stories", story)["likes"] == 2


def likes_below_zero() -> Damaged:
    story = approved_story(WORKER)
    damage("stories", {"id": story}, likes=-1)
    return f"stories/{story}", "likes", 1, lambda: item_of("stories", story)["likes"] == 0


def too_many_open_enquiries() -> Damaged:
    listing = _asked()
    damage("listings", {"id": listing}, openEnquiries=9)
    return f"listings/{listing}", "enquiries", 1, lambda: item_of("listings", listing)["openEnquiries"] == 1


def too_few_open_enquiries() -> Damaged:
    listing = _asked()
    damage("listings", {"id": listing}, openEnquiries=None)
    return f"listings/{listing}", "enquiries", 1, lambda: item_of("listings", listing).get("openEnquiries") == 1


def open_enquiries_below_zero() -> Damaged:
    listing = _active_listing()
    damage("listings", {"id": listing}, openEnquiries=-1)
    return f"listings/{listing}", "enquiries", 1, lambda: item_of("listings", listing)["openEnquiries"] == 0


def a_picture_that_was_not_checked() -> Damaged:
    profile("buyer-1", roles=["buyer"])
    photo = uploaded(BUYER, "job")
    job = post_job(BUYER, photos=[photo])
    return f"jobs/{job}", "pictures", 1, lambda: bool(item_of("jobs", job).get("pictures"))


def _reviewed() -> None:
    profile("worker-1", roles=["worker"])
    job = complete_job(BUYER, WORKER)
    ratings = {"rating": 4, "subRatings": {"punctuality": 5}}
    assert BUYER.post(f"/jobs/{job}/reviews", ratings).status == 201


def _asked() -> str:
    """A listing with an open and an answered enquiry, of a seller who has an open one about another listing."""
    listing, other = _active_listing(), list_materials(SELLER)
    question = {"text": "Do you deliver to Umlazi?"}
    answered = BUYER.post(f"/listings/{listing}/enquiries", question).body["id"]
    assert SELLER.post(f"/enquiries/{answered}/answer", {"text": "Yes, we do."}).status == 200
    for about in (listing, other):
        assert OTHER_BUYER.post(f"/listings/{about}/enquiries", question).status == 201
    return listing


def _liked() -> str:
    story = approved_story(WORKER)
    for reader in (BUYER, RIVAL):
        assert reader.put(f"/stories/{story}/like").status == 200
    return story


def _active_listing() -> str:
    profile("seller-1", roles=["seller"], verified=True)
    return list_materials(SELLER)


def _finds(path: str, word: str) -> list[str]:
    return [one["id"] for one in VISITOR.get(path, query={"q": word}).body["items"]]


DAMAGES = [
    too_many_bids,
    too_few_bids,
    pending_after_an_acceptance,
    pending_after_a_cancellation_and_a_wrong_count,
    old_title_on_bids,
    missing_search_rows,
    one_missing_search_row,
    a_search_row_with_another_place,
    search_rows_of_a_cancelled_job,
    missing_directory_rows,
    an_old_rank,
    wrong_sums_of_ratings,
    lost_sums_of_ratings,
    old_names,
    things_of_a_suspended_person,
    bids_of_somebody_who_is_no_worker,
    an_erasure_that_never_ran,
    a_reward_that_is_due,
    a_qualifying_job_that_was_not_counted,
    a_counted_job_that_was_charged_back,
    a_referral_held_for_the_referrers_account,
    a_referral_held_for_the_account_of_the_referred_person,
    a_referral_held_for_a_suspension,
    a_story_whose_approval_was_lost,
    a_story_reward_whose_job_was_lost,
    a_story_reward_after_a_suspension,
    likes_too_high,
    likes_too_low,
    likes_below_zero,
    too_many_open_enquiries,
    too_few_open_enquiries,
    open_enquiries_below_zero,
    a_picture_that_was_not_checked,
]


@pytest.mark.parametrize("make", DAMAGES, ids=lambda make: make.__name__.replace("_", "-"))
def test_given_damage_when_the_object_is_checked_then_it_is_mended_once(
    make: Callable[[], Damaged], clock: Clock
) -> None:
    # given something derived that is wrong, and whose change was lost
    thing, repair, differences, well = make()
    forget_changes()
    assert not well()
    # when it was wrong for an hour, and is checked
    clock.tick(hours=1, seconds=1)
    assert check(thing).get(repair) == differences
    streams.follow()
    # then it is mended, and a second check finds nothing
    assert well()
    clock.tick(hours=1, seconds=1)
    assert check(thing).get(repair, 0) == 0
    assert well()


def test_given_a_healthy_marketplace_when_everything_is_checked_then_nothing_changes(clock: Clock) -> None:
    # given people who used every feature, and consumers that followed
    live()
    streams.follow()
    clock.tick(hours=2)
    streams.follow()
    things = _everything()
    assert len(things) >= 10
    before = stand_in.contents()
    # when all of it is checked, then nothing is mended, and no table changes
    assert check(*things) == {}
    streams.follow()
    assert stand_in.contents() == before


def test_what_was_written_a_moment_ago_is_not_touched(clock: Clock) -> None:
    # given counters that are wrong, and items that were written within ten minutes
    job, story = post_job(BUYER), _liked()
    _reviewed()
    place_bid(RIVAL, job)
    clock.tick(seconds=corrections.SETTLED_SECONDS - 1)
    damage("jobs", {"id": job}, bidCount=5)
    damage("stories", {"id": story}, likes=5)
    damage("profiles", {"userId": "worker-1"}, ratingSum=9)
    # when they are checked, then they stay; a second later they are corrected
    things = (f"jobs/{job}", f"stories/{story}", "people/worker-1")
    assert {"bids", "likes", "ratings"} & {*check(*things)} == set()
    clock.tick(seconds=1)
    assert {"bids", "likes", "ratings"} <= {*check(*things)}


@pytest.mark.parametrize("counter", ["bids", "likes", "ratings"])
def test_given_a_write_between_the_read_and_the_correction_then_the_write_stands(
    counter: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a counter that is wrong
    job, story = post_job(BUYER), _liked()
    _reviewed()
    reviewable = complete_job(BUYER, WORKER)
    clock.tick(hours=1)
    damage("jobs", {"id": job}, bidCount=5)
    damage("stories", {"id": story}, likes=5)
    damage("profiles", {"userId": "worker-1"}, ratingSum=9)
    real, writes = corrections.correct, []

    def overtaken(*arguments: Any, **options: Any) -> Any:
        made = real(*arguments, **options)
        if not writes:
            writes.append(counter)
            # when somebody counts after it was read and before it is corrected
            match counter:
                case "bids":
                    place_bid(RIVAL, job)
                case "likes":
                    assert SELLER.put(f"/stories/{story}/like").status == 200
                case "ratings":
                    assert BUYER.post(f"/jobs/{reviewable}/reviews", {"rating": 3}).status == 201
        return made

    for module in ("jobs", "stories", "profiles"):
        monkeypatch.setattr(f"khaya.{module}.store.correct", overtaken)
    things = {"bids": f"jobs/{job}", "likes": f"stories/{story}", "ratings": "people/worker-1"}
    tables = {"bids": ("jobs", job, "bidCount"), "likes": ("stories", story, "likes")}
    table, object_id, name = tables.get(counter, ("profiles", "worker-1", "ratingSum"))
    was = item_of(table, object_id)[name]
    assert counter not in check(things[counter])
    # then the write stands, and once it has settled the counter is corrected
    assert item_of(table, object_id)[name] == was + (3 if counter == "ratings" else 1)
    clock.tick(hours=1)
    assert check(things[counter])[counter] >= 1
    assert item_of(table, object_id)[name] == {"bids": 1, "likes": 3, "ratings": 7}[counter]


def test_given_a_failing_repair_then_the_others_are_made_and_it_is_reported(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile("worker-1", roles=["worker"])
    _reviewed_again = complete_job(BUYER, WORKER)
    damage("profiles", {"userId": "worker-1"}, ratingSum=9)
    clock.tick(hours=1)

    def broken(*_: Any) -> Any:
        raise RuntimeError("a secret of somebody's")

    with monkeypatch.context() as patch:
        patch.setattr(names, "has_old_names", broken)
        answer = app("repair").handler({"objects": ["people/worker-1"]}, Context())
    assert _reviewed_again
    assert set(answer["findings"]["failed"]) == {"names"}
    assert answer["findings"]["mended"]["ratings"] == 1
    assert "secret" not in json.dumps(answer)


def test_without_time_the_objects_that_are_left_are_named() -> None:
    answer = app("repair").handler({"objects": ["jobs/1", "jobs/2"]}, Context(milliseconds=1_000))
    assert answer["left"] == ["jobs/1", "jobs/2"]


def test_the_nightly_run_checks_what_changed_lately(clock: Clock) -> None:
    # given changes, and damage to what they concern
    profile("worker-2", roles=["worker"])
    job = post_job(BUYER)
    place_bid(RIVAL, job)
    story = approved_story(WORKER)
    streams.follow()
    damage("jobs", {"id": job}, bidCount=4)
    damage("stories", {"id": story}, likes=4)
    remove("search", "id", "jobs#")
    # when the next night's run comes
    clock.tick(days=1)
    streams.make_queues()
    report = app("repair").handler({}, Context())
    streams.follow()
    # then they are mended, each object checked once
    assert report["findings"]["mended"] == {"bids": 1, "likes": 1, "search": 1}
    assert report["findings"]["checked"]["bids"] == 1
    assert item_of("jobs", job)["bidCount"] == 1
    assert _finds("/jobs", "leaking") == [job]
    # and a second run has nothing to do
    assert app("repair").handler({}, Context())["done"] == 0


@pytest.mark.parametrize("kind", ["jobs", "listings"])
def test_given_an_edited_title_whose_stream_record_is_lost_when_the_night_comes_then_the_search_finds_it(
    kind: str, clock: Clock
) -> None:
    # given a title that is edited weeks after everything was followed, and nothing that tells of it
    thing = post_job(BUYER) if kind == "jobs" else _active_listing()
    path = f"/{kind}/{thing}"
    streams.follow()
    clock.tick(days=9)
    owner = BUYER if kind == "jobs" else SELLER
    version = owner.get(path).body["version"]
    edited = owner.patch(path, {"title": "Zinc gutters wanted"}, headers={"If-Match": f'"{version}"'})
    assert edited.status == 200, edited.text
    forget_changes()
    # when the next night's run comes
    clock.tick(days=1)
    streams.make_queues()
    assert app("repair").handler({}, Context())["findings"]["mended"]["search"] == 1
    streams.follow()
    # then the search finds the new title
    assert _finds(f"/{kind}", "gutters") == [thing]


@pytest.mark.parametrize("like", [True, False])
def test_given_a_like_of_an_old_story_whose_count_is_wrong_when_the_night_comes_then_it_is_corrected(
    like: bool, clock: Clock
) -> None:
    story = _liked()
    streams.follow()
    clock.tick(days=9)
    person = SELLER if like else BUYER
    assert person.call("PUT" if like else "DELETE", f"/stories/{story}/like").status == 200
    damage("stories", {"id": story}, likes=40)
    clock.tick(days=1)
    assert app("repair").handler({}, Context())["findings"]["mended"] == {"likes": 1}
    assert item_of("stories", story)["likes"] == (3 if like else 1)


def test_the_repair_uses_every_permission_of_its_role(permitted: Record, clock: Clock) -> None:
    began = clock.moment
    for make in DAMAGES:
        stand_in.empty()
        clock.moment = began  # some changes need a recent sign-in
        thing, *_ = make()
        forget_changes()
        clock.tick(hours=2)
        check(thing)
    place_bid(WORKER, post_job(BUYER))
    streams.follow()
    clock.tick(days=1)
    app("repair").handler({}, Context())
    app("repair").handler({"objects": ["erasures/nobody"]}, Context())
    _park_record_of_erased_person()
    app("repair").handler({}, Context())
    assert left_unused(permitted, "repair") == set()


def _park_record_of_erased_person() -> None:
    known("gone-1", status="erased")
    record = moved("job-1")
    record["dynamodb"]["NewImage"] |= {"buyerId": {"S": "gone-1"}, "title": {"S": "Mend the tap"}}
    file = {"Bucket": function_environment()["MEDIA_BUCKET"], "Key": "parked/khaya-jobs-test-1/2026-11-21-1.json"}
    stand_in.client("s3").put_object(**file, Body=json.dumps({"record": record}).encode())


class Functions:
    """A client of Lambda that calls the function in this process."""

    def __init__(self) -> None:
        self.calls = 0

    def invoke(self, FunctionName: str, Qualifier: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - Lambda's names
        assert Qualifier == "live"
        assert FunctionName == "khaya-repair-test"
        self.calls += 1
        return {"Payload": io.BytesIO(json.dumps(app("repair").handler(json.loads(Payload), Context())).encode())}


def test_the_command_checks_everything_page_by_page_and_can_go_on(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given ten jobs with a wrong count, and pages of three
    monkeypatch.setattr(operations, "PAGE", 3)
    jobs = [post_job(Person(f"buyer-{number}", ("buyer",))) for number in range(10)]
    streams.follow()
    clock.tick(hours=1)
    for job in jobs:
        damage("jobs", {"id": job}, bidCount=2)
    tables = {source.table: table_name(source.table) for source in operations.SOURCES.values()}
    everything = operations.Everything(stand_in.client("dynamodb"), Functions(), tables, "khaya-repair-test")
    # when the command ends after its second page
    pages = everything.repair("jobs", operations.RepairCounts())
    last = [next(pages), next(pages)][-1]
    assert sum(item["bidCount"] == 2 for item in stored("jobs")) == 4
    # then it goes on from there
    assert operations.run(everything, ["jobs"], last)
    assert {item["bidCount"] for item in stored("jobs")} == {0}
    assert "bids: 4 checked, 4 mended" in capsys.readouterr().out
    # and a run over all kinds, when the jobs have settled, finds nothing more
    clock.tick(hours=1)
    assert operations.run(everything, [*operations.SOURCES])
    assert "bids: 10 checked, 0 mended" in capsys.readouterr().out


def test_the_sources_of_the_command_are_tables_of_the_template() -> None:
    known = resources("AWS::DynamoDB::Table")
    for source in operations.SOURCES.values():
        (key,) = known[source.table]["KeySchema"]
        assert key["AttributeName"] == source.key


def _everything() -> list[str]:
    kinds = {"jobs": "jobs", "listings": "listings", "stories": "stories"}
    things = [f"{kind}/{row['id']}" for kind, table in kinds.items() for row in stored(table) if "title" in row]
    return things + [f"people/{row['userId']}" for row in stored("profiles")]
