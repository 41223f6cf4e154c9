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
        NoSuchEntityException = NotFound

    def __init__(
        self, *, new: bool = False, secret: str | None = None, closed: str = "", alarms: str | None = "arn:aws:sns:1"
    ) -> None:
        self._new, self._secret, self._closed, self._alarms = new, secret, closed, alarms
        self.policies: list[str] = []
        """The policies that were asked for."""

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

    def get_caller_identity(self) -> dict[str, Any]:
        return {"Arn": "arn:aws:sts::123456789012:assumed-role/khaya-deploy-dev/GitHubActions"}

    def get_policy(self, PolicyArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self.policies.append(PolicyArn)
        if self._new:
            raise NotFound
        return {"Policy": {"Arn": PolicyArn}}

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

    def describe_stack_resource(self, **_: Any) -> dict[str, Any]:
        return {"StackResourceDetail": {"PhysicalResourceId": "arn:topic"}}

    def get_paginator(self, _: str) -> Account:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        found = (
            [] if self._alarms is None else [{"Endpoint": "operators@khaya.africa", "SubscriptionArn": self._alarms}]
        )
        return [{"Subscriptions": found}]

    def get_secret_value(self, **_: Any) -> dict[str, Any]:
        if self._secret is None:
            raise NotFound
        return {"SecretString": self._secret}


PAYMENTS = "arn:aws:secretsmanager:af-south-1:123456789012:secret:khaya-payments-{}-AbCdEf"
REAL = {
    "AllowedOrigins": "https://khaya.africa",
    "EmailDomain": "khaya.africa",
    "AppUrl": "https://khaya.africa",
    "PaymentEmailDomain": "people.khaya.africa",
    "LocalOrigins": "",
}


def found(account: Account, environment: str = "prod", **parameters: str) -> str:
    given = REAL | {"PermissionsBoundary": f"khaya-boundary-{environment}"} | parameters
    configuration = Configuration(environment, f"khaya-{environment}", "af-south-1", given, {})
    return "\n".join(findings(account, configuration))


def test_given_an_account_that_is_ready_then_nothing_is_found() -> None:
    assert found(Account()) == ""


def test_given_a_new_account_then_it_says_what_to_ask_for() -> None:
    said = found(Account(new=True))
    for part in (
        "af-south-1 is disabled",
        "no stack khaya-region",
        "no policy khaya-boundary-prod in this account",
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
    said = found(Account(secret=secret), PaymentSecretArn=PAYMENTS.format("prod"))
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
    account = Account(secret=f'{{"secretKey": "{key}"}}')
    said = found(account, environment, PaymentSecretArn=PAYMENTS.format(environment))
    assert part in said
    assert bool(said) == bool(part)
    assert key not in said


@pytest.mark.parametrize(
    "value",
    [
        "",
        "http://khaya.africa",
        "https://app.khaya.example",
        "https://khaya.example.com",
        "https://localhost:3000",
        "https://app.localhost",
        "https://127.0.0.1",
        "https://[::1]:8443",
        "https://10.0.0.7",
        "https://khaya.test",
        "https://intranet",
        "khaya.africa",
        "*",
    ],
)
def test_given_an_address_that_is_an_example_then_prod_is_refused_and_staging_is_not(value: str) -> None:
    for name in ("AppUrl", "AllowedOrigins"):
        assert name in found(Account(), **{name: value})
        assert found(Account(), "staging", **{name: value}) == ""


@pytest.mark.parametrize(
    "value",
    ["khaya.example", "mail.khaya.example", "example.com", "khaya.invalid", "localhost", "127.0.0.1", "khaya", ""],
)
def test_given_a_domain_that_is_an_example_then_prod_is_refused_and_staging_is_not(value: str) -> None:
    for name in ("EmailDomain", "PaymentEmailDomain"):
        assert name in found(Account(), **{name: value})
        assert found(Account(), "staging", **{name: value}) == ""


def test_given_one_example_among_real_origins_then_prod_is_refused() -> None:
    assert "https://b.example" in found(Account(), AllowedOrigins="https://khaya.africa,https://b.example")


@pytest.mark.parametrize("value", ["http://localhost:3000", "http://localhost:3000,http://localhost:5173"])
def test_given_origins_of_developers_then_prod_is_refused(value: str) -> None:
    assert "LocalOrigins" in found(Account(), LocalOrigins=value)


@pytest.mark.parametrize("value", ["http://media.khaya.africa", "https://media.khaya.example"])
def test_given_an_example_where_pictures_are_served_then_prod_is_refused(value: str) -> None:
    assert "MediaBaseUrl" in found(Account(), MediaBaseUrl=value)


@pytest.mark.parametrize(
    ("alarms", "part"), [(None, "with AlarmEmail"), ("PendingConfirmation", "mailed to operators@khaya.africa")]
)
def test_given_nobody_who_gets_the_alarms_then_prod_is_refused_and_staging_is_not(
    alarms: str | None, part: str
) -> None:
    assert part in found(Account(alarms=alarms))
    assert found(Account(alarms=alarms), "staging") == ""


@pytest.mark.parametrize(("reserved", "refused"), [("0", False), ("52", False), ("53", True)])
def test_given_reserved_executions_then_a_hundred_must_be_left(reserved: str, *, refused: bool) -> None:
    assert ("ApiConcurrency" in found(Account(), ApiConcurrency=reserved)) == refused


def test_the_template_has_as_many_api_functions_as_are_counted() -> None:
    functions = [one for one in resources(FUNCTION).values() if "ReservedConcurrentExecutions" in one]
    assert len(functions) == API_FUNCTIONS


def test_given_a_service_that_does_not_answer_then_the_other_checks_are_made() -> None:
    said = found(Account(new=True, closed="lambda"))
    assert "Lambda did not answer" in said
    assert "SNS is in its sandbox" in said


def test_given_an_environment_then_its_boundary_is_looked_for_in_the_account_of_the_caller() -> None:
    account = Account()
    assert found(account, "staging") == ""
    assert account.policies == ["arn:aws:iam::123456789012:policy/khaya-boundary-staging"]


@pytest.mark.parametrize(("name", "part"), [("", "is not set"), ("khaya-boundary-prod", "is khaya-boundary-prod")])
def test_given_no_boundary_or_that_of_another_environment_then_it_is_found(name: str, part: str) -> None:
    said = found(Account(), "staging", PermissionsBoundary=name)
    assert f"PermissionsBoundary {part}" in said
    assert "Set it to khaya-boundary-staging" in said


@pytest.mark.parametrize("parameter", ["PaymentSecretArn", "TwilioSecretArn", "ExpoSecretArn"])
@pytest.mark.parametrize(
    ("secret", "fits"),
    [
        ("khaya-money-staging", True),
        (PAYMENTS.format("staging"), True),
        ("khaya-money", False),
        ("staging", False),
        (PAYMENTS.format("prod"), False),
        (PAYMENTS.format("prod").replace("AbCdEf", "staging"), False),
    ],
)
def test_given_a_secret_that_the_boundary_does_not_open_then_it_is_found(
    parameter: str, secret: str, *, fits: bool
) -> None:
    keys = '{"secretKey": "sk_test_1", "accountSid": "1", "authToken": "1", "accessToken": "1"}'
    said = found(Account(secret=keys), "staging", **{parameter: secret})
    assert (said == "") == fits
    assert (f"The secret of {parameter} is not named khaya-<something>-staging" in said) == (not fits)
