"""The layers as they are deployed, and boto3 as Lambda has it, each in a folder of `.local/bench/`."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tests.support.template import ROOT

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Python of this machine, as Lambda names it."""

DEPLOYED_PYTHON = "3.13"
DEPLOYED = {"arm64": "aarch64", "x86_64": "x86_64"}
"""The processors that the template can be deployed to, and how wheels name them."""

_FOLDER = ROOT / ".local" / "bench"


def dependencies(python: str = HERE, machine: str | None = None) -> Path:
    """The layer of dependencies, for this machine unless another is named."""
    machine = machine or {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine())
    return _built("dependencies", "DependenciesLayer", python, f"manylinux2014_{machine} manylinux_2_28_{machine}")


def own(python: str = HERE) -> Path:
    """The layer of our own code."""
    return _built("khaya", "KhayaLayer", python, "any")


def runtime() -> Path:
    """boto3 and what it needs, as Lambda's runtime has them."""
    wanted = f"boto3=={version('boto3')}"
    folder, stamp = _FOLDER / "runtime", _FOLDER / "runtime.made"
    made_of = f"{wanted} {sys.version}"
    if not stamp.exists() or stamp.read_text() != made_of:
        shutil.rmtree(folder, ignore_errors=True)
        _run(
            [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                wanted,
                "--target",
                folder,
            ]
        )
        stamp.write_text(made_of)
    return folder


def bytecode_can_be_made(python: str) -> bool:
    """Whether this machine has the Python that a layer's bytecode is made by."""
    try:
        _run([f"python{python}", "-c", ""], {"PATH": _path()})
    except (RuntimeError, FileNotFoundError):
        return False
    return True


def _built(layer: str, target: str, python: str, wheels: str) -> Path:
    """What the layer's own Makefile makes, as `sam build` calls it; made anew when its sources changed."""
    source = ROOT / "layers" / layer
    name = f"{layer}-{python}-{wheels.split(maxsplit=1)[0]}"
    folder, stamp = _FOLDER / name, _FOLDER / f"{name}.made"
    files = sorted(file for file in source.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    made_of = hashlib.sha256(b"".join(str(file).encode() + file.read_bytes() for file in files)).hexdigest()
    if not stamp.exists() or stamp.read_text() != made_of:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        variables = {"KHAYA_LAYER_PYTHON": python, "KHAYA_LAYER_PLATFORM": wheels, "PATH": _path()}
        _run(["make", "-C", source, f"build-{target}", f"ARTIFACTS_DIR={folder}"], variables)
        stamp.write_text(made_of)
    return folder / "python"


def _path() -> str:
    """This Python first, as `sam build` finds the runtime's."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def _run(command: list[str | Path], variables: dict[str, str] | None = None) -> None:
    ended = subprocess.run(
        [str(word) for word in command],
        env=os.environ | (variables or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {ended.stderr[-2000:]}")
