"""Write tokens on items: the time and the actor of single writes and of transactions."""

from __future__ import annotations

from khaya.bids import service as bids
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo
from khaya.platform.data.writes import WRITE_TOKEN, read_write_token
from tests.conftest import Clock
from tests.support.client import Person
from tests.support.records import OFFER, POSTING


def write_token_of(table: str, object_id: str) -> tuple[str, str]:
    item = dynamo.get(table, {"id": object_id})
    assert item is not None
    return read_write_token(item[WRITE_TOKEN])


def test_when_a_job_is_posted_then_its_write_token_has_time_and_person(buyer: Person, clock: Clock) -> None:
    job = buyer.post("/jobs", POSTING).body
    assert write_token_of(settings().jobs_table, job["id"]) == ("2026-11-21T08:00:00.000Z", "buyer-1")


def test_when_a_bid_is_placed_then_bid_and_job_have_the_workers_write_token(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    job = buyer.post("/jobs", POSTING).body
    clock.tick(minutes=5)
    bid = worker.post(f"/jobs/{job['id']}/bids", OFFER).body
    assert write_token_of(settings().bids_table, bid["id"]) == ("2026-11-21T08:05:00.000Z", "worker-1")
    assert write_token_of(settings().jobs_table, job["id"]) == ("2026-11-21T08:05:00.000Z", "worker-1")


def test_when_the_system_rejects_a_bid_then_its_write_token_has_the_function(
    buyer: Person, worker: Person, clock: Clock
) -> None:
    job = buyer.post("/jobs", POSTING).body
    bid = worker.post(f"/jobs/{job['id']}/bids", OFFER).body
    buyer.post(f"/jobs/{job['id']}/cancellation", {"reason": "We moved away."})
    bids.update_bids_of_job(job["id"], "2026-11-21T09:00:00.000Z")
    assert write_token_of(settings().bids_table, bid["id"])[1] == "system:test"
