"""The set-up of sign-in for tests: the queue of codes, the service key, and no rate limits."""

from __future__ import annotations

import os
from contextlib import suppress

from khaya.platform.aws import cognito, secrets
from khaya.platform.base import settings
from tests.support.stand_in import client
from tests.support.template import function_environment

WITHOUT_LIMITS = {"SIGN_INS_PER_IDENTITY": "0", "SIGN_INS_PER_ADDRESS": "0"}


def ready() -> None:
    """Create the queue and the key, and reset cached settings and secrets."""
    queue = client("sqs").create_queue(QueueName="code-delivery", Attributes={"VisibilityTimeout": "0"})
    os.environ |= {**WITHOUT_LIMITS, "CODE_DELIVERY_QUEUE_URL": queue["QueueUrl"]}
    os.environ["EMAIL_SENDER"] = "Khaya <no-reply@khaya.example>"
    manager = client("secretsmanager")
    with suppress(manager.exceptions.ResourceExistsException):
        manager.create_secret(Name=function_environment()["SERVICE_KEY_ARN"], SecretString="k" * 64)
    forget()


def forget() -> None:
    """Reset cached settings and secrets."""
    cognito._client_secret.cache_clear()
    settings.settings.cache_clear()
    secrets.clear_cache()
