"""Rotations of secrets on the AWS stand-in, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from operations.__main__ import operations
from operations.refused import Refused
from operations.rotate import KINDS, Secret, secret_of
from operations.stack import Stack
from tests.support.template import ROOT, read


@pytest.fixture(scope="module")
def secrets(session: boto3.Session) -> Any:
    return session.client("secretsmanager")


def value(secrets: Any, name: str, stage: str = "AWSCURRENT") -> str:
    return str(secrets.get_secret_value(SecretId=name, VersionStage=stage)["SecretString"])


def later(**span: float) -> datetime:
    return datetime.now(UTC) + timedelta(**span)


def test_given_a_service_key_when_rotated_then_the_new_key_is_first_and_the_old_one_stays(secrets: Any) -> None:
    secrets.create_secret(Name="rotated", SecretString="first")
    Secret(secrets, "rotated").rotate_service_key(disclosed=False)
    new, *replaced = value(secrets, "rotated").splitlines()
    assert replaced == ["first"]
    assert len(new) == 64
    assert value(secrets, "rotated", "AWSPREVIOUS") == "first"


@pytest.mark.parametrize(
    ("disclosed", "span", "refused"),
    [
        (False, {"days": 29}, True),
        (False, {"days": 31}, False),
        (True, {"minutes": 59}, True),
        (True, {"minutes": 61}, False),
    ],
)
def test_given_a_rotation_when_rotated_again_too_soon_then_it_is_refused(
    secrets: Any, span: dict[str, float], *, disclosed: bool, refused: bool
) -> None:
    name = f"again-{disclosed}-{refused}"
    secrets.create_secret(Name=name, SecretString="first")
    secret = Secret(secrets, name)
    secret.rotate_service_key(disclosed=False)
    second = value(secrets, name)
    if refused:
        with pytest.raises(Refused, match="Wait until"):
            secret.rotate_service_key(disclosed=disclosed, now=later(**span))
        assert value(secrets, name) == second
    else:
        secret.rotate_service_key(disclosed=disclosed, now=later(**span))
        assert value(secrets, name).splitlines()[1:] == second.splitlines()


def test_given_a_rotation_when_undone_then_the_old_key_is_current_and_the_new_one_previous(secrets: Any) -> None:
    secrets.create_secret(Name="undone", SecretString="first")
    secret = Secret(secrets, "undone")
    with pytest.raises(Refused, match="no previous"):
        secret.undo()
    secret.rotate_service_key(disclosed=False)
    new = value(secrets, "undone")
    secret.undo()
    assert (value(secrets, "undone"), value(secrets, "undone", "AWSPREVIOUS")) == ("first", new)


def test_given_a_secret_with_fields_when_one_is_replaced_then_the_others_stay(secrets: Any) -> None:
    secrets.create_secret(Name="fields", SecretString=json.dumps({"secretKey": "sk_1", "other": "kept"}))
    Secret(secrets, "fields").replace_field("secretKey", "sk_2")
    assert json.loads(value(secrets, "fields")) == {"secretKey": "sk_2", "other": "kept"}
    assert json.loads(value(secrets, "fields", "AWSPREVIOUS"))["secretKey"] == "sk_1"


def test_given_a_plain_secret_when_replaced_then_the_new_version_is_named_and_both_are_valid(secrets: Any) -> None:
    secrets.create_secret(Name="edge", SecretString="first")
    version = Secret(secrets, "edge").replace()
    made = secrets.get_secret_value(SecretId="edge", VersionId=version)["SecretString"]
    assert len(made) == 48
    assert (value(secrets, "edge"), value(secrets, "edge", "AWSPREVIOUS")) == (made, "first")


def test_given_a_rotation_when_the_version_before_is_retired_then_it_is_good_for_nothing(secrets: Any) -> None:
    secrets.create_secret(Name="retired", SecretString=json.dumps({"accessToken": "first"}))
    secret = Secret(secrets, "retired")
    with pytest.raises(Refused, match="no previous"):
        secret.retire()
    secret.replace_field("accessToken", "second")
    secret.retire()
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        assert json.loads(value(secrets, "retired", stage)) == {"accessToken": "second"}


def test_given_an_edge_secret_when_retired_then_cloudfront_must_send_the_current_version(secrets: Any) -> None:
    secrets.create_secret(Name="sent", SecretString="first")
    secret = Secret(secrets, "sent")
    first = secrets.describe_secret(SecretId="sent")["VersionIdsToStages"].popitem()[0]
    second = secret.replace()
    for served in ("", first):
        with pytest.raises(Refused, match=f"EdgeVersion={second}"):
            secret.retire(served=served)
        assert value(secrets, "sent", "AWSPREVIOUS") == "first"
    secret.retire(served=second)
    assert value(secrets, "sent", "AWSPREVIOUS") == value(secrets, "sent")


def test_given_the_command_when_an_edge_secret_is_retired_too_early_then_it_is_refused(session: boto3.Session) -> None:
    template = FRONTEND.replace("khaya-edge", "khaya-edge-dev")
    parameter = 'Parameters:\n  EdgeVersion: {Type: String, Default: ""}\n'
    deployed(boto3.Session(region_name="us-east-1"), "khaya-frontend-dev", parameter + template)
    assert CliRunner().invoke(operations, ["rotate", "dev", "edge-secret"]).exit_code == 0
    ended = CliRunner().invoke(operations, ["rotate", "dev", "edge-secret", "--retire"])
    assert ended.exit_code != 0
    assert "CloudFront does not send the current version" in ended.output


STACK = """
Parameters:
  PaymentSecretArn: {Type: String, Default: ""}
  TwilioSecretArn: {Type: String, Default: ""}
  ExpoSecretArn: {Type: String, Default: ""}
