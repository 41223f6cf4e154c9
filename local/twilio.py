"""Twilio's REST API, as far as Khaya uses it, for the providers' stand-in: it takes WhatsApp messages.

It behaves as https://www.twilio.com/docs/messaging/api/message-resource says of creating a message: basic
authentication, a form, `201` with the message, `400` with Twilio's error numbers for what it would refuse. The numbers
that never work are those of https://www.twilio.com/docs/iam/test-credentials.
"""

import base64
import json
import re
import secrets
import urllib.parse
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import boto3

SECRET = "khaya-twilio-local"  # noqa: S105 - a secret's name  # nosec B105
# Opens nothing but this stand-in, so it may be known.
ACCOUNT = {"accountSid": "AC00000000000000000000000000000000", "authToken": "local"}  # pragma: allowlist secret
MESSAGES = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages\.json")
WHATSAPP = re.compile(r"whatsapp:\+[1-9]\d{6,14}")
NEVER = {
    "+15005550001": (21211, "The 'To' number is not a valid phone number."),
    "+15005550002": (21612, "The 'To' number cannot be reached by this 'From' number."),
    "+15005550004": (21610, "The recipient has unsubscribed."),
    "+15005550009": (63003, "Channel could not find To address"),
}

Answer = tuple[int, dict[str, Any]]


def make_secret(session: boto3.Session) -> None:
    """Keep the account where the functions look for it."""
    manager = session.client("secretsmanager")
    with suppress(manager.exceptions.ResourceExistsException):
        manager.create_secret(Name=SECRET, SecretString=json.dumps(ACCOUNT))


def takes(path: str) -> bool:
    """Whether a path is Twilio's."""
    return path.startswith("/2010-04-01/")


def post(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Take a message, or refuse it."""
    named = MESSAGES.fullmatch(path)
    if named is None:
        return refusal(404, 20404, "The requested resource was not found")
    if named[1] != ACCOUNT["accountSid"] or headers.get("Authorization") != authorization():
        return refusal(401, 20003, "Authenticate")
    form = dict(urllib.parse.parse_qsl(body.decode()))
    if wrong := _wrong(form):
        return refusal(400, *wrong)
    return 201, {
        "sid": f"SM{secrets.token_hex(16)}",
        "status": "queued",
        "to": form["To"],
        "from": form["From"],
        "body": form.get("Body", ""),
        "content_sid": form.get("ContentSid"),
        "content_variables": form.get("ContentVariables"),
        "account_sid": named[1],
    }


def _wrong(form: Mapping[str, str]) -> tuple[int, str] | None:
    if not WHATSAPP.fullmatch(form.get("To", "")):
        return 21211, "The 'To' number is not a valid phone number."
    if not WHATSAPP.fullmatch(form.get("From", "")):
        return 21212, "The 'From' number is not a valid phone number."
    if not form.get("Body") and not form.get("ContentSid"):
        return 21619, "A text message body or media urls must be specified."
    return NEVER.get(form["To"].removeprefix("whatsapp:"))


def refusal(status: int, code: int | None = None, text: str = "") -> Answer:
    """An error as Twilio writes it."""
    return status, {"code": code or 20000 + status, "message": text or "An error occurred", "status": status}


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message; for a template, the values of its variables."""
    if message["body"]:
        return str(message["body"])
    places = json.loads(message["content_variables"] or "{}")
    return " · ".join(str(places[name]) for name in sorted(places))


def authorization() -> str:
    """The header by which the account proves itself."""
    pair = f"{ACCOUNT['accountSid']}:{ACCOUNT['authToken']}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
