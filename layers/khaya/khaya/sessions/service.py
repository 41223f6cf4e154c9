"""Opening, listing and ending sessions."""

from __future__ import annotations

import time

from khaya.platform.aws.cognito import Tokens
from khaya.platform.base import clock
from khaya.platform.base.errors import Forbidden, NotFound
from khaya.platform.data.pages import MOST, PageRequest, PageResult
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.sessions import model, store
from khaya.sessions.model import RefreshToken, Session
from khaya.users import store as users


def open_session(tokens: Tokens, device: str, *, now: str, unit_of_work: UnitOfWork) -> RefreshToken:
    """Record the session of a sign-in, and answer the refresh token that renews it.

    Raises:
        Forbidden: the person is suspended.
    """
    (record,) = read_together([users.key(tokens.user_id)])
    if users.endings(record).status != "active":
        raise Forbidden("This account is suspended.")
    token = RefreshToken.issued(tokens.session_id, tokens.refresh)
    unit_of_work.add(store.create(model.opened(tokens.session_id, tokens.user_id, device, token, now)))
    return token


def listed(user_id: str, *, now: str, page_request: PageRequest) -> PageResult[Session]:
    """A person's live sessions, newest first."""
    return store.of_person(user_id, now, page_request)


def end(session_id: str, user_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """End one session of a person: its refresh fails and its access token is refused, both at once.

    Raises:
        NotFound: they have no such session.
    """
    item, record = read_together([store.key(session_id), users.key(user_id)])
    session, endings = store.read(item), users.endings(record)
    if session is None or session.user_id != user_id or not session.is_live(now, endings.ended_before):
        raise NotFound("You have no such session.")
    unit_of_work.add(store.remove(session_id), users.end_session(user_id, session_id, endings, clock.epoch(now)))


def sign_out(session_id: str, user_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """End the session that asks for it."""
    (record,) = read_together([users.key(user_id)])
    unit_of_work.add(
        store.remove(session_id), users.end_session(user_id, session_id, users.endings(record), clock.epoch(now))
    )


def end_all(user_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """End every session of a person: from the commit on no refresh succeeds and no access token is good.

    Their records are removed afterwards, however many; they matter only to the list.
    """
    unit_of_work.add(users.end_all_sessions(user_id, clock.epoch(now)))
    unit_of_work.afterwards(lambda: _clear(user_id, now))


def _clear(user_id: str, now: str) -> None:
    """Remove the records of ended sessions, and let the second end.

    Times of sign-in are told in whole seconds: whoever signs in after the answer has a later one than what was ended.
    """
    page_request = PageRequest(("sessions", user_id), MOST)
    while True:
        found = store.of_person(user_id, now, page_request)
        store.remove_many([session.id for session in found.items])
        if found.after is None:
            break
        page_request = PageRequest(page_request.scope, MOST, page_request.cursor_after(found.after))
    time.sleep(1 - clock.parse(now).microsecond / 1_000_000)
