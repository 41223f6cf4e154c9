"""The stacks of account, region and monitoring on the AWS stand-in, without the types that it does not know."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from operations import boundary
from operations.configuration import Configuration
from operations.doctor import alarm_address
from operations.stack import Stack
from tests.support.template import read

UNKNOWN = {
    "AWS::CloudTrail::Trail",
    "AWS::IAM::OIDCProvider",
    "AWS::Logs::QueryDefinition",
    "AWS::XRay::SamplingRule",
}
ALARM = "AWS::CloudWatch::Alarm"
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def known(path: str) -> dict[str, Any]:
    """A template without the resources, and without the alarms on expressions, that the stand-in does not know."""
    whole: dict[str, Any] = json.loads(json.dumps(read(path), default=str))
    whole["Resources"] = {
        logical: one
        for logical, one in whole["Resources"].items()
        if isinstance(one, list)  # a loop over environments
        or (one["Type"] not in UNKNOWN and not (one["Type"] == ALARM and "Metrics" in one["Properties"]))
    }
    return whole


def create(session: boto3.Session, name: str, path: str, **parameters: str) -> Stack:
    """Create a stack, and wait until it is there."""
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(known(path)),
        Capabilities=CAPABILITIES,  # type: ignore[arg-type]
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return Stack(session, name)


def create_account(session: boto3.Session) -> Stack:
    """Create the stack of the account, with roles for workflows."""
    return create(
        session,
        "khaya-account",
        "infra/account.yaml",
        Email="operators@khaya.africa",
        GitHubRepository="owner/name",
        GitHubProviderArn="arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com",
    )


def of(environment: str) -> Configuration:
    parameters = {"PermissionsBoundary": f"khaya-boundary-{environment}"}
    return Configuration(environment, f"khaya-{environment}", "af-south-1", parameters, {})


def test_the_account_has_roles_and_a_boundary_for_each_environment_and_roles_for_operators(
    session: boto3.Session,
) -> None:
    environments = ("dev", "staging", "prod")
    for one in environments:
        assert f"no policy khaya-boundary-{one}" in "".join(boundary.missing(session, of(one)))
    stack = create_account(session)
    assert [finding for one in environments for finding in boundary.findings(session, of(one))] == []
    roles = {one.physical for one in stack.resources() if one.kind == "AWS::IAM::Role"}
    assert roles == {
        *(f"khaya-{use}-{one}" for use in ("deploy", "cloudformation") for one in environments),
        "khaya-operator-reading",
        "khaya-operator-emergency",
    }


def test_the_region_has_the_role_that_delivery_logs_need(session: boto3.Session) -> None:
    assert create(session, "khaya-region", "infra/region.yaml").outputs()["SmsLogsRoleArn"].startswith("arn:aws:iam:")


def test_given_a_stack_of_alarms_with_an_address_then_prod_may_be_deployed_and_before_it_may_not(
    session: boto3.Session,
) -> None:
    [finding] = alarm_address(session, of("prod"))
    assert "There is no stack khaya-monitoring-prod" in finding
    create(
        session,
        "khaya-monitoring-prod",
        "infra/monitoring.yaml",
        Environment="prod",
        AlarmEmail="operators@khaya.africa",
        CompositeAlarms="false",  # the stand-in does not know them
    )
    assert list(alarm_address(session, of("prod"))) == []


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_the_alarms_of_two_environments_stand_side_by_side(session: boto3.Session, environment: str) -> None:
    create(session, f"khaya-monitoring-{environment}", "infra/monitoring.yaml", Environment=environment)
    alarms = session.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix="khaya-")
    names = [one["AlarmName"] for page in alarms for one in page["MetricAlarms"]]
    assert [name for name in names if name.removesuffix(".fifo").endswith(f"-{environment}")]
