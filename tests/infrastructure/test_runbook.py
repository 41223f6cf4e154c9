"""Alarms, dashboard, counts, metrics and docs/operating.md fit each other."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import pytest

from khaya.channels import Channel
from tests.support.alarms import COMPOSITE_ALARM, alarms, metrics_of
from tests.support.template import FUNCTION, ROOT, read, resources

ENVIRONMENTS = ("dev", "staging", "prod")
RUNBOOK = (ROOT / "docs" / "operating.md").read_text()
MONITORING = read("infra/monitoring.yaml")["Resources"]
LINES = dict(re.findall(r'<a id="([a-z-]+)"></a>`khaya-([a-z-]+)-<env>(?:\.fifo)?`', RUNBOOK))
"""The line of each alarm in the runbook: its anchor, and the alarm's name."""
CODE = [*sorted((ROOT / "layers" / "khaya").rglob("*.py")), *sorted((ROOT / "functions").rglob("*.py"))]


def all_alarms(environment: str) -> dict[str, dict[str, Any]]:
    return {**alarms(environment), **alarms(environment, COMPOSITE_ALARM)}


def test_every_alarm_has_a_line_in_the_runbook_and_every_line_an_alarm() -> None:
    assert all(anchor == name for anchor, name in LINES.items())
    assert {*LINES} == {*all_alarms("prod")}


@pytest.mark.parametrize("name", all_alarms("prod"))
def test_the_description_of_an_alarm_links_to_its_line(name: str) -> None:
    description = all_alarms("prod")[name]["AlarmDescription"]
    assert re.fullmatch(rf"[A-Z5].*\. docs/operating\.md#{name}", description)


def test_a_line_says_in_which_environments_its_alarm_is() -> None:
    said = dict(re.findall(r'^\| <a id="([a-z-]+)"></a>`[^|]*\| (all|prod|staging, prod) \|', RUNBOOK, re.MULTILINE))
    for name, where in said.items():
        found = [one for one in ENVIRONMENTS if name in all_alarms(one)]
        assert found == (list(ENVIRONMENTS) if where == "all" else where.split(", ")), name
    assert len(said) > 20


# Reasons for which an operator is called.


@lru_cache
def first_arguments() -> dict[str, list[ast.expr]]:
    """The first argument of each call in all code, by the name of the function or method."""
    found: dict[str, list[ast.expr]] = {}
    for path in CODE:
        for node in ast.walk(ast.parse(Path(path).read_text())):
            if isinstance(node, ast.Call) and node.args:
                function = node.func
                called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                found.setdefault(called, []).append(node.args[0])
    return found


def calls(name: str) -> list[ast.expr]:
    return first_arguments()[name]


def texts(value: ast.expr) -> Iterator[str]:
    """The texts that an expression may be; a text with a channel stands for each channel with limits."""
    match value:
        case ast.Constant(value=str(found)):
            yield found
        case ast.IfExp():
            yield from texts(value.body)
            yield from texts(value.orelse)
        case ast.JoinedStr():
            pattern = ast.unparse(value)[2:-1]
            for channel in get_args(Channel):
                yield pattern.replace("{channel}", channel)


def test_every_reason_for_an_operator_has_a_line_and_every_line_a_reason() -> None:
    table = RUNBOOK.partition("### Reasons for which an operator is needed")[2].partition("\n#")[0]
    listed = {*re.findall(r"`([a-z]+(?:_[a-z]+)+)`", "".join(re.findall(r"^\| [^|]*\|", table, re.MULTILINE)))}
    without_limits = {f"email_{end}" for end in ("cap_reached", "budget_spent")}
    emitted = {reason for value in calls("call_operator") for reason in texts(value)} - without_limits
    assert emitted == listed


# The dashboard.


