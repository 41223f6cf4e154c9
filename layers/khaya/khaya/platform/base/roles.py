"""The roles of people, and their form in tokens."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, cast

Role = Literal["buyer", "worker", "seller", "admin"]
ROLES: Final[tuple[Role, ...]] = ("buyer", "worker", "seller", "admin")


def roles_in(groups: object) -> frozenset[Role]:
    """The roles in a `cognito:groups` claim: a list in a token, text in several forms behind API Gateway."""
    if isinstance(groups, str):
        return _roles_in_text(groups)
    names = groups if isinstance(groups, list) else []
    return frozenset(cast("Role", name) for name in names if name in ROLES)


@lru_cache(maxsize=64)
def _roles_in_text(text: str) -> frozenset[Role]:
    """The roles in one of these forms: `worker`, `worker,buyer`, `[worker buyer]`, `["worker", "buyer"]`."""
    return roles_in(re.findall(r"[^\s,\[\]\"']+", text))
