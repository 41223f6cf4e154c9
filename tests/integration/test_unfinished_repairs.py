"""Repairs that cannot be made now: the object was written a moment ago, or there is no time for all that it has."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from khaya.platform.base import clock as khaya_clock
from khaya.platform.data import pages, resumable
from khaya.platform.data.corrections import SETTLED_SECONDS
from khaya.stories import repair as stories_repair
from tests.conftest import Clock
from tests.support import streams
from tests.support.client import Context, Person, app
from tests.support.items import damage, item_of
from tests.support.records import complete_job, list_materials, place_bid, post_job, profile
from tests.support.stand_in import stored
from tests.support.stories import approved_story

BUYER = Person("buyer-1", ("buyer",))
WORKER = Person("worker-1", ("worker",))
WORKERS = [Person(f"worker-{number}", ("worker",)) for number in range(1, 8)]
SELLER = Person("seller-1", ("seller",))

Case = tuple[str, str, Callable[[], bool]]
"""The object to check, the repair that mends it, and whether all is well."""


class Calls:
    """A context that has time for so many pages and objects."""

    def __init__(self, number: int) -> None:
        self.number = number

    def get_remaining_time_in_millis(self) -> int:
        self.number -= 1
        return 60_000 if self.number >= 0 else 0


def night(context: Any = None) -> dict[str, Any]:
    """A run of the schedule, and what its messages cause."""
    streams.make_queues()
    report: dict[str, Any] = app("repair").handler({}, context or Context())
    streams.follow()
    return report


def a_wrong_count_of_bids() -> Case:
    job = post_job(BUYER)
    for worker in WORKERS:
        place_bid(worker, job)
    streams.follow()
    damage("jobs", {"id": job}, bidCount=2)
    return f"jobs/{job}", "bids", lambda: item_of("jobs", job)["bidCount"] == 7


def an_old_title_on_the_first_of_many_bids() -> Case:
    job = post_job(BUYER)
    bids = [place_bid(worker, job) for worker in WORKERS]
    streams.follow()
    damage("bids", {"id": bids[0]}, jobTitle="An old title")
    return f"jobs/{job}", "bids", lambda: item_of("bids", bids[0])["jobTitle"] == "Fix a leaking tap"


def a_wrong_count_of_likes() -> Case:
    story = approved_story(WORKER)
    for reader in WORKERS:
        assert reader.put(f"/stories/{story}/like").status == 200
    streams.follow()
    damage("stories", {"id": story}, likes=2)
    return f"stories/{story}", "likes", lambda: item_of("stories", story)["likes"] == 7


def wrong_sums_of_many_reviews() -> Case:
    profile("worker-1", roles=["worker"])
    for number in range(1, 6):
        buyer = Person(f"buyer-{number}", ("buyer",))
        assert buyer.post(f"/jobs/{complete_job(buyer, WORKER)}/reviews", {"rating": number}).status == 201
    streams.follow()
    damage("profiles", {"userId": "worker-1"}, ratingSum=4, ratingCount=3)

    def well() -> bool:
        item = item_of("profiles", "worker-1")
        return (item["ratingSum"], item["ratingCount"]) == (15, 5)

    return "people/worker-1", "ratings", well


def an_old_name_on_the_last_of_many_copies() -> Case:
    profile("seller-1", roles=["seller", "buyer"], verified=True)
    for _ in range(4):
        post_job(Person("seller-1", ("buyer",)))
    listing = list_materials(SELLER)
    streams.follow()
    damage("listings", {"id": listing}, sellerName="An old name")
    return "people/seller-1", "names", lambda: item_of("listings", listing)["sellerName"] != "An old name"


CASES = [
    a_wrong_count_of_bids,
    an_old_title_on_the_first_of_many_bids,
    a_wrong_count_of_likes,
    wrong_sums_of_many_reviews,
    an_old_name_on_the_last_of_many_copies,
]


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__.replace("_", "-"))
@pytest.mark.parametrize("pages_a_run", [1, 2, 3])
def test_given_more_than_a_run_can_read_when_the_runs_repeat_then_it_is_mended(
    make: Callable[[], Case], pages_a_run: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given something wrong with an object that has several pages
    thing, repair, well = make()
    monkeypatch.setattr(resumable.ResumableReading.every_item, "__defaults__", (2,))
    monkeypatch.setattr(stories_repair, "_AT_A_TIME", 2)
    clock.tick(hours=2)
    # when it is checked by runs with time for a few pages
    streams.make_queues()
    runs = mended = 0
    for _ in range(40):
        answer = app("repair").handler({"objects": [thing]}, Calls(1 + pages_a_run))
        assert answer["findings"]["failed"] == {}
        mended += answer["findings"]["mended"].get(repair, 0)
        runs += 1
        if answer["left"] == []:
            break
        assert answer["left"] == [thing]
    # then each goes on where the one before stopped, and the last one mends it
    assert runs > 1 or pages_a_run == 3
    assert mended >= 1
    streams.follow()
    assert well()
    # and nothing is left to go on with
    assert [row for row in stored("tasks") if row.get("positions")] == []


def test_given_a_like_between_two_parts_of_the_count_then_the_count_begins_anew(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing, _, _ = a_wrong_count_of_likes()
    story = thing.partition("/")[2]
    monkeypatch.setattr(stories_repair, "_AT_A_TIME", 2)
    clock.tick(hours=2)
    assert app("repair").handler({"objects": [thing]}, Calls(3))["left"] == [thing]
    # when people like it and take likes back between two runs
    assert BUYER.put(f"/stories/{story}/like").status == 200
    for reader in WORKERS[:3]:
        assert reader.delete(f"/stories/{story}/like").status == 200
    clock.tick(hours=2)
    for _ in range(10):
        app("repair").handler({"objects": [thing]}, Calls(2))
    assert item_of("stories", story)["likes"] == 5


def test_given_something_busy_at_night_when_a_later_run_comes_then_it_is_mended(clock: Clock) -> None:
    # given a job and a story of yesterday, whose counts are wrong, and that were written a minute before the run
    _, _, bids_are_well = a_wrong_count_of_bids()
    _, _, likes_are_well = a_wrong_count_of_likes()
    clock.tick(days=1, seconds=-60)
    for table in ("jobs", "stories"):
        for row in stored(table):
            token, _, actor = str(row["lastWrite"]).split(" ", 2)
            damage(table, {"id": row["id"]}, lastWrite=f"{token} {khaya_clock.now()} {actor}")
    clock.tick(seconds=60)
    # when the night's first run comes, then they are left, and the day is not finished
    report = night()
    assert report["unfinished"] >= 2
    assert report["findings"]["unfinished"].keys() >= {"bids", "likes"}
    assert not bids_are_well()
    assert not likes_are_well()
    # and a run after they have settled mends them
    clock.tick(seconds=SETTLED_SECONDS)
    report = night()
    assert report["unfinished"] == 0
    assert bids_are_well()
    assert likes_are_well()
    assert night()["done"] == 0


def test_given_a_run_that_stops_inside_an_object_when_the_next_night_comes_then_it_goes_on(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, well = a_wrong_count_of_bids()
    monkeypatch.setattr(resumable.ResumableReading.every_item, "__defaults__", (2,))
    clock.tick(days=1)
    for _ in range(60):
        if night(Calls(4))["done"] == 0 and well():
            break
    assert well()


@pytest.mark.parametrize("number", [0, 1, 4, 9])
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_lists_are_read_whole_and_once_whenever_a_run_stops(number: int, limit: int) -> None:
    lists = [list(range(number)), [], list(range(100, 100 + number))]

    def page(numbers: list[int], request: pages.PageRequest) -> pages.PageResult[int]:
        start = request.after["at"] if request.after else 0
        end = start + request.limit
        return pages.PageResult(numbers[start:end], {"at": end} if end < len(numbers) else None)

    for time in range(4):
        found: list[int] = []
        position: dict[str, Any] | None = None
        for _ in range(100):
            reading = resumable.ResumableReading(partial(next, iter([True] * time), False), position)
            try:
                for numbers in lists:
                    found += reading.every_item(lambda request, numbers=numbers: page(numbers, request), limit)
            except resumable.OutOfTime as stopped:
                position = stopped.position
            else:
                break
        assert found == [*lists[0], *lists[2]]
