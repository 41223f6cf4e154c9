"""What was sent to people on this machine: text messages, WhatsApp messages and e-mails that went nowhere."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import boto3

from local import twilio
from local.stand_in import endpoint

DOMAIN = "khaya.example"  # reserved for examples: nobody has it


def make_sender(session: boto3.Session) -> None:
    """Have the stand-in's SES take e-mail from the marketplace's domain, as an operator proves it to the real one."""
    ses = session.client("ses")
    ses.verify_domain_identity(Domain=DOMAIN)


@dataclass(frozen=True)
class Sent:
    """One message."""

    channel: str
    to: str
    text: str


def sent(port: int) -> list[Sent]:
    """Everything that was sent, each channel in order."""
    texts = [
        Sent("sms", number, one["Message"])
        for number, several in _read(port, "sns/sms-messages")["sms_messages"].items()
        for one in several
    ]
    mails = [
        Sent("email", ", ".join(one["To"]), one["BodyText"])
        for several in _read(port, "ses/messages")["messages"].values()
        for one in several
    ]
    chats = [
        Sent("whatsapp", one["to"].removeprefix("whatsapp:"), one["body"] or one["content_variables"])
        for one in twilio.messages(port)
    ]
    return [*texts, *mails, *chats]


def _read(port: int, name: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{endpoint(port)}/_ministack/{name}", timeout=5) as answer:  # noqa: S310  # nosec B310
        found: dict[str, Any] = json.load(answer)
        return found
