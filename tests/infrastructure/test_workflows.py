"""The workflows run pinned actions, hold no keys, may only read but where they deploy, and call commands that exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from operations.__main__ import operations
from tests.support.template import ROOT, read

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text()
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
READ_ONLY = ({}, {"contents": "read"})
DEPLOYS = {"contents": "read", "id-token": "write"}
"""What a job needs that takes a role of AWS by GitHub's word, and so keeps no key."""
OF_OURS = "$/.github/workflows/"
"""How a workflow names another one of the same commit."""

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
        found += action_faults(text, step.get("uses", ""))
        found += [f"make {goal} does not exist" for goal in made(step.get("run", "")) if goal not in goals()]
        if "|" in step.get("run", "") and shell(workflow, step) != "bash":
            found.append("a failure before the pipe is not seen without bash's pipefail")
    if "secrets." in text:
        found.append("it uses a stored secret")
    if workflow.get("permissions") not in READ_ONLY:
        found.append("permissions are not read-only")
    for name, job in workflow["jobs"].items():
        found += job_faults(name, job)
    return found


def action_faults(text: str, action: str) -> list[str]:
    """What is wrong with the action or workflow that a step uses; nothing if it uses none."""
    if action.startswith(OF_OURS):
        return [] if (ROOT / action.removeprefix("$/")).exists() else [f"{action} does not exist"]
    if action and not PINNED.fullmatch(action):
        return [f"{action} has no commit hash"]
    if action and not re.search(rf"{re.escape(action)} # v\d+(\.\d+)*$", text, re.MULTILINE):
        return [f"{action} has no comment with its version"]
    return []


