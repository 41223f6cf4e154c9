"""The roles a person may hold, and how a token names them."""

from __future__ import annotations

import json
import re
from typing import Final, Literal, cast

Role = Literal["buyer", "worker", "seller", "admin"]
ROLES: Final[tuple[Role, ...]] = ("buyer", "worker", "seller", "admin")


def roles_in(groups: object) -> frozenset[Role]:
    """The roles in a `cognito:groups` claim: a list in the token, text in several forms behind a gateway."""
    if isinstance(groups, str):
        text = groups.strip()
        try:
            groups = json.loads(text) if text.startswith("[") else re.split(r"[\s,]+", text)
        except ValueError:
            groups = re.findall(r"[^\s,\[\]\"']+", text)
    names = groups if isinstance(groups, list) else []
    return frozenset(cast("Role", name) for name in names if name in ROLES)
