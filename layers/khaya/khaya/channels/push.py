"""Push notifications by Expo: https://docs.expo.dev/push-notifications/sending-notifications/.

Expo answers each message with a ticket, which means that Expo has it. Some minutes later the ticket's receipt says
whether Apple or Google accepted it. Either may say that the device no longer exists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from khaya.channels import ChannelDown, Undeliverable, Unsure, web
from khaya.platform.aws import secrets
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import PushSettings, settings

GONE: Final = "DeviceNotRegistered"
TOO_BIG: Final = "MessageTooBig"
MAX_RECEIPTS: Final = 1000
"""The most receipts that one request may ask for."""


@dataclass(frozen=True)
class Push:
    """The content of a push notification; `data` is for the app that it opens."""

    title: str
    body: str
    urgent: bool
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Ticket:
    """Expo's answer for one device.

    Attributes:
        id: the id by which the receipt is read; None if Expo refused the message.
        error: Expo's error code; `GONE` if the device no longer exists.
    """

    id: str | None
    error: str | None = None


def send(tokens: Sequence[str], push: Push) -> list[Ticket]:
    """Send to at most 100 devices in one request; returns a ticket for each token, in order.

    Raises:
        Undeliverable: Expo refuses the request for good.
        ChannelDown: nothing was sent; `Unsure`: it may have been sent.
    """
    priority = "high" if push.urgent else "default"
    content = {
        "title": push.title,
        "body": push.body,
        "sound": "default",
        "priority": priority,
        "data": dict(push.data),
    }
    answers = _post("send", [{"to": token, **content} for token in tokens])
    if not isinstance(answers, list) or len(answers) != len(tokens):
        raise Unsure("the tickets do not match the tokens")
    return [_ticket(answer) for answer in answers]


def receipts(tickets: Sequence[str]) -> dict[str, str | None]:
    """The receipts that Expo has, by ticket: None if the push succeeded, else Expo's error code.

    Raises:
        ChannelDown: Expo cannot be reached.
    """
    answers = _post("getReceipts", {"ids": list(tickets)})
    if not isinstance(answers, dict):
        raise Unsure("the answer holds no receipts")
    return {ticket: _error(one) for ticket, one in answers.items() if isinstance(one, dict) and ticket in tickets}


def _post(operation: str, body: Any) -> Any:
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
    config = settings(PushSettings)
    if config.expo_secret_arn:
        try:
            token = secrets.secret_fields(config.expo_secret_arn)["accessToken"]
        except Unavailable:
            raise ChannelDown("no credentials") from None
        headers["Authorization"] = f"Bearer {token}"
    answer = web.post(f"{config.expo_base_url}/--/api/v2/push/{operation}", json=body, headers=headers)
    if not answer.ok:
        code = _code(answer)
        is_permanent = answer.status_code == 400 and code != "UNAUTHORIZED"
        raise (Undeliverable if is_permanent else ChannelDown)(f"Expo answered {answer.status_code} {code}")
    return web.json_object(answer).get("data")


def _ticket(answer: Any) -> Ticket:
    if not isinstance(answer, dict) or answer.get("status") not in ("ok", "error"):
        raise Unsure("the answer holds no ticket")
    error = _error(answer)
    if error is None and not isinstance(answer.get("id"), str):
        raise Unsure("a ticket has no id")
    return Ticket(None if error else answer["id"], error)


def _error(answer: Mapping[str, Any]) -> str | None:
    if answer.get("status") == "ok":
        return None
    details = answer.get("details")
    return str(details.get("error", "unknown")) if isinstance(details, dict) else "unknown"


def _code(answer: Any) -> str:
    """Expo's error code for a whole request. Its message is left out, since it may repeat the notification."""
    try:
        return str(web.json_object(answer)["errors"][0]["code"])[:60]
    except (Unsure, LookupError, TypeError):
        return ""
