"""Sends messages to people by SMS, WhatsApp, e-mail and push; one module for each channel.

A channel makes one attempt. Its caller decides whether to repeat it: a code is urgent, a notification can wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Channel = Literal["sms", "whatsapp", "email"]
"""The channels that send to phone numbers and e-mail addresses. Push goes to devices; see `channels.push`."""


class Undeliverable(Exception):
    """The provider refuses this address for good; another attempt is pointless."""


class ChannelDown(Exception):
    """The provider cannot take the message now, or refuses our account: nothing was sent.

    Attributes:
        retry_after: seconds that the provider asks to wait; 0 if it names none.
    """

    def __init__(self, why: str, retry_after: int = 0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Unsure(ChannelDown):
    """It is unknown whether the message was sent: the provider got the request and gave no readable answer."""


@dataclass(frozen=True)
class ChannelMessage:
    """A message to one person.

    Attributes:
        to: an E.164 phone number or an e-mail address.
        text: the text.
        subject: the subject of an e-mail.
        template: the approved WhatsApp template equal to `text`; if empty, the text is sent itself.
        variables: values for the template's placeholders, by their numbers.
    """

    to: str
    text: str
    subject: str = ""
    template: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


def deliver(channel: Channel, message: ChannelMessage) -> str:
    """Send a message, and return the provider's id of it.

    Raises:
        Undeliverable: the provider refuses the address for good.
        ChannelDown: nothing was sent; `Unsure`: it may have been sent.
    """
    match channel:
        case "sms":
            from khaya.channels import sms  # noqa: PLC0415 - each process imports only the channels that it uses

            return sms.send(message)
        case "whatsapp":
            from khaya.channels import whatsapp  # noqa: PLC0415

            return whatsapp.send(message)
        case "email":
            from khaya.channels import mail  # noqa: PLC0415

            return mail.send(message)
