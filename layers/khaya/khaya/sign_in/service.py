"""Asking for codes, answering them, and turning answers, passwords and refresh tokens into tokens."""

from __future__ import annotations

import hmac
import json
from functools import lru_cache
from secrets import token_urlsafe
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya.jobs import store as jobs
from khaya.jobs.model import Party
from khaya.platform.aws import clients, cognito, secrets
from khaya.platform.aws.cognito import Account, Origin, Tokens
from khaya.platform.base.errors import Conflict, Invalid, Unauthenticated, Unavailable, WriteConflict
from khaya.platform.base.settings import SignInSettings, settings
from khaya.platform.data.pages import MOST, PageRequest
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now, read, read_together
from khaya.platform.web.access import Caller
from khaya.sessions import service as sessions
from khaya.sessions import store as session_store
from khaya.sessions.model import RefreshToken
from khaya.sign_in import delivery, store
from khaya.sign_in.model import Challenge, Channel, CodeAnswer, Identity, Purpose, SignUp, challenged, wrong_code
from khaya.users import store as users

Issued = tuple[Tokens, RefreshToken]


def count_call(name: str, now: str) -> None:
    """Count a call of a sign-in route for a phone, an e-mail, a session or whatever else names who signs in.

    Raises:
        TooMany: there were too many in this minute.
    """
    limit = settings(SignInSettings).sign_ins_per_identity
    if limit:
        store.count_call(secrets.keyed_hash("identity", name), limit, now)


