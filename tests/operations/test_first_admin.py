"""The first admin of an environment, on the AWS stand-in, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from operations.first_admin import GROUP, Admins
from operations.refused import Refused
from tests.support.engine import ministack

THANDI, SIPHO = "+27820000001", "sipho@khaya.example"


@pytest.fixture(scope="module")
def cognito() -> Iterator[Any]:
    with ministack() as address:
        yield boto3.client("cognito-idp", endpoint_url=address, region_name="af-south-1")


@pytest.fixture
def pool(cognito: Any) -> str:
    made = cognito.create_user_pool(PoolName="khaya", UsernameAttributes=["phone_number", "email"])
    pool = str(made["UserPool"]["Id"])
    cognito.create_group(UserPoolId=pool, GroupName=GROUP)
    for name, attribute in ((THANDI, "phone_number"), (SIPHO, "email")):
        cognito.admin_create_user(UserPoolId=pool, Username=name, UserAttributes=[{"Name": attribute, "Value": name}])
    return pool


@pytest.mark.parametrize("name", [THANDI, SIPHO])
def test_given_nobody_is_an_admin_then_somebody_who_signed_up_becomes_one(cognito: Any, pool: str, name: str) -> None:
    admins = Admins(cognito, pool)
    admins.add_first(name)
    [person] = cognito.list_users_in_group(UserPoolId=pool, GroupName=GROUP)["Users"]
    assert name in [one["Value"] for one in person["Attributes"]]
    assert admins.count() == 1


def test_given_an_admin_then_a_further_one_is_refused(cognito: Any, pool: str) -> None:
    Admins(cognito, pool).add_first(THANDI)
    with pytest.raises(Refused, match="an admin already"):
        Admins(cognito, pool).add_first(SIPHO)
    assert Admins(cognito, pool).count() == 1


def test_given_somebody_who_did_not_sign_up_then_it_is_refused(cognito: Any, pool: str) -> None:
    with pytest.raises(Refused, match="Sign up"):
        Admins(cognito, pool).add_first("+27820000009")
