"""How messages reach people: text message, WhatsApp, e-mail and push. A module for each channel.

A channel tries once. Whoever sends knows whether trying again is worth it: a code is awaited now, a notice has time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Channel = Literal["sms", "whatsapp", "email"]
"""The channels whose addresses are people's phones and e-mails. Push, which goes to devices, is `channels.push`."""


class Undeliverable(Exception):
    """This address will never take the message; trying again is no use."""


class ChannelDown(Exception):
    """The provider cannot take the message now, or does not accept us: nothing was sent.

    Attributes:
        retry_after: seconds that the provider asks to wait; 0 where it names none.
    """

    def __init__(self, why: str, retry_after: int = 0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Unsure(ChannelDown):
    """Nobody can tell whether the message was sent: the provider had the request and gave no readable answer."""


@dataclass(frozen=True)
class Message:
    """What is sent to one person.

    Attributes:
        to: an E.164 phone number or an e-mail address.
        text: the message.
        subject: of an e-mail.
        template: the approved WhatsApp template that says `text`; without one the text is sent as it is.
        variables: what the template's places hold, by their numbers.
    """

    to: str
    text: str
    subject: str = ""
    template: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


def deliver(channel: Channel, message: Message) -> str:
    """Send a message, and answer what its provider calls it.

    Raises:
        Undeliverable: the address will never take it.
        ChannelDown: it could not be handed over now; as `Unsure`, perhaps it was.
    """
    match channel:
        case "sms":
            from khaya.channels import sms  # noqa: PLC0415 - only what is used is imported

            return sms.send(message)
        case "whatsapp":
            from khaya.channels import whatsapp  # noqa: PLC0415

            return whatsapp.send(message)
        case "email":
            from khaya.channels import mail  # noqa: PLC0415

            return mail.send(message)
