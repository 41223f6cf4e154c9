"""The record of the commits that passed `make check` and `make test` on this machine; `deploy` asks for it.

The Makefile calls it before and after each of them:

    python -m operations.green begin check
    python -m operations.green end check

A run counts for the commit at which it began, if the tree then had no other changes, and is still the same at its end.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from operations.git import git

ROOT = Path(__file__).parent.parent
FOLDER = Path(".local/green")
GOALS = ("check", "test")


def begin(root: Path, goal: str) -> None:
    """Note at which commit a goal of the Makefile begins; nothing if the tree has changes, or there is no git."""
    note = _note(root, goal)
    note.unlink(missing_ok=True)
    found = _clean_commit(root)
    if found:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(found)


def end(root: Path, goal: str) -> str | None:
    """Record that a goal was passed; returns the commit, None if the tree was changed before or meanwhile."""
    note = _note(root, goal)
    if not note.exists():
        return None
    began = note.read_text()
    note.unlink()
    if began != _clean_commit(root):
        return None
    record = _record(root, began, goal)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n")
    return began


def missing(root: Path, commit: str) -> list[str]:
    """The goals that a commit has not passed here."""
    return [goal for goal in GOALS if not _record(root, commit, goal).exists()]


def _note(root: Path, goal: str) -> Path:
    return root / FOLDER / f"{goal}.begun"


def _record(root: Path, commit: str, goal: str) -> Path:
    return root / FOLDER / commit / goal


def _clean_commit(root: Path) -> str | None:
    """The commit that is checked out, if the tree is as it says."""
    try:
        return None if git(root, "status", "--porcelain") else git(root, "rev-parse", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        return None


if __name__ == "__main__":
    moment, name = sys.argv[1:]
    if moment == "begin":
        begin(ROOT, name)
    else:
        passed = end(ROOT, name)
        print(f"{passed} passed {name}." if passed else f"{name} passed, and is not recorded: there are other changes.")
