"""Roles of an environment have its boundary, which leaves them what they need and nothing of another environment."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest

from tests.support import boundary, iam
from tests.support.boundary import ACCOUNT, ENVIRONMENTS, TAG
from tests.support.template import ROOT, read, template
from tests.support.transform import transformed_with

ROLE, POLICY = "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"
OF_CODEDEPLOY = (
    ("cloudwatch:DescribeAlarms", "*"),
    ("lambda:GetAlias", f"arn:aws:lambda:af-south-1:{ACCOUNT}:function:khaya-jobs-{{}}"),
    ("lambda:UpdateAlias", f"arn:aws:lambda:af-south-1:{ACCOUNT}:function:khaya-jobs-{{}}"),
    ("lambda:GetProvisionedConcurrencyConfig", f"arn:aws:lambda:af-south-1:{ACCOUNT}:function:khaya-jobs-{{}}:live"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:af-south-1:{ACCOUNT}:function:CodeDeployHook_khaya-smoke-{{}}"),
)
"""What CodeDeploy does by AWS's policy AWSCodeDeployRoleForLambda. Our alarms are not told by its SNS topics."""
WITHOUT_ENVIRONMENT = {"xray", "ses", "sns", "cloudwatch"}
"""Services whose traces, senders, telephones and lists of alarms belong to no environment."""
PAIRS = [(one, other) for one in ENVIRONMENTS for other in ENVIRONMENTS if one != other]


@lru_cache(maxsize=1)
def whole() -> dict[str, Any]:
    """The resources of the application with all that parameters switch on, after SAM's transform."""
    return transformed_with({"Environment": "${Environment}", "Canary": "true", "SyntheticCheck": "true"})


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {logical: one["Properties"] for logical, one in whole().items() if one["Type"] == kind}


def documents() -> Iterator[dict[str, Any]]:
    """The policies of the application's roles, their own and those that they share."""
    for role in of_type(ROLE).values():
        yield from (one["PolicyDocument"] for one in role.get("Policies", []))
    yield from (one["PolicyDocument"] for one in of_type(POLICY).values())


