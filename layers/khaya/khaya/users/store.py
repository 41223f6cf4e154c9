"""The Users table: one private record a person, keyed by `userId`, and the indexes by which admins find people.

Beside the records stand the admins' decisions about people, under `<userId>#<decision's id>`. The indexes hold little,
and nothing that the gate writes, so passing the gate never writes to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden, TooMany, Unauthenticated, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.roles import Role
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageRequest, PageResult, page_of
from khaya.platform.web.access import Access, Caller
from khaya.users.model import Decision, Endings, Status, User

_EVERYBODY = "everybody"

_SLOTS = 7
_MINUTE = 60
_LONG = 3
"""How many times the limit a slot may hold before it is cut."""

_CONDITION = (
    "(attribute_not_exists(#status) OR #status = :active)"
    " AND NOT contains(#endedSessions, :session)"
    " AND (attribute_not_exists(#endedBefore) OR #endedBefore < :signedIn)"
)


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """Where the record stands, for a read together with others."""
    return settings().users_table, {"userId": user_id}


def read(item: Item | None, user_id: str) -> User:
    """The record in `item`; an empty one for a person that none was made for yet."""
    return User.model_validate(item or {"userId": user_id})


def is_record(item: Item | None) -> bool:
    """Whether `item` is a person's record; what stands beside the records, such as decisions, has a `#` in its key."""
    return item is not None and "#" not in item["userId"]


def get(user_id: str) -> User:
    """The person's record."""
    return read(dynamo.get(*key(user_id)), user_id)


def create(user: User) -> writes.Write:
    """Make the record, unless it exists. The gate may have begun one; contact and standing are then added to it."""
    known = {name: value for name, value in item_of(user).items() if name not in ("userId", "lostRoles")}
    known["listing"] = _EVERYBODY
    parts = [f"#{name} = :{name}" for name in known if name != "status"]
    return writes.update(
        *key(user.user_id),
        "SET " + ", ".join(["#status = if_not_exists(#status, :status)", *parts]),
        condition="attribute_not_exists(#createdAt)",
        refusal=lambda _: WriteConflict(),
        values=known,
    )


def repeat(user: User) -> writes.Write:
    """Take over what the record repeats of the profile: name, roles and verification."""
    return writes.update(
        *key(user.user_id),
        "SET #displayName = :name, #roles = :roles, #verified = :verified",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"name": user.display_name, "roles": user.roles, "verified": user.verified},
    )


def set_roles(user_id: str, held: list[Role], lost: set[Role]) -> writes.Write:
    """Record the roles held, and those taken since tokens naming them may have been issued: the gate refuses these."""
    expression = "SET #roles = :held, #lostRoles = :lost" if lost else "SET #roles = :held REMOVE #lostRoles"
    values: dict[str, Any] = {"held": held, "lost": lost} if lost else {"held": held}
    return writes.update(*key(user_id), expression, condition=None, refusal=lambda _: WriteConflict(), values=values)


def endings(item: Item | None) -> Endings:
    """What the record in `item` says of ended sessions."""
    return Endings.model_validate(item or {})


def end_session(user_id: str, session_id: str, before: Endings, now: int) -> writes.Write:
    """Have the gate refuse the access tokens of a session. `now` is in seconds since 1970."""
    after = before.with_ended(session_id, now)
    return writes.update(
        *key(user_id),
        "SET #endedSessions = :ended, #endedAt = :at, #endings = :endings",
        condition="attribute_not_exists(#endings) OR #endings = :was",
        refusal=lambda _: WriteConflict(),
        values={
            "ended": after.ended_sessions,
            "at": after.ended_at,
            "endings": after.endings,
            "was": before.endings,
        },
    )


def end_all_sessions(user_id: str, now: int) -> writes.Write:
    """Have the gate refuse the access tokens of every session that began by `now`, in seconds since 1970."""
    return writes.update(
        *key(user_id), "SET #endedBefore = :now", condition=None, refusal=lambda _: WriteConflict(), values={"now": now}
    )


