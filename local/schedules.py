"""Lists the template's schedules and runs one at once, with its input."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from botocore.config import Config

from local import CannotRun, build
from local.progress import say, step
from local.stand_in import sam_settings, session

PATIENCE = 900  # seconds; no function runs for longer


@dataclass(frozen=True)
class Schedule:
    """One schedule: its name, function, expression and input."""

    name: str
    function: str
    when: str
    input: str


def schedules(template: Mapping[str, Any]) -> list[Schedule]:
    """The schedules of a template, by the names that they have there, without application and environment."""
    found = []
    for function, resource in template["Resources"].items():
        events = resource.get("Properties", {}).get("Events", {}).items()
        timed = {event: one["Properties"] for event, one in events if one["Type"] == "ScheduleV2"}
        for event, properties in timed.items():
            named = re.search(r"khaya-([a-z-]+)-[^-]+$", json.dumps(properties.get("Name", "")).strip('"}'))
            found.append(
                Schedule(
                    named[1] if named else f"{_folder(function)}-{event.lower()}",
                    function,
                    f"{properties['ScheduleExpression']} {properties['ScheduleExpressionTimezone']}",
                    properties.get("Input", "{}"),
                )
            )
    return sorted(found, key=lambda schedule: schedule.name)


def _folder(function: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", function.removesuffix("Function")).lower()


def deployed() -> list[Schedule]:
    """The schedules of what was built last."""
    template: dict[str, Any] = yaml.safe_load(build.for_engine().template.read_text())
    return schedules(template)


def show() -> None:
    """List them."""
    for schedule in deployed():
        say(f"  make task NAME={schedule.name:<19} {schedule.when}")


def run(port: int, name: str) -> None:
    """Invoke a schedule's function as the schedule does, and show what it reports.

    A name such as `due-items` runs every schedule whose name begins with it.

    Raises:
        CannotRun: there is no such schedule, or its function failed.
    """
    known = {schedule.name: schedule for schedule in deployed()}
    name = name.replace("_", "-")
    chosen = [known[name]] if name in known else [one for one in known.values() if one.name.startswith(f"{name}-")]
    if not chosen:
        raise CannotRun(f"There is no schedule {name}. There are: {', '.join(known)}.")
    for schedule in chosen:
        _run(port, schedule)


def _run(port: int, schedule: Schedule) -> None:
    account = session(port)
    stack = account.client("cloudformation")
    resource = stack.describe_stack_resource(
        StackName=sam_settings()["stack_name"], LogicalResourceId=schedule.function
    )
    function = resource["StackResourceDetail"]["PhysicalResourceId"]
    functions = account.client("lambda", config=Config(read_timeout=PATIENCE, retries={"total_max_attempts": 1}))
    with step(f"running {function} with {schedule.input}"):
        answer = functions.invoke(FunctionName=function, Qualifier="live", Payload=schedule.input.encode())
        report = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise CannotRun(f"{function} failed: {report}")
    said = json.loads(report or "{}")
    say(" ".join(f"{what}={number}" for what, number in said.items()) if isinstance(said, dict) else report)
