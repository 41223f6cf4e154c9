"""Metrics of an alarm, as CloudWatch bills them."""

from __future__ import annotations

from typing import Any

STANDARD = "standard"
HIGH_RESOLUTION = "high resolution"
COMPOSITE = "composite"

ANOMALY = "ANOMALY_DETECTION_BAND"
SHORTEST_STANDARD_PERIOD = 60


def name(properties: dict[str, Any]) -> str:
    """Name of an alarm, as its template writes it."""
    given = properties.get("AlarmName", "")
    return str(given.get("Fn::Sub", "") if isinstance(given, dict) else given)


def kind(properties: dict[str, Any]) -> str:
    """Billing kind of a metric alarm: high resolution when a period is below a minute."""
    stats = [query["MetricStat"] for query in properties.get("Metrics", []) if "MetricStat" in query]
    periods = [int(stat["Period"]) for stat in stats] or [int(properties.get("Period", SHORTEST_STANDARD_PERIOD))]
    return HIGH_RESOLUTION if min(periods) < SHORTEST_STANDARD_PERIOD else STANDARD


def metrics(properties: dict[str, Any]) -> int:
    """Billed metrics of an alarm: each that its expression reads, and two more for an anomaly band.

    A query of Metrics Insights is billed for the metrics that match it and have data. It counts as one: the queries of the
    templates match metrics of rare failures, which mostly have none.
    """
    queries = properties.get("Metrics", [])
    read = sum("MetricStat" in query for query in queries) or 1
    bands = sum(ANOMALY in str(query.get("Expression", "")) for query in queries)
    return read + 2 * bands
