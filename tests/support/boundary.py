"""The boundary that `infra/account.yaml` sets to the roles of an environment, and the ARNs of what they reach."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from tests.support import iam
from tests.support.template import read, template

ENVIRONMENTS = ("dev", "staging", "prod")
ACCOUNT = "123456789012"
NAMED_BY = {
    "AWS::DynamoDB::Table": ("dynamodb", "table/", "TableName"),
    "AWS::SQS::Queue": ("sqs", "", "QueueName"),
    "AWS::Logs::LogGroup": ("logs", "log-group:", "LogGroupName"),
    "AWS::Events::EventBus": ("events", "event-bus/", "Name"),
    "AWS::Serverless::Function": ("lambda", "function:", "FunctionName"),
    "AWS::Lambda::Function": ("lambda", "function:", "FunctionName"),
}
"""Service, what stands before the name in an ARN, and the property with the name, by type of resource."""
OWN_SECRETS = {"PaymentSecretArn": "payments", "TwilioSecretArn": "twilio", "ExpoSecretArn": "expo"}
"""The parameters that name a secret which an operator makes, and the part of the name that docs/deploying.md gives it."""
TAG = "aws:ResourceTag/environment"


def allows(environment: str, action: str, resource: str, tags: dict[str, str] | None = None) -> bool:
    """Whether the boundary of an environment leaves an action on a resource to its roles."""
    return iam.allows(statements(environment), action, resource, tags)


@cache
def statements(environment: str) -> list[dict[str, Any]]:
    """The statements of the boundary of an environment."""
    (_, _, made) = read("infra/account.yaml")["Resources"]["Fn::ForEach::Environments"]
    document = made["Boundary${Environment}"]["Properties"]["PolicyDocument"]
    found: list[dict[str, Any]] = filled(document["Statement"], environment)
    return found


@cache
def actions(environment: str) -> frozenset[str]:
    """The actions that the boundary of an environment allows on something."""
    allowed = (one for one in statements(environment) if one["Effect"] == "Allow")
    return frozenset(action for one in allowed for action in iam.listed(one["Action"]))


def filled(value: Any, environment: str) -> Any:
    """A part of a template with the text that CloudFormation fills in."""
    if isinstance(value, list):
        return [filled(one, environment) for one in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Sub" in value:
        return text(value["Fn::Sub"], environment)
    if {*value} == {"Ref"}:
        return text(f"${{{value['Ref']}}}", environment)
    return {name: filled(one, environment) for name, one in value.items()}


def text(pattern: str, environment: str) -> str:
    """A text with the values of pseudo parameters, parameters and resources of an environment's stack."""
    values = {
        "AWS::Partition": "aws",
        "AWS::Region": "af-south-1",
        "AWS::AccountId": ACCOUNT,
        "AWS::StackName": f"khaya-{environment}",
        "Environment": environment,
        "Generation": "1",
        "EmailDomain": "khaya.africa",
    }

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return values[name] if name in values else arn(name.removesuffix(".Arn"), environment)

    return re.sub(r"\$\{([^}]+)\}", value, pattern)


def arn(path: str, environment: str) -> str:
    """The ARN of a resource of the application, by its logical name and what follows it: `JobsTable/index/byPlace`."""
    if path in OWN_SECRETS:
        return _secret(f"khaya-{OWN_SECRETS[path]}-{environment}-AbCdEf")
    if path.endswith("Aliaslive"):
        return f"{_of_resource(path.removesuffix('Aliaslive'), environment)}:live"
    return _of_resource(path, environment)


def _of_resource(path: str, environment: str) -> str:
    logical, slash, rest = path.partition("/")
    logical, _, attribute = logical.partition(".")
    resource = template()["Resources"][logical]
    if resource["Type"] in NAMED_BY:
        service, before, name = NAMED_BY[resource["Type"]]
        found = f"arn:aws:{service}:af-south-1:{ACCOUNT}:{before}{filled(resource['Properties'][name], environment)}"
        if attribute == "StreamArn":
            return f"{found}/stream/2026-11-21T08:00:00.000"
        return f"{found}{':log-stream:one' if service == 'logs' else ''}{slash}{rest}"
    match resource["Type"]:
        case "AWS::S3::Bucket":
            return f"arn:aws:s3:::{filled(resource['Properties']['BucketName'], environment)}{slash}{rest}"
        case "AWS::SecretsManager::Secret":
            return _secret(f"{logical}-a1B2c3D4e5F6-AbCdEf")
        case "AWS::Cognito::UserPool":
            return f"arn:aws:cognito-idp:af-south-1:{ACCOUNT}:userpool/af-south-1_aB1cD2eF3"
    raise NotImplementedError(path)


def tags(path: str, environment: str) -> dict[str, str]:
    """The tag of a resource as a condition key, if the template gives it one."""
    resource = template()["Resources"].get(re.split(r"[./]", path)[0], {})
    properties = resource.get("Properties", {})
    given = {one["Key"]: one["Value"] for one in properties.get("Tags", [])} | properties.get("UserPoolTags", {})
    return {TAG: filled(given["environment"], environment)} if "environment" in given else {}


def _secret(name: str) -> str:
    return f"arn:aws:secretsmanager:af-south-1:{ACCOUNT}:secret:{name}"
