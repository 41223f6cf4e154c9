"""Loads the functions that a newcomer meets first: each one's first call takes the stand-in a second or more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import boto3

from local.demo.visit import Visits
from local.people import BONGANI, THANDI
from local.progress import step
from local.stand_in import sam_settings

FUNCTIONS = ("StreamDispatcher", "Derived", "Notices", "Deliveries", "Records")
"""The functions that run after a job was posted and a bid was placed."""

NOTHING = b'{"Records": []}'


def warm(session: boto3.Session, visits: Visits) -> None:
    """Load them, two at a time."""
    stack = session.client("cloudformation")
    functions = session.client("lambda")
    name_of_stack = sam_settings()["stack_name"]

    def load(function: str) -> Callable[[], object]:
        found = stack.describe_stack_resource(StackName=name_of_stack, LogicalResourceId=f"{function}Function")
        name = found["StackResourceDetail"]["PhysicalResourceId"]
        return lambda: functions.invoke(FunctionName=name, Qualifier="live", Payload=NOTHING)

    calls: list[Callable[[], object]] = [load(function) for function in FUNCTIONS]
    calls += [
        lambda: visits.of(THANDI).call("GET", "/jobs"),
        lambda: visits.of(BONGANI).call("GET", "/bids/mine"),
        lambda: visits.of(THANDI).call("GET", "/notifications"),
    ]
    with step("loading the functions that are met first"), ThreadPoolExecutor(max_workers=2) as threads:
        for done in [threads.submit(call) for call in calls]:
            done.result()
