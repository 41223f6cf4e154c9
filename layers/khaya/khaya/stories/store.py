"""The Stories table (primary key `id`), its indexes, and the likes.

A like is a separate item with the id `<storyId>#<userId>`, written in one transaction with the count on the story. Only
approved stories have the attributes of the public indexes, which are sparse. The unfiltered feed has three equal
indexes, and each read queries a random one: together they sustain 500 pages per second (the throttle of the API) of
twenty stories of 7 KB. More replicas would make likes more expensive, because each index copies the count.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from khaya.platform.base.changed_day import changed_today
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.feeds import HIDDEN
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, hiding, lists, writes
from khaya.platform.data.corrections import correct
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.stories.model import Like, Story, StoryType

FEED_REPLICAS = 3
"""The number of equal indexes of the unfiltered feed, defined in `template.yaml`, calculated in `docs/data.md`."""

_APPROVED = "approved"
_PENDING = "pending"


def key(story_id: str) -> tuple[str, dict[str, str]]:
    """The table and primary key of the story, for batch reads."""
    return settings().stories_table, {"id": story_id}


def like_key(story_id: str, user_id: str) -> tuple[str, dict[str, str]]:
    """The table and primary key of a person's like. The item exists while the person likes the story."""
    return settings().stories_table, {"id": f"{story_id}#{user_id}"}


def read(item: Item | None) -> Story | None:
    """The story that `item` stores; None for None and for a like."""
    return Story.model_validate(item) if item and "title" in item else None


def find(story_id: str) -> Story | None:
    """The story; None if it does not exist."""
    return read(dynamo.get(*key(story_id)))


def create(story: Story) -> writes.Write:
    """The write that stores a new story."""
    return writes.create(settings().stories_table, _item(story) | changed_today())


def change(before: Story, after: Story) -> writes.Write:
    """The write of the differences, on condition that the version is unchanged; `likes` may change."""
    return writes.replace(
        *key(before.id),
        _item(before),
        _item(after) | changed_today(),
        condition=f"#version = :version AND {writes.same_presence(HIDDEN, present=bool(before.hidden))}",
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )


def set_hidden(story: Story, *, hidden: bool) -> writes.Write | None:
    """The write that hides a story from the public, or shows it; None if nothing changes."""
    if bool(story.hidden) == hidden:
        return None
    after = story.model_copy(update={"hidden": hidden or None})
    return hiding.set_hidden(*key(story.id), _item(story), _item(after) | changed_today())


def remove(story: Story, *, if_unchanged: bool = False) -> writes.Write:
    """The write that deletes the story, in any version or in the one that was read. Its likes stay unreachable."""
    return writes.delete(
        *key(story.id),
        condition="#version = :version" if if_unchanged else "attribute_exists(#id)",
        refusal=lambda _: WriteConflict(),
        values={"version": story.version} if if_unchanged else None,
    )


def like(story_id: str, user_id: str, now: str) -> list[writes.Write]:
    """The writes of a new like, on condition that there is none yet and the story is approved."""
    table, own = like_key(story_id, user_id)
    new_like = Like(id=own["id"], liked_by=user_id, liked_story=story_id, liked_at=now)
    return [
        writes.create(table, item_of(new_like)),
        writes.update(
            *key(story_id),
            "SET #changedDay = :changedDay ADD #likes :one",
            condition="#status = :approved",
            refusal=lambda _: WriteConflict(),
            values={"one": 1, "approved": _APPROVED, **changed_today()},
        ),
    ]


def unlike(story: Story, user_id: str) -> list[writes.Write]:
    """The writes that remove a like, on condition that it exists and the story is approved."""
    return _remove_like(story, user_id, "#status = :approved", {"approved": _APPROVED})


def rename(story: Story, name: str) -> writes.Write | None:
    """The write that updates the copy of the author's name; None if it is up to date."""
    if story.author_name == name:
        return None
    return writes.overwrite(*key(story.id), "authorName", name)


