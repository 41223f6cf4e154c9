"""The link in a message to the page of the web client that shows what a notification is about."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from khaya.channels import Channel
from khaya.channels.segments import parts
from khaya.notifications.kinds import CONTACT_REPLACED
from khaya.notifications.model import Notification
from khaya.notifications.paths import app_path
from khaya.platform.base.settings import WebPushSenderSettings, settings

_EXAMPLES: Final = ".example"
"""The domain that nobody has (RFC 2606): the address of the web client was not set."""


def link_to(notification: Notification) -> str:
    """The address of the page; empty where the web client's is not known, or the reader may be somebody else."""
    address = settings(WebPushSenderSettings).app_url
    if notification.kind == CONTACT_REPLACED or (urlsplit(address).hostname or _EXAMPLES).endswith(_EXAMPLES):
        return ""
    return address + app_path(notification)


def with_link(text: str, link: str, channel: Channel) -> str:
    """A message that ends in its link, which a text message leaves out where it would cost a further part."""
    if not link:
        return text
    if channel == "email":
        return f"{text}\n\n{link}"
    linked = f"{text} {link}"
    return linked if channel != "sms" or parts(linked) == parts(text) else text
