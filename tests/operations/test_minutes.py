"""The time that is given to the operations tests."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.template import ROOT

QUICK = "tests/operations/test_progress.py"


@pytest.mark.parametrize(("minutes", "ended"), [("0", " skipped"), ("10", " passed"), ("", " passed")])
def test_no_test_begins_after_the_minutes_that_are_given(minutes: str, ended: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", QUICK],
        cwd=ROOT,
        env=os.environ | {"MINUTES": minutes},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    (summary,) = done.stdout.splitlines()[-1:]
    assert ended in summary
    assert {" skipped", " passed"} - {ended} == {word for word in (" skipped", " passed") if word not in summary}
