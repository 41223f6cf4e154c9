"""What differs between environments: parameters in `samconfig.toml`, and values that CloudFormation refuses."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import Any

import pytest

from tests.support.template import FUNCTION, ROOT, TABLE, read, resources, template
from tests.support.transform import transformed

PARAMETERS = template()["Parameters"]
RULES = template()["Rules"]

OWN = {
    "AllowedOrigins": "https://app.khaya.africa,https://www.khaya.africa",
    "EmailDomain": "khaya.africa",
    "PaymentEmailDomain": "people.khaya.africa",
    "AppUrl": "https://app.khaya.africa",
}
"""Values that are not examples."""


def configured(environment: str) -> dict[str, str]:
    """The values that `samconfig.toml` gives the template's parameters."""
    section = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]
    return dict(one.split("=", 1) for one in shlex.split(section["parameter_overrides"]))


def values(environment: str, **changed: str) -> dict[str, str]:
    """Every parameter's value in an environment, all by default but what is configured and changed."""
    defaults = {name: str(one.get("Default", "")) for name, one in PARAMETERS.items()}
    return defaults | configured(environment) | changed


def holds(expression: Any, given: dict[str, str]) -> bool:
    """Whether a rule's condition holds, as CloudFormation evaluates it."""
    ((function, arguments),) = expression.items()
    match function:
        case "Fn::Equals":
            first, second = (given[one["Ref"]] if isinstance(one, dict) else str(one) for one in arguments)
            return first == second
        case "Fn::Contains":
            allowed, value = arguments
            return given[value["Ref"]] in allowed
        case "Fn::Not":
            return not holds(arguments[0], given)
        case "Fn::And":
            return all(holds(one, given) for one in arguments)
        case _:
            raise AssertionError(f"unknown function {function}")


def refused(given: dict[str, str]) -> list[str]:
    """What CloudFormation says about these values: patterns of parameters, then rules."""
    said = [
        name
        for name, one in PARAMETERS.items()
        if "AllowedPattern" in one and not re.fullmatch(one["AllowedPattern"], given[name])
    ]
    said += [
        name
        for name, one in PARAMETERS.items()
        if "AllowedValues" in one and given[name] not in map(str, one["AllowedValues"])
    ]
    for rule in RULES.values():
        if holds(rule["RuleCondition"], given):
            said += [one["AssertDescription"] for one in rule["Assertions"] if not holds(one["Assert"], given)]
    return said


# Values that are refused.


def test_given_values_of_ones_own_when_prod_is_deployed_then_nothing_is_refused() -> None:
    assert refused(values("prod", **OWN)) == []


@pytest.mark.parametrize("environment", ["local", "dev", "staging"])
def test_given_the_configured_values_when_another_environment_is_deployed_then_nothing_is_refused(
    environment: str,
) -> None:
    assert refused(values(environment)) == []


def test_given_only_the_configured_values_when_prod_is_deployed_then_each_example_is_named() -> None:
    said = " ".join(refused(values("prod")))
    for name in ("AllowedOrigins", "EmailDomain", "PaymentEmailDomain", "AppUrl"):
        assert name in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AllowedOrigins", ""),
        ("AllowedOrigins", "http://app.khaya.africa"),
        ("AllowedOrigins", "https://app.khaya.africa,http://localhost:3000"),
        ("AllowedOrigins", "https://app.khaya.africa/"),
        ("AllowedOrigins", "*"),
        ("AllowedOrigins", "https://localhost:8443"),
        ("AllowedOrigins", "https://app.khaya.example"),
        ("AllowedOrigins", "https://app.khaya.africa,https://app.khaya.test:8443"),
        ("LocalOrigins", "http://localhost:3000"),
        ("LocalOrigins", "http://app.khaya.africa"),
        ("EmailDomain", "khaya.example"),
        ("EmailDomain", "example.com"),
        ("EmailDomain", "localhost"),
        ("EmailDomain", "https://khaya.africa"),
        ("PaymentEmailDomain", "people.khaya.example"),
        ("PaymentEmailDomain", "localhost"),
        ("AppUrl", "https://app.khaya.example"),
        ("AppUrl", "http://app.khaya.africa"),
        ("AppUrl", "http://localhost:3000"),
        ("AppUrl", "app.khaya.africa"),
        ("PaymentBaseUrl", "http://127.0.0.1:4567"),
        ("TwilioBaseUrl", "http://127.0.0.1:4567"),
        ("ExpoBaseUrl", "http://127.0.0.1:4567"),
        ("TokenKeysBase", "http://127.0.0.1:4566"),
        ("WritesPerMinute", "0"),
        ("SignInsPerIdentity", "0"),
        ("SmsPerHour", "0"),
        ("SmsRandPerMonth", "0"),
        ("WhatsAppRandPerMonth", "0"),
        ("MessagesPerDay", "0"),
        ("ConsumerBatchSize", "10"),
    ],
)
def test_given_one_value_that_is_not_for_prod_when_prod_is_deployed_then_it_is_refused(name: str, value: str) -> None:
    said = refused(values("prod", **{**OWN, name: value}))
    assert said
    assert all(name in one for one in said)


@pytest.mark.parametrize(
    ("environment", "address", "passes"),
    [
        ("prod", "", False),
        ("prod", "operators@khaya.africa", True),
        ("dev", "", True),
    ],
)
def test_given_no_alarm_address_when_monitoring_of_prod_is_deployed_then_it_is_refused(
    environment: str, address: str, passes: bool
) -> None:
    (rule,) = read("infra/monitoring.yaml")["Rules"].values()
    given = {"Environment": environment, "AlarmEmail": address}
    assertions = [holds(one["Assert"], given) for one in rule["Assertions"]]
    assert (not holds(rule["RuleCondition"], given) or all(assertions)) == passes


