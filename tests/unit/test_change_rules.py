"""Which changes of a stack are refused before they are made."""

from __future__ import annotations

from typing import Any

import pytest

from operations.change_rules import refusals


def change(action: str, name: str, kind: str, replacement: str = "False") -> dict[str, Any]:
    resource = {"Action": action, "LogicalResourceId": name, "ResourceType": kind, "Replacement": replacement}
    return {"ResourceChange": resource}


def table(*indexes: str, projection: str = "ALL") -> dict[str, Any]:
    found = [{"IndexName": one, "KeySchema": [one], "Projection": projection} for one in indexes]
    return {"Jobs": {"Type": "AWS::DynamoDB::Table", "Properties": {"GlobalSecondaryIndexes": found}}}


@pytest.mark.parametrize("replacement", ["True", "Conditional"])
def test_given_a_table_that_would_be_replaced_then_it_is_refused(replacement: str) -> None:
    changes = [change("Modify", "Jobs", "AWS::DynamoDB::Table", replacement)]
    assert "Jobs" in refusals(changes, {}, {}, new_generation=False)[0]


def test_given_a_new_generation_then_tables_may_be_replaced_and_a_user_pool_may_not() -> None:
    changes = [
        change("Modify", "Jobs", "AWS::DynamoDB::Table", "True"),
        change("Modify", "UserPool", "AWS::Cognito::UserPool", "True"),
    ]
    [refusal] = refusals(changes, {}, {}, new_generation=True)
    assert "UserPool" in refusal


def test_given_a_function_that_is_replaced_and_a_table_that_is_added_then_both_may_be() -> None:
    changes = [
        change("Modify", "Api", "AWS::Lambda::Function", "True"),
        change("Add", "Jobs", "AWS::DynamoDB::Table"),
        change("Modify", "Bids", "AWS::DynamoDB::Table"),
    ]
    assert refusals(changes, {}, {}, new_generation=False) == []


def test_given_a_bucket_that_would_leave_the_stack_then_it_is_refused() -> None:
    assert "Media" in refusals([change("Remove", "Media", "AWS::S3::Bucket")], {}, {}, new_generation=False)[0]


def test_given_one_index_more_then_it_may_be_and_two_are_refused() -> None:
    assert refusals([], table("byA"), table("byA", "byB"), new_generation=False) == []
    [refusal] = refusals([], table("byA"), table("byA", "byB", "byC"), new_generation=False)
    assert "byB, byC" in refusal


def test_given_an_index_that_changes_under_its_name_then_it_is_refused() -> None:
    assert refusals([], table("byA"), table("byA", projection="KEYS_ONLY"), new_generation=False)
