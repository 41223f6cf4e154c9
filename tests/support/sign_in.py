"""The set-up of sign-in for tests: the queue of codes, the service key, and no rate limits."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import boto3

from khaya.channels import mail, sms
from khaya.platform.aws import cognito, secrets
from khaya.platform.base import settings
from khaya.sign_in import service
from tests.support.template import function_environment

WITHOUT_LIMITS = {"SIGN_INS_PER_IDENTITY": "0", "SIGN_INS_PER_ADDRESS": "0"}


def ready() -> None:
    """Create the queue and the key, and reset cached clients, settings and secrets."""
    queue = boto3.client("sqs").create_queue(QueueName="codes", Attributes={"VisibilityTimeout": "0"})
    os.environ |= {**WITHOUT_LIMITS, "CODES_QUEUE_URL": queue["QueueUrl"]}
    os.environ["EMAIL_SENDER"] = "Khaya <no-reply@khaya.example>"
    manager = boto3.client("secretsmanager")
    with suppress(manager.exceptions.ResourceExistsException):
        manager.create_secret(Name=function_environment()["SERVICE_KEY_ARN"], SecretString="k" * 64)
    forget()


def forget() -> None:
    """Reset cached clients, settings and secrets."""

    for cached in _caches():
        cached.cache_clear()
    secrets.clear_cache()


def _caches() -> tuple[Any, ...]:
    return (
        settings.settings,
        cognito._cognito,
        cognito._client_secret,
        service._sqs,
        sms._sns,
        mail._ses,
    )
