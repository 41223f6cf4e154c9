"""Failed runs of schedules are run again, on the AWS stand-in, over HTTP."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from operations.failed_runs import FailedRuns, of_stack
from operations.refused import Refused
from operations.stack import Stack

STACK = "khaya-runs"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  ScheduleDeadLetters: {Type: AWS::SQS::Queue, Properties: {QueueName: failed-runs}}
  TaskFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: task
      Handler: index.handler
      Runtime: python3.13
      AutoPublishAlias: live
      InlineCode: |
        def handler(event, context):
            if event.get("schedule") == "broken":
                raise KeyError("it is broken")
            return event
      Events:
        Hourly:
          Type: ScheduleV2
          Properties: {Name: hourly, ScheduleExpression: rate(1 hour), State: DISABLED}
        Minutes:
          Type: ScheduleV2
          Properties: {Name: minutes, ScheduleExpression: rate(1 hour), State: DISABLED, Input: '{"schedule": "minute"}'}
        Broken:
          Type: ScheduleV2
          Properties: {Name: broken, ScheduleExpression: rate(1 hour), State: DISABLED, Input: '{"schedule": "broken"}'}
"""
ARN = "arn:aws:scheduler:af-south-1:000000000000:schedule/default/"
BY_SCHEDULER = {"SCHEDULE_ARN": {"DataType": "String", "StringValue": f"{ARN}hourly"}}


@pytest.fixture(scope="module")
def stack(session: boto3.Session) -> Stack:
    client = session.client("cloudformation")
    client.create_change_set(
        StackName=STACK, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=TEMPLATE,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )  # fmt: skip
    client.execute_change_set(StackName=STACK, ChangeSetName="first")
    client.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    return Stack(session, STACK)


class Calls:
    """Lambda, and what it was called with."""

    def __init__(self, functions: Any) -> None:
        self._functions = functions
        self.made: list[tuple[str, Any]] = []

    def invoke(self, **request: Any) -> Any:
        self.made.append((request["FunctionName"].split(":function:")[1], json.loads(request["Payload"])))
        return self._functions.invoke(**request)


class Dead:
    """The dead letters, which are empty at first."""

    def __init__(self, session: boto3.Session, stack: Stack) -> None:
        self.sqs = session.client("sqs")
        self.url = stack.physical("ScheduleDeadLetters")
        self.sqs.purge_queue(QueueUrl=self.url)
        self.runs: FailedRuns = of_stack(session, stack, print)
        self.calls = Calls(session.client("lambda"))
        self.runs._functions = self.calls

    def put(self, body: Any, **attributes: Any) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(body), MessageAttributes=attributes)


@pytest.fixture
def dead(session: boto3.Session, stack: Stack) -> Dead:
    return Dead(session, stack)


@pytest.mark.parametrize(
    ("body", "attributes", "called"),
    [
        ({}, BY_SCHEDULER, ("task:live", {})),
        ({"source": "aws.scheduler", "resources": [f"{ARN}hourly"]}, {}, ("task:live", {})),
        ({"schedule": "minute"}, {}, ("task:live", {"schedule": "minute"})),
    ],
)
def test_given_a_failed_run_when_redriven_then_its_alias_is_called_and_the_dead_letter_is_gone(
    dead: Dead, body: Any, attributes: Any, called: Any
) -> None:
    dead.put(body, **attributes)
    assert dead.runs.run_again() == 1
    assert dead.calls.made == [called]
    assert dead.runs.waiting() == 0


def test_given_several_failed_runs_of_a_schedule_when_redriven_then_it_runs_once(dead: Dead) -> None:
    for _ in range(3):
        dead.put({"schedule": "minute"})
    assert dead.runs.run_again() == 3
    assert len(dead.calls.made) == 1


@pytest.mark.parametrize(
    ("waiting", "first", "expected"),
    [
        (0, False, "No failed runs wait: nothing would run."),
        (2, True, "1 of 2 failed runs: its schedule would run once, then its dead letter would be deleted."),
        (2, False, "2 failed runs: each of their schedules would run once, then their dead letters be deleted."),
    ],
)
def test_given_failed_runs_then_the_plan_says_what_would_run_and_runs_nothing(
    dead: Dead, waiting: int, first: bool, expected: str
) -> None:
    for _ in range(waiting):
        dead.put({"schedule": "minute"})
    assert dead.runs.planned(first=first) == expected
    assert dead.calls.made == []
    assert dead.runs.waiting() == waiting


def test_given_the_first_only_when_redriven_then_the_others_stay(dead: Dead) -> None:
    for _ in range(2):
        dead.put({"schedule": "minute"})
    assert dead.runs.run_again(1) == 1
    assert dead.runs.waiting() == 1


def test_given_a_cause_that_repeats_when_redriven_then_it_is_refused_and_the_dead_letter_stays(dead: Dead) -> None:
    dead.put({"schedule": "broken"})
    with pytest.raises(Refused, match="broken fails again"):
        dead.runs.run_again()
    assert dead.runs.waiting() == 1


def test_given_an_empty_answer_while_runs_wait_then_it_asks_again(dead: Dead) -> None:
    dead.put({"schedule": "minute"})
    receive, waits = dead.sqs.receive_message, []

    def sometimes_empty(**request: Any) -> Any:
        waits.append(request.get("WaitTimeSeconds", 0))
        return {} if len(waits) == 1 else receive(**request)

    with patch.object(dead.runs, "_sqs", wraps=dead.sqs, receive_message=sometimes_empty):
        assert dead.runs.run_again() == 1
    assert min(waits) >= 5, "long polling asks all of SQS's servers"


def test_given_a_dead_letter_of_no_schedule_then_it_is_named_and_stays(dead: Dead) -> None:
    dead.put({"schedule": "yearly"})
    with pytest.raises(Refused, match="names no schedule"):
        dead.runs.run_again()
    assert dead.runs.waiting() == 1
    assert dead.calls.made == []
