"""Physical names in the template that SAM's transform makes of ours, and what refers to them from other stacks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.template import FUNCTION, QUEUE, ROOT, read, resources, template
from tests.support.transform import transformed

MONITORING = read("infra/monitoring.yaml")
ALARMS = {
    name: one["Properties"] for name, one in MONITORING["Resources"].items() if one["Type"] == "AWS::CloudWatch::Alarm"
}
MOST_RESOURCES = 450
"""CloudFormation allows 500."""

NAMED = {
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Cognito::UserPool": "UserPoolName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::Archive": "ArchiveName",
    "AWS::Events::EventBus": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::LayerVersion": "LayerName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::QueryDefinition": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
}
"""The property that holds a resource's physical name, for the types whose names we choose."""

UNNAMED = {
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Stage",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolGroup",
    "AWS::Cognito::UserPoolResourceServer",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SecretsManager::Secret",
}
"""Types whose names AWS makes, or that stand inside a resource with a name."""


def text(value: Any) -> str:
    """A name as text, with its placeholders."""
    return str(value["Fn::Sub"]) if isinstance(value, dict) else str(value)


def physical_names(kind: str) -> set[str]:
    return {text(one["Properties"][NAMED[kind]]) for one in transformed().values() if one["Type"] == kind}


def test_the_transformed_template_leaves_room_for_what_is_to_come() -> None:
    assert len(transformed()) < MOST_RESOURCES


def test_every_physical_name_holds_the_environment() -> None:
    for logical, one in [*transformed().items(), *MONITORING["Resources"].items()]:
        if one["Type"] in UNNAMED:
            continue
        name = text(one["Properties"][NAMED[one["Type"]]])
        assert "${Environment}" in name, f"{logical}: {name}"
        assert re.match(r"khaya-|/khaya/|khaya/|CodeDeployHook_khaya-", name), f"{logical}: {name}"


def test_no_two_resources_of_a_type_have_the_same_name() -> None:
    named = [
        (one["Type"], text(one["Properties"][NAMED[one["Type"]]]))
        for one in [*transformed().values(), *MONITORING["Resources"].values()]
        if one["Type"] in NAMED
    ]
    assert len(named) == len(set(named))


def test_a_resource_without_a_name_of_ours_has_none_at_all() -> None:
    for logical, one in transformed().items():
        if one["Type"] in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::SecretsManager::Secret"):
            assert not {"RoleName", "ManagedPolicyName", "Name"} & {*one["Properties"]}, logical


# Other stacks.


def consumers() -> dict[str, set[str]]:
    """The consumers of each function behind a queue, by its service name."""
    from tests.support.client import app  # noqa: PLC0415

    behind_queues = [
        properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for properties in resources(FUNCTION).values()
        if any(event["Type"] == "SQS" for event in properties.get("Events", {}).values())
    ]
    return {service: {*app(service).CONSUMERS} for service in behind_queues}


def emitted() -> set[str]:
    """The names of the metrics that the code counts."""
    found: set[str] = set()
    for path in [*(ROOT / "layers" / "khaya").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for line in re.findall(r"(?:count|count_for_consumer)\(([^\n]*)", Path(path).read_text()):
            found |= {*re.findall(r'"(\w+)"', line)}
    return found


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_watches_a_resource_of_the_template_or_a_metric_of_the_code(alarm: str) -> None:
    properties = ALARMS[alarm]
    dimensions = {one["Name"]: text(one["Value"]) for one in properties["Dimensions"]}
    match text(properties["Namespace"]):
        case "AWS/SQS":
            assert {*dimensions} == {"QueueName"}
            assert dimensions["QueueName"] in physical_names(QUEUE)
        case "AWS/Lambda":
            assert {*dimensions} == {"FunctionName"}
            assert dimensions["FunctionName"] in physical_names("AWS::Lambda::Function")
        case "Khaya/${Environment}":
            everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
            assert everywhere["POWERTOOLS_METRICS_NAMESPACE"] == properties["Namespace"]
            assert properties["MetricName"] in emitted()
            assert dimensions["service"].replace("_", "-") in {
                name.removeprefix("khaya-").removesuffix("-${Environment}")
                for name in physical_names("AWS::Lambda::Function")
            }
            if "consumer" in dimensions:
                assert dimensions["consumer"] in consumers()[dimensions["service"]]
        case other:
            raise AssertionError(f"unknown namespace {other}")
    assert properties["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert properties["TreatMissingData"] == "notBreaching"
    assert "docs/operating.md" in properties["AlarmDescription"]


def test_an_operator_is_alarmed_by_the_first_message_in_any_dead_letters() -> None:
    watched = [
        text(one["Dimensions"][0]["Value"])
        for one in ALARMS.values()
        if one["MetricName"] == "ApproximateNumberOfMessagesVisible"
        and (one["Threshold"], one["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    ]
    assert sorted(watched) == sorted(name for name in physical_names(QUEUE) if "-dead-letters-" in name)


def test_an_alarm_names_each_consumer() -> None:
    named = {
        (dimensions["service"], dimensions["consumer"])
        for one in ALARMS.values()
        if one["MetricName"] == "MessageFailed"
        for dimensions in [{part["Name"]: part["Value"] for part in one["Dimensions"]}]
    }
    assert named == {(service, consumer) for service, names in consumers().items() for consumer in names}


def test_the_saved_queries_read_the_logs_of_all_functions_and_of_all_consumers() -> None:
    read_by = {
        logical: {text(name) for name in one["Properties"]["LogGroupNames"]}
        for logical, one in MONITORING["Resources"].items()
        if one["Type"] == "AWS::Logs::QueryDefinition"
    }
    logs = {
        logical: text(resources("AWS::Logs::LogGroup")[one["LoggingConfig"]["LogGroup"]["Ref"]]["LogGroupName"])
        for logical, one in resources(FUNCTION).items()
    }
    handle_messages = {
        logs[logical]
        for logical, one in resources(FUNCTION).items()
        if any(event["Type"] in ("SQS", "DynamoDB") for event in one.get("Events", {}).values())
    }
    assert read_by == {"FailedMessagesQuery": handle_messages, "UnforeseenErrorsQuery": {*logs.values()}}


def test_stacks_refer_to_each_other_by_names_and_not_by_exports() -> None:
    for path in [ROOT / "template.yaml", *(ROOT / "infra").glob("*.yaml")]:
        assert not re.search(r"ImportValue|^    Export:", path.read_text(), re.MULTILINE), path


def test_what_exists_once_in_a_region_stands_in_a_stack_of_its_own() -> None:
    region = read("infra/region.yaml")["Resources"]
    assert {one["Type"] for one in region.values()} == {
        "AWS::ApiGateway::Account",
        "AWS::IAM::Role",
        "AWS::XRay::SamplingRule",
    }
    assert "AWS::ApiGateway::Account" not in {one["Type"] for one in transformed().values()}
    assert "Environment" not in read("infra/region.yaml").get("Parameters", {})
