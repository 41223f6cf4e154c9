"""Cold start: the import of each function, compared with creating a DynamoDB client with boto3.

Each import runs in a fresh interpreter with the function, the deployed layers and boto3 only. It writes no bytecode,
because Lambda's folders are read-only. The measure is processor time, which other load on the machine affects little.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench import layers
from bench.report import Report
from tests.support.client import function_of
from tests.support.template import FUNCTION, ROOT, function_environment, resources, routes

MAX_RATIO = 1.6
TARGET_RATIO = 1.3
RUNS = 15

BOTO3 = "import boto3; boto3.client('dynamodb')"


def run() -> Report:
    """Measure all functions."""
    report = Report(
        "cold_start",
        f"Cold start: milliseconds of processor time, medians of {RUNS}, against boto3 with a DynamoDB client",
        ("function", "milliseconds", "of boto3", "limit", ""),
    )
    path = [layers.dependencies(), layers.own(), layers.runtime()]
    behind_api = {function_of(*route) for route in routes()}
    folders = sorted({code_of(properties) for properties in resources(FUNCTION).values()})
    cases = {"boto3": (BOTO3, path[2:])}
    cases |= {folder: ("import app", [ROOT / "functions" / folder, *path]) for folder in folders}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(RUNS):
        for name, (code, places) in cases.items():
            times[name].append(processor_seconds(code, places))
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    least = medians["boto3"]
    report.add("boto3 and its client", round(least * 1000), 1.0, "", "")
    for folder in folders:
        ratio = medians[folder] / least
        held = (MAX_RATIO, report.check(folder, ratio, MAX_RATIO)) if folder in behind_api else ("", "")
        report.add(folder, round(medians[folder] * 1000), round(ratio, 2), *held)
    report.notes.append(
        f"The goal is {TARGET_RATIO}. Functions behind the API make their DynamoDB client while they are imported."
    )
    return report


def code_of(properties: dict[str, str]) -> str:
    """The folder of a function of the template."""
    return properties["CodeUri"].strip("/").split("/")[-1]


def processor_seconds(code: str, path: list[Path]) -> float:
    """Seconds of processor time that a fresh interpreter takes for `code`.

    Raises:
        RuntimeError: the interpreter failed.
    """
    variables = function_environment() | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "af-south-1",
        "AWS_REGION": "af-south-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Khaya",
    }
    process = subprocess.Popen([sys.executable, "-S", "-c", code], env=variables, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None  # noqa: S101 - it is a pipe
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{code} failed: {said[-2000:]}")
    return used.ru_utime + used.ru_stime
