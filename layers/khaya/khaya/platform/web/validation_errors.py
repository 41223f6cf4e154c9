"""Maps pydantic's validation errors to field problems with codes of our own."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from khaya.platform.base.errors import FieldError, FieldProblem
from khaya.platform.base.problem_codes import FIELD_CODES


class _Meaning(NamedTuple):
    code: str
    message: str
    param: str = ""
    """The name of the parameter, which stands in braces in `message`."""
    source: str = ""
    """The name of the parameter's value in pydantic's context."""


_MEANINGS: Final[dict[str, _Meaning]] = {
    "missing": _Meaning("required", "is missing"),
    "extra_forbidden": _Meaning("unknown_field", "is not a field of this request"),
    "string_too_short": _Meaning("too_short", "must have at least {min} characters", "min", "min_length"),
    "string_too_long": _Meaning("too_long", "must have at most {max} characters", "max", "max_length"),
    "too_short": _Meaning("too_few", "must have at least {min} items", "min", "min_length"),
    "too_long": _Meaning("too_many", "must have at most {max} items", "max", "max_length"),
    "greater_than_equal": _Meaning("too_small", "must be at least {min}", "min", "ge"),
    "less_than_equal": _Meaning("too_big", "must be at most {max}", "max", "le"),
    "string_pattern_mismatch": _Meaning("wrong_format", "does not have the required form"),
    "string_unicode": _Meaning("unpaired_surrogate", "has an unpaired surrogate"),
}
_NOT_SIZED_TEXT: Final = {"too_short": "string_too_short", "too_long": "string_too_long"}
"""pydantic's errors for the length of a text that a validator returned."""
_TYPES: Final[dict[str, tuple[str, str]]] = {
    "string": ("string", "text"),
    "int": ("integer", "a whole number"),
    "float": ("number", "a number"),
    "finite": ("number", "a number"),
    "bool": ("boolean", "true or false"),
    "list": ("array", "a list"),
    "dict": ("object", "an object"),
    "model": ("object", "an object"),
}
"""The name of a JSON type, and its words in a message, by the first word of pydantic's errors for wrong types."""
_WRONG_TYPE = re.compile(r"(\w+?)_(type|parsing|parsing_size|from_float|number|attributes_type)")


def field_problem(error: Mapping[str, Any]) -> FieldProblem:
    """The field problem for one of pydantic's errors. It names the field, and never the value."""
    loc, kind, context = error["loc"], error["type"], error.get("ctx") or {}
    field = ".".join(str(part)[:64] for part in loc[1:9]) or str(loc[0])
    raised = context.get("error")
    if isinstance(raised, FieldError):
        return FieldProblem(field, str(raised), raised.code, raised.params)
    if kind in ("literal_error", "enum"):
        options = re.findall(r"'([^']*)'", str(context["expected"]))
        return FieldProblem(field, f"must be one of {', '.join(options)}", "not_an_option", {"options": options})
    if isinstance(error.get("input"), str):
        kind = _NOT_SIZED_TEXT.get(kind, kind)
    if meaning := _MEANINGS.get(kind):
        params = {meaning.param: context[meaning.source]} if meaning.param else {}
        return FieldProblem(field, meaning.message.format(**params), meaning.code, params)
    if kind in FIELD_CODES:
        return FieldProblem(field, str(error["msg"]), kind, context)
    if wrong := _WRONG_TYPE.fullmatch(kind):
        expected, words = _TYPES.get(wrong[1], ("object", "another type"))
        return FieldProblem(field, f"must be {words}", "wrong_type", {"expected": expected})
    message = str(error["msg"]).removeprefix("Value error, ") if kind == "value_error" else "is not valid"
    return FieldProblem(field, message, "wrong_format")
