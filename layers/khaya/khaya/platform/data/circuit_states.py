"""Where the state of the circuit breakers is kept: the Tasks table."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo


def persistence() -> Any:
    """Powertools' persistence of circuit breakers."""
    return _persistence(dynamo.client())


@lru_cache(maxsize=1)
def _persistence(client: Any) -> Any:
    from aws_lambda_powertools.utilities.circuit_breaker.persistence import (  # noqa: PLC0415 - brings boto3
        CircuitBreakerDynamoDBPersistence,
    )

    return CircuitBreakerDynamoDBPersistence(settings().tasks_table, expiry_attr="expiresAt", boto3_client=client)
