"""Sends a notification to the browsers of one person. Each has its own push service, which may fail alone."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from khaya.channels import ChannelDown, Undeliverable, Unsure
from khaya.channels.push_services import origin_of
from khaya.channels.web_push import BrowserAddress, ServiceAnswer, WebPush
from khaya.channels.web_push import send as send_web_push
from khaya.deliveries import devices
from khaya.notifications.messages import Text
from khaya.notifications.model import Device, Notification
from khaya.notifications.paths import app_path
from khaya.platform.base import observability
from khaya.platform.work import circuit_breakers

LONGEST_SECONDS: Final = 12
"""Seconds after which no further browser is begun, so that slow services do not use up the function's time."""


@dataclass
class Pushed:
    """What became of a notification at the browsers of a person.

    Attributes:
        reached: whether a browser was reached.
        rest: seconds after which the browsers that were not reached are to be tried again, by their hashes.
        unsure: whether it is unknown if one was reached.
        refused: why a service refused it for good; empty if none did.
    """

    reached: bool = False
    rest: dict[str, int] = field(default_factory=dict)
    unsure: bool = False
    refused: str = ""


def send(
    notification: Notification, text: Text, browsers: Sequence[Device], only: Collection[str], user_id: str
) -> Pushed:
    """Send a notification to the browsers, or to those alone whose hashes are in `only`; removes those that are gone.

    What was perhaps sent to one browser, while another was reached, is not sent again.

    Raises:
        ChannelDown: nothing was sent; `Unsure`: it may have been sent.
        Undeliverable: every service refused it for good.
    """
    push = WebPush(notification.id, *text, app_path(notification), notification.urgent)
    pushed, began = Pushed(), time.monotonic()
    for device in browsers:
        address = devices.token_hash(device.token)
        if only and address not in only:
            continue
        if time.monotonic() - began > LONGEST_SECONDS:
            pushed.rest[address] = 0
            continue
        try:
            answer = _send_to(device, push)
        except Unsure:
            pushed.unsure = True
            observability.logger().warning("web push unsure", extra={"notification": notification.id})
        except ChannelDown as error:
            pushed.rest[address] = error.retry_after
        else:
            _note(answer, pushed, notification.id, device, user_id)
    if not (pushed.reached or only):
        _raise_why(pushed)
    return pushed


def _note(answer: ServiceAnswer, pushed: Pushed, notification_id: str, device: Device, user_id: str) -> None:
    """Note a service's answer; a browser that is gone is removed."""
    address = devices.token_hash(device.token)
    match answer.outcome:
        case "sent":
            pushed.reached = True
        case "gone":
            devices.remove(user_id, address)
        case "busy":
            pushed.rest[address] = answer.retry_after
        case "refused":
            pushed.refused = answer.why
            fields = {"notification": notification_id, "service": origin_of(device.token), "why": answer.why}
            observability.logger().error("web push refused", extra=fields)
            observability.count("PushFailed")


def _raise_why(pushed: Pushed) -> None:
    """Raise why no browser was reached, unless all of them are gone."""
    if pushed.unsure:
        raise Unsure("a push service gave no answer")
    if pushed.rest:
        raise ChannelDown("no push service takes it now", max(pushed.rest.values()))
    if pushed.refused:
        raise Undeliverable(pushed.refused)


def _send_to(device: Device, push: WebPush) -> ServiceAnswer:
    """Send to one browser, unless the circuit of its service is open.

    Raises:
        ChannelDown: the service takes nothing now; `Unsure`: it may have been sent.
    """
    keys = device.browser
    if keys is None:
        raise ValueError("not a browser")
    subscription = BrowserAddress(device.token, keys.p256dh, keys.auth, keys.server_key)
    service = (origin_of(device.token) or "").partition("//")[2]
    try:
        return circuit_breakers.call(f"web_push#{service}", ChannelDown, partial(send_web_push, subscription, push))
    except circuit_breakers.CircuitOpen as circuit:
        raise ChannelDown("circuit open", circuit.seconds) from None
