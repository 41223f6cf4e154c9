"""E-mail by Amazon SES."""

from __future__ import annotations

from khaya.channels import ChannelMessage, amazon
from khaya.platform.aws import messaging
from khaya.platform.base.settings import ChannelSettings, settings

_HOPELESS = {"BadRequest"}


def send(message: ChannelMessage) -> str:
    """Send an e-mail as plain text."""
    sender = settings(ChannelSettings).email_sender
    return amazon.send(lambda: messaging.send_email(sender, message.to, message.subject, message.text), _HOPELESS)
