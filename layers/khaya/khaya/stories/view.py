"""A story as the API shows it: to anybody, and to its author and admins."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from khaya.platform.aws import media
from khaya.platform.base.models import Model
from khaya.platform.web.access import Caller
from khaya.stories.model import Moderation, Status, Story, StoryType
from khaya.uploads.model import ContentType, content_type_of


class StoryMedia(Model):
    """A picture of a story, by a link that works for a short time."""

    url: str
    content_type: ContentType


class StoryView(Model):
    """A story as anybody sees it."""

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
    """A story as its author and admins see it."""

    status: Status
    moderation: Moderation | None


class LikesView(Model):
    """How many like a story, and whether the caller is one of them."""

    likes: int
    liked: bool


def shown(story: Story, visitor: Caller | None, *, liked: bool | None) -> OwnStoryView | StoryView:
    """The story as `visitor` may see it."""
    if visitor is not None and (visitor.is_admin or visitor.user_id == story.author_id):
        return shown_fully(story, liked=liked)
    return StoryView(**_fields(story, StoryView, liked))


def shown_fully(story: Story, *, liked: bool | None) -> OwnStoryView:
    """The story as its author, or an admin, sees it."""
    return OwnStoryView(**_fields(story, OwnStoryView, liked))


def _fields(story: Story, view: type[StoryView], liked: bool | None) -> dict[str, Any]:
    derived = {
        "media": [StoryMedia(url=media.link(key), content_type=content_type_of(key)) for key in story.media],
        "liked": liked,
    }
    return {name: getattr(story, name) for name in view.model_fields if name not in derived} | derived
