"""Stand-ins for the providers that are not AWS: Twilio, Expo, a push service of browsers and Paystack, with the outbox.

    GET  /              what can be told to the stand-in for Paystack, as a page
    GET  /outbox        all that was sent, as a page that refreshes itself
    GET  /outbox.json   the same as data
    POST /_browsers     {"applicationServerKey": …}: subscribes a browser to web pushes, which the outbox then shows
    POST /_faults       {"provider": "twilio" | "expo" | "web_push" | "any", "kind": …}: how one fails from now on
    DELETE /_faults     all is well again

Kinds of fault: `slow` (`seconds`: the message is taken, the answer late), `status` (`status`, `retryAfter`: refused),
`garbage` (taken, and answered unreadably), `drop` (taken, and the connection closed); `times` says how often, 0 until
all is well again. And of Expo: `gone` and `leaving` (`token`: a device that takes nothing more, as its ticket tells or
only its receipt), and `noReceipts`. Of the push service: `gone` (`endpoint`).

    python -m local.providers --port 4566     listens beside the AWS stand-in on that port, on the next one
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from local import CannotRun, expo, outbox, twilio, web_push
from local.engine import THIS_MACHINE, command_of
from local.folder import PROVIDERS_FILE, ROOT, last_lines, log_file
from local.outbox import Sent
from local.paystack.stand_in import StandIn as Paystack
from local.stand_in import endpoint

READY_WITHIN = 10.0  # seconds
READY = "/_ready"
FAULTS = "/_faults"
OUTBOX = "/outbox"
BOOKS = "paystack.json"

_AMAZONS = (
    "<ErrorResponse><Error><Type>Receiver</Type><Code>ServiceUnavailable</Code><Message>It failed.</Message></Error>"
    "<RequestId>1</RequestId></ErrorResponse>"
)


def address(port: int) -> str:
    """Where it listens, beside the AWS stand-in on `port`."""
    return f"http://127.0.0.1:{port + 1}"


def outbox_address(port: int) -> str:
    """Where everything that was sent can be looked at."""
    return address(port) + OUTBOX


def start(port: int, bind: str = THIS_MACHINE, data: Path | None = None) -> None:
    """Start it in the background, listening on the address `bind`; the folder `data` keeps Paystack's books.

    Raises:
        CannotRun: it ended at once, perhaps because the port is taken.
    """
    log = log_file("providers")
    with log.open("wb") as output:
        command = [sys.executable, "-m", "local.providers", "--port", str(port), "--bind", bind]
        command += ["--data", str(data)] if data else []
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True)
    PROVIDERS_FILE.write_text(json.dumps({"pid": process.pid}))
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotRun(f"The providers' stand-ins did not start; {log} ends with\n{last_lines(log)}")
        time.sleep(0.05)


def stop() -> None:
    """End it, if it runs."""
    if not PROVIDERS_FILE.exists():
        return
    pid = json.loads(PROVIDERS_FILE.read_text())["pid"]
    if "local.providers" in command_of(pid):  # a process number is reused some day
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    PROVIDERS_FILE.unlink()


def sent(port: int) -> list[Sent]:
    """Everything that was sent, newest first."""
    with urllib.request.urlopen(f"{outbox_address(port)}.json", timeout=10) as answer:  # noqa: S310  # nosec B310
        return [Sent(**one) for one in json.load(answer)]


def tell_paystack(port: int, call: str, told: dict[str, Any]) -> None:
    """Tell the stand-in for Paystack something, as `POST /_control/<call>` does."""
    request = urllib.request.Request(f"{address(port)}/_control/{call}", json.dumps(told).encode())  # noqa: S310
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310  # nosec B310
        pass


def paystack_references(port: int) -> list[str]:
    """The references of all payments in Paystack's books."""
    with urllib.request.urlopen(f"{address(port)}/_control/books", timeout=10) as answer:  # noqa: S310  # nosec B310
        return [one["reference"] for one in json.load(answer)["collections"]]


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(address(port) + READY, timeout=5):  # noqa: S310  # nosec B310
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


