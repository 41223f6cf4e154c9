"""What the roles of one environment may do to the others of the account."""

from __future__ import annotations

import fnmatch
import json
import re
import tomllib
from typing import Any

import pytest

from tests.support import iam
from tests.support.boundary import ACCOUNT, ENVIRONMENTS, filled
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
    return (
        text.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", ACCOUNT).replace("${Environment}", "dev")
    )


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


# The roles that CloudFormation makes for an environment, and the boundary that they have.

OTHERS = [one for one in ENVIRONMENTS if one != "dev"]
MAKES = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:DeleteRolePolicy"]


def policy(name: str, environment: str = "dev") -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name.format(environment)}"


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def cloudformation_may(action: str, resource: str, **context: str) -> bool:
    """Whether CloudFormation's role of dev may do something; condition keys with two underscores for the colon."""
    keys = {name.replace("__", ":").replace("ResourceTag_", "ResourceTag/"): value for name, value in context.items()}
    return iam.allows(filled(statements("CloudFormationRole${Environment}"), "dev"), action, resource, keys)


@pytest.mark.parametrize("action", MAKES)
def test_cloudformation_makes_and_changes_roles_with_the_boundary_of_their_environment_only(action: str) -> None:
    own = role("khaya-dev-JobsRole-1")
    assert cloudformation_may(action, own, iam__PermissionsBoundary=policy("khaya-boundary-dev"))
    assert not cloudformation_may(action, own)
    for other in ("khaya-boundary-prod", "khaya-dev-anything"):
        assert not cloudformation_may(action, own, iam__PermissionsBoundary=policy(other))
    for other in ("khaya-prod-JobsRole-1", "khaya-operator-emergency", "khaya-deploy-dev", "khaya-cloudformation-dev"):
        assert not cloudformation_may(action, role(other), iam__PermissionsBoundary=policy("khaya-boundary-dev"))


@pytest.mark.parametrize("action", ["iam:AttachRolePolicy", "iam:DetachRolePolicy"])
def test_policies_are_attached_to_roles_with_the_boundary_only(action: str) -> None:
    own, shared = role("khaya-dev-JobsRole-1"), policy("khaya-dev-TracingPolicy-1")
    bounded = {"iam__PermissionsBoundary": policy("khaya-boundary-dev")}
    assert cloudformation_may(action, own, iam__PolicyARN=shared, **bounded)
    assert not cloudformation_may(action, own, iam__PolicyARN=shared)
    assert not cloudformation_may(action, own, iam__PolicyARN="arn:aws:iam::aws:policy/AdministratorAccess", **bounded)


def test_a_boundary_is_neither_taken_off_nor_changed_by_who_deploys() -> None:
    bounded = {"iam__PermissionsBoundary": policy("khaya-boundary-dev")}
    assert not cloudformation_may("iam:DeleteRolePermissionsBoundary", role("khaya-dev-JobsRole-1"), **bounded)
    for environment in ENVIRONMENTS:
        for action in ("CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy"):
            assert not cloudformation_may(f"iam:{action}", policy("khaya-boundary-{}", environment), **bounded)
            assert not may(f"iam:{action}", policy("khaya-boundary-{}", environment))


@pytest.mark.parametrize("service", ["lambda", "scheduler", "codedeploy"])
def test_a_role_is_handed_to_services_that_the_template_uses_only(service: str) -> None:
    own = role("khaya-dev-JobsRole-1")
    assert cloudformation_may("iam:PassRole", own, iam__PassedToService=f"{service}.amazonaws.com")
    assert not cloudformation_may("iam:PassRole", own, iam__PassedToService="ec2.amazonaws.com")
    bounded_elsewhere = role("khaya-cloudformation-prod")
    assert not cloudformation_may("iam:PassRole", bounded_elsewhere, iam__PassedToService=f"{service}.amazonaws.com")


@pytest.mark.parametrize("action", ["CreateEventSourceMapping", "UpdateEventSourceMapping", "DeleteEventSourceMapping"])
def test_a_function_of_another_environment_gets_and_loses_no_event_source(action: str) -> None:
    mapping = f"arn:aws:lambda:af-south-1:{ACCOUNT}:event-source-mapping:1"
    function = f"arn:aws:lambda:af-south-1:{ACCOUNT}:function:khaya-records-{{}}:live"
    assert cloudformation_may(f"lambda:{action}", mapping, lambda__FunctionArn=function.format("dev"))
    for other in OTHERS:
        assert not cloudformation_may(f"lambda:{action}", mapping, lambda__FunctionArn=function.format(other))


@pytest.mark.parametrize("bucket", ["khaya-media", "khaya-web"])
def test_a_key_that_names_an_environment_does_not_open_the_bucket_of_another(bucket: str) -> None:
    assert cloudformation_may("s3:GetObject", f"arn:aws:s3:::{bucket}-dev-{ACCOUNT}/index.html")
    for other in OTHERS:
        assert not cloudformation_may("s3:GetObject", f"arn:aws:s3:::{bucket}-{other}-{ACCOUNT}/x-dev-y")


@pytest.mark.parametrize("path", ["/restapis/abc", "/restapis/abc/stages/dev", "/tags/arn%3Aaws"])
def test_an_api_of_another_environment_is_not_touched(path: str) -> None:
    api = f"arn:aws:apigateway:af-south-1::{path}"
    assert cloudformation_may("apigateway:PATCH", api, aws__ResourceTag_environment="dev")
    assert cloudformation_may("apigateway:PUT", api), "what is being made has no tag yet"
    for other in OTHERS:
        assert not cloudformation_may("apigateway:PATCH", api, aws__ResourceTag_environment=other)


def test_the_api_and_the_user_pool_have_the_tag_by_which_roles_know_them() -> None:
    for environment in ENVIRONMENTS:
        configured = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]
        assert f"environment={environment}" in configured["tags"].split(), "CloudFormation gives it to the API"
    (pool,) = resources("AWS::Cognito::UserPool").values()
    assert pool["UserPoolTags"]["environment"] == OF_ENVIRONMENT


@pytest.mark.parametrize("name", ["DeployRole${Environment}", "CloudFormationRole${Environment}"])
def test_the_policy_of_a_role_fits(name: str) -> None:
    # References to other resources of the template become ARNs of about this length.
    text = json.dumps(statements(name), separators=(",", ":"))
    text = re.sub(r'\{"Fn::GetAtt":\[\{"Fn::Sub":"(.*?)"\},"Arn"\]\}', rf'"arn:aws:iam::{ACCOUNT}:role/\1"', text)
    assert len(json.dumps(filled(json.loads(text), "staging"), separators=(",", ":"))) <= 10_240


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_workflow_may_see_whether_the_boundary_of_its_environment_is_there(environment: str) -> None:
    (seen,) = (one for one in statements("DeployRole${Environment}") if one["Action"] == "iam:GetPolicy")
    assert filled(seen["Resource"], environment) == policy("khaya-boundary-{}", environment)
