"""The whole application on the AWS stand-in by `python -m operations deploy`: two environments, and drills of failures."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.build import for_engine
from local.folder import program
from local.web import build as web_client
from local.web import npm
from operations import bring_back, smoke
from operations.configuration import Configuration, load
from operations.deploy import PACKAGED, Deployment
from operations.frontend import HANDED_OVER
from operations.git import git
from operations.refused import Refused
from operations.stack import Stack
from tests.operations.test_frontend import deploy_stack
from tests.operations.test_infra_stacks import create_account
from tests.operations.web_stand_in import for_the_stand_in
from tests.support.engine import ministack
from tests.support.template import ROOT

COPIED = ("functions", "layers", "operations", "template.yaml", "samconfig.toml", ".gitignore")
COMMAND = """
import os, re, requests
from operations.__main__ import operations
asked, address = requests.request, os.environ["AWS_ENDPOINT_URL"]
def here(method, url, headers=None, **options):
    at = re.sub(r"https://(\\w+)\\.execute-api\\.[^/]+", address + r"/_aws/execute-api/\\1", url)
    cdn = re.fullmatch(r"https://([^/]+\\.cloudfront\\.net)(.*)", at)
    if cdn:
        at, headers = address + cdn[2], {**(headers or {}), "Host": cdn[1], "X-Forwarded-Proto": "https"}
    answer = asked(method, at, headers=headers, **options)
    if cdn and cdn[2] == "/assets/none.js" and answer.status_code == 403:
        answer.status_code = 404
    return answer
requests.request = requests.api.request = here
operations()
"""
"""The command, with the addresses of APIs and CDNs led to the stand-in, which says 403 for a file that is missing."""
BROKEN = """
  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
  Broken:
    Type: AWS::CloudFormation::WaitCondition
    DependsOn: [JobsFunction, JobsTable, UserPool, MediaBucket, Api]
    Properties: {Handle: !Ref Handle, Timeout: "1", Count: 1}
