"""Lists the packages that are deployed, in CycloneDX's form: those of the layers, and those in the web client's build.

python -m local.sbom .local/sbom.json

Tools that only build are left out. This module runs before the environment of developers exists, so it imports only the
standard library.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from local import CannotRun
from local.folder import ROOT, WEB, program
from local.web import npm

SPECIFICATION = "1.5"
"""The version of CycloneDX's form that both tools write."""


def document() -> dict[str, Any]:
    """The list. The packages of the web client depend on each other below the component `khaya-web`.

    Raises:
        CannotRun: one of the tools failed.
    """
    found, client = _of_layers(), _of_web_client()
    root = client["metadata"]["component"]
    root["name"] = root["bom-ref"].rpartition("@")[0]  # npm writes the name of the folder
    found["components"] += [root, *client["components"]]
    found["dependencies"] += client["dependencies"]
    return found


def _of_layers() -> dict[str, Any]:
    """What `cyclonedx-py` says of the locked requirements of all layers."""
    locked = "".join(path.read_text() for path in sorted((ROOT / "layers").glob("*/requirements.txt")))
    options = ("requirements", "--output-reproducible", "--spec-version", SPECIFICATION, "-")
    return _said([str(program("sbom", "cyclonedx-py")), *options], locked)


def _of_web_client() -> dict[str, Any]:
    """What npm says of the locked packages that the client's source imports. It installs nothing for that."""
    options = ("--sbom-format=cyclonedx", "--sbom-type=application", "--package-lock-only", "--omit=dev")
    return _said(npm.command("sbom", *options))


def _said(command: list[str], given: str = "") -> dict[str, Any]:
    ended = subprocess.run(
        command, cwd=WEB, env=npm.environment(), input=given, capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        raise CannotRun(f"`{Path(command[0]).name} {' '.join(command[1:])}` failed:\n{ended.stderr}")
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


if __name__ == "__main__":
    try:
        Path(sys.argv[1]).write_text(json.dumps(document(), indent=2) + "\n")
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
