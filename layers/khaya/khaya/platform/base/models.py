"""Base classes of all models, and the stored form of a model."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from khaya.platform.base.errors import FieldError

Item = dict[str, Any]
"""A stored item as Python values: text, numbers, booleans, lists, maps, sets of text."""


class Model(BaseModel):
    """Base of stored models and of responses: immutable, with camelCase names outside Python.

    Validators and serializers are built when a model is first used, because a cold start uses few of the models that
    it imports.
    """

    model_config = ConfigDict(
        defer_build=True,
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
        defer_build=True,
        frozen=True,
        alias_generator=to_camel,
        validate_by_alias=True,
        serialize_by_alias=True,
        extra="forbid",
    )


def check_only_one_of(request: BaseModel, *shapes: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    """Check that the client sent all fields of one of the shapes, not null, and none but those and the optional ones.

    Raises:
        FieldError: it did not.
    """
    sent = {to_camel(name) for name in request.model_fields_set}
    values = [getattr(request, name) for name in request.model_fields_set]
    if None in values or sent - {*optional} not in [{*shape} for shape in shapes]:
        words = "; ".join(" and ".join(shape) for shape in shapes)
        raise FieldError(f"must be one of: {words}", "exactly_one", groups=["+".join(shape) for shape in shapes])


def only_one_of(*shapes: tuple[str, ...], optional: tuple[str, ...] = ()) -> Callable[[dict[str, Any]], None]:
    """The JSON Schema, for `json_schema_extra`, of a request that `check_only_one_of` accepts."""

    def rewrite(schema: dict[str, Any]) -> None:
        fields = schema.pop("properties")
        schema.pop("required", None)
        schema.pop("additionalProperties", None)
        schema["oneOf"] = [
            {
                "type": "object",
                "properties": {name: _not_null(fields[name]) for name in (*shape, *optional)},
                "required": [*shape],
                "additionalProperties": False,
            }
            for shape in shapes
        ]

    return rewrite


def _not_null(field: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a field without null."""
    forms = [form for form in field.get("anyOf", []) if form != {"type": "null"}]
    about = {name: value for name, value in field.items() if name not in ("anyOf", "default")}
    return {**forms[0], **about} if len(forms) == 1 else {**about, **({"anyOf": forms} if forms else {})}


class _HasVersion(Protocol):
    @property
    def version(self) -> int: ...
    def model_copy(self, *, update: Mapping[str, Any] | None = None) -> Self: ...


Versioned = TypeVar("Versioned", bound=_HasVersion)


def next_version(before: Versioned, changed: Mapping[str, Any], **times: str) -> Versioned:
    """`before` with the changed fields, the next version and `times`; `before` itself if nothing differs.

    So a change that changes nothing keeps the version, and callers write nothing.
    """
    if all(getattr(before, name) == value for name, value in changed.items()):
        return before
    return before.model_copy(update={**changed, **times, "version": before.version + 1})


def item_of(model: BaseModel) -> dict[str, Any]:
    """The stored form of `model`: camelCase names, without fields that are None."""
    return model.model_dump(by_alias=True, exclude_none=True)


def omittable() -> Any:
    """A field that a client may omit but not set to null. Its default is never used: see `sent_fields`."""
    return Field(default_factory=lambda: None)


def sent_fields(request: BaseModel) -> dict[str, Any]:
    """The fields that the client sent, by their Python names."""
    return {name: getattr(request, name) for name in request.model_fields_set}
