"""Sends events to the application, signed and again and again until it answers 200, as Paystack does."""

import hashlib
import hmac
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.paystack import KEY

LAST = 20
"""How many events can be sent again."""

PAUSES = (2.0, 2.0, 2.0, 2.0, *([20.0] * 72))
"""Seconds before each further try. Paystack itself waits 3 minutes four times, then an hour 72 times."""

Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Sends a body with headers to an address; returns the status of the answer, 0 if there is none."""


@dataclass
class Delivery:
    """An event that is to be sent, when next, and how often it was sent."""

    body: bytes
    due: float
    tries: int = 0


def signature(body: bytes, key: str = KEY) -> str:
    """The signature that the application checks."""
    return hmac.new(key.encode(), body, hashlib.sha512).hexdigest()


def post(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send one event over HTTP."""
    request = urllib.request.Request(address, body, dict(headers), method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # nosec B310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError, ValueError):
        return 0


class Webhooks:
    """What is to be sent and what was."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, send: Post = post) -> None:
        self._clock = clock
        self._post = send
        self._waiting: list[Delivery] = []
        self._lock = threading.Lock()
        self.last: deque[bytes] = deque(maxlen=LAST)

    def add(self, event: Mapping[str, Any]) -> None:
        """Send an event as soon as possible."""
        body = json.dumps(event, separators=(",", ":")).encode()
        with self._lock:
            self.last.append(body)
            self._waiting.append(Delivery(body, self._clock()))

    def again(self, times: int, *, shuffle: bool) -> int:
        """Send the last events again; returns how many there are to send."""
        with self._lock:
            bodies = [body for body in self.last for _ in range(times)]
            if shuffle:
                random.shuffle(bodies)
            self._waiting += [Delivery(body, self._clock()) for body in bodies]
            return len(bodies)

    def send_due(self, address: str) -> None:
        """Send what is due, and plan another try of what is not taken."""
        with self._lock:
            due = [one for one in self._waiting if one.due <= self._clock()]
            self._waiting = [one for one in self._waiting if one not in due]
        for one in due:
            headers = {"Content-Type": "application/json", "x-paystack-signature": signature(one.body)}
            if self._post(address, one.body, headers) != 200 and one.tries < len(PAUSES):
                one.due, one.tries = self._clock() + PAUSES[one.tries], one.tries + 1
                with self._lock:
                    self._waiting.append(one)
