"""The API's representations of a story: public, and for its author and admins."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from khaya.platform.aws import media
from khaya.platform.base.models import Model
from khaya.platform.web.access import Caller
from khaya.stories.model import Moderation, Status, Story, StoryType
from khaya.uploads.model import ContentType, content_type_of


class StoryMedia(Model):
    """A picture of a story, with a short-lived link."""

    url: str
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
        return own_story_view(story, liked=liked)
    return StoryView(**_fields(story, StoryView, liked))


def own_story_view(story: Story, *, liked: bool | None) -> OwnStoryView:
    """The representation of the story for its author or an admin."""
    return OwnStoryView(**_fields(story, OwnStoryView, liked))


def _fields(story: Story, view: type[StoryView], liked: bool | None) -> dict[str, Any]:
    derived = {
        "media": [StoryMedia(url=media.link(key), content_type=content_type_of(key)) for key in story.media],
        "liked": liked,
    }
    return {name: getattr(story, name) for name in view.model_fields if name not in derived} | derived
