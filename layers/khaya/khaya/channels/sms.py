"""Text messages by Amazon SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya import aws
from khaya.channels import ChannelDown, Message, Undeliverable

_NEVER = {"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "OptedOut"}


def send(message: Message) -> None:
    """Send a text message, as one that matters: carriers hold such up last."""
    kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    try:
        _sns().publish(PhoneNumber=message.to, Message=message.text, MessageAttributes=kind)
    except ClientError as error:
        code = error.response["Error"]["Code"].removesuffix("Exception")
        raise (Undeliverable if code in _NEVER else ChannelDown)(code) from None
    except BotoCoreError as error:
        raise ChannelDown(type(error).__name__) from None


@lru_cache(maxsize=1)
def _sns() -> Any:
    retries = {"mode": "standard", "total_max_attempts": 3}
    return aws.client("sns", connect_timeout=2, read_timeout=5, retries=retries)