def test_the_synthetic_check_is_off_where_nobody_is_woken_by_it() -> None:
    found = {one: values(one)["SyntheticCheck"] for one in ("local", "dev", "staging", "prod")}
    assert found == {"local": "false", "dev": "false", "staging": "true", "prod": "true"}


# Sizes.


def test_memory_logs_and_canary_of_each_environment() -> None:
    found = {
        one: (values(one)["MemorySize"], values(one)["LogRetentionDays"], values(one)["Canary"])
        for one in ("local", "dev", "staging", "prod")
    }
    assert found == {
        "local": ("512", "14", "false"),
        "dev": ("512", "14", "false"),
        "staging": ("512", "14", "false"),
        "prod": ("1024", "30", "true"),
    }


def test_a_function_has_the_memory_of_the_environment_or_more() -> None:
    assert template()["Globals"]["Function"]["MemorySize"] == {"Ref": "MemorySize"}
    for logical, function in resources(FUNCTION).items():
        waits_for_answers = logical == "SyntheticCheckFunction"
        assert function.get("MemorySize", 1024) >= 1024 or waits_for_answers, logical


def test_concurrency_is_reserved_for_functions_behind_the_api_if_it_is_asked_for() -> None:
    asked = {"Fn::If": ["ReservesConcurrency", {"Ref": "ApiConcurrency"}, {"Ref": "AWS::NoValue"}]}
    for logical, function in resources(FUNCTION).items():
        serves = any(event["Type"] == "Api" for event in function.get("Events", {}).values())
        assert function.get("ReservedConcurrentExecutions") == (asked if serves else None), logical
    assert PARAMETERS["ApiConcurrency"]["Default"] == 0, "a new account may have only 10 executions in all"


@pytest.mark.parametrize("logical", resources(TABLE))
def test_a_table_and_each_of_its_indexes_has_the_throughput_limit(logical: str) -> None:
    reads = {"Fn::If": ["LimitsReads", {"Ref": "TableReadsPerSecond"}, {"Ref": "AWS::NoValue"}]}
    writes = {"Fn::If": ["LimitsWrites", {"Ref": "TableWritesPerSecond"}, {"Ref": "AWS::NoValue"}]}
    limit = {
        "Fn::If": [
            "LimitsTables",
            {"MaxReadRequestUnits": reads, "MaxWriteRequestUnits": writes},
            {"Ref": "AWS::NoValue"},
        ]
    }
    table = resources(TABLE)[logical]
    assert [one["OnDemandThroughput"] for one in (table, *table.get("GlobalSecondaryIndexes", []))] == [limit] * (
        1 + len(table.get("GlobalSecondaryIndexes", []))
    )


def test_only_prod_may_take_what_one_partition_gives() -> None:
    """An index partition serves 3,000 read units a second; the feed has six replicas (docs/scale.md)."""
    limits = {one: int(values(one)["TableReadsPerSecond"]) for one in ("local", "dev", "staging", "prod")}
    assert limits["local"] == 0
    assert 0 < limits["dev"] <= limits["staging"] < 3_000 <= limits["prod"]


def test_snapshots_are_off_by_default() -> None:
    assert PARAMETERS["SnapStart"]["Default"] == "None"
    assert template()["Globals"]["Function"]["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}


# Maintenance.


def test_during_maintenance_queues_streams_and_schedules_wait() -> None:
    check = transformed()["SyntheticCheckFunctionMinutes"]["Properties"]
    assert check["State"] == {"Fn::If": ["Checks", "ENABLED", "DISABLED"]}
    assert {"Fn::Equals": [{"Ref": "Maintenance"}, "false"]} in template()["Conditions"]["Checks"]["Fn::And"]
    switches = {
        "AWS::Lambda::EventSourceMapping": ("Enabled", {"Fn::If": ["Works", True, False]}),
        "AWS::Scheduler::Schedule": ("State", {"Fn::If": ["Works", "ENABLED", "DISABLED"]}),
    }
    for logical, one in transformed().items():
        if one["Type"] in switches and logical != "SyntheticCheckFunctionMinutes":
            name, expected = switches[one["Type"]]
            assert one["Properties"][name] == expected, logical
    assert template()["Conditions"]["Works"] == {"Fn::Equals": [{"Ref": "Maintenance"}, "false"]}
    assert PARAMETERS["Maintenance"]["Default"] == "false"


# What stays when a stack goes.

GOES_WITH_THE_STACK = {
    "AWS::Events::Archive",  # copies of events, for replay
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",  # what waits in them is derived from the tables again by the repair
}
"""Types that hold something, and whose content may be lost with the stack."""


def test_everything_stateful_outlives_the_stack_but_not_a_failed_first_deployment() -> None:
    stateful = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool"}
    for logical, one in template()["Resources"].items():
        if one["Type"] in stateful or logical == "ServiceKey":
            assert one["DeletionPolicy"] == "RetainExceptOnCreate", logical
            assert one["UpdateReplacePolicy"] == "Retain", logical
        elif one["Type"] in GOES_WITH_THE_STACK:
            assert "DeletionPolicy" not in one, logical


def test_tables_and_user_pool_of_prod_cannot_be_deleted() -> None:
    for logical, one in transformed().items():
        if one["Type"] == "AWS::DynamoDB::Table":
            assert one["Properties"]["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}, logical
    assert transformed()["UserPool"]["Properties"]["DeletionProtection"] == {"Fn::If": ["IsProd", "ACTIVE", "INACTIVE"]}
