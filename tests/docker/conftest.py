"""The API in SAM's containers, as `make sam-local` brings it up; skipped where there is no Docker."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from local import CannotRun, containers, engine
from tests.support.template import ROOT

READY_WITHIN = 300.0  # seconds; a quarter of it on a usual machine
PORT = os.environ.get("PORT", "4566")
API_PORT = os.environ.get("API_PORT", "3000")


@dataclass
class SamLocal:
    """The running command, with what it wrote."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def run(self) -> dict[str, Any]:
        """`.local/run.json`."""
        found: dict[str, Any] = json.loads((ROOT / ".local" / "run.json").read_text())
        return found

    def token(self, role: str) -> str:
        return next(str(user["token"]) for user in self.run["users"] if user["roles"] == [role])

    def call(self, method: str, path: str, role: str | None = None, body: Any = None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token(role)}"} if role else {}
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self.run["apiUrl"] + path, headers=headers, json=body, timeout=60)

    def shell(self, line: str) -> str:
        """What a line of the documentation writes, in a shell that has read tokens.sh."""
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; . .local/tokens.sh; {line}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PORT": PORT, "SAM_CLI_TELEMETRY": "0"},
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout


@pytest.fixture(scope="session")
def sam_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SamLocal]:
    """`make sam-local`, ended by `make down`."""
    try:
        containers.check_docker()
        containers.choose_python()
    except CannotRun as reason:
        pytest.skip(f"No test of `sam local`: {reason}")
    if engine.running() is not None:
        pytest.skip("No test of `sam local`: Khaya runs in this checkout already (`make down` ends it).")
    log = tmp_path_factory.mktemp("sam-local") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "sam-local", f"PORT={PORT}", f"API_PORT={API_PORT}"], cwd=ROOT, stdout=output, stderr=output
        )
    running = SamLocal(process, log)
    deadline = time.monotonic() + READY_WITHIN
    while "Ready after" not in log.read_text(errors="replace"):
        assert process.poll() is None, log.read_text(errors="replace")[-3000:]
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-3000:]
        time.sleep(0.5)
    yield running
    if process.poll() is None:
        subprocess.run(["make", "down"], cwd=ROOT, check=True, capture_output=True)
        process.wait(60)
