"""Start and stop MiniStack, the AWS stand-in, and leave nothing behind."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from local import CannotRun, kept_data
from local.folder import ENGINE_FILE, ENGINE_TEMP, last_lines, log_file, program
from local.stand_in import endpoint, environment, region

READY_WITHIN = 60.0  # seconds; five on a usual machine
STOPPED_WITHIN = 30.0  # seconds; a clean stop writes kept data to disk
ENDED_WITHIN = 1.0  # seconds, where nothing is to be written
THIS_MACHINE = "127.0.0.1"
EVERY_INTERFACE = "0.0.0.0"  # noqa: S104 - containers of `make sam-local` cannot reach 127.0.0.1  # nosec B104


@dataclass(frozen=True)
class Engine:
    """A running stand-in, as noted in `.local/engine.json` for the other verbs.

    Attributes:
        keeps: whether what is in it is wanted after its end.
    """

    pid: int
    port: int
    keeps: bool = False


def command_of(pid: int) -> str:
    """The command line of a process, or nothing if it has ended."""
    with suppress(ChildProcessError):  # unless an earlier command started it
        os.waitpid(pid, os.WNOHANG)  # a child of ours that ended would else stay listed
    listed = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        return listed.read_text(errors="replace") if listed.exists() else ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def running() -> Engine | None:
    """The stand-in that this checkout started, if it still runs."""
    if not ENGINE_FILE.exists():
        return None
    engine = Engine(**json.loads(ENGINE_FILE.read_text()))
    # A process number is reused some day: make sure that it is still the stand-in.
    return engine if "ministack" in command_of(engine.pid) else None


def must_run() -> Engine:
    """The running stand-in.

    Raises:
        CannotRun: there is none.
    """
    engine = running()
    if engine is None:
        raise CannotRun("Khaya is not running here. `make run` starts it, `make up` does so in the background.")
    return engine


def start(port: int, data: Path | None = None, bind: str = THIS_MACHINE, *, keeps: bool = False) -> Engine:
    """Start the stand-in and wait until it answers.

    Args:
        port: the one port for all services.
        data: a folder that it goes on from, and keeps everything in; None begins empty.
        bind: the address to listen on.
        keeps: whether what is in it is wanted after its end; else everything is forgotten then.

    Raises:
        CannotRun: it ended at once or was not ready within `READY_WITHIN`.
    """
    if running() is not None or answers(port):
        raise CannotRun(f"A stand-in runs already on port {port}.")
    _clear()
    ENGINE_TEMP.mkdir(parents=True)
    variables = environment(port) | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": bind,
        "MINISTACK_REGION": region(),
        "TMPDIR": str(ENGINE_TEMP),
        "STATE_DIR": str(ENGINE_TEMP / "state"),
        "S3_DATA_DIR": str(ENGINE_TEMP / "s3"),
        "IOT_MTLS_ENABLED": "0",  # listeners of services that Khaya does not use
        "SFTP_ENABLED": "0",
    }
    if data is not None:
        variables |= kept_data.prepare(data)
    log = log_file("engine")
    with log.open("wb") as output:
        # In a session of its own Ctrl-C does not reach it before us, and its workers are one group to end.
        process = subprocess.Popen(
            [program("engine", "python"), program("engine", "ministack")],
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    ENGINE_FILE.write_text(json.dumps(asdict(Engine(process.pid, port, keeps))))
    deadline = time.monotonic() + READY_WITHIN
    while not answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            stop()
            raise CannotRun(f"The AWS stand-in did not start; {log} ends with\n{last_lines(log)}")
        time.sleep(0.1)
    return Engine(process.pid, port, keeps)


def answers(port: int) -> bool:
    """Whether the stand-in is ready to serve."""
    try:
        with urllib.request.urlopen(f"{endpoint(port)}/_ministack/ready", timeout=2) as answer:  # noqa: S310  # nosec B310
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def stop(*, cleanly: bool = False) -> bool:
    """End the stand-in and its workers. False if there was none.

    Args:
        cleanly: give it the time to write what is in it, as it is given anyway where that is to be kept.
    """
    engine = running()
    if engine is not None:
        os.kill(engine.pid, signal.SIGTERM)
        deadline = time.monotonic() + (STOPPED_WITHIN if engine.keeps or cleanly else ENDED_WITHIN)
        while running() is not None and time.monotonic() < deadline:
            time.sleep(0.1)
        with suppress(ProcessLookupError, PermissionError):  # none left
            os.killpg(engine.pid, signal.SIGKILL)  # workers that outlived it
    ENGINE_FILE.unlink(missing_ok=True)
    _clear()
    return engine is not None


def _clear() -> None:
    """Clear away what it left on disk: tens of thousands of files, which a child removes while we go on."""
    if ENGINE_TEMP.exists():
        gone = ENGINE_TEMP.with_name(f"gone-{time.time_ns()}")
        ENGINE_TEMP.rename(gone)
        subprocess.Popen(["rm", "-rf", str(gone)], start_new_session=True)