def set_contact(user_id: str, kind: Literal["phone", "email"], value: str) -> writes.Write:
    """Record a phone number or e-mail address that the person has proved."""
    return writes.update(
        *key(user_id),
        f"SET #{kind} = :value",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"value": value},
    )


def erase(user_id: str, now: str) -> writes.Write:
    """Refuse every request of the person for good, if they are active, no admin and in no job in progress."""
    return writes.update(
        *key(user_id),
        "SET #status = :erased, #erasedAt = :now, #endedBefore = :second",
        condition="(attribute_not_exists(#status) OR #status = :active) AND NOT contains(#roles, :admin)"
        " AND (attribute_not_exists(#jobsInProgress) OR #jobsInProgress <= :none)",
        refusal=lambda _: WriteConflict(),
        values={
            "erased": "erased",
            "now": now,
            "second": clock.epoch(now),
            "active": "active",
            "admin": "admin",
            "none": 0,
        },
    )


def begin_job(user_id: str) -> writes.Write:
    """Count one more job in progress of which the person is a party, if the person is active.

    An erasure is refused while the count is above zero.
    """
    return writes.update(
        *key(user_id),
        "ADD #jobsInProgress :one",
        condition="attribute_not_exists(#status) OR #status = :active",
        refusal=_not_active,
        values={"one": 1, "active": "active"},
    )


def end_job(user_id: str) -> writes.Write:
    """Count one job in progress less."""
    return writes.update(
        *key(user_id),
        "ADD #jobsInProgress :less",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"less": -1},
    )


def count_bought_job(user_id: str) -> writes.Write:
    """Count one more completed job of those that the person posted, and one job in progress less."""
    return writes.update(
        *key(user_id),
        "ADD #boughtJobs :one, #jobsInProgress :less",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"one": 1, "less": -1},
    )


def jobs_in_progress(item: Item | None) -> int:
    """The number of jobs in progress of which the person is a party, whose record is `item`."""
    found: int = (item or {}).get("jobsInProgress", 0)
    return found


def require_no_bought_job(user_id: str) -> writes.Write:
    """Check that no job that the person posted was completed."""
    return writes.check(
        *key(user_id),
        condition="attribute_not_exists(#boughtJobs) OR #boughtJobs = :none",
        refusal=lambda _: Conflict("You have completed a job already, so you are not new here."),
        values={"none": 0},
    )


def _not_active(item: Item | None) -> Exception:
    if item and item.get("status") == "suspended":
        return Conflict("One of the two is suspended.")
    return Conflict("One of the two has left the marketplace.")


def continue_erasure(user_id: str) -> writes.Write:
    """Have what follows this table go on with an erasure that was too long for one run."""
    return writes.update(
        *key(user_id),
        "ADD #erasureRuns :one",
        condition="#status = :erased",
        refusal=lambda _: WriteConflict(),
        values={"one": 1, "erased": "erased"},
    )


def forget(user: User, erased_at: str, now: str) -> writes.Write:
    """Leave of a person's record no more than that there was one, and that it was erased: nothing names them."""
    left = {"userId": user.user_id, "status": "erased", "erasedAt": erased_at, "erasureDoneAt": now}
    return writes.put(
        settings().users_table,
        {**left, "createdAt": user.created_at},
        condition="#status = :erased",
        refusal=lambda _: WriteConflict(),
        values={"erased": "erased"},
    )


def decide(decision: Decision, user: User) -> list[writes.Write]:
    """Carry out an admin's decision about `user`, as they will then be, and keep who decided it and why.

    The deciding admin must be one, and active, at the very moment: so of two who remove each other only one succeeds,
    and since nobody decides about themselves, one admin always remains.
    """
    table, key_of_admin = key(decision.decided_by)
    return [
        writes.check(
            table,
            key_of_admin,
            condition="(attribute_not_exists(#status) OR #status = :active) AND NOT contains(#lostRoles, :admin)",
            refusal=lambda _: Forbidden("You are no longer an active admin."),
            values={"active": "active", "admin": "admin"},
        ),
        _carried_out(decision, user),
        writes.put(
            table,
            {**item_of(decision), "userId": f"{decision.user_id}#{decision.id}", "about": decision.user_id},
            condition="attribute_not_exists(#userId)",
            refusal=lambda _: WriteConflict(),
        ),
    ]


