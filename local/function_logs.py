"""Show what the functions log, as it happens, from the log groups they write to."""

import json
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import boto3

from local.progress import say

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

EVERY = 1.0  # seconds between looks
PLATFORM_LINES = ("START ", "END ", "REPORT ", "INIT_START")  # Lambda's own, around every invocation
SHOWN_FIRST = ("level", "message", "timestamp", "service", "location")
LEFT_OUT = {  # what Powertools adds to every line
    *SHOWN_FIRST,
    "cold_start",
    "function_name",
    "release",
    "function_memory_size",
    "function_arn",
    "function_request_id",
    "xray_trace_id",
}


class FunctionLogs:
    """A reader of all functions' log groups that shows every line once."""

    def __init__(self, session: boto3.Session) -> None:
        self.logs: CloudWatchLogsClient = session.client("logs")
        self.since = int(time.time() * 1000)
        self.shown: deque[tuple[str, int, str]] = deque(maxlen=1_000)

    def follow(self) -> None:
        """Show new lines until interrupted."""
        while True:
            self.show_new()
            time.sleep(EVERY)

    def show_new(self) -> None:
        """Show what was logged since the last look."""
        looked_at = int(time.time() * 1000)
        for page in self.logs.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                self.show_group(group["logGroupName"])
        # Lines may arrive late: look back a little, and leave out what was shown.
        self.since = looked_at - 2_000

    def show_group(self, name: str) -> None:
        """Show one group's new lines."""
        for page in self.logs.get_paginator("filter_log_events").paginate(logGroupName=name, startTime=self.since):
            for event in page["events"]:
                self.show_event(name.rsplit("/", 1)[-1], event)

    def show_event(self, source: str, event: "FilteredLogEventTypeDef") -> None:
        """Show one line, unless it is Lambda's own or was shown already."""
        message = event["message"].rstrip()
        line = (event["logStreamName"], event["timestamp"], message)
        if line in self.shown or not message or message.startswith(PLATFORM_LINES):
            return
        self.shown.append(line)
        clock = time.strftime("%H:%M:%S", time.localtime(event["timestamp"] / 1000))
        say(f"{clock} {source:<28} {readable(message)}")


def readable(message: str) -> str:
    """A structured log line as level, message and the fields that are its own; any other line as it is."""
    try:
        fields: Any = json.loads(message)
    except ValueError:
        return message
    if not isinstance(fields, dict):
        return message
    if "_aws" in fields:
        metrics = fields["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        return "metric " + " ".join(f"{metric['Name']}={fields.get(metric['Name'])}" for metric in metrics)
    if "counts" in fields:
        return "counted " + " ".join(f"{name}={number}" for name, number in fields["counts"].items())
    own = " ".join(f"{name}={value}" for name, value in fields.items() if name not in LEFT_OUT)
    return f"{fields.get('level', '')} {fields.get('message', '')} {own}".strip()
