"""Suspensions of workers while their bids are accepted: nothing is agreed with anybody after their suspension."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any

import boto3

from khaya.bids import store as bids
from khaya.bids.model import BidOffer, new_bid
from khaya.jobs import store as jobs
from khaya.jobs.model import JobPosting, new_job
from khaya.platform.base import clock
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo
from khaya.platform.data.writes import plain_item
from tests.contention.clients import Call, at_once
from tests.contention.conftest import empty
from tests.support.client import Person
from tests.support.records import OFFER, POSTING, profile
from tests.support.stand_in import stored
from tests.support.template import table_name

ROUNDS = int(os.environ.get("ROUNDS", "6"))
"""The number of rounds; `make soak` runs fifty."""
WORKERS = [f"worker-{number}" for number in range(4)]
JOBS_EACH = 10
ADMINS = [Person(f"admin-{number}", ("admin",)) for number in range(6)]
OWNER = Person("owner", ("buyer",))
SUSPENDED = {"status": "suspended", "reason": "Invented jobs, again."}


def prepare() -> list[tuple[str, str, str]]:
    """People, and jobs with one bid each; returns worker, job and bid."""
    profile("owner", display_name="Owner", roles=["buyer"])
    for admin in ADMINS:
        profile(admin.user_id or "", display_name="Admin", roles=["admin"])
    now, offer, posting = clock.now(), BidOffer.model_validate(OFFER), JobPosting.model_validate(POSTING)
    made = []
    for worker in WORKERS:
        profile(worker, display_name=worker, roles=["worker"])
        for _ in range(JOBS_EACH):
            job = new_job(posting, buyer_id="owner", buyer_name="Owner", now=now)
            bid = new_bid(offer, job, worker_id=worker, worker_name=worker, now=now)
            dynamo.write_many([jobs.create(job.model_copy(update={"bid_count": 1}))])
            dynamo.commit(bids.create(bid), new_id())
            made.append((worker, job.id, bid.id))
    return made


def test_a_suspension_and_acceptances_of_the_workers_bids_agree(engine: None, dynamodb: Any) -> None:
    for number in range(ROUNDS):
        _round(random.Random(number))  # noqa: S311 - the same rounds every time
        empty(dynamodb)
    # and in the order of the commits, no job began for a suspended worker
    begun = 0
    for before, after in _changes_of_workers():
        if after.get("jobsInProgress", 0) > before.get("jobsInProgress", 0):
            begun += 1
            assert before.get("status", "active") == "active", after["userId"]
    assert begun > 0


def _round(chance: random.Random) -> None:
    # given four workers with ten bids each
    made = prepare()
    # when 64 clients accept their bids and suspend them at once
    acceptances = {bid: Call(OWNER, "POST", f"/bids/{bid}/acceptance") for _, _, bid in made}
    suspensions = [Call(admin, "PATCH", f"/admin/users/{worker}", SUSPENDED) for worker in WORKERS for admin in ADMINS]
    order = [*acceptances.values(), *suspensions]
    assert len(order) == 64
    chance.shuffle(order)
    answers = dict(zip(map(id, order), at_once(order), strict=True))
    # then each request is answered, and every worker is suspended
    assert {answers[id(one)] for one in suspensions} <= {200, 409}
    assert {answers[id(one)] for one in acceptances.values()} <= {200, 409}
    records = {row["userId"]: row for row in stored("users")}
    assert all(records[worker]["status"] == "suspended" for worker in WORKERS)
    # and jobs, bids and counters agree with the answers
    stored_jobs = {row["id"]: row for row in stored("jobs")}
    stored_bids = {row["id"]: row for row in stored("bids") if "amountCents" in row}
    agreed = dict.fromkeys([*WORKERS, "owner"], 0)
    for worker, job_id, bid_id in made:
        was_accepted = answers[id(acceptances[bid_id])] == 200
        assert stored_bids[bid_id]["status"] == ("accepted" if was_accepted else "pending")
        assert stored_jobs[job_id]["status"] == ("in_progress" if was_accepted else "open")
        assert stored_jobs[job_id].get("workerId") == (worker if was_accepted else None)
        agreed[worker] += was_accepted
        agreed["owner"] += was_accepted
    assert {person: records[person].get("jobsInProgress", 0) for person in agreed} == agreed
    # and what is left cannot be agreed any more
    left = next((bid for bid in acceptances if answers[id(acceptances[bid])] == 409), None)
    if left is not None:
        refused = OWNER.post(f"/bids/{left}/acceptance")
        assert (refused.status, refused.body["code"]) == (409, "party_suspended")


def _changes_of_workers() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The changes of the workers' records, in the order of their commits."""
    streams: Any = boto3.client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName=table_name("UsersTable"))["Streams"]
    for shard in streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                images = record["dynamodb"]
                if record["eventName"] == "MODIFY" and images["Keys"]["userId"]["S"] in WORKERS:
                    yield plain_item(images["OldImage"]), plain_item(images["NewImage"])
            iterator = page.get("NextShardIterator") if page["Records"] else None
