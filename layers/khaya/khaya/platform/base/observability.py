"""Structured logs and business metrics. They contain no tokens, codes, phones, e-mails or message texts."""

from __future__ import annotations

from functools import lru_cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Khaya"


@lru_cache(maxsize=1)
def logger() -> Logger:
    """The function's logger; service name and level come from the environment.

    Without the code location, which would double the time that a log line takes.
    """
    return Logger(utc=True, log_uncaught_exceptions=False, location=None)  # type: ignore[arg-type, unused-ignore]


@lru_cache(maxsize=1)
def metrics() -> Metrics:
    """The function's metrics, written into its log in CloudWatch's embedded format."""
    return Metrics(namespace=NAMESPACE)


def count(name: str, number: int = 1) -> None:
    """Add `number` to a business metric, for example `JobPosted`."""
    metrics().add_metric(name=name, unit=MetricUnit.Count, value=number)


def flush() -> None:
    """Write the metrics that were counted since the last call."""
    pending = metrics()
    if pending.metric_set:
        pending.flush_metrics()