Resources:
  ServiceKey: {Type: AWS::SecretsManager::Secret, Properties: {Name: service, SecretString: first}}
"""
FRONTEND = """
Resources:
  EdgeProof: {Type: AWS::SecretsManager::Secret, Properties: {Name: khaya-edge, SecretString: first}}
"""


def deployed(session: boto3.Session, name: str, template: str, **parameters: str) -> Stack:
    client = session.client("cloudformation")
    given = [{"ParameterKey": key, "ParameterValue": one} for key, one in parameters.items()]
    client.create_stack(StackName=name, TemplateBody=template, Parameters=given)
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    return Stack(session, name)


def test_given_an_environment_then_every_secret_of_it_can_be_rotated(session: boto3.Session) -> None:
    manager = session.client("secretsmanager")
    parameters = {one.parameter: one.field for one in KINDS.values() if one.parameter}
    for parameter, field in parameters.items():
        manager.create_secret(Name=parameter, SecretString=json.dumps({field: "first", "other": "kept"}))
    stack = deployed(session, "khaya-secrets", STACK, **{name: name for name in parameters})
    frontend = deployed(session, "khaya-secrets-frontend", FRONTEND)
    for kind in KINDS.values():
        secret = secret_of(session, frontend if kind.frontend else stack, kind)
        if kind.field:
            secret.replace_field(kind.field, "second")
            assert json.loads(value(manager, kind.parameter)) == {kind.field: "second", "other": "kept"}
            assert [one.stage for one in secret.versions()] == ["AWSCURRENT", "AWSPREVIOUS"]


@pytest.mark.parametrize("kind", [name for name in KINDS if name != "service-key"])
def test_given_an_environment_without_a_secret_then_its_rotation_is_refused(session: boto3.Session, kind: str) -> None:
    if Stack(session, "khaya-bare").status() is None:
        deployed(session, "khaya-bare", STACK.replace("Name: service", "Name: bare"))
    with pytest.raises(Refused, match="has no such secret"):
        secret_of(session, Stack(session, "khaya-bare"), KINDS[kind])


def test_every_secret_of_the_templates_has_a_rotation() -> None:
    paths = ["template.yaml", *(f"infra/{path.name}" for path in (ROOT / "infra").glob("*.yaml"))]
    templates = {path: read(path) for path in paths}
    named = {name for one in templates.values() for name in one["Parameters"] if name.endswith("SecretArn")}
    assert named == {one.parameter for one in KINDS.values() if one.parameter}
    own = {
        (name, path == "infra/frontend.yaml")
        for path, one in templates.items()
        for name, resource in one["Resources"].items()
        if "AWS::SecretsManager::Secret" in str(resource)
    }
    assert own == {(one.resource, one.frontend) for one in KINDS.values() if one.resource}
