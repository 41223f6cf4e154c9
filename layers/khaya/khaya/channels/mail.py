"""E-mail by Amazon SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya import aws
from khaya.channels import ChannelDown, Message, Undeliverable
from khaya.settings import channel_settings

_NEVER = {"BadRequestException"}


def send(message: Message) -> None:
    """Send an e-mail as plain text."""
    content = {
        "Simple": {
            "Subject": {"Data": message.subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": message.text, "Charset": "UTF-8"}},
        }
    }
    try:
        _ses().send_email(
            FromEmailAddress=channel_settings().email_sender,
            Destination={"ToAddresses": [message.to]},
            Content=content,
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise (Undeliverable if code in _NEVER else ChannelDown)(code) from None
    except BotoCoreError as error:
        raise ChannelDown(type(error).__name__) from None


@lru_cache(maxsize=1)
def _ses() -> Any:
    retries = {"mode": "standard", "total_max_attempts": 3}
    return aws.client("sesv2", connect_timeout=2, read_timeout=5, retries=retries)
