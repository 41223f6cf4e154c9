"""`sam local start-api` as a part of `make sam-local`: started, restarted by `make reload`, ended by `make down`."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from local import CannotRun, containers, sam_project
from local.build import architecture
from local.engine import command_of
from local.folder import ROOT, SAM_LOCAL_FILE, program
from local.progress import step
from local.sam import sam_environment

READY_WITHIN = 90.0  # seconds; five on a usual machine
ENDED_WITHIN = 60.0  # seconds; it removes its containers first


@dataclass(frozen=True)
class SamApi:
    """A running local API, as noted in `.local/sam-local.json` for the other commands.

    Attributes:
        pid: SAM's process.
        owner: the process of `make sam-local`.
        port: where the API is.
        python: the Python in the containers.
        host: the address of this machine in the environment file.
        restart: whether SAM is to be started again when it ends.
    """

    pid: int
    owner: int
    port: int
    python: str
    host: str
    restart: bool = False

    @property
    def address(self) -> str:
        """The API's address. Routes have no stage in front."""
        return f"http://127.0.0.1:{self.port}"


def noted(file: Path = SAM_LOCAL_FILE) -> SamApi | None:
    """What was noted last."""
    with suppress(FileNotFoundError):
        return SamApi(**json.loads(file.read_text()))
    return None


def running() -> SamApi | None:
    """The local API that this checkout started, if it still runs."""
    api = noted()
    return api if api and "start-api" in command_of(api.pid) else None


def build(port: int, python: str, host: str) -> None:
    """Write SAM's folder and build in it."""
    with step(f"building functions and layers for containers with Python {python} on {architecture()}"):
        sam_project.write(sam_project.for_containers(python, architecture()), port, host)
        sam_project.build(port)


def serve(port: int, api_port: int, python: str, when_ready: Callable[[SamApi], None]) -> None:
    """Build, start SAM's local API, and stay until it is interrupted or ends.

    Raises:
        CannotRun: SAM ended by itself.
    """
    host = containers.host_address()
    build(port, python, host)
    api = SamApi(0, os.getpid(), api_port, python, host)
    while True:
        process = _launch(port, api_port)
        try:
            _wait_until_ready(process, api.address)
            api = replace(api, pid=process.pid, restart=False)
            SAM_LOCAL_FILE.write_text(json.dumps(asdict(api)))
            when_ready(api)
            code = process.wait()
        finally:
            _end(process.pid)
        if not (noted() or api).restart:
            raise CannotRun(f"`sam local start-api` ended by itself with exit code {code}; the reason is above.")


def _launch(port: int, api_port: int) -> subprocess.Popen[bytes]:
    """Start SAM, with its output on this terminal."""
    # Fake keys and an endpoint would have SAM itself ask around on each start; only the containers need them.
    variables = {name: value for name, value in sam_environment(port).items() if not name.startswith("AWS_")}
    command = [str(program("sam", "python")), "-m", "samcli", "local", "start-api", "--config-env", "local"]
    return subprocess.Popen(
        [*command, "--port", str(api_port)], cwd=ROOT, env=variables, start_new_session=True, stdin=subprocess.DEVNULL
    )


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not answers(address):
        code = process.poll()
        if code is not None:
            raise CannotRun(f"`sam local start-api` ended with exit code {code} before it was ready; see above.")
        if time.monotonic() > deadline:
            raise CannotRun(f"`sam local start-api` was not ready after {READY_WITHIN:.0f} s.")
        time.sleep(0.2)


def _end(pid: int) -> None:
    """End SAM, and wait until it has removed its containers."""
    if "start-api" in command_of(pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + ENDED_WITHIN
        while "start-api" in command_of(pid) and time.monotonic() < deadline:
            time.sleep(0.1)


def answers(address: str) -> bool:
    """Whether something speaks HTTP there. The path has no route, so no container is started for it."""
    try:
        with urllib.request.urlopen(f"{address}/", timeout=5):  # noqa: S310  # nosec B310
            return True
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def restart(port: int) -> None:
    """Build for the containers again, and have `make sam-local` start SAM's local API anew.

    Raises:
        CannotRun: it did not come back.
    """
    api = running()
    if api is None:
        return
    build(port, api.python, api.host)
    with step("restarting SAM's local API"):
        SAM_LOCAL_FILE.write_text(json.dumps(asdict(replace(api, restart=True))))
        os.kill(api.pid, signal.SIGTERM)
        deadline = time.monotonic() + READY_WITHIN + ENDED_WITHIN
        while (found := noted()) is None or found.restart:
            if time.monotonic() > deadline or "sam-local" not in command_of(api.owner):
                raise CannotRun("SAM's local API did not come back; see where `make sam-local` was called.")
            time.sleep(0.2)


def end_owner() -> bool:
    """End `make sam-local`, which takes everything down with it. False if it does not run."""
    api = noted()
    if api is None or "sam-local" not in command_of(api.owner):
        return False
    with step("ending `make sam-local`"):
        os.kill(api.owner, signal.SIGTERM)
        deadline = time.monotonic() + ENDED_WITHIN
        while "sam-local" in command_of(api.owner) and time.monotonic() < deadline:
            time.sleep(0.1)
    return True


def stop() -> None:
    """End SAM's local API, if its owner has not done so, and forget it."""
    api = running()
    if api is not None:
        with step("ending SAM's local API and its containers"):
            _end(api.pid)
    SAM_LOCAL_FILE.unlink(missing_ok=True)
