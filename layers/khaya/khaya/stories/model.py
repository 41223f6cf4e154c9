"""A story, what an admin decides about it, and who may see it when."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from khaya.platform.base.errors import Conflict, Forbidden, Invalid
from khaya.platform.base.fields import Count, Prose, Title
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import RAND
from khaya.uploads.model import UploadKey, content_type_of

StoryType = Literal["success", "testimonial", "tip", "experience"]
Status = Literal["pending", "approved", "rejected"]
Decision = Literal["approve", "reject"]

REWARD_CENTS = 50 * RAND
"""What the first approved story of somebody with a qualifying job earns, once."""


def _picture(key: str) -> str:
    if not content_type_of(key).startswith("image/"):
        raise ValueError("must be the key of a picture")
    return key


Content = Annotated[Prose, Field(min_length=20, max_length=10_000)]
MediaKeys = Annotated[
    list[Annotated[UploadKey, AfterValidator(_picture)]],
    Field(max_length=5, description="Keys of uploads for a story, in the order in which they are shown."),
]


class StoryPosting(RequestModel):
    """What a person writes to tell a story."""

    title: Title
    content: Content
    type: StoryType
    media: MediaKeys = []


class ModerationRequest(RequestModel):
    """An admin's decision; to turn a story down, they say why."""

    decision: Decision
    featured: Annotated[
        bool | None,
        Field(strict=True, description="Whether to put it forward; left out, an approved story stays as it was."),
    ] = None
    reason: Annotated[Prose, Field(min_length=3, max_length=500)] | None = None


class Moderation(Model):
    """What was decided on a story, why, by whom and when."""

    decision: Decision
    reason: str | None = None
    moderator_id: str
    at: str


class Story(Model):
    """A story. Nobody but its author and admins sees it until it is approved."""

    id: str
    author_id: str
    author_name: str
    title: str
    content: str
    type: StoryType
    media: list[str] = []
    status: Status = "pending"
    featured: bool = False
    likes: Count = 0
    moderation: Moderation | None = None
    created_at: str
    updated_at: str
    version: int = 1

    def seen_by(self, person: str | None, *, admin: bool) -> bool:
        """Whether the person may see it: anybody an approved one; others its author and admins."""
        return self.status == "approved" or admin or person == self.author_id

    def owned_by(self, person: str) -> Story:
        """The story itself, if it is the person's own.

        Raises:
            Forbidden: it is somebody else's.
        """
        if person != self.author_id:
            raise Forbidden("Only the author may do this.")
        return self

    def open_to_likes(self) -> Story:
        """The story itself, if it may be liked.

        Raises:
            Conflict: it is not approved.
        """
        if self.status != "approved":
            raise Conflict(f"The story is {self.status}, so it cannot be liked.")
        return self

    def moderated(self, request: ModerationRequest, *, moderator_id: str, now: str) -> Story:
        """The story after an admin's decision, which may be taken anew at any time; the last one stands.

        Raises:
            Forbidden: it is the admin's own.
            Invalid: it is turned down without a reason, or turned down and featured.
        """
        if moderator_id == self.author_id:
            raise Forbidden("No admin moderates their own story.")
        approved = request.decision == "approve"
        if not approved and request.reason is None:
            raise Invalid([("reason", "is needed to reject a story")])
        if not approved and request.featured:
            raise Invalid([("featured", "only an approved story can be featured")])
        featured = self.featured if request.featured is None else request.featured
        moderation = Moderation(decision=request.decision, reason=request.reason, moderator_id=moderator_id, at=now)
        return self._next(
            now, status="approved" if approved else "rejected", featured=approved and featured, moderation=moderation
        )

    def _next(self, now: str, **changed: Any) -> Story:
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})


def told(posting: StoryPosting, *, author_id: str, author_name: str, now: str) -> Story:
    """A new story, which waits for an admin."""
    return Story(
        id=new_id(),
        author_id=author_id,
        author_name=author_name,
        created_at=now,
        updated_at=now,
        **{name: getattr(posting, name) for name in StoryPosting.model_fields},
    )
