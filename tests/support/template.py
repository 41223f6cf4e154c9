"""`template.yaml` for tests: its tables, its routes and the environment of its functions."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

FUNCTION = "AWS::Serverless::Function"
TABLE = "AWS::DynamoDB::Table"
QUEUE = "AWS::SQS::Queue"


class _Reader(yaml.CSafeLoader):
    """A YAML loader that reads CloudFormation's short tags as their long forms."""


def _intrinsic(loader: _Reader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Reader.add_multi_constructor("!", _intrinsic)


@lru_cache
def read(path: str) -> dict[str, Any]:
    """A template of CloudFormation as data."""
    loaded: dict[str, Any] = yaml.load((ROOT / path).read_text(), _Reader)  # noqa: S506 - a SafeLoader
    return loaded


def template() -> dict[str, Any]:
    """`template.yaml` as data."""
    return read("template.yaml")


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by their logical name."""
    found = template()["Resources"].items()
    return {name: resource["Properties"] for name, resource in found if resource["Type"] == kind}


def table_name(logical: str, environment: str = "test") -> str:
    """The name of a table in an environment."""
    return physical_name(resources(TABLE)[logical]["TableName"], environment)


def queue_name(logical: str, environment: str = "test") -> str:
    """The name that a queue gets in an environment."""
    return physical_name(resources(QUEUE)[logical]["QueueName"], environment)


def queue_url(logical: str, environment: str = "test") -> str:
    """The address that a queue has in the tests' account."""
    return f"https://sqs.af-south-1.amazonaws.com/123456789012/{queue_name(logical, environment)}"


def physical_name(name: Any, environment: str = "test") -> str:
    """A name of the template with its environment and generation filled in."""
    pattern: str = name["Fn::Sub"] if isinstance(name, dict) else name
    return pattern.replace("${Environment}", environment).replace("${Generation}", "1")


def table_requests(environment: str = "test") -> list[dict[str, Any]]:
    """The `CreateTable` requests of the template's tables."""
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "StreamSpecification")
    requests = []
    for logical, properties in resources(TABLE).items():
        request = {name: properties[name] for name in wanted if name in properties}
        if "GlobalSecondaryIndexes" in request:  # without limits, as by default
            indexes = request["GlobalSecondaryIndexes"]
            request["GlobalSecondaryIndexes"] = [
                {name: value for name, value in index.items() if name != "OnDemandThroughput"} for index in indexes
            ]
        request["StreamSpecification"] = {**request["StreamSpecification"], "StreamEnabled": True}
        requests.append({"TableName": table_name(logical, environment), **request})
    return requests


@lru_cache(maxsize=1)
def routes() -> dict[tuple[str, str], dict[str, Any]]:
    """Every (method, path) of the API, with its function's logical name and whether it is public."""
    found = {}
    for logical, properties in resources(FUNCTION).items():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "Api":
                route = event["Properties"]
                public = route.get("Auth", {}).get("Authorizer") == "NONE"
                found[route["Method"].upper(), route["Path"]] = {"function": logical, "public": public}
    return found


@lru_cache
def function_environment(environment: str = "test") -> dict[str, str]:
    """The variables of functions in the template, with plain values for those that AWS fills in."""
    variables = dict(template()["Globals"]["Function"]["Environment"]["Variables"])
    for properties in resources(FUNCTION).values():
        variables |= properties.get("Environment", {}).get("Variables", {})
    plain = {name: _plain(name, value, environment) for name, value in variables.items()}
    return {**plain, "MEDIA_BASE_URL": ""}  # no CDN, as the template has it unless it is told otherwise


def _plain(name: str, value: Any, environment: str) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "Fn::If" in value:
        return _plain(name, value["Fn::If"][1], environment)
    if "Fn::Sub" in value:
        known = {
            "AWS::Region": "af-south-1",
            "AWS::URLSuffix": "amazonaws.com",
            "Environment": environment,
            "Api": "api",
        }
        return re.sub(
            r"\$\{([\w:]+)\}",
            lambda found: known.get(found[1]) or str(template()["Parameters"][found[1]]["Default"]),
            str(value["Fn::Sub"]),
        )
    reference = value.get("Ref", "")
    known = {
        **{logical: table_name(logical, environment) for logical in resources(TABLE)},
        **{logical: queue_url(logical, environment) for logical in resources(QUEUE)},
        "Environment": environment,
    }
    if reference in known:
        return known[reference]
    parameter = template()["Parameters"].get(reference, {})
    return str(parameter.get("Default") or f"{name.lower().replace('_', '-')}-{environment}")
