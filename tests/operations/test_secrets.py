"""Rotations of secrets on the AWS stand-in, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from operations.refused import Refused
from operations.rotate import Secret
from tests.support.engine import ministack


@pytest.fixture(scope="module")
def secrets() -> Iterator[Any]:
    with ministack() as address:
        yield boto3.client("secretsmanager", endpoint_url=address, region_name="af-south-1")


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
