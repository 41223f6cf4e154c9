"""The request to moderate a listing or a story, and the decision as it is stored."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from khaya.platform.base.errors import FieldError
from khaya.platform.base.fields import Length, Prose, Whole
from khaya.platform.base.models import Model, RequestModel

Decision = Literal["approve", "reject"]


class ModerationRequest(RequestModel):
    """An admin's decision. A rejection needs a reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"decision": {"const": "reject"}}},
            "then": {"properties": {"reason": {"type": "string"}}, "required": ["reason"]},
        }
    )

    decision: Decision
    reason: Annotated[Prose, Length(3, 500)] | None = Field(None, validate_default=True)
    version: Annotated[
        Whole, Field(ge=1, description="The version that the admin has read; `412` if there is a newer one.")
    ]

    @field_validator("reason")
    @classmethod
    def _is_given_to_reject(cls, reason: str | None, others: ValidationInfo) -> str | None:
        if reason is None and others.data.get("decision") == "reject":
            raise FieldError("is needed for a rejection", "required")
        return reason


class Moderation(Model):
    """The decision, reason, moderator and time of a moderation."""

    decision: Decision
    reason: str | None = None
    moderator_id: str
    at: str