def widgets() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(MONITORING["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])[
        "widgets"
    ]
    return found


def test_the_dashboard_has_a_business_and_a_technical_half() -> None:
    titles = [one["properties"]["markdown"] for one in widgets() if one["type"] == "text"]
    assert titles == ["# Business", "# Technology"]
    assert "Condition" not in MONITORING["Dashboard"], "one for each environment"


def test_widgets_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for one in widgets():
        area = {
            (x, y) for x in range(one["x"], one["x"] + one["width"]) for y in range(one["y"], one["y"] + one["height"])
        }
        assert not area & taken, one
        assert one["x"] + one["width"] <= 24
        taken |= area


def log_widgets() -> dict[str, str]:
    """The queries of the widgets that read logs, by their titles."""
    return {one["properties"]["title"]: one["properties"]["query"] for one in widgets() if one["type"] == "log"}


def charted() -> set[str]:
    """Names of the counts on the dashboard."""
    return {name for query in log_widgets().values() for name in re.findall(r"sum\(counts\.(\w+)\)", query)}


def emitted_names() -> set[str]:
    """Names of the counts in the code; a name put together stands for each channel and outcome."""
    ends = ("Sent", "Undeliverable", "Unsure", "Down")
    channels = {f"{channel.capitalize()}{end}" for channel in (*get_args(Channel), "push") for end in ends}
    channels |= {f"WebPush{end}" for end in ends}
    found = {name for value in calls("count") for name in texts(value) if re.fullmatch(r"[A-Z]\w+", name)}
    return found | channels


def log_group_of(service: str) -> str:
    """The name of the log group of a function, by its service."""
    (logical,) = (
        one["LoggingConfig"]["LogGroup"]["Ref"]
        for one in resources(FUNCTION).values()
        if one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == service
    )
    name: str = read("template.yaml")["Resources"][logical]["Properties"]["LogGroupName"]["Fn::Sub"]
    return name


CHARTED_OF = {
    "Jobs": {"jobs", "job_expiry"},
    "Bids, listings and stories": {"bids", "listings", "stories", "reviews"},
    "People": {"auth", "profiles", "exports", "referrals", "money", "reports"},
    "Payments": {"payments", "provider", "credits"},
    "Messages sent": {"code_delivery", "auth", "deliveries"},
}
"""The functions whose counts each widget shows."""


def test_the_business_half_charts_what_functions_count_from_their_logs() -> None:
    assert {*log_widgets()} == {*CHARTED_OF}
    for title, query in log_widgets().items():
        assert {*re.findall(r"SOURCE '([^']+)'", query)} == {log_group_of(one) for one in CHARTED_OF[title]}, title
        assert "filter message = 'counted'" in query
        assert query.endswith("by bin(1h)")
        for summed, shown in re.findall(r"sum\(counts\.(\w+)\) as (\w+)", query):
            assert summed == shown
    assert charted() <= emitted_names()
    assert len(charted()) > 30


def test_the_saved_query_of_counts_reads_the_logs_of_all_functions() -> None:
    query = MONITORING["CountsQuery"]["Properties"]
    services = {one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] for one in resources(FUNCTION).values()}
    read_there = {name["Fn::Sub"] for name in query["LogGroupNames"]}
    assert {log_group_of(service) for service in services} == read_there
    (counted,) = {*re.findall(r"counts\.(\w+)", query["QueryString"])}
    assert counted in emitted_names()


def test_what_is_counted_is_read_on_the_dashboard_or_by_the_runbook() -> None:
    for name in {text for value in calls("count") for text in texts(value) if re.fullmatch(r"[A-Z]\w+", text)}:
        assert name in charted() or f"`{name}`" in RUNBOOK, name


def test_a_metric_of_ours_is_read_by_an_alarm_because_each_costs_money_in_every_hour_in_which_it_has_a_value() -> None:
    watched = {metric for one in alarms("prod").values() for _, metric, _ in metrics_of(one)}
    queries = " ".join(str(one.get("Metrics", "")) for one in alarms("prod").values())
    sent = {
        text for name in ("count_for_alarm", "count_for_consumer") for value in calls(name) for text in texts(value)
    }
    assert sent == {"TaskFailed", "WebhookFailed", "MessageFailed"}
    for name in {*sent, "OperatorNeeded"}:
        assert name in watched or f"({name})" in queries, name


def test_detailed_metrics_of_methods_are_off_unless_asked_for() -> None:
    assert read("template.yaml")["Parameters"]["MethodMetrics"]["Default"] == "false"


def test_saved_queries_of_the_runbook_are_those_of_the_template() -> None:
    saved = {
        one["Properties"]["Name"]["Fn::Sub"].removeprefix("khaya/${Environment}/")
        for one in MONITORING.values()
        if one["Type"] == "AWS::Logs::QueryDefinition"
    }
    listed = RUNBOOK.partition("* **Saved queries**")[2].partition("* **Counts.**")[0]
    assert {re.sub(r"\s+", " ", one) for one in re.findall(r"`([a-z][a-z ]+)`", listed)} == saved
