"""The Users table: one private record for each person, keyed by `userId`, and the indexes of the admins' lists.

The table also holds the admins' decisions and changes of passwords, under `<userId>#<id>`. The indexes contain none of
the attributes that the account guard writes, so that its updates cost no index writes.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden, NotFound, TooMany, Unauthenticated, WriteConflict
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.roles import Role
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageRequest, PageResult, page_of
from khaya.platform.web.access import Access, Caller
from khaya.users.model import Status, User

_COLLECTION = "users"
"""Value of the attribute `collection` of all records, the key of the index `byCreation`."""

_WINDOWS = 7
_MINUTE = 60
_GUARDED = ("status", "statusReason", "endedSessions", "endedBefore", "keptSession", "lostRoles", "stepUps")
"""The attributes that the account guard reads."""
_TRIM_FACTOR = 3
"""A window is trimmed when it holds more than this many times the limit."""

_LIVE_SESSION = (
    "NOT contains(#endedSessions, :session)"
    " AND (attribute_not_exists(#endedBefore) OR #endedBefore < :signedIn OR #keptSession = :session)"
)

CANCELLATION_DAYS = 30
"""Days in which a second cancellation of a paid job blocks a person from escrow."""

_NO_DEBT = "(attribute_not_exists(#unpaidBalances) OR #unpaidBalances <= :none)"
_ESCROW_ALLOWED = "(attribute_not_exists(#escrowBlockedUntil) OR #escrowBlockedUntil <= :now)"
_IN_ROLE = "(attribute_not_exists(#status) OR #status = :active) AND NOT contains(#lostRoles, :role)"


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """The key of the record, for reads of several items."""
    return settings().users_table, {"userId": user_id}


def read(item: Item | None, user_id: str) -> User:
    """The record in `item`; an empty one if there is none yet."""
    return User.model_validate(item or {"userId": user_id})


def is_record(item: Item | None) -> bool:
    """Whether `item` is a person's record; keys of other items, such as decisions, contain `#`."""
    return item is not None and "#" not in item["userId"]


def get(user_id: str) -> User:
    """The person's record."""
    return read(dynamo.get(*key(user_id)), user_id)


def create(user: User) -> writes.Write:
    """Create the record, unless it exists. The account guard may have created the item without these fields."""
    fields = {name: value for name, value in item_of(user).items() if name not in ("userId", "lostRoles")}
    fields["collection"] = _COLLECTION
    parts = [f"#{name} = :{name}" for name in fields if name != "status"]
    return writes.update(
        *key(user.user_id),
        "SET " + ", ".join(["#status = if_not_exists(#status, :status)", *parts]),
        condition="attribute_not_exists(#createdAt)",
        refusal=lambda _: WriteConflict(),
        values=fields,
    )


def copy_profile_fields(user: User) -> writes.Write:
    """Copy name, roles and verification of the profile to the record."""
    return writes.update(
        *key(user.user_id),
        "SET #displayName = :name, #roles = :roles, #verified = :verified",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"name": user.display_name, "roles": user.roles, "verified": user.verified},
    )


def set_subject(user_id: str, subject: str | None) -> writes.Write:
    """Set the person's Cognito account."""
    return writes.update(
        *key(user_id),
        "SET #subject = :subject",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"subject": subject},
    )


def set_roles(user_id: str, held: list[Role], lost: frozenset[Role]) -> writes.Write:
    """Set the roles, and the lost roles: those that the account guard refuses although tokens still contain them."""
    expression = "SET #roles = :held, #lostRoles = :lost" if lost else "SET #roles = :held REMOVE #lostRoles"
    values: dict[str, Any] = {"held": held, "lost": lost} if lost else {"held": held}
    return writes.update(*key(user_id), expression, condition=None, refusal=lambda _: WriteConflict(), values=values)


def record_password_change(user_id: str, now: str) -> writes.Write:
    """Record that the person's password was set; the record's stream tells the person of it."""
    return writes.put(
        settings().users_table,
        {"userId": f"{user_id}#{new_id()}", "about": user_id, "passwordChangedAt": now},
        condition="attribute_not_exists(#userId)",
        refusal=lambda _: WriteConflict(),
    )


def set_contact(user_id: str, kind: Literal["phone", "email"], before: str | None, after: str) -> writes.Write:
    """Set the verified phone number or e-mail address, if it is still the one `before`."""
    return writes.update(
        *key(user_id),
        f"SET #{kind} = :after",
        condition=f"#{kind} = :before" if before else f"attribute_not_exists(#{kind})",
        refusal=lambda _: WriteConflict(),
        values={"after": after, "before": before} if before else {"after": after},
    )