def sign_up(wanted: SignUp, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Have a code sent to a newcomer. Nothing is made before it is answered, so there is nothing to clean up."""
    count_call(wanted.proves.value, now)
    challenge = challenged("signUp", wanted.proves, wanted.channel, now, display_name=wanted.display_name)
    if wanted.password is not None:
        hidden = secrets.sealed(wanted.password, challenge.id)
        challenge = challenge.model_copy(update={"sealed_password": hidden})
    return _asked(challenge, "phone", now=now, unit_of_work=unit_of_work)


def ask_code(username: str, channel: Channel | None, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Have a code sent to whose account the username is, if anybody's: the consumer finds out, not this request."""
    count_call(username, now)
    challenge = challenged("signIn", Identity.of(username), channel, now)
    return _asked(challenge, "username", now=now, unit_of_work=unit_of_work)


def ask_contact(identity: Identity, caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Have a code sent to a new phone or e-mail of somebody who is signed in."""
    count_call(identity.value, now)
    challenge = challenged("contact", identity, None, now, user_id=caller.user_id, session_id=caller.session_id)
    return _asked(challenge, identity.kind, now=now, unit_of_work=unit_of_work)


def by_code(answer: CodeAnswer, origin: Origin, *, now: str, unit_of_work: UnitOfWork) -> Issued:
    """Sign in, and sign up where that was asked for, with the right code.

    The challenge is claimed while Cognito works, so that of two right answers one gets tokens; it is used up together
    with the session's record, so that what fails in between can be tried again with the same code.

    Raises:
        Unauthenticated: the code does not do.
        Forbidden: the person is suspended.
    """
    challenge = _right_answer(answer, {"signIn", "signUp"}, now=now)
    commit_now(store.claim(challenge.id, now))
    try:
        tokens = _by_proof(_account(challenge), origin, now)
    except Unavailable:
        commit_now(store.release(challenge.id))
        raise
    unit_of_work.add(store.answered(challenge.id, now))
    return tokens, sessions.open_session(tokens, origin.device, now=now, unit_of_work=unit_of_work)


def by_password(username: str, password: str, origin: Origin, *, now: str, unit_of_work: UnitOfWork) -> Issued:
    """Sign in with a password.

    Raises:
        Unauthenticated: name or password are wrong.
        Forbidden: the person is suspended.
    """
    count_call(username, now)
    tokens = cognito.by_password(username, password, origin)
    if tokens is None:
        raise Unauthenticated("The name or the password is wrong.")
    return tokens, sessions.open_session(tokens, origin.device, now=now, unit_of_work=unit_of_work)


def refresh(text: str, *, now: str, unit_of_work: UnitOfWork) -> Issued:
    """New tokens for a refresh token, which a new one replaces. An ended session is refused before Cognito is asked.

    Raises:
        Unauthenticated: the session has expired or was ended, or the token was replaced or is none.
    """
    refused = Unauthenticated("The refresh token is no longer good. Please sign in again.")
    token = RefreshToken.read(text)
    count_call(token.session_id if token else text, now)
    if token is None:
        raise refused
    item = read(session_store.key(token.session_id))
    session = session_store.read(item)
    if session is None:
        raise refused
    (record,) = read_together([users.key(session.user_id)])
    endings = users.endings(record)
    if endings.status != "active" or not session.is_live(now, endings.ended_before):
        raise refused
    if not session.accepts(token, now):
        if session.gave_away(token):
            _end_stolen(session.id, session.user_id, now)
        raise refused
    tokens = cognito.refreshed(token.cognito)
    if tokens is None or tokens.session_id != session.id:
        raise refused
    fresh = RefreshToken.issued(session.id, tokens.refresh)
    unit_of_work.add(session_store.change(session, session.renewed(token, fresh, now)))
    return tokens, fresh


def prove_contact(answer: CodeAnswer, caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> dict[str, str | None]:
    """Take over a phone or e-mail that the caller has proved: in the account, the private record and running jobs.

    Everything before the commit may be done twice, and the challenge is used up by the commit: what fails in between is
    finished by sending the same request again.

    Raises:
        Unauthenticated: the code does not do.
        Conflict: the phone or e-mail belongs to another account, which its owner may know.
    """
    challenge = _right_answer(answer, {"contact"}, now=now, of=caller)
    identity = challenge.proves
    holder = cognito.find(identity.value)
    if holder is not None and holder.user_id != caller.user_id:
        raise Conflict(f"This {identity.kind} belongs to another account.")
    cognito.set_contact(caller.user_id, identity.kind, identity.value)
    if identity.kind == "phone":
        _tell_running_jobs(caller.user_id, identity.value)
    unit_of_work.add(
        users.set_contact(caller.user_id, identity.kind, identity.value), store.answered(challenge.id, now)
    )
    user = users.get(caller.user_id)
    return {"phone": user.phone, "email": user.email, identity.kind: identity.value}


def _asked(challenge: Challenge, field: str, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Keep a challenge and have its code sent. What happens and how long it takes is the same for everybody."""
    told = settings(SignInSettings)
    prefixes = tuple(told.sms_prefixes.split(","))
    if (
        challenge.channel == "sms"
        and challenge.known_by.kind == "phone"
        and not challenge.identity.startswith(prefixes)
    ):
        raise Invalid([(field, f"text messages go only to numbers that begin with {' or '.join(prefixes)}")])
    if challenge.channel == "whatsapp" and not told.twilio_secret_arn:
        raise Invalid([("channel", "WhatsApp is not offered here")])
    unit_of_work.add(store.create(challenge), store.count_send(secrets.keyed_hash("sends", challenge.identity), now))
    unit_of_work.afterwards(lambda: _queue(challenge.id))
    return challenge


def _right_answer(answer: CodeAnswer, purposes: set[Purpose], *, now: str, of: Caller | None = None) -> Challenge:
    """The challenge that was answered rightly. The attempt is counted before it is looked at."""
    known = store.find(answer.challenge)
    count_call(known.identity if known else answer.challenge, now)
    challenge = store.count_attempt(answer.challenge, now)
    due = challenge.code_hash if challenge and challenge.code_hash else ""
    right = hmac.compare_digest(due, delivery.code_hash(answer.challenge, answer.code))
    if challenge is None or not right or challenge.purpose not in purposes:
        raise wrong_code()
    if of is not None and (challenge.user_id, challenge.session_id) != (of.user_id, of.session_id):
        raise wrong_code()
    return challenge


def _by_proof(account: Account, origin: Origin, now: str) -> Tokens:
    """Have Cognito sign in the owner of an account, by a proof that it finds in the Challenges table once."""
    proof = token_urlsafe(32)
    commit_now(store.put_proof(proof, account.user_id, now))
    tokens = cognito.by_proof(account.username, proof, origin)
    if tokens is None:
        raise wrong_code()
    return tokens


def _account(challenge: Challenge) -> Account:
    """Whom a right answer signs in. Who signed up with what somebody has an account with is signed in to that."""
    proved = challenge.proves
    account = cognito.find(challenge.user_id or proved.value)
    password = secrets.opened(challenge.sealed_password, challenge.id) if challenge.sealed_password else None
    if account is None and challenge.purpose == "signUp":
        return cognito.create(proved.kind, proved.value, challenge.display_name or "", password)
    if account is None or account.contact(proved.kind) != proved.value:
        raise wrong_code()
    return cognito.settle(account, password)


def _end_stolen(session_id: str, user_id: str, now: str) -> None:
    """End a session whose refresh token is in two hands, whichever of them is the owner's."""
    unit_of_work = UnitOfWork()
    sessions.sign_out(session_id, user_id, now=now, unit_of_work=unit_of_work)
    unit_of_work.commit()


def _tell_running_jobs(user_id: str, phone: str) -> None:
    """Bring the number in line on the jobs in progress, whose other party sees it."""
    parties: tuple[Party, ...] = ("buyer", "worker")
    for party in parties:
        page_request = PageRequest(("contact", party, user_id), MOST)
        while True:
            found = jobs.of_person(party, user_id, "in_progress", page_request)
            for job in found.items:
                _tell(job.id, party, phone)
            if found.after is None:
                break
            page_request = PageRequest(page_request.scope, MOST, page_request.cursor_after(found.after))


def _tell(job_id: str, party: Party, phone: str) -> None:
    try:
        commit_now(jobs.set_contact_phone(job_id, party, phone))
    except WriteConflict:
        return  # the job ended meanwhile, and its parties' contact with it


def _queue(challenge_id: str) -> None:
    """Have the code sent, out of sight. The message names the challenge and nothing else."""
    try:
        _sqs().send_message(
            QueueUrl=settings(SignInSettings).codes_queue_url, MessageBody=json.dumps({"id": challenge_id})
        )
    except (ClientError, BotoCoreError) as error:
        raise Unavailable from error


@lru_cache(maxsize=1)
def _sqs() -> Any:
    retries = {"mode": "standard", "total_max_attempts": 3}
    return clients.client("sqs", connect_timeout=1, read_timeout=3, retries=retries)
