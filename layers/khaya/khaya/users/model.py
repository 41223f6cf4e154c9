"""A person's private record: contact, standing, and the roles and sessions that were taken from them."""

from __future__ import annotations

import re

from khaya.fields import Stored
from khaya.roles import Role

_LOCAL = re.compile(r"0([678]\d{8})")
_E164 = re.compile(r"\+[1-9]\d{6,14}")


class User(Stored):
    """The private record of a person. The gate keeps its own counts beside these fields."""

    user_id: str
    phone: str | None = None
    email: str | None = None
    status: str = "active"
    lost_roles: set[Role] = set()
    created_at: str | None = None


def normal_phone(text: str) -> str:
    """A phone number as E.164; South African local numbers get their country code.

    Raises:
        ValueError: it is neither.
    """
    digits = re.sub(r"[\s().-]", "", text)
    if local := _LOCAL.fullmatch(digits):
        return f"+27{local[1]}"
    if _E164.fullmatch(digits):
        return digits
    raise ValueError("must be a South African number such as 082 123 4567, or international with + and country code")