def liked_by(user_id: str, page_request: PageRequest) -> PageResult[str]:
    """The ids of the stories that a person likes, newest first, including deleted stories."""
    result = lists.list_page(settings().stories_table, "byLiker", "likedBy", user_id, page_request)
    return result.mapped(lambda row: str(row["id"].partition("#")[0]))


def take_back_like(story: Story, user_id: str) -> list[writes.Write]:
    """The writes that remove a like from a story in any state, on condition that both exist."""
    return _remove_like(story, user_id, "attribute_exists(#id)", {})


def delete_like(story_id: str, user_id: str) -> writes.Write:
    """The write that deletes a like of a story that was deleted."""
    return writes.delete(*like_key(story_id, user_id), condition=None, refusal=lambda _: WriteConflict())


def count_likes(story_id: str, page_request: PageRequest) -> PageResult[int]:
    """The number of likes on a page of the index of a story's likes, which is eventually consistent."""
    number, after = dynamo.count(
        settings().stories_table,
        "byLikedStory",
        "#likedStory = :story",
        limit=page_request.limit,
        start=page_request.after,
        values={"story": story_id},
    )
    return PageResult([number], after)


def correct_likes(item: Item, likes: int) -> writes.Write:
    """The write that sets the count of likes of the story in `item`, unless the story was written since."""
    return correct(*key(item["id"]), item, {"likes": likes})


def liked_story_ids(story_ids: Sequence[str], user_id: str) -> set[str]:
    """The ids, out of `story_ids`, of the stories that the person likes. At most one batch read."""
    if not story_ids:
        return set()
    found = dynamo.get_many([like_key(story_id, user_id) for story_id in story_ids])
    return {story_id for story_id, item in zip(story_ids, found, strict=True) if item}


def approved(story_type: StoryType | None, page_request: PageRequest) -> PageResult[Story]:
    """Approved stories, newest first, filtered by type if given."""
    if story_type is not None:
        return _listed("byType", "feedType", story_type, page_request)
    replica = f"feed{random.randrange(FEED_REPLICAS)}"  # noqa: S311 - spreads load
    return _listed(replica, "feed", _APPROVED, page_request)


def featured(page_request: PageRequest) -> PageResult[Story]:
    """Featured stories, newest first."""
    return _listed("byFeatured", "feedFeatured", _APPROVED, page_request)


def of_author(author_id: str, page_request: PageRequest) -> PageResult[Story]:
    """All stories of a person, newest first."""
    return _listed("byAuthor", "authorId", author_id, page_request)


def pending(page_request: PageRequest) -> PageResult[Story]:
    """Pending stories, oldest first."""
    return _listed("byPending", "waiting", _PENDING, page_request, newest_first=False)


def _listed(
    index: str, attribute: str, value: str, page_request: PageRequest, *, newest_first: bool = True
) -> PageResult[Story]:
    return lists.list_page(
        settings().stories_table, index, attribute, value, page_request, newest_first=newest_first
    ).mapped(Story.model_validate)


def _remove_like(story: Story, user_id: str, condition: str, values: dict[str, str]) -> list[writes.Write]:
    """The writes that delete a like and count it down. A count that is too low already stays 0 until its repair."""
    counted = story.likes > 0
    return [
        writes.delete(
            *like_key(story.id, user_id), condition="attribute_exists(#id)", refusal=lambda _: WriteConflict()
        ),
        writes.update(
            *key(story.id),
            "SET #changedDay = :changedDay " + ("ADD #likes :less" if counted else ", #likes = :none"),
            condition=f"{condition} AND #likes {'>' if counted else '<='} :none",
            refusal=lambda _: WriteConflict(),
            values={"none": 0, **({"less": -1} if counted else {}), **values, **changed_today()},
        ),
    ]


def _item(story: Story) -> Item:
    """The stored form of the story, with the attributes of its indexes."""
    item = item_of(story)
    if story.is_public:
        item |= {"feed": _APPROVED, "feedType": story.type}
        if story.featured:
            item["feedFeatured"] = _APPROVED
    if story.status == "pending":
        item["waiting"] = _PENDING
    return item
