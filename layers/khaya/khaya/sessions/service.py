"""Opens, lists and ends sessions."""

import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from khaya.platform.aws import secrets
from khaya.platform.aws.cognito import Tokens
from khaya.platform.base import clock
from khaya.platform.base.errors import Forbidden, NotFound, Unavailable, WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.data.pages import PageRequest, PageResult, every_item
from khaya.platform.data.unit_of_work import UnitOfWork, read_together
from khaya.profiles.model import NEW_NAME
from khaya.sessions import model, revocation, store
from khaya.sessions.model import RefreshToken, Session
from khaya.users import store as users
from khaya.users.model import EndedSessions


@dataclass(frozen=True)
class IssuedSession:
    """A refresh token, until when it works, and whether the session's person has given a name."""

    refresh: RefreshToken
    expires_at: str
    has_name: bool


def open_session(tokens: Tokens, device: str, *, now: str, unit_of_work: UnitOfWork) -> IssuedSession:
    """Record the session of a sign-in, and return its refresh token.

    Suspended people may sign in, because they may read and export their data. Beyond `MAX_SESSIONS` the oldest sessions
    end.

    Raises:
        Forbidden: the account was erased.
    """
    (record,) = read_together([users.key(tokens.user_id)])
    if store.read_ended_sessions(record).status == "erased":
        raise Forbidden("This account was erased.", code="account_erased")
    sealed = revocation.seal(tokens.session_id, tokens.refresh)
    session = model.new_session(tokens.session_id, tokens.user_id, device, sealed, now)
    unit_of_work.add(store.create(session))
    unit_of_work.after_commit(lambda: _end_oldest(tokens.user_id, now))
    return issue(session, tokens.refresh, record)


def issue(session: Session, cognito_token: str, record: Item | None) -> IssuedSession:
    """The session's newest refresh token, with Cognito's in it; `record` is the person's private record."""
    sealed = secrets.encrypt(cognito_token, _context(session.id, session.latest))
    has_name = users.read(record, session.user_id).display_name not in (None, NEW_NAME)
    return IssuedSession(RefreshToken(session.id, session.latest, sealed), session.expires_at, has_name)


def cognito_token_in(token: RefreshToken) -> str | None:
    """Cognito's refresh token in a genuine refresh token; None if the token was made up."""
    return secrets.try_decrypt(token.sealed, _context(token.session_id, token.generation))


def list_sessions(user_id: str, *, now: str, page_request: PageRequest) -> PageResult[Session]:
    """A person's sessions that have not expired, newest first."""
    return store.of_person(user_id, now, page_request)


def end(session_id: str, user_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """End one session of a person; its tokens are refused from the commit on.

    Raises:
        NotFound: the person has no such session.
    """
    item, record = read_together([store.key(session_id), users.key(user_id)])
    session, endings = store.read(item), store.read_ended_sessions(record)
    if session is None or session.user_id != user_id or not session.is_live(now, endings.before(session_id)):
        raise NotFound("You have no such session.")
    _end(session_id, user_id, session, endings, now, unit_of_work)


def sign_out(session_id: str, user_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """End the caller's session."""
    item, record = read_together([store.key(session_id), users.key(user_id)])
    _end(session_id, user_id, store.read(item), store.read_ended_sessions(record), now, unit_of_work)


def end_all(user_id: str, *, now: str, unit_of_work: UnitOfWork, kept: str | None = None) -> None:
    """End all sessions of a person, except for `kept`; their tokens are refused from the commit on.

    The sessions' records are only needed for the list and for Cognito, and are deleted after the commit.
    """
    unit_of_work.add(store.end_all_sessions(user_id, clock.epoch(now), kept))
    unit_of_work.after_commit(lambda: _delete_records(user_id, now, kept))


def _end(
    session_id: str, user_id: str, session: Session | None, endings: EndedSessions, now: str, unit_of_work: UnitOfWork
) -> None:
    unit_of_work.add(store.delete(session_id), store.end_session(user_id, session_id, endings, clock.epoch(now)))
    if session is not None:
        unit_of_work.after_commit(lambda: revocation.request(session.id, session.sealed))


def _end_oldest(user_id: str, now: str) -> None:
    """End the sessions beyond the largest number. What fails is done by the next sign-in, as this one is committed."""
    with suppress(WriteConflict, Unavailable):
        found = every_item(lambda page_request: store.of_person(user_id, now, page_request))
        for session in islice(found, model.MAX_SESSIONS, None):
            unit_of_work = UnitOfWork()
            sign_out(session.id, user_id, now=now, unit_of_work=unit_of_work)
            unit_of_work.commit()


def _delete_records(user_id: str, now: str, kept: str | None) -> None:
    """Delete the records of ended sessions, revoke them at Cognito, and wait until the current second is over.

    Times of sign-in have a resolution of seconds, so a sign-in after the response must be in a later second.
    """
    found = every_item(lambda page_request: store.of_person(user_id, now, page_request))
    sessions = [session for session in found if session.id != kept and session.created_at <= now]
    revocation.request_all({session.id: session.sealed for session in sessions})
    store.delete_many([session.id for session in sessions])
    time.sleep(1 - clock.parse(now).microsecond / 1_000_000)


def _context(session_id: str, generation: int) -> str:
    return f"refresh {session_id} {generation}"