"""
"""A resource that fails when the others are made."""


class Application:
    """A checkout of the application, and the stand-in that it is deployed to."""

    def __init__(self, root: Path, address: str) -> None:
        self.root, self.address = root, address
        self.session = boto3.Session(region_name="af-south-1")
        self.shown: list[str] = []

    @property
    def template(self) -> str:
        """The packaged template, after the command has been run."""
        return (self.root / PACKAGED).read_text()

    def run(self, *line: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m operations`."""
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *line],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
        )

    def hand_over(self, environment: str, parameters: dict[str, str]) -> None:
        """Deploy an environment with further parameters.

        Without our command, which refuses it here: the stand-in takes each change of a bucket, such as that of its CORS
        rules, for a possible replacement.
        """
        cloudformation, stack = self.session.client("cloudformation"), self.stack(environment)
        kept = [
            {"ParameterKey": name, "UsePreviousValue": True} for name in stack.parameters() if name not in parameters
        ]
        given: list[Any] = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        cloudformation.update_stack(
            StackName=stack.name,
            UsePreviousTemplate=True,
            Parameters=kept + given,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        cloudformation.get_waiter("stack_update_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 1})

    def commit(self, message: str) -> None:
        """Commit all that differs."""
        git(self.root, "add", ".")
        who = ("-c", "user.name=Khaya", "-c", "user.email=khaya@khaya.example")
        git(self.root, *who, "commit", "--quiet", "-m", message)

    def deploy(self, environment: str, template: str, release: str) -> None:
        """Deploy a template without building it again."""
        found = load(environment, self.root)
        self._deployment(replace(found, parameters={**found.parameters, "ReleaseId": release})).deploy(
            template, release[0] * 40, {}
        )

    def _deployment(self, found: Configuration) -> Deployment:
        def check(_: str, release: str, maintenance: bool) -> list[str]:
            return smoke.failures(self.url(found.environment), release, maintenance)

        return Deployment(self.session, found, self.shown.append, lambda: None, check, 0.5)

    def stack(self, environment: str) -> Stack:
        return Stack(self.session, f"khaya-{environment}")

    def url(self, environment: str) -> str:
        """Where the API of an environment is on the stand-in."""
        return f"{self.address}/_aws/execute-api/{self.stack(environment).outputs()['ApiId']}/{environment}"


@contextmanager
def standing(patch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stand-in that finds Node, by which it runs the functions at the edge; gives its address."""
    patch.setenv("PATH", f"{npm.programs()}{os.pathsep}{os.environ['PATH']}")
    with ministack() as address:
        yield address


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    root = tmp_path_factory.mktemp("checkout")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, root / name)
    (root / ".local").mkdir()
    (root / ".local" / "sam").symlink_to(ROOT / ".local" / "sam")
    build = for_engine()
    # The stand-in has its own Python and processor, and knows no archives of events.
    here = " ".join([*build.parameters, "EventArchiveDays=0"])
    configuration = root / "samconfig.toml"
    configuration.write_text(
        re.sub(r'parameter_overrides = "Environment=(dev|staging)', rf"\g<0> {here}", configuration.read_text())
    )
    git(root, "init", "--quiet")
    with pytest.MonkeyPatch.context() as patch, standing(patch) as address:
        patch.setenv("AWS_ENDPOINT_URL", address)
        patch.setenv("KHAYA_LAYER_PYTHON", build.python)
        patch.setenv("KHAYA_LAYER_PLATFORM", build.wheels)
        patch.setenv("PATH", f"{program('engine', 'python').parent}{os.pathsep}{os.environ['PATH']}")
        made = Application(root, address)
        made.commit("checkout")
        yield made


def test_given_an_account_without_the_stack_of_the_account_then_the_command_says_so_before_it_builds(
    application: Application,
) -> None:
    refused = application.run("deploy", "dev", "--untested")
    assert refused.returncode == 1
    assert "There is no policy khaya-boundary-dev in this account" in refused.stderr
    assert not (application.root / PACKAGED).exists()


def test_the_command_builds_deploys_verifies_and_says_what_it_did(application: Application) -> None:
    create_account(application.session)
    done = application.run("deploy", "dev", "--untested")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    commit = git(application.root, "rev-parse", "HEAD")
    for part in (
        "khaya-dev in account",
        "Add      JobsTable",
        "CREATE_COMPLETE  JobsTable",
        f"khaya-dev serves {commit}",
    ):
        assert part in done.stdout
    assert application.run("status", "dev").stdout.startswith("khaya-dev: CREATE_COMPLETE")
    # The stand-in makes roles without it, so only the parameter shows here; test_boundary.py shows the rest.
    assert application.stack("dev").parameters()["PermissionsBoundary"] == "khaya-boundary-dev"


def test_given_the_stack_of_the_web_client_when_handed_over_and_deployed_then_page_and_api_are_on_one_origin(
    application: Application,
) -> None:
    web_client.make()
    made = application.stack("dev").outputs()
    template = for_the_stand_in(int(application.address.rsplit(":", 1)[1]))
    (api,) = (one for one in origins(template) if one["Id"] == "api")
    api["OriginPath"] = f"/_aws/execute-api/{made['ApiId']}/dev"
    east = boto3.Session(region_name="us-east-1")
    given = {"Environment": "dev", "ApiUrl": made["ApiUrl"], "MediaBucketName": made["MediaBucketName"]}
    deploy_stack(east, "khaya-frontend-dev", json.dumps(template), given)
    line = ("deploy", "dev", "--target", "frontend", "--untested", "--build", str(web_client.DIST))
    planned = application.run(*line, "--plan")
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout.count("to do     set ") == len(HANDED_OVER)

    frontend = Stack(east, "khaya-frontend-dev").outputs()
    application.hand_over("dev", {name: frontend[name] for name in HANDED_OVER})
    done = application.run(*line)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert f"{frontend['AppUrl']} serves the build" in done.stdout
    assert "to do" not in done.stdout


def origins(template: dict[str, Any]) -> list[dict[str, Any]]:
    """The origins of the distribution."""
    found: list[dict[str, Any]] = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    return found


def test_given_a_first_deployment_that_failed_when_tried_again_then_it_stands_beside_the_other_environment(
    application: Application,
) -> None:
    broken = application.template.replace("\nResources:", f"\nResources:{BROKEN}", 1)
    with pytest.raises(Refused, match="Broken"):
        application.deploy("staging", broken, "a" * 32)

    application.deploy("staging", application.template, "b" * 32)

    tables = application.session.client("dynamodb").get_paginator("list_tables").paginate()
    names = {name for page in tables for name in page["TableNames"]}
    assert {"khaya-jobs-dev-1", "khaya-jobs-staging-1"} <= names
    assert smoke.failures(application.url("staging"), "b" * 32) == []
    assert smoke.failures(application.url("dev"), "") == []
    functions = application.session.client("lambda")
    assert functions.get_alias(FunctionName="khaya-jobs-dev", Name="live")["FunctionVersion"] == "1"


def test_given_a_release_that_does_not_serve_when_deployed_then_the_one_before_serves_again(
    application: Application,
) -> None:
    silent = re.sub(r"RELEASE_ID:\s+Ref: ReleaseId", "RELEASE_ID: another", application.template, count=1)
    assert silent != application.template
    with pytest.raises(Refused, match="did not pass the verification"):
        application.deploy("staging", silent, "c" * 32)
    assert any("GET /health is of release another" in line for line in application.shown)
    assert smoke.failures(application.url("staging"), "b" * 32) == []


def test_given_a_destroyed_stack_when_deployed_again_then_it_has_its_data_and_its_people(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The stand-in cannot import secrets: the service key is made anew here, and on AWS it is not.
    monkeypatch.delitem(bring_back.IDENTIFIERS, "AWS::SecretsManager::Secret")
    stack = application.stack("staging")
    pool = stack.physical("UserPool")
    cognito: Any = application.session.client("cognito-idp")
    cognito.admin_create_user(UserPoolId=pool, Username="somebody@khaya.example")
    dynamodb = application.session.client("dynamodb")
    dynamodb.put_item(TableName="khaya-tasks-staging-1", Item={"id": {"S": "kept"}})
    cloudformation = application.session.client("cloudformation")
    cloudformation.delete_stack(StackName=stack.name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 1})

    application.deploy("staging", application.template, "d" * 32)

    assert stack.physical("UserPool") == pool
    assert cognito.admin_get_user(UserPoolId=pool, Username="somebody@khaya.example")["Enabled"]
    assert "Item" in dynamodb.get_item(TableName="khaya-tasks-staging-1", Key={"id": {"S": "kept"}})
    assert cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["LambdaConfig"], (
        "what an import may not name is back"
    )
    assert smoke.failures(application.url("staging"), "d" * 32) == []
