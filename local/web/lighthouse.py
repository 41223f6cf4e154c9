"""Measures the running web client with Lighthouse: a first visit with a cheap phone on slow 4G, simulated.

python -m local.web.lighthouse

Lighthouse brings a hundred packages, so it has a folder of its own, and they are installed only here.
"""

import json
import os
import subprocess
import sys
import urllib.request

from local import CannotRun
from local.chromium import chromium
from local.folder import RUN_FILE, WEB
from local.progress import step
from local.web import npm

FOLDER = WEB / "lighthouse"
LOCK = FOLDER / "package-lock.json"
MARKER = FOLDER / "node_modules" / ".installed"
WITHIN = 35.0  # seconds; more than any route may take


def install() -> None:
    """Install Lighthouse, unless the same is installed."""
    if MARKER.exists() and MARKER.read_text() == LOCK.read_text():
        return
    with step("installing Lighthouse (only when its version changes)"):
        npm.run("npm-lighthouse", "--prefix", str(FOLDER), "ci", "--no-audit", "--no-fund")
        MARKER.write_text(LOCK.read_text())


def paths(api: str) -> list[str]:
    """The pages that are measured: the first one, the list of jobs, and a job."""
    with urllib.request.urlopen(f"{api}/jobs?limit=1", timeout=WITHIN) as answer:  # noqa: S310  # nosec B310
        (job,) = json.load(answer)["items"]
    return ["/", "/jobs", f"/jobs/{job['id']}"]


def main() -> int:
    """Measure the pages; 1 where a score is too low."""
    if not RUN_FILE.exists():
        raise CannotRun("Khaya is not running here. `make up` starts it.")
    run = json.loads(RUN_FILE.read_text())
    install()
    command = [str(npm.node()), str(FOLDER / "run.ts"), run["webUrl"], *paths(run["apiUrl"])]
    environment = os.environ | {"CHROME_PATH": chromium()}
    return subprocess.run(command, cwd=FOLDER, env=environment, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
