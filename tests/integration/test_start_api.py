"""The process of SAM's local API: waited for, restarted on request, and never ended in silence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from local import CannotRun, containers, start_api
from local.engine import command_of
from local.start_api import SamApi

SERVER = """
import http.server, sys
port = int(sys.argv[2])
if port == 0:
    sys.exit(3)
http.server.ThreadingHTTPServer(("127.0.0.1", port), http.server.BaseHTTPRequestHandler).serve_forever()
"""


class Launched:
    """Stands for SAM: a small server each time it is launched."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.processes: list[subprocess.Popen[bytes]] = []
        self.ready: list[SamApi] = []
        self.fails = False

    def launch(self, port: int, api_port: int) -> subprocess.Popen[bytes]:
        del port
        wanted = "0" if self.fails else str(api_port)
        self.processes.append(
            subprocess.Popen([sys.executable, "-c", SERVER, "start-api", wanted], stderr=subprocess.DEVNULL)
        )
        return self.processes[-1]

    def when_ready(self, count: int) -> SamApi:
        deadline = time.monotonic() + 20
        while len(self.ready) < count:
            assert time.monotonic() < deadline, "not ready"
            time.sleep(0.05)
        return self.ready[count - 1]


@pytest.fixture
def sam(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Launched]:
    launched = Launched(tmp_path / "sam-local.json")
    monkeypatch.setattr(start_api, "SAM_LOCAL_FILE", launched.file)
    noted = start_api.noted
    monkeypatch.setattr(start_api, "noted", lambda: noted(launched.file))
    monkeypatch.setattr(start_api, "build", lambda *_: None)
    monkeypatch.setattr(containers, "host_address", lambda: "172.17.0.1")
    monkeypatch.setattr(start_api, "_launch", launched.launch)
    yield launched
    for process in launched.processes:
        process.kill()
        process.wait()


@pytest.fixture
def api_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Serving(threading.Thread):
    """`make sam-local` in a thread, with what it ended on."""

    def __init__(self, sam: Launched, api_port: int) -> None:
        super().__init__(daemon=True)
        self.sam, self.api_port = sam, api_port
        self.refused: CannotRun | None = None

    def run(self) -> None:
        try:
            start_api.serve(4566, self.api_port, "3.13", self.sam.ready.append)
        except CannotRun as refused:
            self.refused = refused


@pytest.fixture
def serving(sam: Launched, api_port: int) -> Serving:
    thread = Serving(sam, api_port)
    thread.start()
    return thread


def test_given_that_sam_answers_then_it_is_noted_with_its_port(sam: Launched, serving: Serving) -> None:
    api = sam.when_ready(1)
    assert api.address == f"http://127.0.0.1:{serving.api_port}"
    assert start_api.running() == api
    assert (api.pid, api.owner, api.host) == (sam.processes[0].pid, os.getpid(), "172.17.0.1")


def test_given_that_sam_ends_by_itself_then_the_command_fails_with_its_exit_code(
    sam: Launched, serving: Serving
) -> None:
    sam.when_ready(1)
    sam.processes[0].kill()
    serving.join(20)
    assert "exit code -9" in str(serving.refused)


def test_given_that_sam_does_not_start_then_the_command_fails_before_anything_is_announced(
    sam: Launched, api_port: int
) -> None:
    sam.fails = True
    with pytest.raises(CannotRun, match="exit code 3 before it was ready"):
        start_api.serve(4566, api_port, "3.13", sam.ready.append)
    assert not sam.ready
    assert not sam.file.exists()


def test_given_a_request_to_restart_then_sam_is_launched_again_on_the_same_port(
    sam: Launched, serving: Serving
) -> None:
    first = sam.when_ready(1)
    sam.file.write_text(json.dumps(asdict(replace(first, restart=True))))
    os.kill(first.pid, signal.SIGTERM)
    second = sam.when_ready(2)
    assert second == replace(first, pid=sam.processes[1].pid)
    assert start_api.running() == second
    # and after that one, it fails again as ever
    sam.processes[1].kill()
    serving.join(20)
    assert "exit code" in str(serving.refused)


def test_given_that_the_command_was_killed_then_down_still_ends_sam(sam: Launched, api_port: int) -> None:
    process = sam.launch(4566, api_port)
    sam.file.write_text(json.dumps(asdict(SamApi(process.pid, 2**22 + 1, api_port, "3.13", "172.17.0.1"))))
    assert not start_api.end_owner(), "nobody owns it any more"
    start_api.stop()
    assert "start-api" not in command_of(process.pid)
    assert not sam.file.exists()
    start_api.stop()  # again, with nothing there
