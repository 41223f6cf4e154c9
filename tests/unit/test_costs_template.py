"""The cost model reads templates by type and property: what it counts, and what it tells that it does not know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.costs import alarms, metrics, template
from bench.costs.inventory import Inventory
from bench.costs.schedule import runs_per_month

MONTH = 730


def inventory_of(resources: dict[str, Any], parameters: dict[str, str] | None = None, **sections: Any) -> Inventory:
    found = Inventory()
    template.add(found, {"Resources": resources, **sections}, parameters or {}, lambda _: 0)
    return found


def function(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Serverless::Function", "Properties": properties}


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def polled(name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": [name, "Arn"]}, **properties}}


def test_queue_mappings_are_told_apart_by_their_queue_and_their_limit() -> None:
    # given a FIFO queue, a standard queue, and a standard queue whose mapping is limited
    events = {
        "First": polled("Ordered"),
        "Second": polled("Plain"),
        "Third": polled("Plain", ScalingConfig={"MaximumConcurrency": 2}),
        "Off": polled("Plain", Enabled=False),
    }
    # when the template is read
    found = inventory_of({"Ordered": queue(FifoQueue=True), "Plain": queue(), "Any": function(Events=events)})
    # then each enabled mapping is counted as what it is
    assert [(one.fifo, one.limited) for one in found.queue_mappings] == [(True, False), (False, False), (False, True)]


def test_a_mapping_outside_of_a_function_counts_like_one_inside() -> None:
    def mapping(source: str, attribute: str) -> dict[str, Any]:
        return {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"EventSourceArn": {"Fn::GetAtt": [source, attribute]}},
        }

    found = inventory_of({"Q": queue(FifoQueue="true"), "M": mapping("Q", "Arn"), "N": mapping("T", "StreamArn")})
    assert [one.fifo for one in found.queue_mappings] == [True]
    assert found.stream_mappings == 1


def test_a_resource_whose_condition_fails_is_not_counted() -> None:
    secret = {"Type": "AWS::SecretsManager::Secret", "Condition": "InProd"}
    conditions = {"InProd": {"Fn::Equals": [{"Ref": "Environment"}, "prod"]}}
    parameters = {"Environment": {"Default": "dev"}}
    sections = {"Conditions": conditions, "Parameters": parameters}
    assert inventory_of({"Key": secret}, **sections).secrets == 0
    assert inventory_of({"Key": secret}, {"Environment": "prod"}, **sections).secrets == 1


def test_a_setting_behind_if_is_that_of_the_environment() -> None:
    # given retention by parameter and recovery by condition
    resources = {
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Ref": "Days"}}},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "SSESpecification": {"Fn::If": ["Never", {"SSEEnabled": True}, {"Ref": "AWS::NoValue"}]},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": {"Fn::If": ["Never", False, True]}},
            },
        },
    }
    sections = {
        "Parameters": {"Days": {"Default": 14}},
        "Conditions": {"Never": {"Fn::Not": [{"Fn::Equals": ["a", "a"]}]}},
    }
    # when read with an override, then both are resolved
    found = inventory_of(resources, {"Days": "30"}, **sections)
    assert [group.retention_days for group in found.log_groups] == [30]
    assert (found.tables, found.tables_with_managed_key, found.tables_with_pitr) == (1, 0, 1)


def test_a_loop_counts_once_for_each_of_its_items() -> None:
    alarm = {"Alarm${Name}": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Period": 60}}}
    found = inventory_of({"Fn::ForEach::Alarms": ["Name", ["A", "B", "C"], alarm]})
    assert found.alarm_metrics == {alarms.STANDARD: 3}


def test_a_composite_alarm_and_a_query_of_metrics_insights_count_as_one() -> None:
    query = {
        "AlarmName": {"Fn::Sub": "a-${Environment}"},
        "Metrics": [{"Expression": "SELECT SUM(Failed)", "Period": 300}],
    }
    found = inventory_of(
        {
            "Query": {"Type": "AWS::CloudWatch::Alarm", "Properties": query},
            "All": {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": {"AlarmName": "b", "AlarmRule": "x"}},
        }
    )
    assert [(one.name, one.kind, one.metrics) for one in found.alarms] == [
        ("a-${Environment}", alarms.STANDARD, 1),
        ("b", alarms.COMPOSITE, 1),
    ]


def test_a_schedule_that_is_switched_off_is_not_counted() -> None:
    def scheduled(state: str) -> dict[str, Any]:
        event = {"Type": "ScheduleV2", "Properties": {"ScheduleExpression": "rate(1 hour)", "State": state}}
        return function(Events={"Hours": event}, Environment={"Variables": {"CHECK_URL": "https://khaya.test"}})

    found = inventory_of({"On": scheduled("ENABLED"), "Off": scheduled("DISABLED")})
    assert [one.function.checks for one in found.schedules] == [True]


def test_an_alarm_counts_the_metrics_that_it_reads() -> None:
    def stat(period: int) -> dict[str, Any]:
        return {"MetricStat": {"Period": period}}

    rate = {"Metrics": [{"Expression": "errors / all"}, stat(60), stat(60)]}
    band = {"Metrics": [{"Expression": "ANOMALY_DETECTION_BAND(m1)"}, stat(300)]}
    assert (alarms.kind(rate), alarms.metrics(rate)) == (alarms.STANDARD, 2)
    assert (alarms.kind(band), alarms.metrics(band)) == (alarms.STANDARD, 3)
    assert alarms.kind({"Period": 10}) == alarms.HIGH_RESOLUTION


def test_what_a_function_lacks_comes_from_the_globals() -> None:
    defaults = {"Function": {"MemorySize": 512, "Tracing": "Active", "Architectures": ["arm64"]}}
    route = {"Type": "Api", "Properties": {"Method": "get", "Path": "/jobs", "Auth": {"Authorizer": "NONE"}}}
    found = inventory_of({"Jobs": function(MemorySize=1024, Events={"List": route})}, Globals=defaults)
    (jobs,) = found.functions
    assert (jobs.memory_gb, jobs.architecture, jobs.traced, jobs.serves_api) == (1.0, "arm64", True, True)
    assert found.routes["GET /jobs"].public


def test_a_type_without_a_price_in_the_model_is_named() -> None:
    found = inventory_of({"Net": {"Type": "AWS::EC2::NatGateway"}, "Role": {"Type": "AWS::IAM::Role"}})
    assert found.unpriced == {"AWS::EC2::NatGateway": 1}


def test_parameters_of_an_environment_come_from_samconfig(tmp_path: Path) -> None:
    config = tmp_path / "samconfig.toml"
    config.write_text('[prod.deploy.parameters]\nparameter_overrides = "LogRetentionDays=30 Origins=\\"a b\\""\n')
    assert template.overrides_of(config, "prod") == {
        "Environment": "prod",
        "LogRetentionDays": "30",
        "Origins": "a b",
    }


def test_names_of_metrics_are_found_in_the_code(tmp_path: Path) -> None:
    # given names that are literal, chosen, put together, repeated, of each consumer, and a count in the log
    (tmp_path / "app.py").write_text(
        'count_for_alarm("TaskFailed")\n'
        'observability.count_for_alarm("WebhookFailed" if yes else "TaskFailed", 2)\n'
        'count_for_alarm(number=1, name="TaskFailed")\n'
        'call_operator(f"{channel}_cap_reached")\n'
        'count_for_consumer("MessageFailed", consumer)\n'
        'count("JobPosted")\n'
        'call_operator("payout_waits")\n'
    )
    # when counted with four variants of those that stand for several, then three names and twice four are found
    assert metrics.emitted(tmp_path, 4) == 11


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("rate(5 minutes)", MONTH * 12),
        ("rate(1 hour)", MONTH),
        ("rate(1 day)", MONTH / 24),
        ("cron(15,30,45 0 * * ? *)", 3 * MONTH / 24),
        ("cron(5/15 2-4 * * ? *)", 12 * MONTH / 24),
        ("cron(0 8 ? * MON-FRI *)", 5 / 7 * MONTH / 24),
        ("at(2026-11-25T00:00:00)", 0),
    ],
)
def test_a_schedule_runs_as_often_as_its_expression_says(expression: str, runs: float) -> None:
    assert runs_per_month(expression, MONTH) == pytest.approx(runs)


def test_an_unknown_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown schedule"):
        runs_per_month("every(5 minutes)", MONTH)
