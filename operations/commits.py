"""The commit that is checked out, and whether it may be deployed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from operations import green
from operations.configuration import Configuration
from operations.git import git
from operations.refused import Refused


def current(root: Path) -> str:
    """The commit that is checked out."""
    return git(root, "rev-parse", "HEAD")


def since(root: Path, earlier: str) -> list[str]:
    """The commits after an earlier one, one line each, the latest first; none if git does not know it."""
    try:
        return git(root, "log", "--oneline", "--no-decorate", f"{earlier}..HEAD").splitlines()
    except subprocess.CalledProcessError:
        return []


def check_deployable(root: Path, configuration: Configuration, *, untested: bool = False) -> None:
    """Refuse a tree that no commit describes, what has not passed its tests, and for prod all but a release of main.

    Args:
        root: the folder of the repository.
        configuration: the environment.
        untested: whether the record of the tests is not asked for; for dev only.

    Raises:
        Refused: with what to do.
    """
    if git(root, "status", "--porcelain"):
        raise Refused("The working tree has changes that are not committed. Commit or stash them.")
    if configuration.is_prod and not git(root, "tag", "--points-at", "HEAD"):
        raise Refused("Prod is deployed from a release only. Check out a tag (`git tag`), then try again.")
    if untested and configuration.environment != "dev":
        raise Refused("Only dev takes a commit that was not tested. Leave --untested out.")
    if configuration.is_prod and not _is_on_main(root):
        raise Refused(
            "Prod is deployed from main only, and this commit is not on origin/main. Merge it; if it was merged, run "
            "`git fetch origin`."
        )
    missing = [] if untested else green.missing(root, current(root))
    if missing:
        goals = " and ".join(f"`make {goal}`" for goal in missing)
        raise Refused(
            f"This commit has not passed {goals} on this machine. Run that, and change nothing meanwhile."
            + (" For dev, --untested leaves it out." if configuration.environment == "dev" else "")
        )


def _is_on_main(root: Path) -> bool:
    """Whether the commit is on the main branch of the repository that is shared."""
    try:
        git(root, "merge-base", "--is-ancestor", "HEAD", "refs/remotes/origin/main")
    except subprocess.CalledProcessError:
        return False
    return True