def listed(status: Status | None, page_request: PageRequest) -> PageResult[User]:
    """People by when they came, the latest first; with one status where it is named."""
    if status is None:
        return _rows("byListing", "listing", _EVERYBODY, page_request)
    return _rows("byStatus", "status", status, page_request)


def with_contact(kind: Literal["phone", "email"], value: str, page_request: PageRequest) -> PageResult[User]:
    """People who are reached at a phone number or an e-mail address."""
    return _rows("byPhone" if kind == "phone" else "byEmail", kind, value, page_request)


def _carried_out(decision: Decision, user: User) -> writes.Write:
    expression: list[str] = []
    values: dict[str, Any] = {}
    if decision.status is not None:
        expression, values = ["SET #status = :status"], {"status": decision.status}
    if decision.admin is not None:
        expression = ["SET #roles = :roles" + (", #status = :status" if values else "")]
        expression.append(f"{'DELETE' if decision.admin else 'ADD'} #lostRoles :admin")
        values |= {"roles": user.roles, "admin": {"admin"}}
    return writes.update(
        *key(user.user_id),
        " ".join(expression),
        condition="attribute_not_exists(#status) OR #status <> :erased",
        refusal=lambda _: WriteConflict(),
        values={**values, "erased": "erased"},
    )


def _rows(index: str, attribute: str, value: str, page_request: PageRequest) -> PageResult[User]:
    start = page_request.start()
    rows = dynamo.query(
        settings().users_table,
        index,
        f"#{attribute} = :value",
        limit=page_request.limit + 1,
        start=start and {"userId": start["userId"], "createdAt": start["createdAt"], attribute: value},
        values={"value": value},
    )
    found = page_of(rows, page_request.limit, lambda row: {"userId": row["userId"], "createdAt": row["createdAt"]})
    return PageResult([User.model_validate(row) for row in found.items], found.after)


def pass_account_guard(caller: Caller, access: Access, now: str, *, counted: bool) -> Caller:
    """The caller with the roles that they still hold, after one conditional update of their record.

    It refuses people who are suspended, whose session was ended or whose roles were taken since the token was issued,
    and counts writes. The times of the writes of the current minute are a list in that minute's slot. There are seven
    slots; each pass removes the other six, so the record holds one minute of writes and the limit is exact. The slot
    of a person who writes only in every seventh minute would keep growing: it is trimmed when it is long.

    Raises:
        Unauthenticated: the session was ended.
        Forbidden: the person is suspended, or holds none of the route's roles any more.
        TooMany: the person wrote too often in this minute.
    """
    limit = settings().writes_per_minute if counted else 0
    roles = tuple(sorted(caller.roles & {*access.roles}))
    passage = _Passage(caller, roles, clock.epoch(now), limit, access.also_erased)
    record = dynamo.update_now(passage.write())
    if limit and len(record[passage.slot]) > _LONG * limit:
        dynamo.update_now(passage.trimmed(len(record[passage.slot])))
    return replace(caller, roles=caller.roles - record.get("lostRoles", set()))


@dataclass(frozen=True)
class _Passage:
    """One request; `now` in seconds since 1970, `limit` 0 if the request does not count."""

    caller: Caller
    roles: tuple[Role, ...]
    now: int
    limit: int
    also_erased: bool

    @property
    def slot(self) -> str:
        """The attribute that holds the times of this minute's writes, newest first."""
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
        if self.also_erased:
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

    def trimmed(self, length: int) -> writes.Write:
        """Remove the oldest times of the slot; twice the limit stays, so that concurrent writes do no harm."""
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
        if record.get("status") == "erased" and not self.also_erased:
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
