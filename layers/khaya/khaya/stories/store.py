"""The Stories table, keyed by `id`, the indexes by which stories are listed, and who likes which.

A like is an item of its own under `<storyId>#<userId>`; it comes and goes in one transaction with the count on the
story. Only approved stories carry the attributes of the public indexes, so those hold nothing else. The unfiltered feed
has replicas, equal indexes of which a read takes any one: three stand 500 pages a second, the whole of the API's
throttle, of twenty stories of 7 KB each. More would make every like dearer, since each index repeats the count.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.stories.model import Story, StoryType

FEED_REPLICAS = 3
"""How many equal indexes hold the unfiltered feed; `template.yaml` has them, `docs/data.md` the arithmetic."""

_APPROVED = "approved"
_WAITING = "pending"


def key(story_id: str) -> tuple[str, dict[str, str]]:
    """Where the story stands, for a read together with others."""
    return settings().stories_table, {"id": story_id}


def like_key(story_id: str, user_id: str) -> tuple[str, dict[str, str]]:
    """Where the person's like of the story stands, if they like it."""
    return settings().stories_table, {"id": f"{story_id}#{user_id}"}


def read(item: Item | None) -> Story | None:
    """The story in `item`; a like is none."""
    return Story.model_validate(item) if item and "title" in item else None


def find(story_id: str) -> Story | None:
    """The story, if there is one."""
    return read(dynamo.get(*key(story_id)))


def create(story: Story) -> writes.Write:
    """Store a new story."""
    return writes.put(
        settings().stories_table, _item(story), condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict()
    )


def change(before: Story, after: Story) -> writes.Write:
    """Write what differs, if the story is still as it was read; its count of likes may have moved meanwhile."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after),
        condition="#version = :version",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )


def remove(story: Story) -> writes.Write:
    """Remove the story. Its likes stay behind, where nothing leads to them."""
    return writes.delete(*key(story.id), condition="attribute_exists(#id)", refusal=lambda _: WriteConflict())


def like(story_id: str, user_id: str, now: str) -> list[writes.Write]:
    """One like more, if the person does not like the story yet and it is approved still."""
    table, own = like_key(story_id, user_id)
    return [
        writes.put(
            table,
            {**own, "likedAt": now, "likedBy": user_id},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: WriteConflict(),
        ),
        _count(story_id, +1),
    ]


def unlike(story_id: str, user_id: str) -> list[writes.Write]:
    """One like fewer, if the person likes the story and it is approved still."""
    return [
        writes.delete(
            *like_key(story_id, user_id), condition="attribute_exists(#id)", refusal=lambda _: WriteConflict()
        ),
        _count(story_id, -1),
    ]


def rename(story: Story, name: str) -> writes.Write | None:
    """Write the author's present name on a story; None where it says so already."""
    if story.author_name == name:
        return None
    return writes.overwrite(*key(story.id), "authorName", name)


def liked_by(user_id: str, page_request: PageRequest) -> PageResult[str]:
    """The ids of the stories that a person likes, the newest first; also of those that are gone by now."""
    found = lists.list_page(settings().stories_table, "byLiker", "likedBy", user_id, page_request)
    return PageResult([row["id"].partition("#")[0] for row in found.items], found.after)


def forget_like(story_id: str, user_id: str) -> writes.Write:
    """Remove a like of a story that counts none any more."""
    return writes.delete(*like_key(story_id, user_id), condition=None, refusal=lambda _: WriteConflict())


def liked_among(story_ids: Sequence[str], user_id: str) -> set[str]:
    """Which of the stories the person likes, in one call; none where none is asked about."""
    if not story_ids:
        return set()
    found = dynamo.get_many([like_key(story_id, user_id) for story_id in story_ids])
    return {story_id for story_id, item in zip(story_ids, found, strict=True) if item}


def approved(story_type: StoryType | None, page_request: PageRequest) -> PageResult[Story]:
    """Approved stories, newest first, of one type where it is named."""
    if story_type is not None:
        return _listed("byType", "feedType", story_type, page_request)
    replica = f"feed{random.randrange(FEED_REPLICAS)}"  # noqa: S311 - spreads load
    return _listed(replica, "feed", _APPROVED, page_request)


def featured(page_request: PageRequest) -> PageResult[Story]:
    """Featured stories, newest first."""
    return _listed("byFeature", "feedFeatured", _APPROVED, page_request)


def of_author(author_id: str, page_request: PageRequest) -> PageResult[Story]:
    """A person's stories in any state, newest first."""
    return _listed("byAuthor", "authorId", author_id, page_request)


def pending(page_request: PageRequest) -> PageResult[Story]:
    """What waits for an admin, oldest first."""
    return _listed("byWait", "waiting", _WAITING, page_request, newest_first=False)


def _listed(
    index: str, attribute: str, value: str, page_request: PageRequest, *, newest_first: bool = True
) -> PageResult[Story]:
    found = lists.list_page(settings().stories_table, index, attribute, value, page_request, newest_first=newest_first)
    return PageResult([Story.model_validate(row) for row in found.items], found.after)


def _count(story_id: str, step: int) -> writes.Write:
    return writes.update(
        *key(story_id),
        "ADD #likes :step",
        condition="#status = :approved",
        refusal=lambda _: WriteConflict(),
        values={"step": step, "approved": _APPROVED},
    )


def _item(story: Story) -> Item:
    """The story with the attributes that its indexes are made of."""
    item = item_of(story)
    if story.status == "approved":
        item |= {"feed": _APPROVED, "feedType": story.type}
        if story.featured:
            item["feedFeatured"] = _APPROVED
    if story.status == "pending":
        item["waiting"] = _WAITING
    return item
