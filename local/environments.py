"""Make the Python environments of a local run and of the checks, each only when something in it changed.

`dev` holds what tests and checks need, `sam` the SAM CLI, `engine` the AWS stand-in, `checkov` the check of the
templates. They are apart because the last three pin botocore, each to its own version. `node` holds Node, which builds
the web client and runs CloudFront's functions, and `sbom` what lists the deployed packages. This module runs before any
of them exists, so it imports only the standard library.

    python3 -m local.environments            the four of a local run
    python3 -m local.environments dev        one of them
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from local import CannotRun
from local.folder import LOCAL, PYTHON_FILE, REQUIREMENTS, last_lines, log_file, program
from local.progress import say, step

NAMES = ("dev", "sam", "engine", "node")
"""What a local run needs."""
ALL = (*NAMES, "sbom", "checkov")
PIP = "pip"  # installed first into each environment: the pip of an older Python cannot read extras with hashes
OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)  # the newest Lambda runtime that the pinned SAM CLI can build for

INSTALL_PYTHON = (
    "Install one with its venv module (Debian, Ubuntu: `sudo apt install python3 python3-venv`; anywhere: "
    "`uv python install 3.13`) and name it if it is not found: `make run PYTHON=/path/to/python3.13`."
)


def check_python() -> None:
    """Refuse a Python for which the environments cannot be made.

    Raises:
        CannotRun: too old, newer than any Lambda runtime SAM knows, or without the venv modules.
    """
    version = sys.version_info[:2]
    if not OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        wanted = " to ".join(".".join(map(str, bound)) for bound in (OLDEST_PYTHON, NEWEST_PYTHON))
        raise CannotRun(
            f"{sys.executable} is Python {version[0]}.{version[1]}; Khaya runs on {wanted}. {INSTALL_PYTHON}"
        )
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotRun(f"{sys.executable} lacks the module {missing[0]}. {INSTALL_PYTHON}")


def fingerprint(name: str) -> str:
    """What an environment is made of: its requirements, the Python, and the place, which is written in it."""
    requirements = b"".join((REQUIREMENTS / f"{file}.txt").read_bytes() for file in (PIP, name))
    python = f"{sys.version} {Path(sys.executable).resolve()} {LOCAL}"
    return hashlib.sha256(requirements + python.encode()).hexdigest()


def marker_file(name: str) -> Path:
    """The file that is written last, so that an interrupted installation is made anew."""
    return LOCAL / name / ".installed"


def up_to_date(name: str) -> bool:
    """Whether an environment is complete and made of what is asked for now."""
    written = marker_file(name)
    return written.exists() and written.read_text() == fingerprint(name) and program(name, "python").exists()


def install(name: str) -> subprocess.Popen[bytes]:
    """Begin making an environment, in the background.

    Raises:
        CannotRun: the locked pip could not be installed; the message ends with the last lines of its log.
    """
    shutil.rmtree(LOCAL / name, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", LOCAL / name], check=True, stdout=subprocess.DEVNULL)
    with log_file(f"install-{name}").open("wb") as log:
        pip = subprocess.run(install_command(name, PIP), stdout=log, stderr=subprocess.STDOUT, check=False)
        if pip.returncode != 0:
            raise failed(name, PIP)
        return subprocess.Popen(install_command(name, name), stdout=log, stderr=subprocess.STDOUT)


def install_command(name: str, requirements: str) -> list[str]:
    """The command that installs `requirements/<requirements>.txt` into an environment.

    pip refuses a file whose hash the requirements do not name.
    """
    pip = [str(program(name, "python")), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    return [*pip, "--requirement", str(REQUIREMENTS / f"{requirements}.txt")]


def failed(name: str, requirements: str) -> CannotRun:
    """The refusal for an installation that failed, with the end of its log."""
    log = log_file(f"install-{name}")
    return CannotRun(f"Installing requirements/{requirements}.txt failed; {log} ends with\n{last_lines(log)}")


def make(names: tuple[str, ...] = NAMES) -> None:
    """Bring the named environments up to date, all at the same time.

    Raises:
        CannotRun: an installation failed; the message ends with the last lines of its log.
    """
    check_python()
    LOCAL.mkdir(exist_ok=True)
    PYTHON_FILE.write_text(sys.executable)  # `make` stays with it until it is told another one
    stale = [name for name in names if not up_to_date(name)]
    if not stale:
        return
    version = ".".join(map(str, sys.version_info[:3]))
    with step(f"installing {', '.join(stale)} for Python {version} (a minute or two, only when requirements change)"):
        installing = {name: install(name) for name in stale}
        for name, process in installing.items():
            if process.wait() != 0:
                raise failed(name, name)
            marker_file(name).write_text(fingerprint(name))
            say(f"  {name} is ready")


if __name__ == "__main__":
    try:
        make(tuple(sys.argv[1:]) or NAMES)
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
