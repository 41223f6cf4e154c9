"""The alarms of the templates, and their state for reported values: CloudWatch's evaluation, as far as they use it."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from bench.costs.resolve import Resolver
from tests.support.metric_math import Metric, Number, Samples, calculate, is_query, metric, select, statistic
from tests.support.template import read

TEMPLATES = ("template.yaml", "infra/monitoring.yaml")
METRIC_ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE_ALARM = "AWS::CloudWatch::CompositeAlarm"

_COMPARISONS = {"GreaterThanThreshold": operator.gt, "LessThanThreshold": operator.lt}


@lru_cache
def alarms(environment: str, kind: str = METRIC_ALARM) -> dict[str, dict[str, Any]]:
    """The properties of each alarm of an environment, by its name without `khaya-` and the environment."""
    given = {"Environment": environment, "Canary": "true"}
    found = {}
    for path in TEMPLATES:
        template = read(path)
        resolver = Resolver(template, given)
        for logical, one in template["Resources"].items():
            if one["Type"] == kind and ("Condition" not in one or resolver.holds(one["Condition"])):
                properties = _plain(resolver.value(one["Properties"]), resolver.parameters)
                name = properties["AlarmName"].removesuffix(".fifo").removesuffix(f"-{environment}")
                found[name.removeprefix("khaya-")] = properties | {"LogicalId": logical}
    return found


def state(alarm: Mapping[str, Any], periods: Sequence[Samples]) -> str:
    """`ALARM` or `OK`, after so many periods with the values that were reported in each."""
    assert alarm["TreatMissingData"] == "notBreaching"
    return "ALARM" if ringing(alarm, periods) else "OK"


def ringing(alarm: Mapping[str, Any], periods: Sequence[Samples]) -> set[str]:
    """The series that breach often enough: contributors of a query, or the empty text for the only series."""
    count = int(alarm["EvaluationPeriods"])
    needed = int(alarm.get("DatapointsToAlarm", count))
    compare, threshold = _COMPARISONS[alarm["ComparisonOperator"]], float(alarm["Threshold"])
    breaches: dict[str, int] = {}
    for samples in list(periods)[-count:]:
        for series, point in _points(alarm, samples).items():
            if point is not None and compare(point, threshold):
                breaches[series] = breaches.get(series, 0) + 1
    return {series for series, times in breaches.items() if times >= needed}


def composite_state(rule: str, ringing_alarms: set[str]) -> str:
    """State of a composite alarm whose rule has alarms by their logical ids, combined by OR."""
    parts = [part.strip() for part in rule.split(" OR ")]
    names = [re.fullmatch(r'ALARM\("\$\{(\w+)\}"\)', part) for part in parts]
    assert all(names), rule
    return "ALARM" if {name[1] for name in names if name} & ringing_alarms else "OK"


def metrics_of(alarm: Mapping[str, Any]) -> list[Metric]:
    """The metrics that an alarm reads by their names; none for a query."""
    if "MetricName" in alarm:
        return [_metric(alarm)]
    return [_metric(one["MetricStat"]["Metric"]) for one in alarm["Metrics"] if "MetricStat" in one]


def emitted(output: str) -> Samples:
    """The values in the lines of CloudWatch's embedded format that a function wrote."""
    found: dict[Metric, list[float]] = {}
    for line in output.splitlines():
        if '"_aws"' not in line:
            continue
        fields = json.loads(line)
        for directive in fields["_aws"]["CloudWatchMetrics"]:
            for keys in directive["Dimensions"]:
                dimensions = {key: str(fields[key]) for key in keys}
                for one in directive["Metrics"]:
                    values = fields[one["Name"]]
                    of_metric = found.setdefault(metric(directive["Namespace"], one["Name"], **dimensions), [])
                    of_metric.extend(values if isinstance(values, list) else [values])
    return found


def _points(alarm: Mapping[str, Any], samples: Samples) -> Mapping[str, Number]:
    """The data point of each series in one period."""
    if "MetricName" in alarm:
        name = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        return {"": statistic(name, samples.get(_metric(alarm), ()))}
    (watched,) = [one for one in alarm["Metrics"] if one.get("ReturnData", True)]
    if is_query(watched["Expression"]):
        return select(watched["Expression"], samples)
    points: dict[str, Number] = {}
    for one in alarm["Metrics"]:
        if "MetricStat" in one:
            stat = one["MetricStat"]
            points[one["Id"]] = statistic(stat["Stat"], samples.get(_metric(stat["Metric"]), ()))
    for one in alarm["Metrics"]:
        if "Expression" in one and one is not watched:
            points[one["Id"]] = calculate(one["Expression"], points)
    return {"": calculate(watched["Expression"], points)}


def _metric(given: Mapping[str, Any]) -> Metric:
    dimensions = {one["Name"]: str(one["Value"]) for one in given.get("Dimensions", [])}
    return metric(given["Namespace"], given["MetricName"], **dimensions)


def _plain(value: Any, parameters: Mapping[str, Any]) -> Any:
    """A value with texts filled in; references to resources stay as `${Logical}`, versions are 1."""
    if isinstance(value, list):
        return [_plain(one, parameters) for one in value]
    if not isinstance(value, Mapping):
        return value
    if "Fn::Sub" in value:
        return re.sub(r"\$\{(\w+)\}", lambda found: str(parameters.get(found[1], found[0])), value["Fn::Sub"])
    if "Fn::GetAtt" in value:
        return "1"
    return {name: _plain(one, parameters) for name, one in value.items()}
