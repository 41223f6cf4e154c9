"""Use cases of sign-in: request codes, answer them, sign in, refresh tokens, change contacts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from secrets import token_urlsafe

from khaya.channels import store as channels
from khaya.identities import model as identity
from khaya.identities import store as identities
from khaya.jobs import store as jobs
from khaya.jobs.model import Party
from khaya.platform.aws import cognito, queues, secrets
from khaya.platform.aws.cognito import Account, Origin, Tokens
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock
from khaya.platform.base.errors import (
    Conflict,
    FieldProblem,
    Invalid,
    TooMany,
    Unauthenticated,
    Unavailable,
    WriteConflict,
)
from khaya.platform.base.phones import has_calling_code
from khaya.platform.base.settings import MessageLimits, SignInSettings, settings
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now, read, read_together
from khaya.platform.web.access import Caller
from khaya.sessions import revocation
from khaya.sessions import service as sessions
from khaya.sessions import store as session_store
from khaya.sessions.model import RefreshToken
from khaya.sign_in import delivery, limits, store
from khaya.sign_in.model import (
    Challenge,
    Channel,
    CodeAnswer,
    Identity,
    Purpose,
    SignUp,
    StepUp,
    new_challenge,
    wrong_code,
)
from khaya.sign_in.passwords import check_not_own
from khaya.users import store as users

Issued = tuple[Tokens, RefreshToken]


def sign_up(request: SignUp, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Send a code to a new person. The account is created when the code is answered, so no clean-up is needed.

    Raises:
        Invalid: the phone is of a country that is not served, or the password is the person's own name or contact.
    """
    _require_served(request.phone, "phone")
    if request.password is not None:
        check_not_own(request.password, names=[request.display_name], phones=[request.phone], emails=[request.email])
    challenge = new_challenge("signUp", request.to_verify, request.channel, now, display_name=request.display_name)
    if request.password is not None:
        encrypted = secrets.encrypt(request.password, challenge.id)
        challenge = challenge.model_copy(update={"encrypted_password": encrypted})
    return _request(challenge, "phone", now=now, unit_of_work=unit_of_work)


