"""The application as `make up` starts it, for tests that meet it from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

from tests.support.template import ROOT

RUN_FILE = ROOT / ".local" / "run.json"
WITHIN = 20.0
"""Seconds in which the effect of a change must be seen; cold starts of the stand-in take some."""


class Marketplace:
    """The running application and its demo people."""

    def __init__(self, run: dict[str, Any]) -> None:
        self.url: str = run["apiUrl"]
        self.port = int(self.url.split(":")[2].split("/")[0])
        self.run = run
        self.web: str = run["webUrl"]
        self.http = requests.Session()
        self.http.trust_env = False

    def people(self, role: str) -> list[dict[str, Any]]:
        """The people with this role only."""
        return [user for user in self.run["users"] if user["roles"] == [role]]

    def token(self, role: str, number: int = 0) -> str:
        token: str = self.people(role)[number]["token"]
        return token

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **options: Any
    ) -> requests.Response:
        """Send a request, without a token if `token` is None."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        return self.http.request(method, self.url + path, json=body, headers=headers, timeout=35, **options)


def eventually(check: Callable[[], bool], within: float = WITHIN) -> bool:
    """Whether `check` becomes true within so many seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.3)
    return False


def _answers() -> bool:
    if not RUN_FILE.exists():
        return False
    try:
        return Marketplace(json.loads(RUN_FILE.read_text())).call("GET", "/health").ok
    except requests.ConnectionError:
        return False


def running() -> Iterator[Marketplace]:
    """The application with fresh tokens, started unless it is running already, and stopped if it was started."""
    started = not _answers()
    _local("up" if started else "tokens")
    yield Marketplace(json.loads(RUN_FILE.read_text()))
    if started:
        _local("down")


def _local(verb: str) -> None:
    """Do what `make <verb>` does, by the environments that are there."""
    ended = subprocess.run([sys.executable, "-m", "local", verb], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
