"""Expo's push API for the providers' stand-in: https://docs.expo.dev/push-notifications/sending-notifications/.

It answers messages with tickets and tickets with receipts, in Expo's forms and with Expo's errors.
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PATH = "/--/api/v2/push/"
TOKEN = re.compile(r"Expo(nent)?PushToken\[[^\]]+\]")
MOST_MESSAGES = 100
MAX_RECEIPTS = 1000
LARGEST = 4096

Answer = tuple[int, dict[str, Any]]


def takes(path: str) -> bool:
    """Whether a path is Expo's."""
    return path.startswith(PATH)


@dataclass
class Expo:
    """The state of the stand-in for Expo.

    Attributes:
        gone: unregistered push tokens that tickets report.
        leaving: unregistered push tokens that only receipts report.
        without_receipts: whether there are none yet.
        access_token: what requests must carry; None where the project asks for nothing.
        sent: the messages, one for each device.
        tickets: the push token of each.
    """

    gone: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)
    without_receipts: bool = False
    access_token: str | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)
    tickets: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Accept messages, or return receipts of tickets."""
        if self.access_token is not None and headers.get("Authorization") != f"Bearer {self.access_token}":
            return refusal(401, "UNAUTHORIZED", "An access token is needed.")
        try:
            told = json.loads(body)
        except ValueError:
            return refusal(400, "VALIDATION_ERROR", "The body is no JSON.")
        match path.removeprefix(PATH):
            case "send":
                return self._send(told)
            case "getReceipts":
                return self._receipts(told)
        return refusal(404, "NOT_FOUND", "There is no such endpoint.")

    def _send(self, told: Any) -> Answer:
        messages = told if isinstance(told, list) else [told]
        if not all(isinstance(one, dict) and "to" in one for one in messages):
            return refusal(400, "VALIDATION_ERROR", '"to" is required.')
        single = [
            {**one, "to": token}
            for one in messages
            for token in (one["to"] if isinstance(one["to"], list) else [one["to"]])
        ]
        if len(single) > MOST_MESSAGES:
            return refusal(400, "PUSH_TOO_MANY_NOTIFICATIONS", f"At most {MOST_MESSAGES} at a time.")
        tickets = [self._ticket(one) for one in single]
        alone = isinstance(told, dict) and isinstance(told["to"], str)
        return 200, {"data": tickets[0] if alone else tickets}

    def _ticket(self, message: dict[str, Any]) -> dict[str, Any]:
        token = message["to"]
        if not TOKEN.fullmatch(token):
            return _error("DeviceNotRegistered", f'"{token}" is not a valid Expo push token')
        if token in self.gone:
            return _error("DeviceNotRegistered", f'"{token}" is not a registered push notification recipient')
        shown = {name: value for name, value in message.items() if name != "to"}
        if len(json.dumps(shown, ensure_ascii=False).encode()) > LARGEST:
            return _error("MessageTooBig", f"At most {LARGEST} bytes.")
        ticket = str(uuid.uuid4())
        self.tickets[ticket] = token
        self.sent.append(message)
        return {"status": "ok", "id": ticket}

    def _receipts(self, told: Any) -> Answer:
        ids = told.get("ids") if isinstance(told, dict) else None
        if not isinstance(ids, list):
            return refusal(400, "VALIDATION_ERROR", '"ids" is required.')
        if len(ids) > MAX_RECEIPTS:
            return refusal(400, "PUSH_TOO_MANY_RECEIPTS", f"At most {MAX_RECEIPTS} at a time.")
        known = [] if self.without_receipts else [one for one in ids if one in self.tickets]
        return 200, {"data": {one: self._receipt(self.tickets[one]) for one in known}}

    def _receipt(self, token: str) -> dict[str, Any]:
        if token in self.leaving | self.gone:
            return _error("DeviceNotRegistered", "The recipient device is not registered.")
        return {"status": "ok"}


def refusal(status: int, code: str = "", text: str = "") -> Answer:
    """An error of a whole request as Expo writes it."""
    known = {429: "TOO_MANY_REQUESTS"}
    return status, {"errors": [{"code": code or known.get(status, "SERVER_ERROR"), "message": text or "It failed."}]}


def _error(word: str, text: str) -> dict[str, Any]:
    return {"status": "error", "message": text, "details": {"error": word}}
