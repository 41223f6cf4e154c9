"""How messages reach people: text message, WhatsApp, e-mail. One function, `deliver`; a module for each channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Channel = Literal["sms", "whatsapp", "email"]


class Undeliverable(Exception):
    """This address will never take the message; trying again is no use."""


class ChannelDown(Exception):
    """The provider cannot take the message now, or does not accept us; it is tried again later."""


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


def deliver(channel: Channel, message: Message) -> None:
    """Send a message.

    Raises:
        Undeliverable: the address will never take it.
        ChannelDown: it could not be handed over now.
    """
    match channel:
        case "sms":
            from khaya.channels import sms  # noqa: PLC0415 - only what is used is imported

            sms.send(message)
        case "whatsapp":
            from khaya.channels import whatsapp  # noqa: PLC0415

            whatsapp.send(message)
        case "email":
            from khaya.channels import mail  # noqa: PLC0415

            mail.send(message)