@dataclass
class Fault:
    """How a provider fails, and how often still; 0 is without end."""

    provider: str
    kind: str
    times: int = 1
    status: int = 500
    retry_after: int | None = None
    seconds: float = 0.0


@dataclass
class Faults:
    """The faults that were requested and not used up."""

    pending: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, provider: str) -> Fault | None:
        """The fault of this request, if it is to have one."""
        with self.lock:
            for fault in self.pending:
                if fault.provider in (provider, "any"):
                    if fault.times == 1:
                        self.pending.remove(fault)
                    elif fault.times:
                        fault.times -= 1
                    return fault
        return None


class Server(ThreadingHTTPServer):
    """The stand-in, with what it was given to send; `engine` is where the AWS stand-in is, if there is one."""

    daemon_threads = True

    def __init__(
        self, port: int, engine: str | None = None, bind: str = THIS_MACHINE, data: Path | None = None
    ) -> None:
        super().__init__((bind, port), Handler)
        self.amazon = outbox.Amazon(engine) if engine else None
        self.faults = Faults()
        self.expo = expo.Expo()
        self.web_push = web_push.WebPush()
        self.paystack = Paystack(data / BOOKS if data else None)
        self.whatsapp: list[dict[str, Any]] = []
        """The messages that Twilio took, as it answered them."""
        self.taken: list[Sent] = []
        self.asked: list[str] = []
        """The path of each request to a provider, whatever came of it."""

    def outbox(self) -> list[Sent]:
        """Everything that was sent, newest first."""
        found = [*self.taken, *(self.amazon.sent() if self.amazon else [])]
        return sorted(found, key=lambda one: one.time, reverse=True)

    def fail(self, told: dict[str, Any]) -> None:
        """Have a provider fail, as a request to `/_faults` says.

        Raises:
            ValueError: it says nothing that is known.
        """
        match told:
            case {"provider": "expo", "kind": "gone", "token": str(token)}:
                self.expo.gone.add(token)
            case {"provider": "expo", "kind": "leaving", "token": str(token)}:
                self.expo.leaving.add(token)
            case {"provider": "expo", "kind": "noReceipts"}:
                self.expo.without_receipts = True
            case {"provider": "web_push", "kind": "gone", "endpoint": str(endpoint)}:
                try:
                    self.web_push.end(endpoint)
                except KeyError:
                    raise ValueError("no such browser") from None
            case {"provider": "twilio" | "expo" | "web_push" | "any", "kind": "slow" | "status" | "garbage" | "drop"}:
                named = {("retry_after" if name == "retryAfter" else name): value for name, value in told.items()}
                try:
                    fault = Fault(**named)
                except TypeError as error:
                    raise ValueError(str(error)) from None
                with self.faults.lock:
                    self.faults.pending.append(fault)
            case _:
                raise ValueError("no such fault")

    def be_well(self) -> None:
        """End all faults."""
        with self.faults.lock:
            self.faults.pending.clear()
        self.expo.gone.clear()
        self.expo.leaving.clear()
        self.expo.without_receipts = False

    def ask(self, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any]]:
        """Ask the provider whose path it is, and note what it took."""
        if twilio.takes(path):
            status, answer = twilio.post(path, headers, body)
            if status == 201:
                self.whatsapp.append(answer)
                number = answer["to"].removeprefix("whatsapp:")
                self.taken.append(Sent(outbox.now(), "whatsapp", number, twilio.text_of(answer)))
            return status, answer
        if expo.takes(path):
            before = len(self.expo.sent)
            status, answer = self.expo.post(path, headers, body)
            self.taken += [
                Sent(outbox.now(), "push", one["to"], str(one.get("body", "")), str(one.get("title", "")))
                for one in self.expo.sent[before:]
            ]
            return status, answer
        if web_push.takes(path):
            origin = f"http://{headers.get('Host')}"
            status, answer = self.web_push.post(origin, path, headers, body)
            if status == 201:
                got = self.web_push.browsers[path.removeprefix(web_push.PATH)].got[-1]
                text = f"{got['text']}\n{got['path']}"
                self.taken.append(Sent(outbox.now(), "web_push", f"{origin}{path}", text, got["title"]))
            return status, answer
        return 404, {"message": "There is no such provider."}


