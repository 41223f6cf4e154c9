"""What `doctor` finds in an account."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations.configuration import Configuration
from operations.doctor import API_FUNCTIONS, findings
from tests.support.template import FUNCTION, resources


class NotFound(Exception):
    """The thing that was asked for does not exist."""


class Account:
    """A session whose clients answer as an account does."""

    class exceptions:  # noqa: N801 - botocore's name
        NotFoundException = NotFound
        ResourceNotFoundException = NotFound

    def __init__(self, *, new: bool = False, secret: str | None = None, closed: str = "") -> None:
        self._new, self._secret, self._closed = new, secret, closed

    def client(self, service: str) -> Account:
        if service == self._closed:
            raise ClientError({"Error": {"Code": "UnrecognizedClientException"}}, service)
        return self

    def get_account_settings(self) -> dict[str, Any]:
        return {
            "AccountLimit": {"ConcurrentExecutions": 10 if self._new else 1000, "TotalCodeSize": 100},
            "AccountUsage": {"TotalCodeSize": 90 if self._new else 10},
        }

    def get_region_opt_status(self, **_: Any) -> dict[str, Any]:
        return {"RegionOptStatus": "DISABLED" if self._new else "ENABLED"}

    def describe_stacks(self, **_: Any) -> dict[str, Any]:
        if self._new:
            raise ClientError({"Error": {"Message": "Stack khaya-region does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE"}]}

    def get_sms_attributes(self, **_: Any) -> dict[str, Any]:
        return {"attributes": {} if self._new else {"MonthlySpendLimit": "100"}}

    def get_account(self) -> dict[str, Any]:
        return {"ProductionAccessEnabled": not self._new}

    def get_email_identity(self, **_: Any) -> dict[str, Any]:
        if self._new:
            raise NotFound
        return {"VerifiedForSendingStatus": True}

    def get_sms_sandbox_account_status(self) -> dict[str, Any]:
        return {"IsInSandbox": self._new}

    def get_secret_value(self, **_: Any) -> dict[str, Any]:
        if self._secret is None:
            raise NotFound
        return {"SecretString": self._secret}


REAL = {
    "AllowedOrigins": "https://khaya.africa",
    "EmailDomain": "khaya.africa",
    "AppUrl": "https://khaya.africa",
    "PaymentEmailDomain": "people.khaya.africa",
}


def found(account: Account, environment: str = "prod", **parameters: str) -> str:
    configuration = Configuration(environment, f"khaya-{environment}", "af-south-1", REAL | parameters, {})
    return "\n".join(findings(account, configuration))


def test_given_an_account_that_is_ready_then_nothing_is_found() -> None:
    assert found(Account()) == ""


def test_given_a_new_account_then_it_says_what_to_ask_for() -> None:
    said = found(Account(new=True))
    for part in (
        "af-south-1 is disabled",
        "no stack khaya-region",
        "10 functions at once",
        "Code takes 90%",
        "at 1 USD a month",
        "SES is in its sandbox",
        "khaya.africa is not a verified",
        "SNS is in its sandbox",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("secret", "part"),
    [
        (None, "does not exist"),
        ("{}", "lacks secretKey"),
        ("sk_1", "lacks secretKey"),
        ('{"secretKey": "sk_live_1"}', ""),
    ],
)
def test_given_a_secret_then_its_keys_are_checked(secret: str | None, part: str) -> None:
    said = found(Account(secret=secret), PaymentSecretArn="arn:payments")
    assert part in said
    assert bool(said) == bool(part)


@pytest.mark.parametrize(
    ("environment", "key", "part"),
    [
        ("prod", "sk_test_1", "Put a live key into it"),
        ("staging", "sk_live_1", "Put a test key into it"),
        ("staging", "sk_test_1", ""),
    ],
)
def test_given_a_key_of_the_wrong_mode_then_it_is_refused(environment: str, key: str, part: str) -> None:
    said = found(Account(secret=f'{{"secretKey": "{key}"}}'), environment, PaymentSecretArn="arn:payments")
    assert part in said
    assert bool(said) == bool(part)
    assert key not in said


@pytest.mark.parametrize("value", ["", "http://khaya.africa", "https://app.khaya.example", "https://localhost:3000"])
def test_given_an_example_value_then_prod_is_refused_and_staging_is_not(value: str) -> None:
    assert "AppUrl" in found(Account(), AppUrl=value)
    assert found(Account(), "staging", AppUrl=value) == ""


@pytest.mark.parametrize(("reserved", "refused"), [("0", False), ("50", False), ("51", True)])
def test_given_reserved_executions_then_a_hundred_must_be_left(reserved: str, *, refused: bool) -> None:
    assert ("ApiConcurrency" in found(Account(), ApiConcurrency=reserved)) == refused


def test_the_template_has_as_many_api_functions_as_are_counted() -> None:
    functions = [one for one in resources(FUNCTION).values() if "ReservedConcurrentExecutions" in one]
    assert len(functions) == API_FUNCTIONS


def test_given_a_service_that_does_not_answer_then_the_other_checks_are_made() -> None:
    said = found(Account(new=True, closed="lambda"))
    assert "Lambda did not answer" in said
    assert "SNS is in its sandbox" in said
