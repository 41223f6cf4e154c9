"""Repairs the count of likes of a story."""

from __future__ import annotations

from khaya.platform.data.corrections import is_settled
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.stories import store


def repair_likes(story_id: str, now: str) -> int:
    """Correct a story's count of likes; returns the differences.

    Raises:
        WriteConflict: somebody wrote the story meanwhile.
    """
    item = read(store.key(story_id))
    story = store.read(item)
    if item is None or story is None or not is_settled(item, now):
        return 0
    likes = store.number_of_likes(story_id)
    if likes == story.likes:
        return 0
    commit_now(store.correct_likes(item, likes))
    return 1
