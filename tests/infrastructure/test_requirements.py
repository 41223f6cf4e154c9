"""The locked requirements are complete, name no package index, and agree with each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.environments import ALL, PIP, install_command
from tests.support.template import ROOT

LAYERS = sorted((ROOT / "layers").glob("*/requirements.txt"))
ASKED = sorted([*(ROOT / "requirements").glob("*.in"), *(ROOT / "layers").glob("*/requirements.in")])
LOCKED = [path.with_suffix(".txt") for path in ASKED]

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?(==(?P<version>\S+))?(\s*;\s*(?P<marker>.*?))?\s*")


def requirements(text: str) -> list[str]:
    """The requirements of a file without comments, each on one line."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [" ".join(one.split()) for one in "\n".join(lines).replace("\\\n", " ").splitlines()]


def named(requirement: str) -> re.Match[str]:
    """The name, version and marker of a requirement."""
    found = REQUIREMENT.fullmatch(requirement.split(" --hash=", maxsplit=1)[0])
    assert found, f"not a requirement: {requirement}"
    return found


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def versions(path: Path) -> dict[str, str]:
    """The locked version of each package of a file."""
    found = [named(line) for line in requirements(path.read_text())]
    return {normalised(one["name"]): one["version"] for one in found}


def unlocked(text: str) -> list[str]:
    """The requirements that lack an exact version or a hash, and lines that are no requirement."""
    return [
        line
        for line in requirements(text)
        if line.startswith("-") or named(line)["version"] is None or not re.search(r"--hash=sha256:[0-9a-f]{64}", line)
    ]


def test_a_requirement_without_a_hash_is_refused() -> None:
    assert unlocked(f"requests==2.34.2 \\\n    --hash=sha256:{'0' * 64}\n    # via khaya\nidna==3.20\n") == [
        "idna==3.20"
    ]


def test_a_requirement_without_an_exact_version_is_refused() -> None:
    line = f"requests --hash=sha256:{'0' * 64}"
    assert unlocked(line) == [line]


def test_a_line_that_names_an_index_is_refused() -> None:
    assert unlocked("--index-url https://packages.example\n") == ["--index-url https://packages.example"]


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_locked_file_holds_exact_versions_with_hashes_and_nothing_else(path: Path) -> None:
    assert unlocked(path.read_text()) == []
    assert "://" not in path.read_text(), "a locked file names no host"


@pytest.mark.parametrize("path", ASKED, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_that_is_asked_for_is_locked(path: Path) -> None:
    asked = [line for line in requirements(path.read_text()) if not line.startswith("-r ")]
    assert {normalised(named(line)["name"]) for line in asked} <= versions(path.with_suffix(".txt")).keys(), (
        "run `make lock`"
    )


def test_a_locked_file_without_a_source_is_refused() -> None:
    assert sorted([*(ROOT / "requirements").glob("*.txt"), *LAYERS]) == LOCKED


def test_a_source_that_make_lock_does_not_compile_is_refused() -> None:
    (names,) = re.findall(r"^LOCKED := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert sorted(ROOT / f"{name}.in" for name in names.split()) == ASKED


@pytest.mark.parametrize("path", LAYERS, ids=lambda path: path.parent.name)
def test_tests_run_on_the_versions_that_the_functions_run_on(path: Path) -> None:
    layer, dev = versions(path), versions(ROOT / "requirements" / "dev.txt")
    assert {name: (version, dev.get(name)) for name, version in layer.items() if dev.get(name) != version} == {}


@pytest.mark.parametrize("path", LAYERS, ids=lambda path: path.parent.name)
def test_a_layer_does_not_depend_on_the_python_that_builds_it(path: Path) -> None:
    # pip reads markers for the Python it runs on, and the layer may be built for another one
    markers = [named(line)["marker"] or "" for line in requirements(path.read_text())]
    assert [marker for marker in markers if "python_version" in marker or "python_full_version" in marker] == []


@pytest.mark.parametrize("name", ALL)
def test_an_environment_is_installed_with_hashes_only(name: str) -> None:
    for file in (PIP, name):
        command = install_command(name, file)
        assert "--require-hashes" in command
        assert command[-1] == str(ROOT / "requirements" / f"{file}.txt")
