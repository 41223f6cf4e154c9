"""An account with a job in progress is not erased, also under concurrent acceptances."""

from __future__ import annotations

import time
from typing import Any

from tests.contention.clients import Call, at_once
from tests.support.client import Person
from tests.support.money import grant, payout_account
from tests.support.records import place_bid, post_job, profile
from tests.support.template import function_environment

ROUNDS = 25


def test_given_a_concurrent_acceptance_and_erasure_then_one_succeeds(engine: None, dynamodb: Any) -> None:
    for round_number in range(ROUNDS):
        # given a buyer with two jobs, and three workers who bid on both
        now = int(time.time())
        buyer = Person(f"buyer-{round_number}", ("buyer",), signed_in_at=now)
        workers = [Person(f"worker-{round_number}-{number}", ("worker",), signed_in_at=now) for number in range(3)]
        for person in (buyer, *workers):
            profile(person.user_id or "", display_name="Somebody", roles=list(person.roles))
        jobs = [post_job(buyer), post_job(buyer)]
        bids = [place_bid(worker, job_id) for job_id in jobs for worker in workers]
        # when bids are accepted and accounts are erased concurrently
        leavers = [buyer, *workers] if round_number % 2 else workers
        calls = [Call(buyer, "POST", f"/bids/{bid_id}/acceptance") for bid_id in bids]
        calls += [Call(person, "DELETE", "/profiles/me") for person in leavers]
        statuses = at_once(calls)
        # then no erased account has a job in progress, and the others got 409
        assert set(statuses) <= {200, 204, 401, 409}, statuses
        left = {person.user_id for person, status in zip(leavers, statuses[6:], strict=True) if status == 204}
        at_work = [job for job in map(_stored(dynamodb), jobs) if job["status"]["S"] == "in_progress"]
        for job in at_work:
            assert not left & {job["buyerId"]["S"], job["workerId"]["S"]}
        assert statuses[:6].count(200) == len(at_work)
        # and after those jobs have ended, every account can be erased
        for job in at_work:
            assert buyer.post(f"/jobs/{job['id']['S']}/completion").status == 200
        assert {person.delete("/profiles/me").status for person in (buyer, *workers)} == {204}


def test_given_a_concurrent_withdrawal_and_erasure_then_one_succeeds(engine: None) -> None:
    for round_number in range(ROUNDS):
        now = int(time.time())
        person = Person(f"person-{round_number}", ("worker",), signed_in_at=now)
        profile(person.user_id or "", display_name="Somebody", roles=["worker"])
        grant(person.user_id or "", 50_000)
        payout_account(person.user_id or "")
        withdrawal = Person(person.user_id, person.roles, signed_in_at=now, headers={"Idempotency-Key": "one"})
        body = {"amountCents": 10_000}
        statuses = at_once(
            [Call(withdrawal, "POST", "/credits/withdrawals", body), Call(person, "DELETE", "/profiles/me")]
        )
        assert statuses in ([201, 409], [409, 204], [401, 204]), statuses


def _stored(dynamodb: Any) -> Any:
    table = function_environment()["JOBS_TABLE"]
    return lambda job_id: dynamodb.get_item(TableName=table, Key={"id": {"S": job_id}}, ConsistentRead=True)["Item"]