def named(resource: Any, environment: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The ARNs, with their tags, that a resource of a policy stands for."""
    match resource:
        case str():
            yield boundary.text(resource, environment), {}
        case {"Fn::If": [_, one, other]}:
            yield from named(one, environment)
            yield from named(other, environment)
        case {"Ref": "AWS::NoValue"}:
            return
        case {"Ref": path} | {"Fn::GetAtt": [path, "Arn"]}:
            yield boundary.arn(path, environment), boundary.tags(path, environment)
        case {"Fn::GetAtt": [path, attribute]}:
            yield boundary.arn(f"{path}.{attribute}", environment), {}
        case {"Fn::Sub": pattern}:
            yield boundary.text(pattern, environment), {}
        case _:
            raise NotImplementedError(resource)


@lru_cache
def needed(environment: str) -> set[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """What the roles of an environment allow: actions, ARNs and tags."""
    return {
        (action, found, tuple(tags.items()))
        for document in documents()
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in iam.listed(statement["Action"])
        for resource in iam.listed(statement["Resource"])
        for found, tags in named(resource, environment)
        if not found.rpartition(":secret:")[2].startswith(("none", "khaya-no-"))  # what is not there is not needed
    }


def test_every_role_of_the_application_takes_the_boundary_by_the_parameter() -> None:
    assert len(of_type(ROLE)) > 35
    limit = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${PermissionsBoundary}"}
    wanted = {"Fn::If": ["Bounded", limit, {"Ref": "AWS::NoValue"}]}
    assert [logical for logical, role in of_type(ROLE).items() if role.get("PermissionsBoundary") != wanted] == []
    assert template()["Conditions"]["Bounded"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "PermissionsBoundary"}, ""]}]}


@pytest.mark.parametrize("stack", ["frontend", "monitoring"])
def test_the_other_stacks_of_an_environment_have_no_roles(stack: str) -> None:
    kinds = {one["Type"] for one in read(f"infra/{stack}.yaml")["Resources"].values() if "Type" in one}
    assert not {kind for kind in kinds if kind.startswith("AWS::IAM::")}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_environment_names_its_boundary_and_a_local_run_none(environment: str) -> None:
    sections = tomllib.loads((ROOT / "samconfig.toml").read_text())
    configured = sections[environment]["deploy"]["parameters"]["parameter_overrides"].split()
    (_, _, made) = read("infra/account.yaml")["Resources"]["Fn::ForEach::Environments"]
    name = boundary.filled(made["Boundary${Environment}"]["Properties"]["ManagedPolicyName"], environment)
    assert f"PermissionsBoundary={name}" in configured
    assert template()["Parameters"]["PermissionsBoundary"]["Default"] == ""
    assert "PermissionsBoundary" not in sections["local"]["deploy"]["parameters"]["parameter_overrides"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_boundary_leaves_the_roles_what_the_template_gives_them(environment: str) -> None:
    assert len(needed(environment)) > 300
    refused = {one for one in needed(environment) if not boundary.allows(environment, one[0], one[1], dict(one[2]))}
    assert refused == set()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_boundary_leaves_codedeploy_what_it_does(environment: str) -> None:
    for action, resource in OF_CODEDEPLOY:
        assert boundary.allows(environment, action, resource.format(environment)), action


@pytest.mark.parametrize(("environment", "other"), PAIRS)
def test_the_boundary_refuses_all_that_another_environment_has(environment: str, other: str) -> None:
    foreign = {one for one in needed(other) if one[0].split(":")[0] not in WITHOUT_ENVIRONMENT}
    foreign |= {(action, resource.format(other), ()) for action, resource in OF_CODEDEPLOY if resource != "*"}
    assert len(foreign) > 300
    assert {one for one in foreign if boundary.allows(environment, one[0], one[1], dict(one[2]))} == set()


@pytest.mark.parametrize(("environment", "other"), PAIRS)
@pytest.mark.parametrize("key", ["uploads/x-{}-y", "khaya-media-{}-123456789012/x", "pictures/khaya-media-{}"])
def test_a_key_that_names_an_environment_does_not_open_the_bucket_of_another(
    environment: str, other: str, key: str
) -> None:
    for bucket in (f"khaya-media-{other}-{ACCOUNT}", f"khaya-web-{other}-{ACCOUNT}"):
        assert not boundary.allows(environment, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key.format(environment)}")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_boundary_refuses_roles_settings_other_stacks_and_topics(environment: str) -> None:
    for action, resource in (
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/khaya-{environment}-JobsRole"),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/khaya-boundary-{environment}"),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/khaya-operator-emergency"),
        ("lambda:UpdateFunctionCode", f"arn:aws:lambda:af-south-1:{ACCOUNT}:function:khaya-jobs-{environment}"),
        ("dynamodb:DeleteTable", f"arn:aws:dynamodb:af-south-1:{ACCOUNT}:table/khaya-jobs-{environment}-1"),
        ("dynamodb:Scan", f"arn:aws:dynamodb:af-south-1:{ACCOUNT}:table/khaya-users-{environment}-1"),
        ("cognito-idp:DeleteUserPool", boundary.arn("UserPool", environment)),
        ("sns:Publish", f"arn:aws:sns:af-south-1:{ACCOUNT}:khaya-alarms-{environment}"),
    ):
        assert not boundary.allows(environment, action, resource, {TAG: environment}), action


def test_keys_are_used_through_services_only() -> None:
    key = f"arn:aws:kms:af-south-1:{ACCOUNT}:key/1"
    assert boundary.allows("dev", "kms:Decrypt", key, {"kms:ViaService": "secretsmanager.af-south-1.amazonaws.com"})
    assert not boundary.allows("dev", "kms:Decrypt", key)
    assert not boundary.allows("dev", "kms:Decrypt", key, {"kms:ViaService": "ec2.af-south-1.amazonaws.com"})


def test_the_boundary_lists_each_action_by_its_whole_name() -> None:
    assert {action for action in boundary.actions("dev") if "*" in action} == set()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_boundary_fits_in_a_policy(environment: str) -> None:
    document = {"Version": "2012-10-17", "Statement": boundary.statements(environment)}
    assert len(json.dumps(document, separators=(",", ":"))) <= 6_144
