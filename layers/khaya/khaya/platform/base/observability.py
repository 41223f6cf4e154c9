"""Structured logs and business metrics. Neither ever holds a token, a code, a phone, an e-mail or message text."""

from __future__ import annotations

from functools import lru_cache

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Khaya"


@lru_cache(maxsize=1)
def logger() -> Logger:
    """The function's logger; service name and level come from its environment.

    Without the place in the code: each message is logged at one place only, and finding it takes as long as the rest.
    """
    return Logger(utc=True, log_uncaught_exceptions=False, location=None)  # type: ignore[arg-type, unused-ignore]


@lru_cache(maxsize=1)
def metrics() -> Metrics:
    """The function's metrics, written into its log in CloudWatch's embedded format."""
    return Metrics(namespace=NAMESPACE)


def count(name: str, number: int = 1) -> None:
    """Count something that matters to the marketplace, for example `JobPosted`."""
    metrics().add_metric(name=name, unit=MetricUnit.Count, value=number)


def flush() -> None:
    """Write what was counted, if anything was."""
    counted = metrics()
    if counted.metric_set:
        counted.flush_metrics()
