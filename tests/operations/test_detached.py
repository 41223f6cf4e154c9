"""Templates without some of their resources, among them that of the application without its tables."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations.change_rules import DERIVED, removal_refusals
from operations.detached import UnknownAttribute, without
from tests.support.template import template
from tests.support.transform import transformed

TABLE = "AWS::DynamoDB::Table"
TEMPLATE_BYTES = 1_000_000
"""How long a template may be that CloudFormation reads from a bucket."""
JOBS = {"Jobs": {"Ref": "jobs-1", "Arn": "arn:jobs-1"}}


def pinned(value: Any) -> Any:
    whole = {"Resources": {"Jobs": {"Type": TABLE}, "Other": {"Type": "T", "Properties": {"Value": value}}}}
    return without(whole, JOBS)["Resources"]["Other"]["Properties"]["Value"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Ref": "Jobs"}, "jobs-1"),
        ({"Ref": "Bids"}, {"Ref": "Bids"}),
        ({"Fn::GetAtt": ["Jobs", "Arn"]}, "arn:jobs-1"),
        ({"Fn::GetAtt": "Jobs.Arn"}, "arn:jobs-1"),
        ({"Fn::Sub": "${Jobs.Arn}/index/*${Bids}"}, {"Fn::Sub": "arn:jobs-1/index/*${Bids}"}),
        (
            {"Fn::Sub": ["${Jobs}-${One}", {"One": {"Ref": "Jobs"}}]},
            {"Fn::Sub": ["jobs-1-${One}", {"One": "jobs-1"}]},
        ),
        ({"Fn::Sub": ["${Jobs}", {"Jobs": "own"}]}, {"Fn::Sub": ["${Jobs}", {"Jobs": "own"}]}),
        ({"Fn::If": ["Works", [{"Ref": "Jobs"}], 1]}, {"Fn::If": ["Works", ["jobs-1"], 1]}),
    ],
)
def test_given_a_reference_to_what_is_taken_out_then_it_becomes_plain_text(before: Any, after: Any) -> None:
    assert pinned(before) == after


def test_given_an_attribute_without_a_value_then_it_is_refused() -> None:
    with pytest.raises(UnknownAttribute, match=r"Jobs\.StreamArn"):
        pinned({"Fn::GetAtt": ["Jobs", "StreamArn"]})


def test_given_a_resource_that_waits_for_what_is_taken_out_then_it_waits_no_longer() -> None:
    whole = {"Resources": {"Jobs": {"Type": TABLE}, "A": {"DependsOn": "Jobs"}, "B": {"DependsOn": ["Jobs", "A"]}}}
    assert without(whole, JOBS)["Resources"] == {"A": {}, "B": {"DependsOn": ["A"]}}


def application() -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
    """The template of the application after SAM's transform, and the values of its tables."""
    resources = transformed()
    kept = {name: value for name, value in template().items() if name not in {"Globals", "Transform"}}
    whole = {**kept, "Resources": resources}
    tables = [one for one, resource in resources.items() if resource["Type"] == TABLE and one not in DERIVED]
    return whole, {one: {"Ref": f"n-{one}", "Arn": f"a-{one}", "StreamArn": f"s-{one}"} for one in tables}


def test_given_the_application_without_its_tables_then_nothing_refers_to_them_and_nothing_else_left() -> None:
    whole, values = application()
    found = without(whole, values)
    assert whole["Resources"].keys() - found["Resources"].keys() == values.keys()
    text = json.dumps(found)
    for table in values:
        assert f'"{table}"' not in text.replace(f'"n-{table}"', "")
        assert f"${{{table}" not in text
    sources = [
        one["Properties"]["EventSourceArn"]
        for one in found["Resources"].values()
        if one["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    assert "s-JobsTable" in sources


def test_given_the_application_then_its_tables_stay_when_they_leave_the_stack() -> None:
    whole, values = application()
    assert {whole["Resources"][table]["DeletionPolicy"] for table in values} == {"RetainExceptOnCreate"}


def test_given_the_application_after_its_transform_then_cloudformation_takes_it_as_a_file() -> None:
    whole, _ = application()
    assert len(json.dumps(whole, separators=(",", ":"), default=str)) < TEMPLATE_BYTES


def change(action: str, name: str = "Jobs", kind: str = TABLE, **more: str) -> dict[str, Any]:
    return {"ResourceChange": {"Action": action, "LogicalResourceId": name, "ResourceType": kind, **more}}


@pytest.mark.parametrize(
    ("made", "refused"),
    [
        (change("Remove", PolicyAction="Retain"), ""),
        (change("Remove", PolicyAction="Delete"), "would be deleted"),
        (change("Remove", "Bids", PolicyAction="Retain"), "leave the stack too"),
        (change("Add", "New"), "made anew"),
        (change("Modify", "Mapping", "AWS::Lambda::EventSourceMapping", Replacement="Conditional"), ""),
        (change("Modify", "Media", "AWS::S3::Bucket", Replacement="Conditional"), "made anew"),
    ],
)
def test_given_a_change_besides_the_removal_then_it_is_refused(made: dict[str, Any], refused: str) -> None:
    found = removal_refusals([made], {"Jobs"})
    assert [refused in line for line in found] == ([True] if refused else [])
