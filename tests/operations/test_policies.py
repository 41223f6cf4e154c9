"""Checkov's rules over the templates: what fails is left out with a reason, and nothing is left out needlessly."""

from __future__ import annotations

import json
import subprocess
from functools import lru_cache
from typing import Any

import pytest
import yaml

from tests.support.template import ROOT

CHECKOV = ROOT / ".local" / "checkov" / "bin" / "checkov"
SETTINGS = ROOT / "checkov.yaml"


def left_out() -> dict[str, str]:
    """The rules that `checkov.yaml` leaves out, with the comments above them."""
    found: dict[str, str] = {}
    reason = ""
    for line in SETTINGS.read_text().partition("skip-check:\n")[2].splitlines():
        text = line.strip()
        if text.startswith("#"):
            reason += text.removeprefix("#")
        else:
            found[text.removeprefix("- ")] = reason.strip()
            reason = ""
    return found


@lru_cache(maxsize=1)
def results() -> dict[str, Any]:
    """What Checkov says without the rules that are left out of all templates."""
    settings = yaml.safe_load(SETTINGS.read_text())
    assert {*settings.pop("skip-check")} == {*left_out()}
    line = [word for path in settings["file"] for word in ("--file", path)]
    done = subprocess.run(
        [str(CHECKOV), *line, "--framework", "cloudformation", "--skip-download", "--compact", "--output", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(done.stdout)["results"]
    return found


def test_what_fails_is_left_out_and_what_is_left_out_would_fail() -> None:
    assert {one["check_id"] for one in results()["failed_checks"]} == {*left_out()}
    assert results()["parsing_errors"] == []


def test_every_template_is_checked() -> None:
    wanted = {"template.yaml", *(str(path.relative_to(ROOT)) for path in (ROOT / "infra").glob("*.yaml"))}
    assert {*yaml.safe_load(SETTINGS.read_text())["file"]} == wanted
    checked = [*results()["passed_checks"], *results()["skipped_checks"]]
    without_rules = {"infra/budget.yaml"}
    assert {one["repo_file_path"].strip("/") for one in checked} == wanted - without_rules


@pytest.mark.parametrize("rule", left_out())
def test_a_rule_is_left_out_with_a_reason(rule: str) -> None:
    assert len(left_out()[rule].split()) >= 8


def test_a_resource_that_a_rule_leaves_out_says_why() -> None:
    skipped = results()["skipped_checks"]
    assert skipped
    assert all(len(one["check_result"]["suppress_comment"].split()) >= 8 for one in skipped)
