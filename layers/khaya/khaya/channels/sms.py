"""Text messages by Amazon SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from khaya.channels import Message, amazon

_NEVER = {"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "OptedOut"}


def send(message: Message) -> str:
    """Send a text message, as one that matters: carriers hold such up last."""
    kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    return amazon.send(_sns().publish, _NEVER, PhoneNumber=message.to, Message=message.text, MessageAttributes=kind)


@lru_cache(maxsize=1)
def _sns() -> Any:
    return amazon.client("sns")
