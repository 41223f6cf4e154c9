"""Base classes of all models, and the stored form of a model."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Item = dict[str, Any]
"""A stored item as Python values: text, numbers, booleans, lists, maps, sets of text."""


class Model(BaseModel):
    """Base of stored models and of responses: immutable, with camelCase names outside Python."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        extra="ignore",
        hide_input_in_errors=True,
    )


class RequestModel(BaseModel):
    """Base of request bodies: unknown fields are refused."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, validate_by_alias=True, serialize_by_alias=True, extra="forbid"
    )


def item_of(model: BaseModel) -> dict[str, Any]:
    """The stored form of `model`: camelCase names, without fields that are None."""
    return model.model_dump(by_alias=True, exclude_none=True)


def omittable() -> Any:
    """A field that a client may omit but not set to null. Its default is never used: see `sent_fields`."""
    return Field(default_factory=lambda: None)


def sent_fields(request: BaseModel) -> dict[str, Any]:
    """The fields that the client sent, by their Python names."""
    return {name: getattr(request, name) for name in request.model_fields_set}
