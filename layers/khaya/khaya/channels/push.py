"""Push notifications by Expo: https://docs.expo.dev/push-notifications/sending-notifications/.

Expo answers each message with a ticket: it has the message, no more. Some minutes later the ticket's receipt tells
whether Apple or Google took it. Either may say that the device is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from khaya.channels import ChannelDown, Undeliverable, Unsure, web
from khaya.platform.aws import secrets
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import PushSettings, settings

GONE: Final = "DeviceNotRegistered"
TOO_BIG: Final = "MessageTooBig"
MOST_RECEIPTS: Final = 1000
"""That can be asked for at once."""


@dataclass(frozen=True)
class Push:
    """What is shown on a person's devices; `data` is for the app that is opened by it."""

    title: str
    body: str
    urgent: bool
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Ticket:
    """What became of a message to one device.

    Attributes:
        id: of the ticket, by which its receipt is asked for; None where Expo refused this message.
        error: Expo's word for why; `GONE` where the device takes no more.
    """

    id: str | None
    error: str | None = None


def send(tokens: Sequence[str], push: Push) -> list[Ticket]:
    """Send to devices, at most 100, in one request; answers a ticket for each, in their order.

    Raises:
        Undeliverable: Expo will never take it.
        ChannelDown: it could not be handed over now; as `Unsure`, perhaps it was.
    """
    priority = "high" if push.urgent else "default"
    shown = {"title": push.title, "body": push.body, "sound": "default", "priority": priority, "data": dict(push.data)}
    told = _ask("send", [{"to": token, **shown} for token in tokens])
    if not isinstance(told, list) or len(told) != len(tokens):
        raise Unsure("Expo answered with other tickets than were asked for")
    return [_ticket(one) for one in told]


def receipts(tickets: Sequence[str]) -> dict[str, str | None]:
    """What became of tickets, as far as Expo knows: None where it went well, else Expo's word for what did not.

    Raises:
        ChannelDown: they could not be asked for now.
    """
    told = _ask("getReceipts", {"ids": list(tickets)})
    if not isinstance(told, dict):
        raise Unsure("Expo answered with something else than receipts")
    return {ticket: _error(one) for ticket, one in told.items() if isinstance(one, dict) and ticket in tickets}


def _ask(what: str, body: Any) -> Any:
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
    told = settings(PushSettings)
    if told.expo_secret_arn:
        try:
            token = secrets.secret_fields(told.expo_secret_arn)["accessToken"]
        except Unavailable:
            raise ChannelDown("no credentials") from None
        headers["Authorization"] = f"Bearer {token}"
    answer = web.post(f"{told.expo_base_url}/--/api/v2/push/{what}", json=body, headers=headers)
    if not answer.ok:
        code = _code(answer)
        hopeless = answer.status_code == 400 and code != "UNAUTHORIZED"
        raise (Undeliverable if hopeless else ChannelDown)(f"Expo answered {answer.status_code} {code}")
    return web.object_in(answer).get("data")


def _ticket(told: Any) -> Ticket:
    if not isinstance(told, dict) or told.get("status") not in ("ok", "error"):
        raise Unsure("Expo answered with something else than tickets")
    error = _error(told)
    if error is None and not isinstance(told.get("id"), str):
        raise Unsure("Expo answered with a ticket without an id")
    return Ticket(None if error else told["id"], error)


def _error(told: Mapping[str, Any]) -> str | None:
    if told.get("status") == "ok":
        return None
    details = told.get("details")
    return str(details.get("error", "unknown")) if isinstance(details, dict) else "unknown"


def _code(answer: Any) -> str:
    """Expo's word for why it refuses a whole request; never its message, which may repeat what was sent."""
    try:
        return str(web.object_in(answer)["errors"][0]["code"])[:60]
    except (Unsure, LookupError, TypeError):
        return ""
