"""Repairs the count of likes of a story, and the reward for a first approved one."""

from __future__ import annotations

from khaya.jobs import store as jobs
from khaya.platform.data.corrections import require_past, require_settled, version_of
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.repairs import SETTLED_SECONDS, Run, send_again
from khaya.stories import service, store
from khaya.stories.consumer import NAME

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


def repair_reward_of_story(story_id: str, run: Run) -> int:
    """Have the author of an approved story rewarded if they are due it; returns the differences.

    Raises:
        NotSettled: somebody wrote the story a moment ago.
    """
    item = read(store.key(story_id))
    story = store.read(item)
    if item is None or story is None or story.status != "approved":
        return 0
    require_settled(item, run.now)
    if not service.is_reward_due(story.author_id, story.id):
        return 0
    body = {"userId": story.author_id, "storyId": story.id}
    return send_again("money", NAME, body, story.author_id, run.now)


def repair_reward_of_person(user_id: str, run: Run) -> int:
    """Have a person rewarded for their first approved story if they are due it; returns the differences."""
    if not service.is_reward_due(user_id):
        return 0
    return send_again("money", NAME, {"userId": user_id}, user_id, run.now)


def repair_rewards_of_job(job_id: str, run: Run) -> int:
    """The same for both parties of a released job; returns the differences.

    Raises:
        NotSettled: it was released less than an hour ago.
    """
    job = jobs.find(job_id)
    if job is None or job.released_at is None:
        return 0
    require_past(job.released_at, run.now, seconds=SETTLED_SECONDS)
    return sum(repair_reward_of_person(party, run) for party in (job.buyer_id, job.worker_id) if party)
