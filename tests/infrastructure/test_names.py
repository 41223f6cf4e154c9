"""Physical names in the template that SAM's transform makes of ours, and what refers to them from other stacks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.alarms import COMPOSITE_ALARM, METRIC_ALARM, alarms, metrics_of
from tests.support.template import FUNCTION, QUEUE, ROOT, read, resources, template
from tests.support.transform import transformed

MONITORING = read("infra/monitoring.yaml")
MOST_RESOURCES = 450
"""CloudFormation allows 500."""

NAMED = {
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::CompositeAlarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
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


def emitted() -> set[str]:
    """The names of the metrics that the code sends."""
    found: set[str] = set()
    for path in [*(ROOT / "layers" / "khaya").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for line in re.findall(r"(?:count_for_alarm|count_for_consumer)\(([^\n]*)", Path(path).read_text()):
            found |= {*re.findall(r'"(\w+)"', line)}
    return found


def test_a_metric_of_an_alarm_is_of_the_template_or_of_the_code() -> None:
    functions = {name.replace("${Environment}", "prod") for name in physical_names("AWS::Lambda::Function")}
    queues = {name.replace("${Environment}", "prod") for name in physical_names(QUEUE)}
    everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert everywhere["POWERTOOLS_METRICS_NAMESPACE"] == {"Fn::Sub": "Khaya/${Environment}"}
    for name, alarm in alarms("prod").items():
        for namespace, metric, given in metrics_of(alarm):
            dimensions = dict(given)
            match namespace:
                case "AWS/SQS":
                    assert dimensions["QueueName"] in queues, name
                case "AWS/Lambda":
                    assert dimensions.get("FunctionName") in {*functions, None}, name
                case "AWS/ApiGateway":
                    assert dimensions == {"ApiName": "khaya-prod", "Stage": "prod"}, name
                case "AWS/SES" | "AWS/SNS":
                    assert dimensions == {}, f"{name}: of the account"
                case "Khaya/prod":
                    assert metric in emitted(), name
                    assert f"khaya-{dimensions['service'].replace('_', '-')}-prod" in functions, name
                case other:
                    raise AssertionError(f"unknown namespace {other}")


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_alarm_goes_to_the_topic(environment: str) -> None:
    for kind in (METRIC_ALARM, COMPOSITE_ALARM):
        for name, alarm in alarms(environment, kind).items():
            if alarm["LogicalId"] in MONITORING["Resources"]:
                assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name


def test_dev_has_dead_letters_and_server_errors_only() -> None:
    watched = {name for name in alarms("dev") if alarms("dev")[name]["LogicalId"] in MONITORING["Resources"]}
    assert {name for name in watched if not name.endswith("-dead-letters")} == {"server-errors"}
    assert not alarms("dev", COMPOSITE_ALARM)


def test_only_functions_behind_the_api_are_watched_for_their_duration() -> None:
    slow = [name for name, one in alarms("prod").items() if one.get("ExtendedStatistic") == "p99"]
    assert slow == ["slow-requests"]
    assert alarms("prod")["slow-requests"]["MetricName"] == "IntegrationLatency"


def test_a_stand_in_without_composite_alarms_can_have_the_stack() -> None:
    assert MONITORING["Conditions"]["HasComposite"]["Fn::And"][1] == {
        "Fn::Equals": [{"Ref": "CompositeAlarms"}, "true"]
    }
    composites = [one for one in MONITORING["Resources"].values() if one["Type"] == COMPOSITE_ALARM]
    assert [one["Condition"] for one in composites] == ["HasComposite"]


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_operator_is_alarmed_by_the_first_message_in_any_dead_letters(environment: str) -> None:
    watched = [
        one["Dimensions"][0]["Value"]
        for one in alarms(environment).values()
        if one.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and (one["Threshold"], one["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    ]
    queues = {name.replace("${Environment}", environment) for name in physical_names(QUEUE)}
    assert sorted(watched) == sorted(name for name in queues if "-dead-letters-" in name)


def test_a_saved_query_reads_log_groups_of_the_template() -> None:
    queries = [one for one in MONITORING["Resources"].values() if one["Type"] == "AWS::Logs::QueryDefinition"]
    assert queries
    for query in queries:
        groups = [text(name) for name in query["Properties"]["LogGroupNames"]]
        assert {*groups} <= physical_names("AWS::Logs::LogGroup")
        assert len(groups) <= 50, "Logs Insights reads fifty groups at most"


def test_a_saved_query_reads_the_log_of_every_function() -> None:
    read_by_one = {
        text(name)
        for query in MONITORING["Resources"].values()
        if query["Type"] == "AWS::Logs::QueryDefinition"
        for name in query["Properties"]["LogGroupNames"]
    }
    assert physical_names("AWS::Logs::LogGroup") == read_by_one


def test_the_saved_query_of_failed_messages_reads_the_logs_of_all_consumers() -> None:
    query = MONITORING["Resources"]["FailedMessagesQuery"]["Properties"]
    groups = resources("AWS::Logs::LogGroup")
    handle_messages = {
        text(groups[one["LoggingConfig"]["LogGroup"]["Ref"]]["LogGroupName"])
        for one in resources(FUNCTION).values()
        if any(event["Type"] in ("SQS", "DynamoDB") for event in one.get("Events", {}).values())
    }
    assert {text(name) for name in query["LogGroupNames"]} == handle_messages


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
