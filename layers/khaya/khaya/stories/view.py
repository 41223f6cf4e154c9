"""The API's representations of a story: public, and for its author and admins."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from khaya.moderation.model import Moderation
from khaya.platform.base.feeds import EXCERPT_LENGTH
from khaya.platform.base.models import Model
from khaya.platform.base.text import excerpt
from khaya.platform.web.access import Caller
from khaya.stories.model import Status, Story, StoryType
from khaya.uploads.model import ContentType, upload_id
from khaya.uploads.view import file_url, media_type


class StoryMedia(Model):
    """A picture of a story; `url` is null for all but its author while it is checked."""

    url: str | None
    content_type: ContentType


class StoryView(Model):
    """The public representation of a story."""

    id: str
    author_id: str
    author_name: str
    title: str
    content: str
    type: StoryType
    media: list[StoryMedia]
    featured: bool
    likes: int
    liked: Annotated[bool | None, Field(description="Whether the caller likes it; null for callers without a token.")]
    created_at: str
    updated_at: str


class StoryCard(Model):
    """A story in a list of cards: the same for everybody."""

    id: str
    author_id: str
    author_name: str
    title: str
    excerpt: str
    type: StoryType
    media: Annotated[list[StoryMedia], Field(description="The first one, if there is any.")]
    featured: bool
    likes: int
    liked: Annotated[bool | None, Field(description="Whether the caller likes it; null for callers without a token.")]
    created_at: str


class OwnStoryView(StoryView):
    """The representation of a story for its author and admins."""

    status: Status
    moderation: Moderation | None
    version: Annotated[int, Field(description="Changes with each decision, not with likes.")]


class LikesView(Model):
    """The number of likes of a story, and whether the caller likes it."""

    likes: int
    liked: bool


def story_view(story: Story, visitor: Caller | None, *, liked: bool | None) -> OwnStoryView | StoryView:
    """The representation of the story that `visitor` may see."""
    if visitor is not None and (visitor.is_admin or visitor.user_id == story.author_id):
        return own_story_view(story, visitor.user_id, liked=liked)
    return StoryView(**_fields(story, StoryView, liked, own=False))


def story_card(story: Story, *, liked: bool | None) -> StoryCard:
    """The story in a list of cards."""
    return StoryCard(
        **{name: getattr(story, name) for name in StoryCard.model_fields if name not in ("excerpt", "media", "liked")},
        excerpt=excerpt(story.content, EXCERPT_LENGTH),
        media=list(_media(story, own=False))[:1],
        liked=liked,
    )


def own_story_view(story: Story, person: str, *, liked: bool | None) -> OwnStoryView:
    """The representation of the story for its author or an admin."""
    return OwnStoryView(**_fields(story, OwnStoryView, liked, own=person == story.author_id))


def _fields(story: Story, view: type[StoryView], liked: bool | None, *, own: bool) -> dict[str, Any]:
    derived = {"media": list(_media(story, own=own)), "liked": liked}
    return {name: getattr(story, name) for name in view.model_fields if name not in derived} | derived


def _media(story: Story, *, own: bool) -> Iterator[StoryMedia]:
    for key in story.media:
        facts = story.pictures.get(upload_id(key))
        if own or facts is None or facts.state == "ready":
            url = file_url(key, story.pictures, own=own, public=story.status == "approved")
            yield StoryMedia(url=url, content_type=media_type(key, story.pictures))
