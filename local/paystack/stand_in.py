"""Paystack's API, checkout page and webhooks, over books that are kept in a file, and what it can be told.

It answers as Paystack documents it. See `local.paystack.pages` for what it can be told.
"""

import json
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.paystack import KEY, answers, control, pages
from local.paystack.books import Books, CannotDo
from local.paystack.routes import PREFIX, Request, Routes, refusal
from local.paystack.webhooks import Webhooks

SETTLES_EVERY = 60.0  # seconds
LOOKS_EVERY = 0.1
SLOW_SECONDS = 3.0
CALLS_PER_MINUTE = 600  # an endpoint, as in Paystack's live mode
MODES = ("up", "down", "slow", "lossy", "nonsense")
NONSENSE = b"<html>It works!</html>"


@dataclass(frozen=True)
class Reply:
    """An answer.

    Attributes:
        lost: whether the connection ends without it.
        late: seconds until it is sent.
    """

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False
    late: float = 0.0


class StandIn:
    """The stand-in; requests come from any thread."""

    def __init__(
        self,
        file: Path | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        webhooks: Webhooks | None = None,
    ) -> None:
        self.webhooks = webhooks or Webhooks(clock)
        self.books = Books(self._tell, now, file)
        self.uploaded: dict[str, bytes] = {}
        """The documents of chargebacks, by name."""
        self.asked: list[tuple[str, str]] = []
        """The method and path of each call of the API."""
        self.mode = "up"
        self.slow_seconds = SLOW_SECONDS
        self.calls_per_minute = CALLS_PER_MINUTE
        self._routes = Routes(self.books)
        books = self.books
        self._controls: dict[str, Callable[[dict[str, Any], str], tuple[int, dict[str, Any]]]] = {
            "GET books": lambda _told, _of: (200, control.books_of(books)),
            "POST collections/": lambda told, of: control.collection(books, of, told),
            "POST transfers/": lambda told, of: control.transfer(books, of, told),
            "POST refunds/": lambda told, of: control.refund(books, of, told),
            "POST chargebacks": lambda told, _of: control.open_chargeback(books, told),
            "POST chargebacks/": lambda told, of: control.chargeback(books, of, told),
            "POST settlements": lambda _told, _of: control.settle(books),
            "POST age": lambda told, _of: control.age(books, told),
            "POST mode": lambda told, _of: self._set_mode(told),
            "POST webhooks": lambda told, _of: self._send_again(told),
            "POST webhook": lambda told, _of: self._send_to(told),
        }
        self._clock = clock
        self._calls: dict[str, deque[float]] = {}
        self._settled_at = clock()
        self._lock = threading.RLock()

    def takes(self, method: str, path: str) -> bool:
        """Whether a request is Paystack's or the stand-in's own."""
        bare = path.partition("?")[0]
        own = (method == "GET" and bare == "/") or bare.startswith(("/_control/", "/checkout/", "/uploaded/"))
        return own or PREFIX.match(bare) is not None

    def start(self) -> None:
        """Do what time brings, in the background."""
        threading.Thread(target=self._go_on_for_ever, daemon=True).start()
        threading.Thread(target=self._send_for_ever, daemon=True).start()

    def go_on(self) -> None:
        """Do what time brought."""
        with self._lock:
            changed = self.books.go_on()
            if self._clock() - self._settled_at >= SETTLES_EVERY:
                self._settled_at = self._clock()
                changed += len(self.books.settle())
            if changed:
                self.books.save()

    def send_events(self) -> None:
        """Send the events that are due."""
        if self.books.webhook and self.mode != "down":
            self.webhooks.send_due(self.books.webhook)

    def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer a request; the names of its headers are in lower case."""
        path, _, query = target.partition("?")
        path = urllib.parse.unquote(path)
        with self._lock:
            try:
                if path.startswith("/_control/"):
                    return _json(*self._control(method, path.removeprefix("/_control/"), body))
                if path == "/":
                    return _html(pages.start())
                if self.mode == "down":
                    return _json(*refusal(503, "Service unavailable", "unavailable"))
                if path.startswith("/checkout/"):
                    return self._checkout(method, path.removeprefix("/checkout/"), body)
                if path.startswith("/uploaded/"):
                    self.uploaded[path.removeprefix("/uploaded/")] = body
                    return Reply(200)
                return self._api(method, path, query, headers, body)
            finally:
                if method != "GET":
                    self.books.save()

    def _api(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Reply:
        self.asked.append((method, path))
        if headers.get("authorization") != f"Bearer {KEY}":
            return _json(*refusal(401, "Invalid key", "invalid_Key"))
        limits = self._count(self._routes.endpoint(method, path))
        if limits["x-ratelimit-remaining"] == "-1":
            status, answer = refusal(429, "You have exceeded the number of calls", "rate_limited")
            return _json(status, answer, headers={**limits, "x-ratelimit-remaining": "0"})
        read = _object(body) if body else {}
        if read is None:
            return _json(*refusal(400, "Invalid JSON", "invalid_params"))
        base = f"http://{headers.get('host', '127.0.0.1')}"
        status, answer = self._routes.answer(method, Request(path, _fields(query), read, base))
        match self.mode:
            case "lossy":
                return Reply(0, lost=True)
            case "nonsense":
                return Reply(200, NONSENSE, "text/html")
        return _json(status, answer, headers=limits, late=self.slow_seconds if self.mode == "slow" else 0)

    def _count(self, endpoint: str | None) -> dict[str, str]:
        """Count a call, unless there were too many in the last minute; the headers that tell how many are left."""
        now = self._clock()
        calls = self._calls.setdefault(endpoint or "", deque())
        while calls and calls[0] <= now - 60:
            calls.popleft()
        left = self.calls_per_minute - len(calls) - 1
        if left >= 0:
            calls.append(now)
        reset = str(max(1, int(calls[0] + 60 - now) if calls else 60))
        return {
            "x-ratelimit-limit": str(self.calls_per_minute),
            "x-ratelimit-remaining": str(max(left, -1)),
            "x-ratelimit-reset": reset,
        }

    def _checkout(self, method: str, code: str, body: bytes) -> Reply:
        found = next((one for one in self.books.collections.values() if one.access_code == code), None)
        if found is None:
            return _html("<h1>There is no such checkout.</h1>", 404)
        if method != "POST":
            return _html(pages.checkout(found))
        said = _fields(body.decode(errors="replace"))
        outcome = said.get("outcome", "")
        if outcome in ("success", "failed", "abandoned", "ongoing"):
            with suppress(CannotDo):  # the page shows that it is paid
                card = None if said.get("channel") == "eft" else said.get("card") or "card"
                self.books.end_checkout(found, outcome, card=card)
        after = pages.returns_to(found) if found.paid_at else None
        if after:
            return Reply(303, headers={"Location": after})
        return _html(pages.left(found) if outcome == "abandoned" else pages.checkout(found))

    def _control(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        told = _object(body) if body else {}
        if told is None:
            return control.wrong("The body is no JSON object.")
        name, _, of = path.partition("/")
        known = self._controls.get(f"{method} {name}{'/' if of else ''}")
        return known(told, of) if known else control.missing()

    def _set_mode(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        mode, seconds = told.get("mode", self.mode), told.get("seconds", SLOW_SECONDS)
        calls = told.get("callsPerMinute", CALLS_PER_MINUTE)
        if mode not in MODES or not isinstance(seconds, int | float) or not isinstance(calls, int):
            return control.wrong(f"mode is one of {', '.join(MODES)}; seconds and callsPerMinute are numbers")
        self.mode, self.slow_seconds, self.calls_per_minute = mode, seconds, calls
        return 200, {"mode": mode}

    def _send_again(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        repeat = told.get("repeat", 1)
        if not isinstance(repeat, int) or not 0 <= repeat <= 100:
            return control.wrong("repeat is a number from 0 to 100")
        return 200, {"sent": self.webhooks.again(int(repeat), shuffle=bool(told.get("shuffle", False)))}

    def _send_to(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if not isinstance(told.get("url"), str):
            return control.wrong("url is an address")
        self.books.webhook = told["url"]
        return 200, {}

    def _tell(self, name: str, thing: Any) -> None:
        self.webhooks.add(answers.event(name, thing, self.books))

    def _go_on_for_ever(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOKS_EVERY):
            self.go_on()

    def _send_for_ever(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOKS_EVERY):
            self.send_events()


def _json(status: int, answer: dict[str, Any], *, headers: Mapping[str, str] | None = None, late: float = 0.0) -> Reply:
    return Reply(status, json.dumps(answer).encode(), "application/json", headers or {}, late=late)


def _html(page: str, status: int = 200) -> Reply:
    return Reply(status, page.encode(), "text/html; charset=utf-8")


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _fields(encoded: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(encoded))
