"""What an account lacks for an environment, and what to ask AWS for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations.configuration import Configuration

CONCURRENCY = 1000
"""Executions at once that API and consumers together need; a new account may have ten."""
SECRETS = {
    "TwilioSecretArn": ("accountSid", "authToken"),
    "ExpoSecretArn": ("accessToken",),
    "PaymentSecretArn": ("secretKey",),
}
"""The parameters that name a secret, and the keys that it must have."""
EXAMPLES = ("localhost", ".example", "http://")
"""What a value of a parameter must not contain in prod."""
REAL_IN_PROD = ("AllowedOrigins", "EmailDomain", "AppUrl", "PaymentEmailDomain")


def findings(session: Any, configuration: Configuration) -> Iterator[str]:
    """What is to be done before the environment is deployed; nothing if it can be.

    A check that AWS does not answer is a finding too.
    """
    yield from examples(configuration)
    checks: list[tuple[str, Callable[[Any, Configuration], Iterator[str]]]] = [
        ("Lambda", _concurrency),
        ("SES", _mail),
        ("SNS", _texts),
        ("Secrets Manager", _secrets),
    ]
    for service, check in checks:
        try:
            yield from check(session, configuration)
        except (ClientError, BotoCoreError) as error:
            yield f"{service} did not answer: {error}. Enable {configuration.region} or correct the permissions."


def examples(configuration: Configuration) -> Iterator[str]:
    """The parameters of prod that are not set to real values."""
    if not configuration.is_prod:
        return
    for name in REAL_IN_PROD:
        value = configuration.parameters.get(name, "")
        if not value or any(one in value for one in EXAMPLES):
            yield f"{name} is {value or 'not set'} for prod. Set it in samconfig.toml to the real value."


def _concurrency(session: Any, configuration: Configuration) -> Iterator[str]:
    limit = session.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit < CONCURRENCY:
        yield (
            f"Lambda runs {limit} functions at once in {configuration.region}. Ask Service Quotas for {CONCURRENCY} "
            "(Lambda, concurrent executions)."
        )


def _mail(session: Any, configuration: Configuration) -> Iterator[str]:
    ses = session.client("sesv2")
    if not ses.get_account()["ProductionAccessEnabled"]:
        yield "SES is in its sandbox and sends to verified addresses only. Ask for production access in its console."
    domain = configuration.parameters.get("EmailDomain")
    if domain is None:
        return
    try:
        verified = ses.get_email_identity(EmailIdentity=domain)["VerifiedForSendingStatus"]
    except ses.exceptions.NotFoundException:
        verified = False
    if not verified:
        yield f"{domain} is not a verified identity of SES in {configuration.region}. Add its DKIM records to the DNS."


def _texts(session: Any, _: Configuration) -> Iterator[str]:
    if session.client("sns").get_sms_sandbox_account_status()["IsInSandbox"]:
        yield "SNS is in its sandbox and sends text messages to verified numbers only. Ask AWS Support to move it out."


def _payment_key(key: str, configuration: Configuration) -> Iterator[str]:
    """What is wrong with the mode of the payment provider's key: only prod moves real money."""
    is_live = key.startswith("sk_live_")
    if key and is_live != configuration.is_prod:
        has, needs = ("live", "test") if is_live else ("test", "live")
        environment = configuration.environment
        yield f"PaymentSecretArn names a {has} key, and {environment} needs a {needs} key. Put a {needs} key into it."


def _secrets(session: Any, configuration: Configuration) -> Iterator[str]:
    client = session.client("secretsmanager")
    for parameter, keys in SECRETS.items():
        arn = configuration.parameters.get(parameter)
        if not arn:
            continue
        try:
            value = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        except client.exceptions.ResourceNotFoundException:
            yield f"The secret of {parameter} does not exist. Create it as docs/deploying.md says."
            continue
        except json.JSONDecodeError:
            value = None
        if parameter == "PaymentSecretArn" and isinstance(value, dict):
            yield from _payment_key(str(value.get("secretKey", "")), configuration)
        missing = [key for key in keys if not isinstance(value, dict) or not value.get(key)]
        if missing:
            yield f"The secret of {parameter} lacks {', '.join(missing)}. It must be a JSON object with these keys."
