"""A MiniStack process with DynamoDB for tests of concurrency; it ends with the tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.template import ROOT

READY_WITHIN = 60.0
PROGRAM = ROOT / ".local" / "engine" / "bin" / "ministack"


@contextmanager
def ministack() -> Iterator[str]:
    """Start a MiniStack, yield its address, and stop it.

    Raises:
        RuntimeError: it is not installed (see `make environments`), or did not start.
    """
    if not PROGRAM.exists():
        raise RuntimeError(f"{PROGRAM.relative_to(ROOT)} is missing: `make environments` installs it.")
    folder = Path(tempfile.mkdtemp(prefix="khaya-engine-"))
    port = free_port()
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": "af-south-1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(PROGRAM)],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, address, folder / "log")
        yield address
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the engine did not start: {log.read_text(errors='replace')[-1000:]}")
        with suppress(urllib.error.URLError, TimeoutError, ConnectionError):
            urllib.request.urlopen(f"{address}/_ministack/ready", timeout=2).close()
            return
        time.sleep(0.1)
