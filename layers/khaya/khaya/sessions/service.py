"""Opens, lists and ends sessions."""

from __future__ import annotations

import time

from khaya.platform.aws.cognito import Tokens
from khaya.platform.base import clock
from khaya.platform.base.errors import Forbidden, NotFound
from khaya.platform.data.pages import PageRequest, PageResult, every_item
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.sessions import model, store
from khaya.sessions.model import RefreshToken, Session
from khaya.users import store as users


def open_session(tokens: Tokens, device: str, *, now: str, unit_of_work: UnitOfWork) -> RefreshToken:
    """Record the session of a sign-in, and return its refresh token.

    Raises:
        Forbidden: the person is suspended.
    """
    (record,) = read_together([users.key(tokens.user_id)])
    if users.read_ended_sessions(record).status != "active":
        raise Forbidden("This account is suspended.", code="suspended")
    token = RefreshToken.issued(tokens.session_id, tokens.refresh)
    unit_of_work.add(store.create(model.new_session(tokens.session_id, tokens.user_id, device, token, now)))
    return token


def list_sessions(user_id: str, *, now: str, page_request: PageRequest) -> PageResult[Session]:
    """A person's sessions that have not expired, newest first."""
    return store.of_person(user_id, now, page_request)


def end(session_id: str, user_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """End one session of a person; its tokens are refused from the commit on.

    Raises:
        NotFound: the person has no such session.
    """
    item, record = read_together([store.key(session_id), users.key(user_id)])
    session, endings = store.read(item), users.read_ended_sessions(record)
    if session is None or session.user_id != user_id or not session.is_live(now, endings.ended_before):
        raise NotFound("You have no such session.")
    unit_of_work.add(store.delete(session_id), users.end_session(user_id, session_id, endings, clock.epoch(now)))


def sign_out(session_id: str, user_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """End the caller's session."""
    (record,) = read_together([users.key(user_id)])
    unit_of_work.add(
        store.delete(session_id),
        users.end_session(user_id, session_id, users.read_ended_sessions(record), clock.epoch(now)),
    )


def end_all(user_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """End all sessions of a person; their tokens are refused from the commit on.

    The sessions' records are only needed for the list, and are deleted after the commit.
    """
    unit_of_work.add(users.end_all_sessions(user_id, clock.epoch(now)))
    unit_of_work.after_commit(lambda: _delete_records(user_id, now))


def _delete_records(user_id: str, now: str) -> None:
    """Delete the records of ended sessions, and wait until the current second is over.

    Times of sign-in have a resolution of seconds, so a sign-in after the response must be in a later second.
    """
    sessions = every_item(lambda page_request: store.of_person(user_id, now, page_request))
    store.delete_many([session.id for session in sessions])
    time.sleep(1 - clock.parse(now).microsecond / 1_000_000)
