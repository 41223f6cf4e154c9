"""Use cases of stories."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.ledger import service as ledger
from khaya.ledger import store as accounts
from khaya.platform.base.errors import NotFound
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now, read_together
from khaya.platform.web.access import Caller
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store as profiles
from khaya.referrals import store as referrals
from khaya.stories import store
from khaya.stories.model import REWARD_CENTS, Story, StoryModerationRequest, StoryPosting, new_story
from khaya.uploads import service as uploads
from khaya.uploads.model import HandIn
from khaya.users import store as users

_ATTEMPTS = 10


def submit(posting: StoryPosting, *, author_id: str, now: str, unit_of_work: UnitOfWork) -> Story:
    """Submit a story for moderation.

    Raises:
        Invalid: one of the media is not the author's upload for a story, or no picture.
    """
    hand_in = HandIn.of(posting.media, author_id, "story", "media")
    profile_item, *items = read_together([profiles.key(author_id), *uploads.keys(posting.media)])
    handed_in = uploads.check_hand_in(hand_in, items, now)
    author = profiles.read(profile_item, author_id)
    story = new_story(posting, author_id=author_id, author_name=author.display_name, now=now, hidden=author.hidden)
    unit_of_work.add(store.create(story), *uploads.hand_in_writes(handed_in, "stories", story.id, "media"))
    return story


def get_visible(story_id: str, visitor: Caller | None) -> tuple[Story, bool | None]:
    """The story, and whether the visitor likes it; None in place of the like for a visitor without a token.

    Raises:
        NotFound: the visitor may not see the story, or it does not exist.
    """
    keys = [store.key(story_id)]
    if visitor is not None:
        keys.append(store.like_key(story_id, visitor.user_id))
    item, *like = read_together(keys)
    story = store.read(item)
    person = visitor.user_id if visitor else None
    if story is None or not story.visible_to(person, admin=visitor is not None and visitor.is_admin):
        raise NotFound("There is no such story.")
    return story, any(like) if visitor else None


def like(story_id: str, caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> int:
    """Like a story, and return its number of likes. Idempotent.

    Raises:
        NotFound: the caller may not see the story, or it does not exist.
        Conflict: the story is not approved.
    """
    story, liked = get_visible(story_id, caller)
    story.require_approved()
    if liked:
        return story.likes
    unit_of_work.add(*store.like(story_id, caller.user_id, now))
    return story.likes + 1


def unlike(story_id: str, caller: Caller, *, unit_of_work: UnitOfWork) -> int:
    """Remove the caller's like, and return the story's number of likes. Idempotent.

    Raises:
        NotFound: the caller may not see the story, or it does not exist.
        Conflict: the story is not approved.
    """
    story, liked = get_visible(story_id, caller)
    story.require_approved()
    if not liked:
        return story.likes
    unit_of_work.add(*store.unlike(story, caller.user_id))
    return max(story.likes - 1, 0)


def liked_by_story(stories: Sequence[Story], visitor: Caller | None) -> dict[str, bool]:
    """Whether the visitor likes each story, by story id; empty for a visitor without a token.

    One batch read, of the stories that have likes.
    """
    if visitor is None:
        return {}
    liked = store.liked_story_ids([story.id for story in stories if story.likes], visitor.user_id)
    return {story.id: story.id in liked for story in stories}


def moderate(
    story_id: str, request: StoryModerationRequest, *, moderator_id: str, now: str, unit_of_work: UnitOfWork
) -> Story:
    """Record an admin's decision, and return the story.

    Raises:
        NotFound: the story does not exist.
        Forbidden: the admin is the author.
    """
    story = store.find(story_id)
    if story is None:
        raise NotFound("There is no such story.")
    decided = story.moderated(request, moderator_id=moderator_id, now=now)
    if decided is not story:
        unit_of_work.add(store.change(story, decided))
    return decided


def remove(story: Story, *, unit_of_work: UnitOfWork) -> None:
    """Delete a story, if it is unchanged since it was read."""
    unit_of_work.add(store.remove(story, if_unchanged=True))


def pay_reward_for(story_id: str, author_id: str, now: str) -> bool:
    """Record a story that was approved, and pay the reward if the author has a qualifying job.

    The record stands beside the qualifying job, so whichever of both is recorded later finds the other.
    """
    commit_now(referrals.record_story(author_id, story_id))
    return pay_reward(author_id, now)


def pay_reward(author_id: str, now: str) -> bool:
    """Pay the reward for a first approved story, if the author is due it; returns whether this call paid it.

    It is due to an active author with an approved story and a qualifying job who was no member before.
    """

    def pay() -> bool:
        qualification, profile, record = read_together(
            [referrals.qualification_key(author_id), profiles.key(author_id), users.key(author_id)]
        )
        if not referrals.has_qualified(qualification) or profiles.read(profile, author_id).returned:
            return False
        is_active = users.read(record, author_id).status == "active"
        if not is_active or not _has_approved_story(author_id, referrals.approved_story_id(qualification)):
            return False
        unit_of_work = UnitOfWork()
        entry = ledger.reward(
            author_id,
            REWARD_CENTS,
            type="reward",
            source=_source(author_id),
            reason="First approved story",
            now=now,
            unit_of_work=unit_of_work,
        )
        if entry is None:
            return False
        unit_of_work.add(users.require_active(author_id))
        unit_of_work.commit()
        return True

    return retry_on_conflict(pay, _ATTEMPTS)


def is_reward_due(author_id: str, approved_id: str | None = None) -> bool:
    """Whether a person is due the reward for a first approved story and has not got it.

    Also whether `approved_id`, one of their approved stories, is not recorded, which a later job would not find then.
    """
    qualification, profile, record, paid = read_together(
        [
            referrals.qualification_key(author_id),
            profiles.key(author_id),
            users.key(author_id),
            accounts.movement_key(_source(author_id)),
        ]
    )
    if paid is not None or profiles.read(profile, author_id).returned:
        return False
    recorded_id = referrals.approved_story_id(qualification)
    if approved_id is not None and recorded_id is None:
        return users.read(record, author_id).status != "erased"
    is_active = users.read(record, author_id).status == "active"
    return referrals.has_qualified(qualification) and is_active and _has_approved_story(author_id, recorded_id)


def _source(author_id: str) -> str:
    """The ledger's source of the reward for a person's first story."""
    return f"story:{author_id}"


def _has_approved_story(author_id: str, latest_id: str | None) -> bool:
    """Whether one of a person's stories is approved; `latest_id` is the one that was approved last."""
    if latest_id is None:
        return False
    latest = store.find(latest_id)
    if latest is not None and latest.status == "approved":
        return True
    return any(story.status == "approved" for story in every_item(lambda page: store.of_author(author_id, page)))
