"""Files of the repository as they were in another commit."""

import subprocess

from local import CannotRun
from local.folder import ROOT


def file(base: str, path: str) -> str | None:
    """The text of a file in a commit or branch; None if it was not there.

    Raises:
        CannotRun: git does not know the commit.
    """
    known = _git("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
    if known.returncode:
        raise CannotRun(f"git knows no commit {base}. Fetch it, or name another: BASE=main.")
    shown = _git("show", f"{base}:{path}")
    return None if shown.returncode else shown.stdout


def _git(*line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *line], cwd=ROOT, capture_output=True, text=True, check=False)
