"""What an account lacks for an environment, and what to ask AWS for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations import boundary, example_values, payment_mode
from operations.account import REGION_STACK
from operations.configuration import Configuration
from operations.stack import Stack

CONCURRENCY = 1000
"""Executions at once that API and consumers together need; a new account may have ten."""
UNRESERVED = 100
"""Executions that Lambda does not let an account reserve."""
API_FUNCTIONS = 17
"""Functions of the template behind the API; each reserves `ApiConcurrency`."""
CODE_SHARE = 0.8
"""The share of the space for code at which old versions should go."""
SECRETS = {
    "TwilioSecretArn": ("accountSid", "authToken"),
    "ExpoSecretArn": ("accessToken",),
    "PaymentSecretArn": ("secretKey",),
}
"""The parameters that name a secret, and the keys that it must have."""
MONITORING_STACK = "khaya-monitoring-"


def findings(session: Any, configuration: Configuration) -> Iterator[str]:
    """What is to be done before the environment is deployed; nothing if it can be.

    A check that AWS does not answer is a finding too.
    """
    yield from examples(configuration)
    checks: list[tuple[str, Callable[[Any, Configuration], Iterator[str]]]] = [
        ("Account Management", _region),
        ("CloudFormation", _region_stack),
        ("IAM", boundary.findings),
        ("Lambda", _lambda_limits),
        ("SES", _mail),
        ("SNS", _texts),
        ("Secrets Manager", _secrets),
        ("SNS", alarm_address),
    ]
    for service, check in checks:
        try:
            yield from check(session, configuration)
        except (ClientError, BotoCoreError) as error:
            yield f"{service} did not answer: {error}. Enable {configuration.region} or correct the permissions."


def examples(configuration: Configuration) -> Iterator[str]:
    """The parameters of prod that are not set to real values."""
    if configuration.is_prod:
        yield from example_values.findings(configuration.parameters)


def alarm_address(session: Any, configuration: Configuration) -> Iterator[str]:
    """Why alarms of prod would reach nobody."""
    if not configuration.is_prod:
        return
    stack = Stack(session, f"{MONITORING_STACK}{configuration.environment}")
    if stack.status() is None:
        yield (
            f"There is no stack {stack.name}, so no alarm reaches anybody. After the first deployment, deploy "
            "infra/monitoring.yaml with AlarmEmail."
        )
        return
    pages = (
        session.client("sns")
        .get_paginator("list_subscriptions_by_topic")
        .paginate(TopicArn=stack.physical("AlarmTopic"))
    )
    subscriptions = [one for page in pages for one in page["Subscriptions"]]
    confirmed = [one["Endpoint"] for one in subscriptions if one["SubscriptionArn"].startswith("arn:")]
    if not confirmed:
        waiting = ", ".join(one["Endpoint"] for one in subscriptions)
        yield f"No address gets the alarms of {configuration.environment}. " + (
            f"Confirm the subscription that SNS mailed to {waiting}."
            if waiting
            else "Deploy infra/monitoring.yaml with AlarmEmail."
        )


def _region(session: Any, configuration: Configuration) -> Iterator[str]:
    status = session.client("account").get_region_opt_status(RegionName=configuration.region)["RegionOptStatus"]
    if not status.startswith("ENABLED"):
        yield (
            f"{configuration.region} is {status.lower().replace('_', ' ')}. Enable it under Account, AWS Regions; "
            "that takes a few minutes, and sometimes hours."
        )


def _region_stack(session: Any, configuration: Configuration) -> Iterator[str]:
    if Stack(session, REGION_STACK).status() is None:
        yield f"There is no stack {REGION_STACK} in {configuration.region}. Deploy infra/region.yaml first."


def _lambda_limits(session: Any, configuration: Configuration) -> Iterator[str]:
    found = session.client("lambda").get_account_settings()
    limit = found["AccountLimit"]["ConcurrentExecutions"]
    if limit < CONCURRENCY:
        yield (
            f"Lambda runs {limit} functions at once in {configuration.region}. Ask Service Quotas for {CONCURRENCY} "
            "(Lambda, concurrent executions)."
        )
    reserved = API_FUNCTIONS * int(configuration.parameters.get("ApiConcurrency", "0"))
    if reserved > limit - UNRESERVED:
        yield (
            f"ApiConcurrency reserves {reserved} executions of {limit}, and Lambda keeps {UNRESERVED} for the rest. "
            "Lower it in samconfig.toml, or ask for a higher quota."
        )
    used, space = found["AccountUsage"]["TotalCodeSize"], found["AccountLimit"]["TotalCodeSize"]
    if used > CODE_SHARE * space:
        yield f"Code takes {used / space:.0%} of Lambda's space in {configuration.region}. Delete old functions."


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
    sns = session.client("sns")
    if sns.get_sms_sandbox_account_status()["IsInSandbox"]:
        yield "SNS is in its sandbox and sends text messages to verified numbers only. Ask AWS Support to move it out."
    limit = float(sns.get_sms_attributes(attributes=["MonthlySpendLimit"])["attributes"].get("MonthlySpendLimit", "1"))
    if limit <= 1:
        yield (
            f"SNS stops sending text messages at {limit:.0f} USD a month, without an error. Ask AWS Support for more, "
            "then run `python -m operations account`."
        )


def _payment_key(key: str, environment: str) -> Iterator[str]:
    """What is wrong with the mode of the payment provider's key."""
    has, needs = payment_mode.of_key(key), payment_mode.needed(environment)
    if key and has != needs:
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
            yield from _payment_key(str(value.get("secretKey", "")), configuration.environment)
        missing = [key for key in keys if not isinstance(value, dict) or not value.get(key)]
        if missing:
            yield f"The secret of {parameter} lacks {', '.join(missing)}. It must be a JSON object with these keys."
