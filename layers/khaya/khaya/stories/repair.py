"""Repairs the count of likes of a story."""

from __future__ import annotations

from khaya.platform.data.corrections import require_settled, version_of
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.repairs import Run
from khaya.stories import store

_AT_A_TIME = 5_000
"""Likes that one call counts; DynamoDB reads at most a megabyte."""


def repair_likes(story_id: str, run: Run) -> int:
    """Correct a story's count of likes; returns the differences.

    Raises:
        WriteConflict: somebody wrote the story meanwhile.
        NotSettled, OutOfTime: see `platform.work.repairs`.
    """
    item = read(store.key(story_id))
    if item is None or store.read(item) is None:
        return 0
    require_settled(item, run.now)
    reading = run.reading
    reading.begin_anew_unless(version_of(item))
    for number in reading.every_item(lambda page_request: store.count_likes(story_id, page_request), _AT_A_TIME):
        reading.kept["likes"] = reading.kept.get("likes", 0) + number
    likes: int = reading.kept["likes"]
    if likes == item["likes"]:
        return 0
    commit_now(store.correct_likes(item, likes))
    return 1