def begin_job(user_id: str, role: Role, *, escrow_at: str | None = None) -> writes.Write:
    """Add one to the person's jobs in progress; refused unless the person is active and has not dropped `role`.

    An erasure is refused while the count is above zero. A buyer who owes the balance of an escrow begins no job; with
    `escrow_at`, the time of an acceptance through escrow, a person who is blocked from escrow is refused too.
    """
    condition = _IN_ROLE
    values: dict[str, Any] = {"one": 1, "active": "active", "role": role}
    if role == "buyer":
        condition += f" AND {_NO_DEBT}"
        values["none"] = 0
    if escrow_at is not None:
        condition += f" AND {_ESCROW_ALLOWED}"
        values["now"] = escrow_at
    return writes.update(
        *key(user_id),
        "ADD #jobsInProgress :one",
        condition=condition,
        refusal=lambda item: _cannot_begin(item, role, escrow_at),
        values=values,
    )


def require_in_role(user_id: str, role: Role) -> writes.Write:
    """Check that the person is active and has not dropped `role`."""
    return writes.check(
        *key(user_id),
        condition=_IN_ROLE,
        refusal=lambda item: _not_in_role(item, role),
        values={"active": "active", "role": role},
    )


def end_job(user_id: str, *, bought: bool = False, debt: int = 0) -> writes.Write:
    """Subtract one from the person's jobs in progress.

    With `bought`, add one to the completed jobs that the person posted. `debt` is added to their unpaid balances.
    """
    counters = {
        "jobsInProgress": -1,
        **({"boughtJobs": 1} if bought else {}),
        **({"unpaidBalances": debt} if debt else {}),
    }
    return writes.update(
        *key(user_id),
        "ADD " + ", ".join(f"#{name} :{name}" for name in counters),
        condition=None,
        refusal=lambda _: WriteConflict(),
        values=counters,
    )


def require_escrow_allowed(user_id: str, party: str, now: str) -> writes.Write:
    """Check that the person may make or take an escrow job; see `block_escrow`."""
    return writes.check(
        *key(user_id),
        condition=_ESCROW_ALLOWED,
        refusal=lambda item: _escrow_blocked(item, party),
        values={"now": now},
    )


def count_paid_cancellation(user: Item | None, user_id: str, now: str) -> writes.Write:
    """End a job in progress that the person cancelled after payment; the second one in 30 days blocks escrow.

    `user` is the person's record as it was read. Until 30 days after the first of both the person is blocked.
    """
    earlier = (user or {}).get("paidCancellationAt")
    blocked_until = clock.plus(earlier, days=CANCELLATION_DAYS) if earlier else None
    blocks = blocked_until is not None and blocked_until > now
    sets = "#paidCancellationAt = :now" + (", #escrowBlockedUntil = :until" if blocks else "")
    return writes.update(
        *key(user_id),
        f"SET {sets} ADD #jobsInProgress :less",
        condition="#paidCancellationAt = :earlier" if earlier else "attribute_not_exists(#paidCancellationAt)",
        refusal=lambda _: WriteConflict(),
        values={
            "now": now,
            "less": -1,
            **({"until": blocked_until} if blocks else {}),
            **({"earlier": earlier} if earlier else {}),
        },
    )


def count_debt(user_id: str, step: int) -> writes.Write:
    """Add `step` to the person's unpaid balances. While there is one, they accept no bid."""
    return writes.update(
        *key(user_id),
        "ADD #unpaidBalances :step",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"step": step},
    )


def _escrow_blocked(item: Item | None, party: str) -> Conflict:
    return Conflict(
        f"The {party} cancelled paid jobs twice and can agree on none through escrow for a while.",
        code="escrow_blocked",
        params={"party": party, "until": (item or {}).get("escrowBlockedUntil")},
    )


def _cannot_begin(item: Item | None, role: Role, escrow_at: str | None) -> Exception:
    record = item or {}
    if record.get("status", "active") == "active" and role not in record.get("lostRoles", set()):
        if role == "buyer" and record.get("unpaidBalances", 0) > 0:
            return Conflict("Pay the balance of your other job first.", code="balance_owed")
        if escrow_at is not None and record.get("escrowBlockedUntil", "") > escrow_at:
            return _escrow_blocked(item, role)
    return _not_in_role(item, role)


def jobs_in_progress(item: Item | None) -> int:
    """The number of jobs in progress in the record `item`."""
    jobs: int = (item or {}).get("jobsInProgress", 0)
    return jobs


def require_no_bought_job(user_id: str) -> writes.Write:
    """Check that the person has no completed job as a buyer."""
    return writes.check(
        *key(user_id),
        condition="attribute_not_exists(#boughtJobs) OR #boughtJobs = :none",
        refusal=lambda _: Conflict("You have completed a job already, so you are not new here.", code="not_new"),
        values={"none": 0},
    )


