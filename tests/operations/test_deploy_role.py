"""The role of deploying workflows allows every call that deployments and rollbacks make, recorded on the stand-in."""

from __future__ import annotations

import fnmatch
from typing import Any

import boto3
import pytest

from operations.configuration import Configuration
from operations.doctor import alarm_address
from tests.operations.artifacts import make_artifact_bucket
from tests.operations.test_infra_stacks import create
from tests.operations.test_versions import Operator
from tests.support.template import read

NAMED_OTHERWISE = {"s3:ListObjectsV2": "s3:ListBucket", "s3:HeadBucket": "s3:ListBucket"}
"""Calls whose actions have another name in policies."""


def allowed() -> list[str]:
    """The actions that the role allows."""
    (_, _, roles) = read("infra/account.yaml")["Resources"]["Fn::ForEach::Environments"]
    documents = [one["PolicyDocument"] for one in roles["DeployRole${Environment}"]["Properties"]["Policies"]]
    actions = [one["Action"] for document in documents for one in document["Statement"] if one["Effect"] == "Allow"]
    return [each for one in actions for each in (one if isinstance(one, list) else [one])]


@pytest.fixture(scope="module")
def recorded(session: boto3.Session) -> set[str]:
    """The calls of deployments, a rollback, a rollback of the code, maintenance, and of the check of alarms."""
    make_artifact_bucket(session)
    create(
        session,
        "khaya-monitoring-prod",
        "infra/monitoring.yaml",
        Environment="prod",
        AlarmEmail="a@khaya.africa",
        CompositeAlarms="false",
    )
    calls: set[str] = set()

    def note(model: Any, **_: Any) -> None:
        calls.add(f"{model.service_model.service_name}:{model.name}")

    session.events.register("before-call", note)
    operator = Operator(session, "role")
    for release in ("a", "b", "c", "d", "e"):
        operator.deploy(release)
    operator.deployment().rollback_code()
    operator.deployment().rollback()
    operator.deployment().set_maintenance(on=True)
    operator.deployment().set_maintenance(on=False)
    assert list(alarm_address(session, Configuration("prod", "khaya-prod", "af-south-1", {}, {}))) == []
    session.events.unregister("before-call", note)
    return {NAMED_OTHERWISE.get(one, one) for one in calls}


def test_the_role_allows_what_a_deployment_calls(recorded: set[str]) -> None:
    assert len(recorded) > 15
    assert {one for one in recorded if not any(fnmatch.fnmatch(one, action) for action in allowed())} == set()
