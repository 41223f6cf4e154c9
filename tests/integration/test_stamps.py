"""Every item says who wrote it and when, so that the stream can tell: of one write alone and of a transaction."""

from __future__ import annotations

from khaya.bids import service as bids
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo
from khaya.platform.data.writes import WRITE_TOKEN, read_write_token
from tests.conftest import Clock
from tests.support.client import Person
from tests.support.records import OFFER, POSTING


def stamp_of(table: str, thing_id: str) -> tuple[str, str]:
    item = dynamo.get(table, {"id": thing_id})
    assert item is not None
    return read_write_token(item[WRITE_TOKEN])


def test_a_job_says_who_posted_it(buyer: Person, clock: Clock) -> None:
    job = buyer.post("/jobs", POSTING).body
    assert stamp_of(settings().jobs_table, job["id"]) == ("2026-11-21T08:00:00.000Z", "buyer-1")


def test_a_bid_says_who_placed_it_and_the_job_who_moved_its_count(buyer: Person, worker: Person, clock: Clock) -> None:
    job = buyer.post("/jobs", POSTING).body
    clock.tick(minutes=5)
    bid = worker.post(f"/jobs/{job['id']}/bids", OFFER).body
    assert stamp_of(settings().bids_table, bid["id"]) == ("2026-11-21T08:05:00.000Z", "worker-1")
    assert stamp_of(settings().jobs_table, job["id"]) == ("2026-11-21T08:05:00.000Z", "worker-1")


def test_what_the_house_does_by_itself_names_its_function(buyer: Person, worker: Person, clock: Clock) -> None:
    job = buyer.post("/jobs", POSTING).body
    bid = worker.post(f"/jobs/{job['id']}/bids", OFFER).body
    buyer.post(f"/jobs/{job['id']}/cancellation", {"reason": "We moved away."})
    bids.follow_job(job["id"], "2026-11-21T09:00:00.000Z")
    assert stamp_of(settings().bids_table, bid["id"])[1] == "khaya:test"
