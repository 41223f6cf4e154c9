"""The gate that every write and every admin's request passes: one conditional update of the person's own record.

It refuses those who are suspended, whose session was ended or whose roles were taken since the token was issued, and it
counts writes. The writes of the present minute stand in a list under that minute's slot, of which there are seven;
passing the gate drops the other six, so the record holds one minute's worth and the limit is exact. Somebody who writes
in every seventh minute only would keep one slot growing: it is cut when it is found to be long.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from khaya.platform.base import clock
from khaya.platform.base.errors import Forbidden, TooMany, Unauthenticated, WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.roles import Role
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.web.identity import Caller

_SLOTS = 7
_MINUTE = 60
_LONG = 3
"""How many times the limit a slot may hold before it is cut."""

_CONDITION = (
    "(attribute_not_exists(#status) OR #status = :active)"
    " AND NOT contains(#endedSessions, :session)"
    " AND (attribute_not_exists(#endedBefore) OR #endedBefore < :signedIn)"
)


def pass_account_guard(
    caller: Caller, roles: Collection[Role], now: str, *, counted: bool, erased_too: bool = False
) -> Caller:
    """Let the caller through, and answer them with the roles that they still hold.

    Args:
        caller: who asks, as their token has it.
        roles: those of the caller's roles that the request may rest on; none where it rests on none.
        now: the moment of the request.
        counted: whether the request is a write, which counts for the limit.
        erased_too: whether somebody who has just had their account erased is let through.

    Raises:
        Unauthenticated: the session was ended.
        Forbidden: the person is suspended, or holds none of the roles any more.
        TooMany: they have written too often in this minute.
    """
    limit = settings().writes_per_minute if counted else 0
    passage = _Passage(caller, tuple(sorted(roles)), clock.epoch(now), limit, erased_too)
    record = dynamo.update_now(passage.write())
    if limit and len(record[passage.slot]) > _LONG * limit:
        dynamo.update_now(passage.cut(len(record[passage.slot])))
    return replace(caller, roles=caller.roles - record.get("lostRoles", set()))


@dataclass(frozen=True)
class _Passage:
    """One request at the gate; `now` in seconds since 1970, `limit` 0 where it does not count."""

    caller: Caller
    roles: tuple[Role, ...]
    now: int
    limit: int
    erased_too: bool

    @property
    def slot(self) -> str:
        """The attribute that holds the times of this minute's writes, the youngest first."""
        return f"writes{self.now // _MINUTE % _SLOTS}"

    @property
    def minute_began(self) -> int:
        return self.now - self.now % _MINUTE

    def write(self) -> writes.Write:
        """The conditional update."""
        values: dict[str, Any] = {
            "active": "active",
            "session": self.caller.session_id,
            "signedIn": self.caller.signed_in_at,
            **{f"role{number}": role for number, role in enumerate(self.roles)},
        }
        condition = _CONDITION
        if self.erased_too:
            condition = f"(#status = :erased OR ({_CONDITION}))"
            values["erased"] = "erased"
        if self.roles:
            held = " OR ".join(f"NOT contains(#lostRoles, :role{number})" for number in range(len(self.roles)))
            condition += f" AND ({held})"
        if self.limit:
            last = f"#{self.slot}[{self.limit - 1}]"
            others = ", ".join(f"#writes{number}" for number in range(_SLOTS) if f"writes{number}" != self.slot)
            expression = f"SET #{self.slot} = list_append(:one, if_not_exists(#{self.slot}, :none)) REMOVE {others}"
            condition += f" AND (attribute_not_exists({last}) OR {last} < :minute)"
            values |= {"one": [self.now], "none": [], "minute": self.minute_began}
        else:
            expression = "SET #seenAt = :now"
            values |= {"now": self.now}
        return self._update(expression, condition, values)

    def cut(self, length: int) -> writes.Write:
        """Forget the oldest of the slot's times; twice the limit stays, so others who write meanwhile do no harm."""
        old = ", ".join(f"#{self.slot}[{number}]" for number in range(2 * self.limit, length))
        return self._update(f"REMOVE {old}", None, None)

    def _update(self, expression: str, condition: str | None, values: writes.Values) -> writes.Write:
        key = {"userId": self.caller.user_id}
        return writes.update(
            settings().users_table, key, expression, condition=condition, refusal=self._refusal, values=values
        )

    def _refusal(self, item: Item | None) -> Exception:
        record = item or {}
        if record.get("status") == "suspended":
            return Forbidden("This account is suspended.")
        if record.get("status") == "erased" and not self.erased_too:
            return Unauthenticated("This account was erased.")
        if self.caller.session_id in record.get("endedSessions", ()) or (
            record.get("endedBefore", -1) >= self.caller.signed_in_at
        ):
            return Unauthenticated("This session was ended. Please sign in again.")
        if self.roles and record.get("lostRoles", set()) >= set(self.roles):
            return Forbidden(f"You no longer hold the role {' or '.join(self.roles)}.")
        if self.limit and sum(time >= self.minute_began for time in record.get(self.slot, ())) >= self.limit:
            return TooMany(f"At most {self.limit} changes a minute.", self.minute_began + _MINUTE - self.now)
        return WriteConflict()
