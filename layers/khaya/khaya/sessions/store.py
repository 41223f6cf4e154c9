"""The Sessions table, keyed by `id`, with an index of each person's sessions, newest first.

The Users record holds which sessions were ended and renewed, since the account guard reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageRequest, PageResult, page_of
from khaya.sessions.model import Session
from khaya.users import store as users
from khaya.users.model import EndedSessions

_POSITION = ("id", "expiresAt")
STEP_UP_SECONDS = 600
"""Seconds for which a renewed sign-in is kept; no route asks for an older one."""


def key(session_id: str) -> tuple[str, dict[str, str]]:
    """The key of the session, for reads of several items."""
    return settings().sessions_table, {"id": session_id}


def read(item: Item | None) -> Session | None:
    """The session in `item`; None without an item."""
    return Session.model_validate(item) if item else None


def create(session: Session) -> writes.Write:
    """Store a new session."""
    item = {**item_of(session), "deleteAfter": clock.epoch(session.expires_at)}
    return writes.create(settings().sessions_table, item)


def change(before: Session, after: Session) -> writes.Write:
    """Write the changed fields, if no refresh token was issued since the session was read."""
    return writes.replace(
        *key(before.id),
        item_of(before),
        item_of(after),
        condition="#latest = :was",
        refusal=lambda _: WriteConflict(),
        values={"was": before.latest},
    )


def delete(session_id: str) -> writes.Write:
    """Delete a session, if it exists."""
    table, row = key(session_id)
    return writes.delete(table, row, condition=None, refusal=lambda _: WriteConflict())


def of_person(user_id: str, now: str, page_request: PageRequest) -> PageResult[Session]:
    """A person's sessions that have not expired, newest first. Sorted by expiry, as all have the same lifetime."""
    start = page_request.start()
    rows = dynamo.query(
        settings().sessions_table,
        "byUser",
        "#userId = :user AND #expiresAt > :now",
        limit=page_request.limit + 1,
        start=start and {**{name: start[name] for name in _POSITION}, "userId": user_id},
        values={"user": user_id, "now": now},
    )
    result = page_of(rows, page_request.limit, lambda row: {name: row[name] for name in _POSITION})
    return result.mapped(Session.model_validate)


def delete_many(session_ids: Sequence[str]) -> None:
    """Delete the records of sessions, in batches that are not atomic.

    Raises:
        Unavailable: some were not deleted; the same call can be repeated.
    """
    dynamo.write_many([delete(session_id) for session_id in session_ids])


def read_ended_sessions(item: Item | None) -> EndedSessions:
    """The ended sessions in the record `item`."""
    return EndedSessions.model_validate(item or {})


def end_session(user_id: str, session_id: str, before: EndedSessions, now: int) -> writes.Write:
    """End a session, so that the account guard refuses its access tokens. `now` is in seconds since 1970."""
    after = before.with_ended(session_id, now)
    return writes.update(
        *users.key(user_id),
        "SET #endedSessions = :ended, #endedAt = :at, #endedVersion = :version",
        condition="attribute_not_exists(#endedVersion) OR #endedVersion = :was",
        refusal=lambda _: WriteConflict(),
        values={
            "ended": after.ended_sessions,
            "at": after.ended_at,
            "version": after.ended_version,
            "was": before.ended_version,
        },
    )


def end_all_sessions(user_id: str, now: int, kept: str | None = None) -> writes.Write:
    """End all sessions that began at `now` (seconds since 1970) or earlier, except for `kept`.

    The account guard refuses their tokens.
    """
    return writes.update(
        *users.key(user_id),
        "SET #endedBefore = :now, #keptSession = :kept" if kept else "SET #endedBefore = :now REMOVE #keptSession",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"now": now, "kept": kept} if kept else {"now": now},
    )


def renew_sign_in(user_id: str, session_id: str, item: Item | None, now: int) -> writes.Write:
    """Record that the person proved again who they are in a session, given the record `item`. `now` is in seconds."""
    before = (item or {}).get("stepUps")
    recent = {one: at for one, at in (before or {}).items() if now - at < STEP_UP_SECONDS}
    return writes.update(
        *users.key(user_id),
        "SET #stepUps = :after",
        condition="#stepUps = :before" if before is not None else "attribute_not_exists(#stepUps)",
        refusal=lambda _: WriteConflict(),
        values={"after": {**recent, session_id: now}, **({"before": before} if before is not None else {})},
    )
