"""Calls of git."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(root: Path, *line: str) -> str:
    """The output of a git command.

    Args:
        root: the folder of the repository.
        line: the command's words.

    Raises:
        subprocess.CalledProcessError: git refused.
        OSError: there is no git.
    """
    return subprocess.run(  # noqa: S603 - our own arguments
        ["git", *line],  # noqa: S607 - git is found by the path
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