def request_code(username: str, channel: Channel | None, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Send a code to the account with this username. The consumer looks the account up, not this request."""
    challenge = new_challenge("signIn", Identity.of(username), channel, now)
    return _request(challenge, "username", now=now, unit_of_work=unit_of_work)


def request_contact_code(identity: Identity, caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Send a code to a new phone or e-mail of the caller."""
    challenge = new_challenge("contact", identity, None, now, user_id=caller.user_id, session_id=caller.session_id)
    return _request(challenge, identity.kind, now=now, unit_of_work=unit_of_work)


def sign_in_with_code(answer: CodeAnswer, origin: Origin, *, now: str, unit_of_work: UnitOfWork) -> Issued:
    """Sign in with a code, and create the account if the challenge is a sign-up.

    The challenge is claimed while Cognito issues tokens, so that only one of two correct answers gets tokens. It is
    closed in the transaction that stores the session, so that after a failure the same code can be sent again.

    Raises:
        Unauthenticated: the code is not accepted.
        Forbidden: the account was erased.
    """
    challenge = unit_of_work.once("challenge", lambda: _check_answer(answer, {"signIn", "signUp"}, origin, now=now))
    tokens = unit_of_work.once("cognito", lambda: _claimed_tokens(challenge, origin, now))
    unit_of_work.add(store.close(challenge.id, now), *limits.remember(tokens.user_id, origin, now))
    return tokens, sessions.open_session(tokens, origin.device, now=now, unit_of_work=unit_of_work)


def sign_in_with_password(
    username: str, password: str, origin: Origin, *, now: str, unit_of_work: UnitOfWork
) -> Issued:
    """Sign in with a password.

    Raises:
        Unauthenticated: the name or the password is wrong.
        TooMany: too many passwords were wrong.
        Forbidden: the account was erased.
    """
    tokens = unit_of_work.once("cognito", lambda: _tokens_by_password(username, password, origin, now))
    if tokens is None:
        raise Unauthenticated("The name or the password is wrong.", code="wrong_password")
    return tokens, sessions.open_session(tokens, origin.device, now=now, unit_of_work=unit_of_work)


def refresh_session(text: str, *, now: str, unit_of_work: UnitOfWork) -> Issued:
    """New tokens, including a new refresh token. An ended session is refused without a call of Cognito.

    A refresh token that is used again more than a minute after its first use was copied, and ends the session.

    Raises:
        Unauthenticated: the session has expired or was ended, or the token is not good.
    """
    refused = Unauthenticated(
        "The refresh token is no longer good. Please sign in again.", code="refresh_token_invalid"
    )
    token = RefreshToken.read(text)
    cognito_token = sessions.cognito_token_in(token) if token else None
    if token is None or cognito_token is None:
        raise refused
    session = session_store.read(read(session_store.key(token.session_id)))
    if session is None:
        raise refused
    (record,) = read_together([users.key(session.user_id)])
    ended = users.read_ended_sessions(record)
    if ended.status == "erased" or not session.is_live(now, ended.before(session.id)):
        raise refused
    verdict = session.verdict(token.generation, now)
    if verdict == "copied":
        _end_copied_session(session.id, session.user_id, now)
    if verdict != "good":
        raise refused
    tokens = unit_of_work.once("cognito", lambda: cognito.refresh_tokens(cognito_token))
    if tokens is None or tokens.session_id != session.id:
        raise refused
    renewed = session.renewed(token.generation, revocation.seal(session.id, tokens.refresh), now)
    unit_of_work.add(session_store.change(session, renewed))
    return tokens, sessions.issue(renewed, tokens.refresh)


def step_up(request: StepUp, origin: Origin, caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> None:
    """Renew the sign-in time of the caller's session by a code or the password, without another session.

    Raises:
        Unauthenticated: the code or the password is not accepted, or is somebody else's.
    """
    if request.challenge is not None and request.code is not None:
        answer = CodeAnswer(challenge=request.challenge, code=request.code)
        challenge = unit_of_work.once("challenge", lambda: _check_answer(answer, {"signIn"}, origin, now=now))
        if challenge.subject != caller.subject:
            raise wrong_code()
        unit_of_work.add(store.close(challenge.id, now))
    else:
        unit_of_work.once("password", lambda: _check_password(request.password or "", origin, caller, now))
    (record,) = read_together([users.key(caller.user_id)])
    unit_of_work.add(users.renew_sign_in(caller.user_id, caller.session_id, record, clock.epoch(now)))


def change_password(password: str, caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> None:
    """Set the caller's password, end their other sessions, and record the change, of which they are told.

    Raises:
        Invalid: the password is the person's own name, phone or e-mail.
    """
    (record,) = read_together([users.key(caller.user_id)])
    user = users.read(record, caller.user_id)
    check_not_own(password, names=[user.display_name], phones=[user.phone], emails=[user.email])
    unit_of_work.once("cognito", lambda: cognito.set_password(caller.subject, password))
    unit_of_work.add(users.record_password_change(caller.user_id, now))
    sessions.end_all(caller.user_id, now=now, unit_of_work=unit_of_work, kept=caller.session_id)


def _tokens_by_password(username: str, password: str, origin: Origin, now: str) -> Tokens | None:
    """Tokens for a password; None if the name or the password is wrong.

    Wrong passwords count for the person, so that phone and e-mail do not count apart.
    """
    name = Identity.of(username)
    holder = identities.holder_of(identity.Identity(name.kind, name.value))
    return limits.guess(
        holder or username,
        origin,
        now,
        lambda: cognito.sign_in_with_password(username, password, origin),
        has_account=holder is not None,
    )


def _check_password(password: str, origin: Origin, caller: Caller, now: str) -> None:
    """Check the caller's password at Cognito. The session that Cognito opens for it is revoked.

    Raises:
        Unauthenticated: it is wrong.
    """
    limits.count_call(caller.user_id, origin, now)
    tokens = limits.guess(
        caller.user_id, origin, now, lambda: cognito.sign_in_with_password(caller.subject, password, origin)
    )
    if tokens is None:
        raise Unauthenticated("The password is wrong.", code="wrong_password")
    revocation.request(tokens.session_id, revocation.seal(tokens.session_id, tokens.refresh))


def verify_contact(
    answer: CodeAnswer, origin: Origin, caller: Caller, *, now: str, unit_of_work: UnitOfWork
) -> dict[str, str | None]:
    """Set a verified phone or e-mail in the account, in the private record and on the jobs in progress.

    The contact is reserved while Cognito is changed, so that of several people who prove it at one moment only one
    changes Cognito. All steps before the commit are idempotent, and the commit takes the contact and closes the
    challenge, so a repeated request completes a failed one.

    Raises:
        Unauthenticated: the code is not accepted.
        Conflict: the phone or e-mail belongs to another account. Only the owner of the contact learns this.
    """
    challenge = unit_of_work.once(
        "challenge", lambda: _check_answer(answer, {"contact"}, origin, now=now, caller=caller)
    )
    verified = challenge.verified
    unit_of_work.once("cognito", lambda: _set_contact_in_cognito(verified, caller, now))
    if verified.kind == "phone":
        _update_phone_on_jobs(caller.user_id, verified.value)
    user = users.get(caller.user_id)
    before = user.phone if verified.kind == "phone" else user.email
    unit_of_work.add(
        users.set_contact(caller.user_id, verified.kind, before, verified.value),
        *identities.change_contact(caller.user_id, verified.kind, before, verified.value),
        store.close(challenge.id, now),
        store.release_contact(_hash_of(verified), caller.user_id),
    )
    return {"phone": user.phone, "email": user.email, verified.kind: verified.value}


def _set_contact_in_cognito(verified: Identity, caller: Caller, now: str) -> None:
    """Reserve a proved contact for the caller, and set it in Cognito.

    Raises:
        Conflict: it belongs to another account, or is being taken by one.
    """
    contact = identity.Identity(verified.kind, verified.value)
    reservation = store.reserve_contact(_hash_of(verified), verified.kind, caller.user_id, now)
    commit_now(identities.require_free(contact, caller.user_id), reservation)
    try:
        holder = cognito.find(verified.value)
        if holder is not None and holder.subject != caller.subject:
            raise Conflict(
                f"This {verified.kind} belongs to another account.",
                code="contact_taken",
                params={"contact": verified.kind},
            )
        cognito.set_contact(caller.subject, verified.kind, verified.value)
    except Conflict:
        commit_now(store.release_contact(_hash_of(verified), caller.user_id))
        raise


def _hash_of(contact: Identity) -> str:
    return secrets.keyed_hash("contact", contact.kind, contact.value)


def _request(challenge: Challenge, field: str, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Store the challenge and send its code. Steps and duration are the same whether or not the account exists."""
    if challenge.requested.kind == "phone" and challenge.channel != "email":
        _require_served(challenge.identity, field)
    if challenge.channel == "whatsapp" and not settings(SignInSettings).twilio_secret_arn:
        raise Invalid([FieldProblem("channel", "WhatsApp is not offered here", "not_offered")])
    channels.require_left(challenge.channel, now)
    unit_of_work.add(store.create(challenge), store.count_send(secrets.keyed_hash("sends", challenge.identity), now))
    unit_of_work.after_commit(lambda: _queue(challenge.id))
    return challenge


def _require_served(phone: str, field: str) -> None:
    """Check that the phone is of a country whose people may sign up and get messages.

    Raises:
        Invalid: it is not.
    """
    codes = settings(MessageLimits).calling_codes
    if not has_calling_code(phone, codes):
        served = codes.replace(",", " or ")
        problem = FieldProblem(field, f"must begin with {served}", "country_not_served", {"callingCodes": codes})
        raise Invalid([problem])


def _check_answer(
    answer: CodeAnswer, purposes: set[Purpose], origin: Origin, *, now: str, caller: Caller | None = None
) -> Challenge:
    """The challenge of a correct answer. The attempt is counted before the code is compared.

    Raises:
        Unauthenticated: the code is not accepted.
        TooMany: there were too many calls for this identity.
    """
    found = store.find(answer.challenge)
    if found is not None:
        limits.count_call(found.identity, origin, now)
    challenge = store.count_attempt(answer.challenge, now)
    expected = challenge.code_hash if challenge and challenge.code_hash else ""
    correct = delivery.is_code(expected, answer.challenge, answer.code)
    if challenge is None or not correct or challenge.purpose not in purposes:
        raise wrong_code()
    if caller is not None and (challenge.user_id, challenge.session_id) != (caller.user_id, caller.session_id):
        raise wrong_code()
    return challenge


def _claimed_tokens(challenge: Challenge, origin: Origin, now: str) -> Tokens:
    """Tokens for a correct answer, while the challenge is claimed for it."""
    commit_now(store.claim(challenge.id, now))
    try:
        return _tokens_for(_account(challenge), origin, now)
    except (Unavailable, TooMany):
        commit_now(store.release_claim(challenge.id))
        raise


def _tokens_for(account: Account, origin: Origin, now: str) -> Tokens:
    """Tokens for the account, by a one-time proof that Cognito's trigger finds in the Challenges table."""
    proof = token_urlsafe(32)
    commit_now(store.put_proof(proof, account.subject, now))
    tokens = cognito.sign_in_with_proof(account.username, proof, origin)
    if tokens is None:
        raise wrong_code()
    return tokens


def _account(challenge: Challenge) -> Account:
    """The account that a correct answer signs in to. A sign-up with an existing identity signs in to its account."""
    verified = challenge.verified
    account = cognito.find(challenge.subject or verified.value)
    password = secrets.decrypt(challenge.encrypted_password, challenge.id) if challenge.encrypted_password else None
    if account is None and challenge.purpose == "signUp":
        return cognito.create(verified.kind, verified.value, challenge.display_name or "", password)
    if account is None or account.contact(verified.kind) != verified.value:
        raise wrong_code()
    return cognito.ensure_password(account, password)


def _end_copied_session(session_id: str, user_id: str, now: str) -> None:
    """End a session whose refresh token was copied."""
    unit_of_work = UnitOfWork()
    sessions.sign_out(session_id, user_id, now=now, unit_of_work=unit_of_work)
    unit_of_work.commit()


def _update_phone_on_jobs(user_id: str, phone: str) -> None:
    """Update the number on the person's jobs in progress, where the other party sees it."""
    parties: tuple[Party, ...] = ("buyer", "worker")
    for party in parties:
        for job_id in _jobs_in_progress(party, user_id):
            with suppress(WriteConflict):  # the job has ended, and no longer shows contacts
                commit_now(jobs.set_contact_phone(job_id, party, phone))


def _jobs_in_progress(party: Party, user_id: str) -> Iterator[str]:
    yield from (
        job.id for job in every_item(lambda page_request: jobs.of_person(party, user_id, "in_progress", page_request))
    )


def _queue(challenge_id: str) -> None:
    """Have the code sent by the consumer `codes`. The message names the challenge and nothing else."""
    queues.send("code_delivery", [OutgoingMessage("codes", {"challengeId": challenge_id})])
