"""A stand-in for Paystack's API: https://paystack.com/docs/api/. See `local.paystack.stand_in`."""

import json
from contextlib import suppress

import boto3

SECRET = "khaya-paystack-local"  # noqa: S105 - a secret's name  # nosec B105
# Opens nothing but this stand-in, so it may be known.
KEY = "sk_test_local"  # pragma: allowlist secret


def make_secret(session: boto3.Session) -> None:
    """Keep the key where the functions look for it."""
    manager = session.client("secretsmanager")
    with suppress(manager.exceptions.ResourceExistsException):
        manager.create_secret(Name=SECRET, SecretString=json.dumps({"secretKey": KEY}))