def job_faults(name: str, job: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a job beside its steps."""
    calls = job.get("uses", "")
    if not calls and "timeout-minutes" not in job:
        yield f"{name} has no timeout"
    deploys = "environment" in job or calls == f"{OF_OURS}deploy.yml"
    if job.get("permissions", {}) not in (*READ_ONLY, *([DEPLOYS] if deploys else [])):
        yield f"{name} raises its permissions"


def shell(workflow: dict[str, Any], step: dict[str, Any]) -> str:
    """The shell of a step; GitHub's default has no pipefail."""
    (job,) = (job for job in workflow["jobs"].values() if step in job.get("steps", []))
    return str(step.get("shell") or job.get("defaults", {}).get("run", {}).get("shell", ""))


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


def test_a_workflow_of_ours_that_does_not_exist_is_refused() -> None:
    text = re.sub(r"actions/checkout@.*", "$/.github/workflows/none.yml", WORKFLOW)
    assert faults(text) == ["$/.github/workflows/none.yml does not exist"]


def test_a_stored_secret_is_refused() -> None:
    text = WORKFLOW.replace("timeout-minutes: 10", "timeout-minutes: 10\n    env: {KEY: '${{ secrets.KEY }}'}")
    assert faults(text) == ["it uses a stored secret"]


def test_a_pipe_that_hides_a_failure_is_refused() -> None:
    (fault,) = faults(WORKFLOW.replace("make check", "make check | tee out"))
    assert "pipefail" in fault


def workflow(name: str) -> dict[str, Any]:
    """A workflow of ours; YAML 1.1 reads its key `on` as true."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    return loaded


def commands(name: str) -> str:
    return "\n".join(step.get("run", "") for step in steps(workflow(name)))


def test_a_change_is_checked_and_tested_before_it_reaches_main() -> None:
    assert {*workflow("check")[True]} == {"pull_request", "workflow_call"}
    assert {*made(commands("check"))} == {"check", "test", "test-operations", "template-changes", "api-changes"}
    assert workflow("check")["concurrency"]["group"]


@pytest.mark.parametrize(
    ("name", "trigger", "environment"),
    [
        ("staging", {"push": {"branches": ["main"]}}, "staging"),
        # Not "published", which prereleases are too.
        ("release", {"release": {"types": ["released"]}}, "prod"),
    ],
)
def test_main_goes_to_staging_and_a_release_to_prod_after_all_checks(
    name: str, trigger: dict[str, Any], environment: str
) -> None:
    found = workflow(name)
    assert found[True] == trigger
    assert found["jobs"]["check"]["uses"] == f"{OF_OURS}check.yml"
    deploy = found["jobs"]["deploy"]
    assert (deploy["needs"], deploy["uses"]) == ("check", f"{OF_OURS}deploy.yml")
    assert deploy["with"] == {"environment": environment}
    assert found["concurrency"] == {"group": f"deploy-{environment}", "cancel-in-progress": False}


def test_a_deployment_waits_for_githubs_environment_and_takes_its_role_of_the_account_stack() -> None:
    (job,) = workflow("deploy")["jobs"].values()
    assert job["environment"] == "${{ inputs.environment }}"
    (credentials,) = (step["with"] for step in job["steps"] if "credentials" in step.get("uses", ""))
    assert credentials["role-to-assume"].endswith(":role/khaya-deploy-${{ inputs.environment }}")
    role = read("infra/account.yaml")["Resources"]["Fn::ForEach::Environments"][2]["DeployRole${Environment}"]
    assert role["Properties"]["RoleName"] == {"Fn::Sub": "khaya-deploy-${Environment}"}
    assert credentials["role-duration-seconds"] <= role["Properties"]["MaxSessionDuration"]
    assert {*credentials} == {"role-to-assume", "role-duration-seconds", "aws-region"}, "and no key"


def test_a_deployment_gets_the_record_of_the_checks_and_tests_of_its_run() -> None:
    kept = [step["with"] for step in steps(workflow("check")) if "upload-artifact" in step.get("uses", "")]
    (fetched,) = (step["with"] for step in steps(workflow("deploy")) if "download-artifact" in step.get("uses", ""))
    assert {one["path"] for one in kept} == {fetched["path"]}
    assert all(one["name"].startswith(fetched["pattern"].rstrip("*")) for one in kept)
    assert all(one["include-hidden-files"] for one in kept), "the folder's name begins with a dot"


def test_what_is_deployed_is_listed_before() -> None:
    names = [step.get("run") or step["uses"] for step in steps(workflow("deploy"))]
    listed = next(i for i, name in enumerate(names) if "make sbom" in name)
    deployed = next(i for i, name in enumerate(names) if "operations deploy" in name)
    assert listed < deployed
    assert any("upload-artifact" in name for name in names)


def test_the_web_client_is_built_without_credentials_and_deployed_after_the_application() -> None:
    (job,) = workflow("deploy")["jobs"].values()
    names = [step.get("run") or step["uses"] for step in job["steps"]]

    def place(part: str) -> int:
        (found,) = (i for i, name in enumerate(names) if part in name)
        return found

    built, signed_in = place("make web"), place("configure-aws-credentials")
    application, client = place('deploy "$ENV" --approved'), place("--target frontend")
    assert built < signed_in < application < client
    # Without its stack there is nothing to deploy to, and both are left out.
    assert {job["steps"][one]["if"] for one in (built, client)} == {"vars.WEB_CLIENT == 'true'"}


def test_the_folder_that_a_workflow_deploys_is_the_one_that_is_built() -> None:
    (line,) = (one for one in OPERATIONS if "--target frontend" in one)
    name, *arguments = shlex.split(line)
    context = operations.commands[name].make_context(name, arguments, parent=click.Context(operations))
    assert context.params["build"] == Path("web/dist")
    assert context.params["approved"]


def test_known_vulnerabilities_are_looked_for_every_night() -> None:
    assert workflow("nightly")[True]["schedule"] == [{"cron": "17 2 * * *"}]
    assert made(commands("nightly")) == ["audit"]


OPERATIONS = [
    line
    for path in WORKFLOWS
    for line in re.findall(r"-m operations (.*)", path.read_text().replace('"$ENV"', "staging"))
]


@pytest.mark.parametrize("line", OPERATIONS)
def test_an_operators_command_takes_the_arguments_that_a_workflow_gives_it(line: str) -> None:
    name, *arguments = shlex.split(line)
    command = operations.commands[name]
    command.make_context(name, arguments, parent=click.Context(operations))


def test_a_workflow_deploys() -> None:
    assert OPERATIONS