def _not_in_role(item: Item | None, role: Role) -> Exception:
    status = (item or {}).get("status", "active")
    if status == "active":
        return Conflict(f"The {role} has given up that role.", code="party_dropped_role", params={"role": role})
    if status == "suspended":
        return Conflict(f"The {role} is suspended.", code="party_suspended")
    return Conflict(f"The {role} has left the marketplace.", code="party_left")


def require_active_admin(admin_id: str) -> writes.Write:
    """Check that the person is active and has not lost the role admin."""
    return _check_active_admin(admin_id, Forbidden("You are no longer an active admin.", code="not_an_admin"))


def require_proposer_is_admin(admin_id: str) -> writes.Write:
    """Check that the admin who proposed something is active and has not lost the role admin."""
    detail = "The admin who proposed this is no longer an active admin."
    return _check_active_admin(admin_id, Forbidden(detail, code="proposer_not_an_admin"))


def require_referrer(user_id: str) -> writes.Write:
    """Check that a referrer is active. The code of somebody who is suspended or erased is unknown."""
    return writes.check(
        *key(user_id),
        condition="attribute_not_exists(#status) OR #status = :active",
        refusal=lambda _: NotFound("There is no such code.", code="no_such_code"),
        values={"active": "active"},
    )


def require_active(user_id: str) -> writes.Write:
    """Check that the person is still active."""
    return writes.check(
        *key(user_id),
        condition="attribute_not_exists(#status) OR #status = :active",
        refusal=lambda _: WriteConflict(),
        values={"active": "active"},
    )


def require_suspended(user_id: str) -> writes.Write:
    """Check that the person is still suspended."""
    return writes.check(
        *key(user_id),
        condition="#status = :suspended",
        refusal=lambda _: WriteConflict(),
        values={"suspended": "suspended"},
    )


def require_not_erased(user_id: str) -> writes.Write:
    """Check that the account was not erased."""
    return writes.check(
        *key(user_id),
        condition="attribute_not_exists(#status) OR #status <> :erased",
        refusal=lambda _: Conflict("The account was erased.", code="party_left"),
        values={"erased": "erased"},
    )


def _check_active_admin(admin_id: str, refusal: Forbidden) -> writes.Write:
    return writes.check(
        *key(admin_id),
        condition="(attribute_not_exists(#status) OR #status = :active) AND NOT contains(#lostRoles, :admin)",
        refusal=lambda _: refusal,
        values={"active": "active", "admin": "admin"},
    )


def list_users(status: Status | None, page_request: PageRequest) -> PageResult[User]:
    """People, newest first; with one status if `status` is given."""
    if status is None:
        return _list_by("byCreation", "collection", _COLLECTION, page_request)
    return _list_by("byStatus", "status", status, page_request)


def list_by_contact(kind: Literal["phone", "email"], value: str, page_request: PageRequest) -> PageResult[User]:
    """People with this phone number or e-mail address."""
    return _list_by("byPhone" if kind == "phone" else "byEmail", kind, value, page_request)


def _list_by(index: str, attribute: str, value: str, page_request: PageRequest) -> PageResult[User]:
    start = page_request.start()
    rows = dynamo.query(
        settings().users_table,
        index,
        f"#{attribute} = :value",
        limit=page_request.limit + 1,
        start=start and {"userId": start["userId"], "createdAt": start["createdAt"], attribute: value},
        values={"value": value},
    )
    return page_of(
        rows, page_request.limit, lambda row: {"userId": row["userId"], "createdAt": row["createdAt"]}
    ).mapped(User.model_validate)


def pass_account_guard(caller: Caller, access: Access, now: str, *, counted: bool) -> Caller:
    """The caller with the roles that they still hold, after one call: a conditional update, or a consistent read.

    Both refuse suspended people, ended sessions and lost roles. Writes and admins' requests are checked by the update,
    which counts writes. The times of the writes of a minute are a list attribute, the minute's window. There are seven
    windows; each update removes the other six, so the record holds one minute of writes, and the limit is exact. The
    window of a person who writes only in every seventh minute would keep growing, so a long window is trimmed.

    Raises:
        Unauthenticated: the session was ended.
        Forbidden: the person is suspended, or has lost the roles that the route needs.
        TooMany: the person wrote too often in this minute.
    """
    limit = settings().writes_per_minute if counted else 0
    roles = tuple(sorted(caller.roles & {*access.roles}))
    update = _GuardUpdate(caller, access, roles, clock.epoch(now), limit)
    if not counted and not caller.is_admin:
        return update.checked_by_read()
    record = dynamo.update_now(update.write())
    if limit and len(record[update.window]) > _TRIM_FACTOR * limit:
        dynamo.update_now(update.trim(len(record[update.window])))
    return update.caller_in(record)


