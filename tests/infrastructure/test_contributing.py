"""The example of `CONTRIBUTING.md` is right: a copy of the repository that follows it passes the tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.template import ROOT

pytestmark = pytest.mark.exhaustive

GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
CREATED = re.compile(r"^Create `(?P<path>[^`]+)`:\n\n```\w+\n(?P<text>.*?)```", re.MULTILINE | re.DOTALL)
ADDED = re.compile(
    r"^Add\sto\s`(?P<path>[^`]+)`\sbelow\sthe\sline\s`(?P<line>[^`]+)`[^:]*:\n\n```\w+\n(?P<text>.*?)```",
    re.MULTILINE | re.DOTALL,
)
NOT_COPIED = shutil.ignore_patterns(".git", ".local", ".aws-sam", ".*_cache", "__pycache__", "node_modules", "results")


def follow_guide(root: Path) -> None:
    """Create the files and add the lines that the guide names."""
    for step in CREATED.finditer(GUIDE):
        path = root / step["path"]
        assert not path.exists(), f"{step['path']} exists already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step["text"])
    for step in ADDED.finditer(GUIDE):
        path = root / step["path"]
        lines = path.read_text().splitlines(keepends=True)
        numbers = [number for number, line in enumerate(lines) if line.strip() == step["line"]]
        assert len(numbers) == 1, f"{step['path']} has the line {step['line']} {len(numbers)} times"
        lines.insert(numbers[0] + 1, step["text"])
        path.write_text("".join(lines))


def run(root: Path, *command: str) -> None:
    """Run a command in the copy, as a developer would."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    variables["PYTHONPATH"] = os.pathsep.join((str(root / "layers" / "khaya"), str(root)))
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-2000:]}"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which the guide was followed."""
    root = tmp_path_factory.mktemp("guide") / "khaya"
    shutil.copytree(ROOT, root, ignore=NOT_COPIED)
    (root / ".local").mkdir()
    (root / ".local" / "sam").symlink_to(ROOT / ".local" / "sam")  # SAM's translator, which tests use
    follow_guide(root)
    run(root, sys.executable, "-m", "local.openapi")
    return root


def test_a_domain_that_follows_the_guide_passes_the_tests(copy: Path) -> None:
    tests = [
        "tests/unit/test_note_rules.py",
        "tests/integration/test_notes.py",
        "tests/integration/test_authorization.py",
        "tests/integration/test_sample_events.py",
        "tests/integration/test_round_trips.py",
        "tests/infrastructure/test_canary.py",
        "tests/infrastructure/test_environments.py",
        "tests/infrastructure/test_openapi.py",
        "tests/infrastructure/test_releases.py",
        "tests/infrastructure/test_template.py",
    ]
    run(
        copy,
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-k",
        "note or Note or missing_from or sample_and or hook or behind_the_api",
        *tests,
    )


def test_code_that_follows_the_guide_passes_the_checks(copy: Path) -> None:
    files = [step["path"] for step in CREATED.finditer(GUIDE) if step["path"].endswith(".py")]
    run(copy, sys.executable, "-m", "ruff", "check", *files)
    run(copy, sys.executable, "-m", "ruff", "format", "--check", *files)
    run(copy, sys.executable, "-m", "mypy", "--strict", "layers/khaya/khaya/notes", "functions/notes")


def test_a_command_of_the_guide_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for goal in re.findall(r"`?make ([a-z-]+)", GUIDE):
        assert re.search(rf"^(?:[a-z-]+ )*{goal}(?: [a-z-]+)*:(?!=)", makefile, re.MULTILINE), f"make {goal}"


@pytest.mark.parametrize(
    "path", sorted({*re.findall(r"`((?:docs|tests|local|bench|events|functions)/[\w./-]*)`", GUIDE)})
)
def test_a_path_of_the_guide_exists(path: str) -> None:
    created = {step["path"] for step in CREATED.finditer(GUIDE)}
    assert path in created or (ROOT / path).exists()
