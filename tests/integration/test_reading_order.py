"""The files that run in one write, from the route to the transaction."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from tests.support.client import Answer, Person
from tests.support.records import place_bid, post_job
from tests.support.template import ROOT

MAX_FILES = 17
"""Eleven for the write, and six for the answer."""
LAYER = ROOT / "layers" / "khaya" / "khaya"


def files_executed(work: Any) -> tuple[Any, set[str]]:
    """The result of `work`, and the project files whose functions it called, without `platform/base`."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            found.add(frame.f_code.co_filename)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        result = work()
    finally:
        sys.setprofile(before)
    ours = {Path(name) for name in found if name.startswith((f"{LAYER}/", f"{ROOT}/functions/"))}
    names = {str(path.relative_to(LAYER if path.is_relative_to(LAYER) else ROOT)) for path in ours}
    return result, {name for name in names if not name.startswith("platform/base/")}


def files_in_the_docs() -> set[str]:
    """The files in the reading order of `docs/architecture.md`."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    section = text[text.index("## Reading order") :]
    listed = re.findall(r"^\d+\. `([^`]+)`", section[: section.find("\n## ", 1)], re.MULTILINE)
    return {name.removeprefix("layers/khaya/khaya/") for name in listed}


def test_given_an_open_job_when_a_bid_is_accepted_then_few_of_our_files_run_and_the_docs_list_them(
    buyer: Person, worker: Person
) -> None:
    job = post_job(buyer)
    warm, measured = place_bid(worker, post_job(buyer)), place_bid(worker, job)
    assert buyer.post(f"/bids/{warm}/acceptance").status == 200

    answer, files = files_executed(lambda: buyer.post(f"/bids/{measured}/acceptance"))

    assert isinstance(answer, Answer)
    assert answer.status == 200
    assert len(files) <= MAX_FILES, "\n".join(sorted(files))
    assert files == files_in_the_docs()
