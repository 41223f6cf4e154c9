"""Set in an account and region what CloudFormation cannot: spending limit and delivery logs of text messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.refused import Refused
from operations.stack import Stack

REGION_STACK = "khaya-region"
ROLE_OUTPUT = "SmsLogsRoleArn"
LOG_DAYS = 14
"""The logs hold phone numbers, so they are kept for as short as an inquiry takes."""


def wanted(session: Any, usd: int) -> dict[str, str]:
    """The attributes of text messages that the account should have.

    Args:
        session: a session of boto3.
        usd: what text messages may cost in a month. At that limit SNS stops sending, without an error.

    Raises:
        Refused: the stack of the region is missing, or older than its role for the logs.
    """
    role = Stack(session, REGION_STACK).outputs().get(ROLE_OUTPUT)
    if role is None:
        raise Refused(f"{REGION_STACK} has no role for delivery logs. Deploy infra/region.yaml again.")
    return {
        "MonthlySpendLimit": str(usd),
        "DefaultSMSType": "Transactional",
        "DeliveryStatusIAMRole": role,
        "DeliveryStatusSuccessSamplingRate": "0",  # failures are logged always
    }


def differences(session: Any, attributes: dict[str, str]) -> Iterator[str]:
    """A line for each attribute that the account has otherwise."""
    found = session.client("sns").get_sms_attributes()["attributes"]
    for name, value in attributes.items():
        if found.get(name) != value:
            yield f"{name}: {value}, is {found.get(name, 'not set')}"


def apply(session: Any, attributes: dict[str, str]) -> None:
    """Set the attributes, and how long the delivery logs are kept. It may be repeated.

    Raises:
        Refused: AWS permits the account no such spending limit.
    """
    account = session.client("sts").get_caller_identity()["Account"]
    _keep_logs(session.client("logs"), f"sns/{session.region_name}/{account}/DirectPublishToPhoneNumber")
    try:
        session.client("sns").set_sms_attributes(attributes=attributes)
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidParameter":
            raise
        raise Refused(
            f"SNS refused: {error}. If it is the spending limit, ask AWS Support for a higher one, or give --sms-usd."
        ) from error


def _keep_logs(logs: Any, group: str) -> None:
    # SNS would create the groups itself at the first message, and keep them for ever.
    for name in (group, f"{group}/Failure"):
        try:
            logs.create_log_group(logGroupName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
        logs.put_retention_policy(logGroupName=name, retentionInDays=LOG_DAYS)
