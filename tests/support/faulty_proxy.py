"""A proxy before the web client's one origin whose `/api` fails as networks and services do, when it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, get_args
from urllib.parse import urlsplit

Fault = Literal["off", "slow", "429", "503", "lost answer"]
FAULTS: tuple[Fault, ...] = get_args(Fault)

SLOW_SECONDS = 3.0
RETRY_AFTER = 3
WITHIN = 40.0  # seconds; more than any route may take
_READING = ("GET", "HEAD")
_OF_THE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "host", "content-length"}
_NOT_PASSED_ON = {*_OF_THE_CONNECTION, "accept-encoding", "if-none-match"}
_REFUSALS = {"429": (429, "too_many_requests"), "503": (503, "unavailable")}


def _is_of_a_form(path: str) -> bool:
    """Whether somebody has filled something in that goes there; the session and the photos go by themselves."""
    return not path.startswith(("/api/auth/", "/api/uploads"))


@dataclass(frozen=True)
class Asked:
    """A request for the API that reached the proxy."""

    method: str
    path: str
    key: str | None


class FaultyProxy(ThreadingHTTPServer):
    """Passes everything on to `behind`.

    Attributes:
        fault: what is wrong with `/api` now; None: nothing.
        loses: the paths of writes whose answers a "lost answer" loses.
        next_fault: what is wrong with a write that is tried for the first time; only that try meets it.
        asked: the requests for the API, in order.
        newer_worker: whether the service worker is that of a newer build, whose pages are the same.
    """

    daemon_threads = True

    def __init__(self, behind: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = urlsplit(behind)
        self.fault: Fault | None = None
        self.loses: Callable[[str], bool] = _is_of_a_form
        self.next_fault: Callable[[str], Fault | None] | None = None
        self.asked: list[Asked] = []
        self.newer_worker = False

    @property
    def url(self) -> str:
        """Its address. Browsers keep `Secure` cookies of localhost without TLS."""
        return f"http://localhost:{self.server_address[1]}"

    def heal(self) -> None:
        """End all faults, and forget what was asked."""
        self.fault, self.loses, self.next_fault, self.asked = None, _is_of_a_form, None, []

    def writes(self, path: str) -> list[Asked]:
        """The writes that were tried at a path of the API."""
        return [one for one in self.asked if one.path == f"/api{path}" and one.method not in _READING]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: browsers close connections as they like."""


@contextmanager
def faulty_proxy(behind: str) -> Iterator[FaultyProxy]:
    """A proxy that runs until the end of the block."""
    proxy = FaultyProxy(behind)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """The requests of one connection."""

    server: FaultyProxy
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        path = self.path.partition("?")[0]
        fault = self._fault(path) if path.startswith("/api/") else None
        if fault == "off":
            self.close_connection = True
            return
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        if fault in _REFUSALS:
            self._refuse(*_REFUSALS[fault])
            return
        is_write = self.command not in _READING
        self._pass_on(body, loses=fault == "lost answer" and is_write and self.server.loses(path))

    # The names that the server looks for.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _fault(self, path: str) -> Fault | None:
        """What this request meets."""
        asked = Asked(self.command, path, self.headers.get("Idempotency-Key"))
        is_first = self.command not in _READING and _is_of_a_form(path) and asked not in self.server.asked
        self.server.asked.append(asked)
        if is_first and self.server.next_fault:
            return self.server.next_fault(path)
        return self.server.fault

    def _refuse(self, status: int, code: str) -> None:
        content = f'{{"status": {status}, "code": "{code}", "title": "-", "requestId": "proxy"}}'.encode()
        self._send(
            status,
            [("Content-Type", "application/problem+json"), ("Retry-After", str(RETRY_AFTER))],
            content,
        )

    def _pass_on(self, body: bytes | None, *, loses: bool) -> None:
        """Pass the request on; `loses` ends the connection when the write is done, in the place of its answer."""
        there = self.server.behind
        connection = HTTPConnection(there.hostname or "", there.port, timeout=WITHIN)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_PASSED_ON}
        headers["Host"] = there.netloc
        headers["Accept-Encoding"] = "identity"
        if body is None and self.command not in _READING:
            body = b""
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self.close_connection = True
            return
        finally:
            connection.close()
        if loses:
            self.close_connection = True
            return
        if self.path == "/sw.js" and self.server.newer_worker:
            content += b"\n// newer"
        if self.path.startswith("/api/"):  # pictures are on the one origin, too
            content = content.replace(f"http://{there.netloc}/".encode(), f"{self.server.url}/".encode())
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OF_THE_CONNECTION]
        self._send(answer.status, kept, content)

    def _send(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        # On a connection that was used before, a browser sends a request once more by itself when it ends.
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""
