"""The dependency layer as `sam build` makes it: it has the wheels that were asked for, and all that functions import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.build import for_engine
from local.containers import interpreter
from local.folder import program
from tests.support.template import ROOT, function_environment, template

PYTHON = template()["Parameters"]["Runtime"]["Default"].removeprefix("python")


IMPORTED = """
import importlib, os, sys, traceback
failed = []
for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        try:
            importlib.import_module(f"functions.{name}.app")
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit(" ".join(failed) or 0)
"""


def _build(folder: Path, platform: str | None) -> None:
    found = interpreter(PYTHON)
    if found is None:
        pytest.skip(f"`sam build` for AWS needs python{PYTHON}, which is not installed here.")
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KHAYA_")},
        "PATH": f"{found.parent}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
    }
    if platform:
        variables["KHAYA_LAYER_PLATFORM"] = platform
    command = [str(program("sam", "sam")), "build", "DependenciesLayer", "--build-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-2000:]


def _wheels(folder: Path, platform: str | None) -> set[str]:
    """The processors for which the built dependency layer has code."""
    _build(folder, platform)
    names = [path.name for path in folder.rglob("_pydantic_core*.so")]
    return {name.split("-linux-gnu")[0].rsplit("-", 1)[1] for name in names}


def test_given_a_build_for_one_processor_then_the_next_for_another_has_its_wheels(tmp_path: Path) -> None:
    assert _wheels(tmp_path / "build", None) == {"aarch64"}
    assert _wheels(tmp_path / "build", "manylinux2014_x86_64") == {"x86_64"}
    assert _wheels(tmp_path / "build", None) == {"aarch64"}


@pytest.mark.skipif(sys.version_info[:2] != tuple(map(int, PYTHON.split("."))), reason="needs AWS's Python here")
def test_given_the_layer_as_it_is_built_then_every_function_can_be_imported(tmp_path: Path) -> None:
    # given the layer without what the Makefile removes, before all other packages on the path
    _build(tmp_path / "build", for_engine().wheels)
    path = [tmp_path / "build" / "DependenciesLayer" / "python", ROOT / "layers" / "khaya", ROOT]
    variables = {
        **function_environment(),
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ["PATH"],
        "AWS_DEFAULT_REGION": "af-south-1",
        "POWERTOOLS_SERVICE_NAME": "test",
    }
    # when each function is imported in a process of its own
    names = sorted(folder.parent.name for folder in (ROOT / "functions").glob("*/app.py"))
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *names], env=variables, capture_output=True, text=True, check=False
    )
    # then nothing is missing
    assert done.returncode == 0, done.stderr[-3000:]