@dataclass(frozen=True)
class _GuardUpdate:
    """The update for one request. `now` is in seconds since 1970; `limit` is 0 if the request does not count."""

    caller: Caller
    access: Access
    roles: tuple[Role, ...]
    now: int
    limit: int

    @property
    def window(self) -> str:
        """The attribute that holds the times of this minute's writes, newest first."""
        return f"writes{self.now // _MINUTE % _WINDOWS}"

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
        if self.access.also_suspended:
            values["suspended"] = "suspended"
        if self.access.also_erased:
            values["erased"] = "erased"
        if self.limit:
            values |= {"one": [self.now], "none": [], "minute": self.minute_began}
        else:
            values |= {"now": self.now}
        expression, condition = _guard_expressions(
            self.window,
            self.limit,
            len(self.roles),
            also_suspended=self.access.also_suspended,
            also_erased=self.access.also_erased,
        )
        return self._update(expression, condition, values)

    def checked_by_read(self) -> Caller:
        """The caller with the roles that they still hold, by a consistent read."""
        record = dynamo.get(*key(self.caller.user_id), columns=_GUARDED) or {}
        refused = self._refused(record)
        if refused is not None:
            raise refused
        return self.caller_in(record)

    def caller_in(self, record: Item) -> Caller:
        """The caller with what their record adds: roles that they lost, and a renewed sign-in."""
        stepped_up_at = record.get("stepUps", {}).get(self.caller.session_id, 0)
        roles = self.caller.roles - record.get("lostRoles", set())
        return replace(self.caller, roles=roles, stepped_up_at=stepped_up_at)

    def trim(self, length: int) -> writes.Write:
        """Remove the oldest times of the window, except twice the limit, so that concurrent writes stay counted."""
        oldest = ", ".join(f"#{self.window}[{number}]" for number in range(2 * self.limit, length))
        return self._update(f"REMOVE {oldest}", None, None)

    def _update(self, expression: str, condition: str | None, values: writes.Values) -> writes.Write:
        key = {"userId": self.caller.user_id}
        return writes.update(
            settings().users_table, key, expression, condition=condition, refusal=self._refusal, values=values
        )

    def _refusal(self, item: Item | None) -> Exception:
        record = item or {}
        if refused := self._refused(record):
            return refused
        if self.limit and sum(time >= self.minute_began for time in record.get(self.window, ())) >= self.limit:
            return TooMany(
                f"At most {self.limit} changes a minute.",
                self.minute_began + _MINUTE - self.now,
                code="too_many_changes",
            )
        return WriteConflict()

    def _refused(self, record: Item) -> Exception | None:
        """The reason for which the record refuses the request, apart from the rate limit; None if it does not."""
        status = record.get("status")
        if status == "erased":
            return (
                None if self.access.also_erased else Unauthenticated("This account was erased.", code="account_erased")
            )
        session, kept = self.caller.session_id, record.get("keptSession")
        if session in record.get("endedSessions", ()) or (
            record.get("endedBefore", -1) >= self.caller.signed_in_at and session != kept
        ):
            return Unauthenticated("This session was ended. Please sign in again.", code="session_ended")
        if status == "suspended" and not self.access.also_suspended:
            reason = record.get("statusReason")
            text = f"This account is suspended: {reason}" if reason else "This account is suspended."
            return Forbidden(text, code="suspended", params={"reason": reason})
        if self.roles and record.get("lostRoles", set()) >= set(self.roles):
            return Forbidden(
                f"You no longer hold the role {' or '.join(self.roles)}.",
                code="role_lost",
                params={"roles": self.roles},
            )
        return None


@lru_cache(maxsize=256)
def _guard_expressions(
    window: str, limit: int, roles: int, *, also_suspended: bool, also_erased: bool
) -> tuple[str, str]:
    """The update expression and the condition of the account guard for a route that needs one of so many roles."""
    statuses = "attribute_not_exists(#status) OR #status = :active"
    if also_suspended:
        statuses += " OR #status = :suspended"
    condition = f"({statuses}) AND {_LIVE_SESSION}"
    if also_erased:
        condition = f"(#status = :erased OR ({condition}))"
    if roles:
        held = " OR ".join(f"NOT contains(#lostRoles, :role{number})" for number in range(roles))
        condition += f" AND ({held})"
    if not limit:
        return "SET #seenAt = :now", condition
    last = f"#{window}[{limit - 1}]"
    others = ", ".join(f"#writes{number}" for number in range(_WINDOWS) if f"writes{number}" != window)
    expression = f"SET #{window} = list_append(:one, if_not_exists(#{window}, :none)) REMOVE {others}"
    return expression, f"{condition} AND (attribute_not_exists({last}) OR {last} < :minute)"
