"""Quotas of AWS that no request raises, or that a new account has, over the transformed template with the canary."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.test_environments import values
from tests.support.template import FUNCTION, ROOT, TABLE, resources
from tests.support.transform import transformed_with

PLACE = {"AWS::Partition": "aws", "AWS::Region": "af-south-1", "AWS::AccountId": "123456789012"}
PREFIX = "arn:aws:dynamodb:af-south-1:123456789012:table/khaya-recovery-copies-staging-1"
"""About as long as the names that AWS makes for what a policy refers to."""


@lru_cache(maxsize=1)
def with_canary() -> dict[str, Any]:
    return transformed_with({"Environment": "staging", "Canary": "true", "ReleaseId": "0123456789ab"})


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {logical: one["Properties"] for logical, one in with_canary().items() if one["Type"] == kind}


def filled(value: Any) -> Any:
    """A part of the template with text in place of references, as long as what CloudFormation fills in."""
    if isinstance(value, list):
        return [filled(one) for one in value]
    return _filled(value) if isinstance(value, dict) else value


def _filled(value: dict[str, Any]) -> Any:
    match value:
        case {"Ref": name}:
            return PLACE.get(name, PREFIX)
        case {"Fn::GetAtt": _}:
            return PREFIX
        case {"Fn::Sub": text}:
            pattern = text[0] if isinstance(text, list) else text
            return re.sub(r"\$\{([^}]+)\}", lambda found: PLACE.get(found[1], "staging"), pattern)
        case {"Fn::If": [_, one, other]}:
            return max(filled(one), filled(other), key=lambda part: len(json.dumps(part)))
        case _:
            return {name: filled(one) for name, one in value.items()}


def size(document: Any) -> int:
    """The characters of a policy; IAM does not count blanks."""
    return len(json.dumps(filled(document), separators=(",", ":")))


@pytest.mark.parametrize("logical", resources("AWS::IAM::Role"))
def test_the_policies_of_a_role_fit(logical: str) -> None:
    role = resources("AWS::IAM::Role")[logical]
    assert sum(size(one["PolicyDocument"]) for one in role.get("Policies", [])) <= 10_240
    assert size(role["AssumeRolePolicyDocument"]) <= 2_048
    assert len(role.get("ManagedPolicyArns", [])) <= 10


@pytest.mark.parametrize("logical", resources("AWS::IAM::ManagedPolicy"))
def test_a_managed_policy_fits(logical: str) -> None:
    assert size(resources("AWS::IAM::ManagedPolicy")[logical]["PolicyDocument"]) <= 6_144


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_the_permissions_of_an_alias_fit_in_its_policy(logical: str) -> None:
    permissions = [one for one in of_type("AWS::Lambda::Permission").values() if f'"{logical}' in json.dumps(one)]
    frame = len('{"Sid":"","Effect":"Allow","Principal":{"Service":""},"Resource":"","Condition":{"ArnLike":{}}}') + 200
    assert sum(size(one) + frame for one in permissions) <= 20_480


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_function_has_a_name_that_fits_and_at_most_five_layers(logical: str) -> None:
    function = of_type("AWS::Lambda::Function")[logical]
    assert len(filled(function["FunctionName"])) <= 64
    assert len(function["Layers"]) <= 5
    assert len(function.get("Description", "")) <= 256


def test_the_api_has_fewer_resources_than_a_new_account_allows() -> None:
    paths = {
        "/".join(parts[:depth])
        for one in resources(FUNCTION).values()
        for event in one.get("Events", {}).values()
        if event["Type"] == "Api"
        for parts in [event["Properties"]["Path"].split("/")]
        for depth in range(1, len(parts) + 1)
    }
    assert len(paths) > 50
    assert len(paths) <= 300


def test_the_gateways_throttle_is_within_that_of_an_account_in_the_region() -> None:
    """af-south-1 gives an account 2,500 requests a second and a burst of 1,250; elsewhere it is more."""
    for environment in ("dev", "staging", "prod"):
        given = values(environment)
        assert int(given["RequestsPerSecond"]) <= 2_500
        assert int(given["RequestBurst"]) <= 1_250


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_function_has_no_more_memory_than_a_new_account_gives(logical: str) -> None:
    assert resources(FUNCTION)[logical].get("MemorySize", 0) <= 3_008


@pytest.mark.parametrize("logical", resources(TABLE))
def test_a_table_has_no_more_indexes_and_projected_attributes_than_dynamodb_takes(logical: str) -> None:
    indexes = resources(TABLE)[logical].get("GlobalSecondaryIndexes", [])
    assert len(indexes) <= 20
    assert sum(len(one["Projection"].get("NonKeyAttributes", [])) for one in indexes) <= 100


def test_the_transformed_template_is_within_cloudformations_megabyte() -> None:
    assert len(json.dumps(with_canary(), separators=(",", ":"))) <= 1_000_000


@pytest.mark.parametrize("path", sorted((ROOT / "infra").glob("*.yaml")), ids=lambda path: path.name)
def test_a_stack_that_is_deployed_by_hand_needs_no_bucket(path: Path) -> None:
    assert path.stat().st_size <= 51_200
