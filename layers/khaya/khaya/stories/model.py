"""The story, its moderation, and the rules of its visibility."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from khaya.moderation.model import Moderation, ModerationRequest
from khaya.platform.base.errors import Conflict, FieldError, Forbidden, Stale
from khaya.platform.base.fields import Length, Prose, Title
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, next_version
from khaya.platform.base.money import RAND
from khaya.platform.base.numbers import StoredCount
from khaya.uploads.model import DifferentKeys, Pictures, UploadKey, content_type_of

StoryType = Literal["success", "testimonial", "tip", "experience"]
Status = Literal["pending", "approved", "rejected"]

REWARD_CENTS = 50 * RAND
"""The reward for the first approved story of a person with a qualifying job. Paid once."""


def _picture(key: str) -> str:
    if not content_type_of(key).startswith("image/"):
        raise FieldError("must be the key of a picture", "not_a_picture")
    return key


Content = Annotated[Prose, Length(20, 10_000)]
MediaKeys = Annotated[
    list[Annotated[UploadKey, AfterValidator(_picture)]],
    Field(
        max_length=5,
        json_schema_extra={"uniqueItems": True},
        description="Keys of uploads for a story, in the order in which they are shown.",
    ),
    DifferentKeys,
]


class StoryPosting(RequestModel):
    """The request to submit a story."""

    title: Title
    content: Content
    type: StoryType
    media: MediaKeys = []


class StoryModerationRequest(ModerationRequest):
    """An admin's decision. A rejection needs a reason, and features nothing."""

    featured: Annotated[
        bool | None,
        Field(
            strict=True,
            description="Whether to feature the story. If left out, an approved story keeps its present value.",
        ),
    ] = None

    @field_validator("featured")
    @classmethod
    def _is_approved(cls, featured: bool | None, others: ValidationInfo) -> bool | None:
        if featured and others.data.get("decision") == "reject":
            raise FieldError("is possible only for an approved story", "not_with_rejection")
        return featured


class Story(Model):
    """A story. Only its author and admins see it until it is approved."""

    id: str
    author_id: str
    author_name: str
    title: str
    content: str
    type: StoryType
    media: list[str] = []
    pictures: Pictures = {}
    status: Status = "pending"
    featured: bool = False
    likes: StoredCount = 0
    moderation: Moderation | None = None
    created_at: str
    updated_at: str
    version: int = 1
    hidden: bool | None = None
    """Whether the author is suspended: the story is not public."""

    @property
    def is_public(self) -> bool:
        """Whether everybody may see the story."""
        return self.status == "approved" and not self.hidden

    def visible_to(self, person: str | None, *, admin: bool) -> bool:
        """Whether the person may see the story: everybody if it is public, otherwise its author and admins."""
        return self.is_public or admin or person == self.author_id

    def require_owner(self, person: str) -> "Story":
        """This story, after checking that the person is its author.

        Raises:
            Forbidden: another person is the author.
        """
        if person != self.author_id:
            raise Forbidden("Only the author may do this.", code="not_the_owner")
        return self

    def require_approved(self) -> "Story":
        """This story, after checking that it may be liked.

        Raises:
            Conflict: the story is not approved.
        """
        if self.status != "approved":
            raise Conflict(
                f"The story is {self.status}, so it cannot be liked.",
                code="story_status",
                params={"status": self.status},
            )
        return self

    def moderated(self, request: StoryModerationRequest, *, moderator_id: str, now: str) -> "Story":
        """The story after an admin's decision. A later decision replaces an earlier one.

        Raises:
            Forbidden: the admin is the author.
            Stale: there is a newer version than the one that the admin has read.
        """
        if moderator_id == self.author_id:
            raise Forbidden("No admin moderates their own story.", code="own_affair")
        approved = request.decision == "approve"
        if request.version != self.version:
            raise Stale(f"The present version is {self.version}.")
        featured = self.featured if request.featured is None else request.featured
        moderation = Moderation(decision=request.decision, reason=request.reason, moderator_id=moderator_id, at=now)
        return self._updated(
            now, status="approved" if approved else "rejected", featured=approved and featured, moderation=moderation
        )

    def _updated(self, now: str, **changed: Any) -> "Story":
        return next_version(self, changed, updated_at=now)


class Like(Model):
    """A person's like of a story.

    Attributes:
        id: `<storyId>#<userId>`.
    """

    id: str
    liked_by: str
    liked_story: str
    liked_at: str


def new_story(
    posting: StoryPosting, *, author_id: str, author_name: str, now: str, hidden: bool | None = None
) -> Story:
    """A new pending story. `hidden`: see `Story`."""
    return Story(
        id=new_id(),
        author_id=author_id,
        author_name=author_name,
        hidden=hidden,
        created_at=now,
        updated_at=now,
        **{name: getattr(posting, name) for name in StoryPosting.model_fields},
    )
