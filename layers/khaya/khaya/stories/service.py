"""The use cases around stories that need more than one call."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.ledger import service as ledger
from khaya.platform.base.errors import NotFound
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.platform.web.access import Caller
from khaya.profiles import store as profiles
from khaya.referrals import store as referrals
from khaya.stories import store
from khaya.stories.model import REWARD_CENTS, ModerationRequest, Story, StoryPosting, told
from khaya.uploads.model import check_owner


def tell(posting: StoryPosting, *, author_id: str, now: str, unit_of_work: UnitOfWork) -> Story:
    """Hand in a story.

    Raises:
        Invalid: a picture is not the author's upload for a story.
    """
    check_owner(posting.media, author_id, "story", "media")
    author = profiles.get(author_id)
    story = told(posting, author_id=author_id, author_name=author.display_name, now=now)
    unit_of_work.add(store.create(story))
    return story


def visible(story_id: str, visitor: Caller | None) -> tuple[Story, bool | None]:
    """The story, if the visitor may see it, and whether they like it: None for a visitor without a token.

    Raises:
        NotFound: there is none such.
    """
    keys = [store.key(story_id)]
    if visitor is not None:
        keys.append(store.like_key(story_id, visitor.user_id))
    item, *like = read_together(keys)
    story = store.read(item)
    person = visitor.user_id if visitor else None
    if story is None or not story.seen_by(person, admin=visitor is not None and visitor.is_admin):
        raise NotFound("There is no such story.")
    return story, any(like) if visitor else None


def like(story_id: str, caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> int:
    """Like a story, unless the caller does already, and answer how many then like it.

    Raises:
        NotFound: there is none such that the caller may see.
        Conflict: it is not approved.
    """
    story, liked = visible(story_id, caller)
    story.open_to_likes()
    if liked:
        return story.likes
    unit_of_work.add(*store.like(story_id, caller.user_id, now))
    return story.likes + 1


def unlike(story_id: str, caller: Caller, *, unit_of_work: UnitOfWork) -> int:
    """Take a like back, if there is one, and answer how many like the story then.

    Raises:
        NotFound: there is none such that the caller may see.
        Conflict: it is not approved.
    """
    story, liked = visible(story_id, caller)
    story.open_to_likes()
    if not liked:
        return story.likes
    unit_of_work.add(*store.unlike(story_id, caller.user_id))
    return story.likes - 1


def liked_of(stories: Sequence[Story], visitor: Caller | None) -> dict[str, bool]:
    """Whether the visitor likes each of the stories, by its id; nothing for a visitor without a token.

    One call, which asks only about stories that anybody likes.
    """
    if visitor is None:
        return {}
    liked = store.liked_among([story.id for story in stories if story.likes], visitor.user_id)
    return {story.id: story.id in liked for story in stories}


def moderate(
    story_id: str, request: ModerationRequest, *, moderator_id: str, now: str, unit_of_work: UnitOfWork
) -> tuple[Story, bool]:
    """Record an admin's decision, and answer whether the author was rewarded for the story with it.

    The first approved story of somebody with a qualifying job is: in the transaction that approves it, or, where the
    job came later, in that of the next approval.

    Raises:
        NotFound: there is no such story.
        Forbidden: it is the admin's own.
        Invalid: it is turned down without a reason, or turned down and featured.
    """
    story = store.find(story_id)
    if story is None:
        raise NotFound("There is no such story.")
    decided = story.moderated(request, moderator_id=moderator_id, now=now)
    unit_of_work.add(store.change(story, decided))
    return decided, decided.status == "approved" and _reward(story.author_id, now=now, unit_of_work=unit_of_work)


def remove(story_id: str, caller: Caller, *, unit_of_work: UnitOfWork) -> None:
    """Delete one's own story.

    Raises:
        NotFound: there is none such that the caller may see.
        Forbidden: it is somebody else's.
    """
    story, _ = visible(story_id, caller)
    unit_of_work.add(store.remove(story.owned_by(caller.user_id)))


def _reward(author_id: str, *, now: str, unit_of_work: UnitOfWork) -> bool:
    """Pay for the author's first story, if they have had a qualifying job and were not paid before."""
    member, profile = read_together([referrals.member_key(author_id), profiles.key(author_id)])
    if not referrals.has_qualified(member) or profiles.read(profile, author_id).returned:
        return False
    source, reason = f"story:{author_id}", "First approved story"
    entry = ledger.reward(
        author_id, REWARD_CENTS, type="reward", source=source, reason=reason, now=now, unit_of_work=unit_of_work
    )
    return entry is not None
