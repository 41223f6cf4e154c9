"""A change that cannot be dispatched on the local engine: parked, replayed after the cause was mended, and followed once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from local.stand_in import sam_settings, session
from operations import parked_records
from operations.stack import ALIAS
from tests.e2e.test_job_to_completion import OFFER, POSTING
from tests.support.marketplace import Marketplace, eventually

DISPATCHER = "khaya-stream-dispatcher-local"
PATIENCE = 60.0


@contextmanager
def broken_dispatcher(account: boto3.Session) -> Iterator[None]:
    """The dispatcher has a wrong queue for derived data, and parks what it cannot send at once."""
    functions = account.client("lambda")
    serving = functions.get_alias(FunctionName=DISPATCHER, Name=ALIAS)["FunctionVersion"]
    variables = functions.get_function_configuration(FunctionName=DISPATCHER)["Environment"]["Variables"]
    wrong = {"DERIVED_QUEUE_URL": variables["DERIVED_QUEUE_URL"].replace("derived", "nowhere")}
    _configure(functions, {**variables, **wrong, "RECORD_RETRY_SECONDS": "0"})
    broken = functions.publish_version(FunctionName=DISPATCHER)["Version"]
    _serve(functions, broken)
    try:
        yield
    finally:
        _configure(functions, variables)
        _serve(functions, serving)
        functions.delete_function(FunctionName=DISPATCHER, Qualifier=broken)


def _configure(functions: Any, variables: dict[str, str]) -> None:
    texts = {name: str(value) for name, value in variables.items()}
    functions.update_function_configuration(FunctionName=DISPATCHER, Environment={"Variables": texts})


def _serve(functions: Any, version: str) -> None:
    functions.update_alias(FunctionName=DISPATCHER, Name=ALIAS, FunctionVersion=version)
    time.sleep(3)  # a warm environment ends first


def test_given_a_wrong_queue_when_it_is_mended_and_the_records_are_replayed_then_losing_bids_are_rejected_once(
    marketplace: Marketplace,
) -> None:
    # given a job with two bids
    account = session(marketplace.port)
    parked = parked_records.of_stack(account, sam_settings()["stack_name"])
    buyer, winner, loser = (marketplace.token(*one) for one in (("buyer",), ("worker",), ("worker", 1)))
    posting = {**POSTING, "title": f"Mend the fence {time.time_ns()}"}
    job = marketplace.call("POST", "/jobs", posting, token=buyer).json()["id"]
    bids = [marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=token).json()["id"] for token in (winner, loser)]

    def status() -> str:
        found: str = marketplace.call("GET", f"/bids/{bids[1]}", token=loser).json()["status"]
        return found

    def about_the_job() -> list[str]:
        return [one.content["keys"]["id"]["S"] for one in parked.read(parked.files()) if "id" in one.content["keys"]]

    # when one is accepted while the dispatcher is broken
    with broken_dispatcher(account):
        assert marketplace.call("POST", f"/bids/{bids[0]}/acceptance", token=buyer).ok
        # then the change is parked, and the other bid stays pending
        assert eventually(lambda: job in about_the_job(), PATIENCE)
    assert status() == "pending"
    # when the records are replayed, then the other bid is rejected, and its worker is told once
    assert parked.replay().failed == []
    assert parked.files() == []
    assert eventually(lambda: status() == "rejected", PATIENCE)

    def notifications_sent() -> int:
        notices = marketplace.call("GET", "/notifications?limit=50", token=loser).json()["items"]
        return sum(bids[1] in str(one) and one["kind"] == "bidRejected" for one in notices)

    assert eventually(lambda: notifications_sent() == 1, PATIENCE)
    assert parked.replay().replayed == []
    assert notifications_sent() == 1
