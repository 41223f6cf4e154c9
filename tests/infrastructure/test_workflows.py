"""The workflows run pinned actions, may only read, and call commands that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.template import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text()
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
READ_ONLY = ({}, {"contents": "read"})

WORKFLOW = """
permissions: {contents: read}
jobs:
  check:
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: make check
"""
"""A workflow without faults."""


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of all jobs, and the jobs that call another workflow."""
    for job in workflow["jobs"].values():
        yield from job.get("steps", [job])


def faults(text: str) -> list[str]:
    """What is wrong with a workflow, in words."""
    workflow = yaml.safe_load(text)
    found = []
    for step in steps(workflow):
        action = step.get("uses")
        if action and not action.startswith("./"):
            if not PINNED.fullmatch(action):
                found.append(f"{action} has no commit hash")
            elif not re.search(rf"{re.escape(action)} # v\d+(\.\d+)*$", text, re.MULTILINE):
                found.append(f"{action} has no comment with its version")
        found += [f"make {goal} does not exist" for goal in made(step.get("run", "")) if goal not in goals()]
    if workflow.get("permissions") not in READ_ONLY:
        found.append("permissions are not read-only")
    for name, job in workflow["jobs"].items():
        if "timeout-minutes" not in job:
            found.append(f"{name} has no timeout")
        if job.get("permissions", {}) not in READ_ONLY:
            found.append(f"{name} raises its permissions")
    return found


def made(script: str) -> list[str]:
    """The goals that a step's script asks of make."""
    commands = re.findall(r"(?:^|[;&|]\s*)make\s+([^;&|\n]*)", script, re.MULTILINE)
    return [word for command in commands for word in command.split() if not word.startswith("-") and "=" not in word]


def goals() -> set[str]:
    """The goals of the Makefile."""
    return {goal for line in re.findall(r"^([a-z][a-z -]*):(?!=)", MAKEFILE, re.MULTILINE) for goal in line.split()}


def test_a_workflow_without_faults_is_accepted() -> None:
    assert faults(WORKFLOW) == []


@pytest.mark.parametrize("reference", ["v7.0.1", "main", "3d3c42e"])
def test_an_action_without_a_hash_is_refused(reference: str) -> None:
    text = re.sub(r"@[0-9a-f]{40}", f"@{reference}", WORKFLOW)
    assert faults(text) == [f"actions/checkout@{reference} has no commit hash"]


def test_a_hash_without_its_version_is_refused() -> None:
    (fault,) = faults(WORKFLOW.replace(" # v7.0.1", ""))
    assert fault.endswith("has no comment with its version")


@pytest.mark.parametrize("permissions", ["permissions: write-all", "permissions: {contents: write}", ""])
def test_permissions_beyond_reading_are_refused(permissions: str) -> None:
    assert faults(WORKFLOW.replace("permissions: {contents: read}", permissions)) == ["permissions are not read-only"]


def test_a_job_that_raises_its_permissions_is_refused() -> None:
    text = WORKFLOW.replace("timeout-minutes: 10", "timeout-minutes: 10\n    permissions: {id-token: write}")
    assert faults(text) == ["check raises its permissions"]


def test_a_command_that_the_makefile_lacks_is_refused() -> None:
    assert faults(WORKFLOW.replace("make check", "make check && make nothing")) == ["make nothing does not exist"]


def test_a_job_without_a_timeout_is_refused() -> None:
    assert faults(WORKFLOW.replace("timeout-minutes: 10", "env: {}")) == ["check has no timeout"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_workflow_is_without_faults(path: Path) -> None:
    assert faults(path.read_text()) == []


def test_a_change_is_checked_and_tested_before_it_reaches_main() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text())
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as true
    assert {*triggers} == {"pull_request", "push"}
    assert triggers["push"] == {"branches": ["main"]}
    assert {goal for step in steps(workflow) for goal in made(step.get("run", ""))} >= {
        "check",
        "test",
        "test-operations",
    }
    assert workflow["concurrency"]["group"]
