"""The gate that every write and every admin route passes: one conditional update of the person's own record.

It refuses those who are suspended, whose session was ended or whose role was taken since the token was issued, and it
counts the write. The writes of the present minute stand in a list under that minute's slot, of which there are seven;
passing the gate drops the other six, so the record holds one minute's worth and the limit is exact.
"""

from __future__ import annotations

from khaya import clock, dynamo, writes
from khaya.attributes import Item
from khaya.errors import Forbidden, TooMany, Unauthenticated
from khaya.identity import Caller
from khaya.roles import Role
from khaya.settings import settings

_SLOTS = 7
_MINUTE = 60

_CONDITION = (
    "(attribute_not_exists(#status) OR #status = :active)"
    " AND NOT contains(#endedSessions, :session)"
    " AND (attribute_not_exists(#endedBefore) OR #endedBefore < :signedIn)"
)


def pass_gate(caller: Caller, role: Role | None, now: str) -> None:
    """Let the caller's write through, and count it. `role` is the one it rests on.

    Raises:
        Unauthenticated: the session was ended.
        Forbidden: the person is suspended, or no longer holds the role.
        TooMany: they have written too often in this minute.
    """
    limit = settings().writes_per_minute
    dynamo.update_now(_counted(caller, role, clock.epoch(now), limit))


def _counted(caller: Caller, role: Role | None, now: int, limit: int) -> writes.Write:
    minute = now // _MINUTE
    slot = f"writes{minute % _SLOTS}"
    others = [f"writes{number}" for number in range(_SLOTS) if number != minute % _SLOTS]
    condition, values = _CONDITION, {"active": "active", "session": caller.session_id, "signedIn": caller.signed_in_at}
    if role is not None:
        condition, values = f"{condition} AND NOT contains(#lostRoles, :role)", {**values, "role": role}
    expression = "SET #seenAt = :now"
    if limit:
        expression = f"SET #{slot} = list_append(:one, if_not_exists(#{slot}, :none)) REMOVE " + ", ".join(
            f"#{other}" for other in others
        )
        condition += f" AND (attribute_not_exists(#{slot}[{limit - 1}]) OR #{slot}[{limit - 1}] < :minute)"
        values |= {"one": [now], "none": [], "minute": minute * _MINUTE}
    else:
        values |= {"now": now}

    def refusal(item: Item | None) -> Exception:
        record = item or {}
        if record.get("status", "active") != "active":
            return Forbidden("This account is suspended.")
        if role is not None and role in record.get("lostRoles", ()):
            return Forbidden(f"You no longer hold the role {role}.")
        if limit and _used(record.get(slot, []), minute) >= limit:
            return TooMany(f"At most {limit} changes a minute.", (minute + 1) * _MINUTE - now)
        return Unauthenticated("This session was ended. Please sign in again.")

    return writes.update(
        settings().users_table,
        {"userId": caller.user_id},
        expression,
        condition=condition,
        refusal=refusal,
        values=values,
    )


def _used(times: list[int], minute: int) -> int:
    return sum(1 for time in times if time >= minute * _MINUTE)
