"""Builds the deployed layers and Lambda's boto3 in folders of `.local/bench/`."""

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
"""The Python version of this machine."""

DEPLOYED_PYTHON = "3.13"
DEPLOYED = {"arm64": "aarch64", "x86_64": "x86_64"}
"""The architectures of the template, and their names in wheels."""

_FOLDER = ROOT / ".local" / "bench"


def dependencies(python: str = HERE, machine: str | None = None) -> Path:
    """The folder of the dependencies layer, built for this machine by default."""
    machine = machine or {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine())
    return _built("dependencies", "DependenciesLayer", python, f"manylinux2014_{machine} manylinux_2_28_{machine}")


def pictures(python: str = HERE, machine: str = "x86_64") -> Path:
    """The layer with Pillow."""
    return _built("pictures", "PicturesLayer", python, f"manylinux2014_{machine} manylinux_2_28_{machine}")


def paper(python: str = HERE) -> Path:
    """The layer with the library for PDF."""
    return _built("paper", "PaperLayer", python, "any")


def own(python: str = HERE) -> Path:
    """The folder of the layer with our code."""
    return _built("khaya", "KhayaLayer", python, "any")


def runtime() -> Path:
    """The folder of boto3 and its dependencies in Lambda's versions."""
    wanted = f"boto3=={version('boto3')}"
    folder, marker = _FOLDER / "runtime", _FOLDER / "runtime.made"
    made_of = f"{wanted} {sys.version}"
    if not marker.exists() or marker.read_text() != made_of:
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
        marker.write_text(made_of)
    return folder


def bytecode_can_be_made(python: str) -> bool:
    """Whether this machine has the Python version that compiles a layer's bytecode."""
    try:
        _run([f"python{python}", "-c", ""], {"PATH": _path()})
    except (RuntimeError, FileNotFoundError):
        return False
    return True


def _built(layer: str, target: str, python: str, wheels: str) -> Path:
    """The folder of a layer built by its Makefile, as in `sam build`. Rebuilt after a change of its sources."""
    source = ROOT / "layers" / layer
    name = f"{layer}-{python}-{wheels.split(maxsplit=1)[0]}"
    folder, marker = _FOLDER / name, _FOLDER / f"{name}.made"
    files = sorted(file for file in source.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    made_of = hashlib.sha256(b"".join(str(file).encode() + file.read_bytes() for file in files)).hexdigest()
    if not marker.exists() or marker.read_text() != made_of:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        variables = {"KHAYA_LAYER_PYTHON": python, "KHAYA_LAYER_PLATFORM": wheels, "PATH": _path()}
        _run(["make", "-C", source, f"build-{target}", f"ARTIFACTS_DIR={folder}"], variables)
        marker.write_text(made_of)
    return folder / "python"


def _path() -> str:
    """A PATH with this Python first, as in `sam build`."""
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
