"""A server in CloudFront's place: the web client, the API and the public pictures on one origin.

/api/*      the API, without the prefix
/s/*        the API's share pages
/media/*    the public pictures in the media bucket
/demo       the people of the demo, whom one press signs in; only here
all else    the web client: its files, and its page for links into it

python -m local.web.server --port 4568 --api URL --bucket URL --media ORIGIN --stand-ins URL
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from local import CannotRun
from local.engine import THIS_MACHINE, command_of
from local.folder import ROOT, SITE, WEB_FILE, last_lines, log_file
from local.people import PEOPLE
from local.web import demo, headers, proxy
from local.web.site import Answer, Site

OFFSET = 2
"""How far its port is above the AWS stand-in's."""
READY_WITHIN = 10.0  # seconds
ENDED_WITHIN = 5.0  # seconds
READY = "/_ready"
IDLE_SECONDS = 60
_READING = ("GET", "HEAD")
_FORM_BYTES = 1000


@dataclass(frozen=True)
class Behind:
    """What stands behind the server.

    Attributes:
        api: the API's address.
        bucket: the media bucket's address.
        media: the origins of signed links into the bucket.
        stand_ins: where the providers' stand-ins are.
    """

    api: str
    bucket: str
    media: Sequence[str]
    stand_ins: str


def address(port: int) -> str:
    """Where it listens, beside the AWS stand-in on `port`. Without TLS, browsers keep `Secure` cookies of localhost."""
    return f"http://localhost:{port + OFFSET}"


def start(port: int, behind: Behind) -> None:
    """Start it in the background, in the place of one that runs.

    Raises:
        CannotRun: it ended at once, perhaps because the port is taken.
    """
    stop()
    log = log_file("web")
    command = [sys.executable, "-m", "local.web.server", "--port", str(port + OFFSET), "--api", behind.api]
    command += ["--bucket", behind.bucket, "--stand-ins", behind.stand_ins, "--media", *behind.media]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    WEB_FILE.write_text(json.dumps({"pid": process.pid}))
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotRun(f"The server of the web client did not start; {log} ends with\n{last_lines(log)}")
        time.sleep(0.05)


def stop() -> None:
    """End it, if it runs, and wait until its port is free."""
    if not WEB_FILE.exists():
        return
    pid = json.loads(WEB_FILE.read_text())["pid"]
    if "local.web.server" in command_of(pid):  # a process number is reused some day
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + ENDED_WITHIN
        while "local.web.server" in command_of(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
    WEB_FILE.unlink()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{THIS_MACHINE}:{port + OFFSET}{READY}", timeout=5):  # nosec B310
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


class Server(ThreadingHTTPServer):
    """The server on a port of this machine; 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, site: Path, behind: Behind) -> None:
        super().__init__((THIS_MACHINE, port), Handler)
        self.behind = behind
        self.site = Site(site)
        self.page_headers = headers.page(behind.media)

    def handle_error(self, request: object, client_address: object) -> None:
        """Note what went wrong, unless a browser has only closed its connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    """The requests of one connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        """Answer one request."""
        path = self.path.partition("?")[0]
        behind = self.server.behind
        try:
            if path.startswith("/api/"):
                self._pass_to_api(self.path.removeprefix("/api"))
            elif path in (demo.SIGN_IN, demo.PATH):
                self._send(self._demo(path))
            elif self.command not in _READING:
                self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": ", ".join(_READING)})
            elif path.startswith("/s/"):
                self._pass_to_api(self.path)
            elif path.startswith("/media/"):
                proxy.forward(self, behind.bucket, path, always=headers.MEDIA, unless_set={})
            elif path == READY:
                self._send(Answer(HTTPStatus.OK, {"Content-Type": "text/plain"}))
            else:
                self._send_file(path)
        except proxy.Refused as refused:
            self._refuse(refused.status, {})

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - names that the server looks for

    def _pass_to_api(self, path: str) -> None:
        proxy.forward(self, self.server.behind.api, path, always=headers.API, unless_set=headers.API_UNLESS_SET)

    def _send_file(self, path: str) -> None:
        accepts, known = self.headers.get("Accept-Encoding", ""), self.headers.get("If-None-Match", "")
        answer = self.server.site.answer(path, accepts, known)
        self._send(Answer(answer.status, {**answer.headers, **self.server.page_headers}, answer.body))

    def _demo(self, path: str) -> Answer:
        """The page of the demo's people, or the sign-in of one of them."""
        if path == demo.PATH and self.command in _READING:
            return demo.page(PEOPLE, self.server.behind.stand_ins)
        if path != demo.SIGN_IN or self.command != "POST":
            raise proxy.Refused(HTTPStatus.METHOD_NOT_ALLOWED)
        if not self._is_from_here():
            raise proxy.Refused(HTTPStatus.FORBIDDEN)
        form = parse_qs((proxy.body_of(self) or b"")[:_FORM_BYTES].decode(errors="replace"))
        phone = form.get("phone", [""])[0]
        return demo.sign_in(phone, self.server.behind.api, self.server.behind.stand_ins, str(self.client_address[0]))

    def _is_from_here(self) -> bool:
        """Whether a form was sent by our own page, and not by one of another site in the same browser."""
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        return (
            host in ("localhost", THIS_MACHINE) and self.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        )

    def _refuse(self, status: HTTPStatus, more: Mapping[str, str]) -> None:
        """Answer with a sentence, and close the connection, on which a body may still be under way."""
        self.close_connection = True
        told = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "Connection": "close", **more}
        self._send(Answer(status, {**told, **headers.API, **headers.API_UNLESS_SET}, f"{status.phrase}\n".encode()))

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string())
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Log no requests, because their paths name people and jobs."""


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m local.web.server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api", required=True, help="the API's address")
    parser.add_argument("--bucket", required=True, help="the media bucket's address")
    parser.add_argument("--media", required=True, nargs="+", help="the origins of signed links into the bucket")
    parser.add_argument("--stand-ins", required=True, help="where the providers' stand-ins are")
    asked = parser.parse_args()
    Server(asked.port, SITE, Behind(asked.api, asked.bucket, asked.media, asked.stand_ins)).serve_forever()


if __name__ == "__main__":
    main()
