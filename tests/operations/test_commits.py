"""Which commits may be deployed: clean, tested on this machine, and for prod a release."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from operations import commits, green
from operations.configuration import Configuration
from operations.git import git
from operations.refused import Refused


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one commit."""
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "Khaya")
    git(tmp_path, "config", "user.email", "khaya@khaya.example")
    (tmp_path / ".gitignore").write_text("/.local/\n")
    commit(tmp_path, "first")
    return tmp_path


def commit(root: Path, text: str) -> str:
    (root / "code").write_text(text)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", text)
    return commits.current(root)


def passes(root: Path, *goals: str) -> None:
    """Run goals of the Makefile, which all pass."""
    for goal in goals:
        green.begin(root, goal)
        green.end(root, goal)


def of(environment: str) -> Configuration:
    return Configuration(environment, f"khaya-{environment}", "af-south-1", {}, {})


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_given_a_commit_that_passed_both_then_it_may_be_deployed(root: Path, environment: str) -> None:
    passes(root, "check", "test")
    commits.check_deployable(root, of(environment))


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_given_a_commit_that_passed_the_check_only_then_the_tests_are_asked_for(root: Path, environment: str) -> None:
    passes(root, "check")
    with pytest.raises(Refused, match="has not passed `make test` on this machine"):
        commits.check_deployable(root, of(environment))


def test_given_a_later_commit_then_the_record_of_the_one_before_does_not_count(root: Path) -> None:
    passes(root, "check", "test")
    commit(root, "second")
    with pytest.raises(Refused, match="`make check` and `make test`"):
        commits.check_deployable(root, of("staging"))


def test_given_changes_while_the_tests_ran_then_nothing_is_recorded(root: Path) -> None:
    tested = commits.current(root)
    green.begin(root, "test")
    later = commit(root, "second")
    assert green.end(root, "test") is None
    assert "test" in green.missing(root, tested)
    assert "test" in green.missing(root, later)


def test_given_changes_that_are_not_committed_then_nothing_is_recorded(root: Path) -> None:
    (root / "code").write_text("changed")
    green.begin(root, "test")
    git(root, "checkout", "--quiet", "code")
    assert green.end(root, "test") is None


def test_given_tests_that_failed_then_nothing_is_recorded_by_a_later_run_of_another_commit(root: Path) -> None:
    green.begin(root, "test")
    commit(root, "second")
    passes(root, "test")
    assert green.missing(root, commits.current(root)) == ["check"]


def test_given_no_git_then_the_goals_still_pass(tmp_path: Path) -> None:
    green.begin(tmp_path, "test")
    assert green.end(tmp_path, "test") is None


def test_an_untested_commit_may_be_deployed_to_dev_only(root: Path) -> None:
    commits.check_deployable(root, of("dev"), untested=True)
    git(root, "tag", "v1")
    for environment in ("staging", "prod"):
        with pytest.raises(Refused, match="Only dev"):
            commits.check_deployable(root, of(environment), untested=True)


def test_given_a_tree_with_changes_then_nothing_is_deployed(root: Path) -> None:
    passes(root, "check", "test")
    (root / "new").write_text("")
    with pytest.raises(Refused, match="not committed"):
        commits.check_deployable(root, of("dev"), untested=True)


def test_given_a_tested_commit_then_prod_takes_it_with_a_tag_only(root: Path) -> None:
    passes(root, "check", "test")
    with pytest.raises(Refused, match="release"):
        commits.check_deployable(root, of("prod"))
    git(root, "tag", "v1")
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    commits.check_deployable(root, of("prod"))


def test_given_a_tag_beside_main_then_prod_does_not_take_it(root: Path) -> None:
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    commit(root, "beside")
    passes(root, "check", "test")
    git(root, "tag", "v1")
    with pytest.raises(Refused, match="not on origin/main"):
        commits.check_deployable(root, of("prod"))
    later = commit(root, "later")
    git(root, "update-ref", "refs/remotes/origin/main", later)
    git(root, "checkout", "--quiet", "v1")
    commits.check_deployable(root, of("prod"))


def test_given_no_known_main_then_prod_takes_nothing(root: Path) -> None:
    passes(root, "check", "test")
    git(root, "tag", "v1")
    with pytest.raises(Refused, match="not on origin/main"):
        commits.check_deployable(root, of("prod"))


def test_the_commits_since_a_release_are_listed_and_none_for_one_that_git_does_not_know(root: Path) -> None:
    first = commits.current(root)
    second = commit(root, "second")
    assert commits.since(root, first) == [f"{git(root, 'rev-parse', '--short', second)} second"]
    assert commits.since(root, "0" * 40) == []


@pytest.mark.parametrize("goal", green.GOALS)
def test_the_makefile_records_what_is_asked_for(goal: str) -> None:
    # As from a terminal: a make within the make that runs these tests would print the folders that it enters and leaves.
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    plan = subprocess.run(
        ["make", "--dry-run", goal], cwd=green.ROOT, env=own, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    begin, end = (next(i for i, line in enumerate(plan) if f"green {word} {goal}" in line) for word in ("begin", "end"))
    assert end == len(plan) - 1
    assert all(begin < i for i, line in enumerate(plan) if "pytest" in line or "mypy" in line)
