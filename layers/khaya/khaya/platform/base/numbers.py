"""Whole numbers: exact in JSON bodies, and in digits alone in queries."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, GetPydanticSchema
from pydantic_core import PydanticKnownError, core_schema

LARGEST_EXACT: Final = 2**53 - 1
"""The largest whole number that every JSON reader reads exactly (RFC 8259, section 6)."""

_DIGITS: Final = re.compile(r"0|[1-9][0-9]{0,15}")


def _in_digits(value: Any) -> Any:
    """The number that a query's text stands for: ASCII digits, no sign, no leading zero."""
    if not isinstance(value, str):
        return value
    if not _DIGITS.fullmatch(value):
        raise PydanticKnownError("int_parsing")
    return int(value)


Whole = Annotated[int, Field(strict=True, ge=-LARGEST_EXACT, le=LARGEST_EXACT)]
"""A whole number in a JSON body: written without fraction and exponent."""

Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST_EXACT)]
"""A number of things, from 0."""

_STORED: Final = core_schema.union_schema(
    [
        core_schema.int_schema(strict=True, ge=0, le=LARGEST_EXACT),
        core_schema.no_info_after_validator_function(lambda _: 0, core_schema.int_schema(strict=True, lt=0)),
    ],
    mode="left_to_right",
)

StoredCount = Annotated[int, GetPydanticSchema(lambda *_: _STORED)]
"""A counter as it is stored: one that a fault left below 0 is read as 0, so that lists that show it can be read.

A union, so that only such a counter calls Python; made once, because a profile has sixteen counters.
"""

in_digits: Final = BeforeValidator(_in_digits)
"""Annotates a whole number in a query: ASCII digits only, from 0."""
