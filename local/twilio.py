"""A stand-in for Twilio's REST API, as far as Khaya uses it: it takes WhatsApp messages and keeps them for the outbox.

It behaves as https://www.twilio.com/docs/messaging/api/message-resource says of creating a message: basic
authentication, a form, `201` with the message, `400` with Twilio's error numbers for what it would refuse.

    python -m local.twilio --port 4567
"""

import argparse
import base64
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3

from local import CannotRun
from local.engine import command_of
from local.folder import ROOT, TWILIO_FILE, last_lines, log_file

SECRET = "khaya-twilio-local"  # noqa: S105  # nosec B105 - a secret's name
# Opens nothing but this stand-in, so it may be known.
ACCOUNT = {"accountSid": "AC00000000000000000000000000000000", "authToken": "local"}
READY_WITHIN = 10.0  # seconds
OUTBOX = "/outbox"
MESSAGES = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages\.json")
WHATSAPP = re.compile(r"whatsapp:\+[1-9]\d{6,14}")


def address(port: int) -> str:
    """Where it listens, beside the AWS stand-in on `port`."""
    return f"http://127.0.0.1:{port + 1}"


def make_secret(session: boto3.Session) -> None:
    """Keep the account where the functions look for it."""
    manager = session.client("secretsmanager")
    with suppress(manager.exceptions.ResourceExistsException):
        manager.create_secret(Name=SECRET, SecretString=json.dumps(ACCOUNT))


def start(port: int) -> None:
    """Start it in the background.

    Raises:
        CannotRun: it ended at once, perhaps because the port is taken.
    """
    log = log_file("twilio")
    with log.open("wb") as output:
        command = [sys.executable, "-m", "local.twilio", "--port", str(port + 1)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True)
    TWILIO_FILE.write_text(json.dumps({"pid": process.pid}))
    deadline = time.monotonic() + READY_WITHIN
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotRun(f"The Twilio stand-in did not start; {log} ends with\n{last_lines(log)}")
        time.sleep(0.05)


def stop() -> None:
    """End it, if it runs."""
    if not TWILIO_FILE.exists():
        return
    pid = json.loads(TWILIO_FILE.read_text())["pid"]
    if "local.twilio" in command_of(pid):  # a process number is reused some day
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    TWILIO_FILE.unlink()


def messages(port: int) -> list[dict[str, Any]]:
    """What was sent through it, in order."""
    with urllib.request.urlopen(address(port) + OUTBOX, timeout=5) as answer:  # noqa: S310  # nosec B310
        found: list[dict[str, Any]] = json.load(answer)
        return found


def _answers(port: int) -> bool:
    try:
        messages(port)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
    return True


class Server(ThreadingHTTPServer):
    """The stand-in, with what it was given to send."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.sent: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_GET(self) -> None:
        """Show the outbox."""
        if self.path == OUTBOX:
            self._answer(200, self.server.sent)
        else:
            self._refuse(404, 20404, "The requested resource was not found")

    def do_POST(self) -> None:
        """Take a message."""
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()))
        named = MESSAGES.fullmatch(self.path)
        if named is None:
            return self._refuse(404, 20404, "The requested resource was not found")
        if named[1] != ACCOUNT["accountSid"] or self.headers.get("Authorization") != _authorization():
            return self._refuse(401, 20003, "Authenticate")
        if not WHATSAPP.fullmatch(form.get("To", "")):
            return self._refuse(400, 21211, "The 'To' number is not a valid phone number.")
        if not WHATSAPP.fullmatch(form.get("From", "")):
            return self._refuse(400, 21212, "The 'From' number is not a valid phone number.")
        if not form.get("Body") and not form.get("ContentSid"):
            return self._refuse(400, 21619, "A text message body or media urls must be specified.")
        message = {
            "sid": f"SM{secrets.token_hex(16)}",
            "status": "queued",
            "to": form["To"],
            "from": form["From"],
            "body": form.get("Body", ""),
            "content_sid": form.get("ContentSid"),
            "content_variables": form.get("ContentVariables"),
            "account_sid": named[1],
        }
        self.server.sent.append(message)
        return self._answer(201, message)

    def _refuse(self, status: int, code: int, text: str) -> None:
        self._answer(status, {"code": code, "message": text, "status": status})

    def _answer(self, status: int, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Nothing: messages are nobody's business but the outbox's."""


def _authorization() -> str:
    pair = f"{ACCOUNT['accountSid']}:{ACCOUNT['authToken']}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m local.twilio")
    parser.add_argument("--port", type=int, required=True)
    Server(parser.parse_args().port).serve_forever()


if __name__ == "__main__":
    main()
