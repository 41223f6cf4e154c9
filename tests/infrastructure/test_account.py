"""What the roles of one environment may do to the others of the account."""

from __future__ import annotations

import fnmatch
import tomllib
from typing import Any

import pytest

from tests.support.template import ROOT, read, resources

BUCKET = "arn:aws:s3:::aws-sam-cli-managed-default-samclisourcebucket-abc"
OF_ENVIRONMENT = {"Ref": "Environment"}


def statements(role: str) -> list[dict[str, Any]]:
    """The statements of the role that each environment has."""
    (_, _, roles) = read("infra/account.yaml")["Resources"]["Fn::ForEach::Environments"]
    found: list[dict[str, Any]] = roles[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def may(action: str, resource: str) -> bool:
    """Whether the deploying role of dev may do something to a resource."""
    return any(
        fnmatch.fnmatchcase(action, allowed) and fnmatch.fnmatchcase(resource, in_dev(one))
        for statement in statements("DeployRole${Environment}")
        for allowed in listed(statement["Action"])
        for one in listed(statement["Resource"])
    )


def in_dev(resource: Any) -> str:
    text = str(resource.get("Fn::Sub", "")) if isinstance(resource, dict) else str(resource)
    return text.replace("${AWS::Partition}", "aws").replace("${Environment}", "dev")


@pytest.mark.parametrize(
    "key",
    ["releases/{}/20260101-abc/template.yaml", "stores/{}.json", "restores/{}/import.json", "code/{}/0f3a"],
)
def test_a_deploying_role_writes_the_artifacts_of_its_environment_only(key: str) -> None:
    assert may("s3:PutObject", f"{BUCKET}/{key.format('dev')}")
    for other in ("staging", "prod"):
        assert not may("s3:PutObject", f"{BUCKET}/{key.format(other)}")
    assert not may("s3:PutObject", f"{BUCKET}/0f3a")


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_sam_uploads_code_to_where_the_role_may_write(environment: str) -> None:
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]
    assert configured["s3_prefix"] == f"code/{environment}"


@pytest.mark.parametrize(
    ("service", "creation"), [("secretsmanager", "CreateSecret"), ("cognito-idp", "CreateUserPool")]
)
def test_cloudformation_touches_secrets_and_user_pools_of_its_environment_only(service: str, creation: str) -> None:
    found = [
        one
        for one in statements("CloudFormationRole${Environment}")
        if any(action.startswith(f"{service}:") for action in listed(one["Action"]))
        and one["Action"] != "secretsmanager:GetRandomPassword"
    ]
    by_tag = {str(one["Action"]): one["Condition"] for one in found}
    assert by_tag == {
        f"{service}:*": {"StringEquals": {"aws:ResourceTag/environment": OF_ENVIRONMENT}},
        str([f"{service}:{creation}", f"{service}:TagResource"]): {
            "StringEquals": {"aws:RequestTag/environment": OF_ENVIRONMENT},
            # Otherwise a role could give another environment's resource its own tag, and then read it.
            "StringEqualsIfExists": {"aws:ResourceTag/environment": OF_ENVIRONMENT},
        },
    }


def test_a_secret_of_the_template_has_the_tag_by_which_its_role_knows_it() -> None:
    for secret in resources("AWS::SecretsManager::Secret").values():
        assert {"Key": "environment", "Value": OF_ENVIRONMENT} in secret["Tags"]
