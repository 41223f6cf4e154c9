"""Run again what a schedule could not run: receive, run, then delete.

Two write to these dead letters. The scheduler does if it could not call the function, and names the schedule. Lambda
does if the function failed each attempt, and leaves only what the function was called with: the scheduler's own event,
which names the schedule, or the schedule's input. A run does all that is due, so that it makes up for all earlier ones
of its schedule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.config import Config

from operations.redrive import EMPTY_ANSWERS, WAIT_SECONDS
from operations.refused import Refused
from operations.stack import Stack

DEAD_LETTERS = "ScheduleDeadLetters"
QUEUE = "schedule"
"""Their name for operators."""
PATIENCE_SECONDS = 960
"""How long a run may take: more than the timeout of every function."""


class FailedRuns:
    """The failed runs of schedules of one environment.

    Args:
        sqs: a client of SQS.
        functions: a client of Lambda that waits for the end of a run.
        url: the address of the dead letters.
        targets: by the name of each schedule its function's alias and its input.
        say: what shows a line to the operator.
    """

    def __init__(
        self,
        sqs: Any,
        functions: Any,
        url: str,
        targets: Mapping[str, tuple[str, str | None]],
        say: Callable[[str], None],
    ) -> None:
        self._sqs = sqs
        self._functions = functions
        self._url = url
        self._targets = targets
        self._say = say

    def waiting(self) -> int:
        """How many failed runs wait, roughly as SQS counts."""
        found = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def planned(self, *, first: bool) -> str:
        """What `run_again` would do now, in words. None is received for it, since that would hide it.

        Args:
            first: whether one dead letter is to be dealt with.
        """
        waiting = self.waiting()
        if not waiting:
            return "No failed runs wait: nothing would run."
        if first or waiting == 1:
            return f"1 of {waiting} failed runs: its schedule would run once, then its dead letter would be deleted."
        return f"{waiting} failed runs: each of their schedules would run once, then their dead letters be deleted."

    def run_again(self, limit: int | None = None) -> int:
        """Run failed runs again, all or so many; returns how many dead letters are gone. Each schedule is run once.

        Raises:
            Refused: a run fails again; its dead letter stays.
        """
        done: set[str] = set()
        gone = empty = 0
        while limit is None or gone < limit:
            messages = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=1,
                VisibilityTimeout=PATIENCE_SECONDS + 60,
                WaitTimeSeconds=WAIT_SECONDS,
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            if not messages:
                waiting = self.waiting()
                empty += 1
                if waiting and empty < EMPTY_ANSWERS:
                    continue
                if waiting:
                    self._say(f"{waiting} failed runs still wait, and SQS hands out none. Run the command again")
                return gone
            empty = 0
            [message] = messages
            schedule = self._schedule(message)
            if schedule not in done:
                self._run(schedule, message)
                done.add(schedule)
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            gone += 1
        return gone

    def _schedule(self, message: dict[str, Any]) -> str:
        """The name of the schedule whose run failed."""
        arn = message.get("MessageAttributes", {}).get("SCHEDULE_ARN", {}).get("StringValue", "")
        try:
            body = json.loads(message["Body"])
        except json.JSONDecodeError:
            body = None
        if not arn and isinstance(body, dict):
            arn = next(iter(body.get("resources") or []), "")
        by_input = (name for name, (_, given) in self._targets.items() if given and json.loads(given) == body)
        name = str(arn).rsplit("/", 1)[-1] if arn else next(by_input, "")
        if name not in self._targets:
            self._show_again(message)
            raise Refused(
                f"The dead letter {message['MessageId']} names no schedule of the stack. Read it in SQS's console, "
                "invoke its function by hand, then delete it."
            )
        return name

    def _run(self, schedule: str, message: dict[str, Any]) -> None:
        target, given = self._targets[schedule]
        self._say(f"running {schedule}")
        answer = self._functions.invoke(FunctionName=target, Payload=(given or "{}").encode())
        if "FunctionError" in answer:
            self._show_again(message)
            error = json.loads(answer["Payload"].read() or "{}").get("errorType")
            raise Refused(
                f"{schedule} fails again with {error}: the cause repeats. The log of the tasks says more. Fix it, then "
                "run the command again."
            )

    def _show_again(self, message: dict[str, Any]) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )


def of_stack(session: Any, stack: Stack, say: Callable[[str], None]) -> FailedRuns:
    """The failed runs of a deployed stack."""
    scheduler = session.client("scheduler")
    targets = {}
    for one in stack.must_have("AWS::Scheduler::Schedule"):
        found = scheduler.get_schedule(Name=one.physical)["Target"]
        targets[one.physical] = (found["Arn"], found.get("Input"))
    # A call is not repeated by itself: its first attempt may still be at work.
    patient = Config(read_timeout=PATIENCE_SECONDS, retries={"total_max_attempts": 1})
    functions = session.client("lambda", config=patient)
    return FailedRuns(session.client("sqs"), functions, stack.physical(DEAD_LETTERS), targets, say)
