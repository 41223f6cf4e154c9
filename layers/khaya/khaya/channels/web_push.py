"""Web pushes by the push services of browsers (RFC 8030, 8291 and 8292)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from khaya.channels import ChannelDown, vapid, web
from khaya.channels.push_encryption import MAX_BYTES, InvalidKeys, encrypt
from khaya.channels.push_services import is_allowed, origin_of
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import WebPushSenderSettings, settings
from khaya.platform.work.http_calls import retry_after_seconds

if TYPE_CHECKING:
    import requests

Outcome = Literal["sent", "gone", "busy", "refused"]
"""What became of a push: taken by the service; the browser no longer exists; it gets too many; refused for good."""

KEEP_SECONDS: Final = 3 * 24 * 3600
"""How long a service keeps a push for a browser that is off."""

_GONE: Final = {404, 410}
_TOO_MANY: Final = 429
_OTHER_KEY: Final = {400, 401, 403}
"""What services answer to a signature by another key than that of the subscription."""


@dataclass(frozen=True)
class BrowserAddress:
    """A browser's subscription: its address, its keys, and our public key of the time when it was registered."""

    endpoint: str
    p256dh: str
    auth: str
    server_key: str


@dataclass(frozen=True)
class WebPush:
    """The content of a web push.

    Attributes:
        topic: at most 32 characters; a newer push with the same topic replaces one that was not delivered yet.
        path: the path of the app to open.
    """

    topic: str
    title: str
    text: str
    path: str
    urgent: bool

    @property
    def content(self) -> bytes:
        """What the browser gets, as JSON."""
        shown = {"title": self.title, "text": self.text, "path": self.path, "tag": self.topic}
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class ServiceAnswer:
    """A service's answer: the outcome, why it refused, and the seconds it asks to wait."""

    outcome: Outcome
    why: str = ""
    retry_after: int = 0


def send(subscription: BrowserAddress, push: WebPush) -> ServiceAnswer:
    """Send a push to one browser.

    Raises:
        ChannelDown: the service takes nothing now; `Unsure`: it may have been sent.
    """
    origin = origin_of(subscription.endpoint)
    if origin is None or not is_allowed(subscription.endpoint):
        return ServiceAnswer("refused", "service not allowed")
    if len(push.content) > MAX_BYTES:
        return ServiceAnswer("refused", "message too big")
    try:
        body = encrypt(push.content, subscription.p256dh, subscription.auth)
    except InvalidKeys:
        return ServiceAnswer("gone", "unusable keys")
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(KEEP_SECONDS),
        "Urgency": "high" if push.urgent else "normal",
        "Topic": push.topic,
    }
    subject = settings(WebPushSenderSettings).app_url
    answer = ServiceAnswer("gone", "subscribed with a key of ours that is not valid any more")
    try:
        for signer in _own_first(subscription.server_key):
            signed = {**headers, "Authorization": signer.authorization(origin, subject)}
            response = web.post(subscription.endpoint, told_apart={*_OTHER_KEY, _TOO_MANY}, data=body, headers=signed)
            answer = _answer(response)
            if response.status_code not in _OTHER_KEY:
                break
    except Unavailable:
        raise ChannelDown("no credentials") from None
    return answer


def _own_first(server_key: str) -> Iterator[vapid.Signer]:
    """The signer with this public key, then the others: a client may have registered with a key that was just replaced.

    None if no valid key is the subscription's.
    """
    others: list[vapid.Signer] = []
    signers = vapid.signers()
    for signer in signers:
        if signer.public_key == server_key:
            yield signer
            yield from others
            yield from signers
            return
        others.append(signer)


def _answer(response: "requests.Response") -> ServiceAnswer:
    status = response.status_code
    if response.ok:
        return ServiceAnswer("sent")
    if status in _GONE:
        return ServiceAnswer("gone", f"answered {status}")
    if status == _TOO_MANY:
        return ServiceAnswer("busy", f"answered {status}", retry_after_seconds(response.headers.get("Retry-After")))
    return ServiceAnswer("refused", f"answered {status}")
