"""Plain `sam build`, as for AWS: each build has the wheels that were asked for, also after another one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from local.containers import interpreter
from local.folder import program
from tests.support.template import ROOT, template

PYTHON = template()["Parameters"]["Runtime"]["Default"].removeprefix("python")


def _wheels(folder: Path, platform: str | None) -> set[str]:
    """The processors for which the built dependency layer has code."""
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
    names = [path.name for path in folder.rglob("_pydantic_core*.so")]
    return {name.split("-linux-gnu")[0].rsplit("-", 1)[1] for name in names}


def test_given_a_build_for_one_processor_then_the_next_for_another_has_its_wheels(tmp_path: Path) -> None:
    assert _wheels(tmp_path / "build", None) == {"aarch64"}
    assert _wheels(tmp_path / "build", "manylinux2014_x86_64") == {"x86_64"}
    assert _wheels(tmp_path / "build", None) == {"aarch64"}
