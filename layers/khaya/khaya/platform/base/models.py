"""Base classes of every model, and the stored form of a model."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Item = dict[str, Any]
"""A stored item as plain Python values: text, numbers, booleans, lists, maps, sets of text."""


class Model(BaseModel):
    """A thing of the marketplace as it is kept and answered: never changed in place, camelCase outside Python."""

    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        extra="ignore",
        hide_input_in_errors=True,
    )


class RequestModel(BaseModel):
    """What a client sends: unknown fields are refused, numbers are not read from text."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, validate_by_alias=True, serialize_by_alias=True, extra="forbid"
    )


def item_of(thing: BaseModel) -> dict[str, Any]:
    """The fields of `thing` as they are stored: camelCase, without those that have no value."""
    return thing.model_dump(by_alias=True, exclude_none=True)


def left_out() -> Any:
    """Marks a field that a client may leave out but not clear. Its default is never read: see `named`."""
    return Field(default_factory=lambda: None)


def named(wanted: BaseModel) -> dict[str, Any]:
    """The fields that a client named, by their Python names."""
    return {name: getattr(wanted, name) for name in wanted.model_fields_set}
