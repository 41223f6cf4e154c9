"""Text messages by Amazon SNS."""

from __future__ import annotations

from khaya.channels import ChannelMessage, amazon
from khaya.platform.aws import messaging

_HOPELESS = {"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "OptedOut"}


def send(message: ChannelMessage) -> str:
    """Send a text message."""
    return amazon.send(lambda: messaging.send_text(message.to, message.text), _HOPELESS)