def provider_of(path: str) -> str:
    """The name of the provider whose path it is."""
    providers = {"twilio": twilio.takes, "expo": expo.takes, "web_push": web_push.takes}
    return next((name for name, takes in providers.items() if takes(path)), "any")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_GET(self) -> None:
        """Show the outbox, or ask Paystack."""
        if self.server.paystack.takes("GET", self.path):
            return self._ask_paystack()
        match self.path:
            case "/outbox":
                self._answer(200, outbox.page(self.server.outbox()).encode(), "text/html; charset=utf-8")
            case "/outbox.json":
                self._json(200, [asdict(one) for one in self.server.outbox()])
            case "/_ready":
                self._json(200, {})
            case _:
                self._json(404, {"message": "There is no such page."})
        return None

    def do_PUT(self) -> None:
        """Ask Paystack."""
        self._ask_paystack()

    def do_DELETE(self) -> None:
        """End all faults."""
        if self.path != FAULTS:
            return self._json(404, {"message": "There is nothing to delete."})
        self.server.be_well()
        return self._json(200, {})

    def do_POST(self) -> None:
        """Take a message or a fault, or ask Paystack."""
        if self.server.paystack.takes("POST", self.path):
            return self._ask_paystack()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == FAULTS:
            try:
                self.server.fail(json.loads(body))
            except ValueError as error:
                return self._json(400, {"message": str(error)})
            return self._json(200, {})
        if self.path == web_push.BROWSERS:
            try:
                key = str(json.loads(body)["applicationServerKey"])
                subscription = self.server.web_push.subscribe(f"http://{self.headers.get('Host')}", key)
            except (ValueError, LookupError, TypeError):
                return self._json(400, {"message": "applicationServerKey must be a public key."})
            return self._json(201, subscription)
        return self._ask_provider(body)

    def _ask_paystack(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.paystack.ask(self.command, self.path, headers, body)
        if reply.lost:
            self.close_connection = True
            return
        time.sleep(reply.late)
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has given up waiting
            self._answer(reply.status, reply.body, reply.content_type, headers=reply.headers)

    def _ask_provider(self, body: bytes) -> None:
        self.server.asked.append(self.path)
        provider = provider_of(self.path)
        fault = self.server.faults.next(provider)
        if fault is not None and fault.kind == "status":
            return self._refuse(provider, fault)
        status, answer = self.server.ask(self.path, self.headers, body)
        match fault.kind if fault else None:
            case "garbage":
                return self._answer(200, b"<html>It works!</html>", "text/html")
            case "drop":
                self.close_connection = True
                return None
            case "slow":
                time.sleep(fault.seconds if fault else 0)
        with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has given up waiting
            self._json(status, answer)
        return None

    def _refuse(self, provider: str, fault: Fault) -> None:
        if self.path == "/":  # a service of AWS that writes XML, as SNS does
            self._answer(fault.status, _AMAZONS.encode(), "text/xml", fault.retry_after)
        else:
            refusals: dict[str, Callable[[int], tuple[int, dict[str, Any]]]]
            refusals = {"expo": expo.refusal, "web_push": web_push.refusal}
            status, body = refusals.get(provider, twilio.refusal)(fault.status)
            self._json(status, body, retry_after=fault.retry_after)

    def _json(self, status: int, body: object, retry_after: int | None = None) -> None:
        self._answer(status, json.dumps(body).encode(), "application/json", retry_after)

    def _answer(
        self,
        status: int,
        raw: bytes,
        content_type: str,
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Content-Security-Policy", outbox.POLICY)
        self.send_header("Cache-Control", "no-store")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Log no requests, because they contain messages."""


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m local.providers")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bind", default=THIS_MACHINE)
    parser.add_argument("--data", type=Path, help="a folder that keeps Paystack's books over a restart")
    asked = parser.parse_args()
    server = Server(asked.port + 1, endpoint(asked.port), asked.bind, asked.data)
    server.paystack.start()
    if server.amazon:
        server.amazon.watch()
    server.serve_forever()


if __name__ == "__main__":
    main()
