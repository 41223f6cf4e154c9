"""E-mail by Amazon SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from khaya.channels import Message, amazon
from khaya.platform.base.settings import ChannelSettings, settings

_NEVER = {"BadRequest"}


def send(message: Message) -> str:
    """Send an e-mail as plain text."""
    content = {
        "Simple": {
            "Subject": {"Data": message.subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": message.text, "Charset": "UTF-8"}},
        }
    }
    return amazon.send(
        _ses().send_email,
        _NEVER,
        FromEmailAddress=settings(ChannelSettings).email_sender,
        Destination={"ToAddresses": [message.to]},
        Content=content,
    )


@lru_cache(maxsize=1)
def _ses() -> Any:
    return amazon.client("sesv2")
