"""The service key of unit tests, which have no Secrets Manager."""

from __future__ import annotations

import math

from khaya.platform.aws import secrets
from khaya.platform.base.settings import KeySettings, settings


def set_service_key(current: str = "k" * 64, previous: str = "") -> None:
    """Cache both versions of the service key for good."""
    name = settings(KeySettings).service_key_arn
    secrets._cached[name, "AWSCURRENT"] = (math.inf, current)
    secrets._cached[name, "AWSPREVIOUS"] = (math.inf, previous)
