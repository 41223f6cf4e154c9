"""Use cases of sign-in: request codes, answer them, sign in, refresh tokens, change the password."""

from dataclasses import dataclass
from secrets import token_urlsafe

from khaya.identities import store as identities
from khaya.notifications import service as notifications
from khaya.notifications.choices import Language
from khaya.platform.aws import cognito, secrets
from khaya.platform.aws.cognito import CognitoUser, Origin, Tokens
from khaya.platform.base import clock
from khaya.platform.base.errors import (
    TooMany,
    Unauthenticated,
    Unavailable,
)
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now, read, read_together
from khaya.platform.web.access import Caller
from khaya.sessions import revocation
from khaya.sessions import service as sessions
from khaya.sessions import store as session_store
from khaya.sessions.model import RefreshToken
from khaya.sessions.service import IssuedSession
from khaya.sign_in import challenges, store
from khaya.sign_in.model import (
    Challenge,
    Channel,
    CodeAnswer,
    ContactIdentity,
    SignUp,
    StepUp,
    new_challenge,
    wrong_code,
)
from khaya.sign_in.passwords import check_not_own
from khaya.users import store as users
from khaya.wrong_passwords import service as wrong_passwords


@dataclass(frozen=True)
class Issued:
    """The tokens of a sign-in or a refresh, and whether their person is new here."""

    tokens: Tokens
    session: IssuedSession
    is_new: bool


def sign_up(request: SignUp, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Send a code to a new person. The account is created when the code is answered, so no clean-up is needed.

    Raises:
        Invalid: the phone is of a country that is not served, or the password is the person's own name or contact.
    """
    challenges.require_served(request.phone, "phone")
    if request.password is not None:
        check_not_own(request.password, names=[request.display_name], phones=[request.phone], emails=[request.email])
    challenge = new_challenge(
        "signUp", request.to_verify, request.channel, now, display_name=request.display_name, language=request.language
    )
    if request.password is not None:
        encrypted = secrets.encrypt(request.password, challenge.id)
        challenge = challenge.model_copy(update={"encrypted_password": encrypted})
    return challenges.request(challenge, "phone", now=now, unit_of_work=unit_of_work)


def request_code(
    username: str, channel: Channel | None, language: Language | None, *, now: str, unit_of_work: UnitOfWork
) -> Challenge:
    """Send a code to the account with this username. The consumer looks the account up, not this request."""
    challenge = new_challenge("signIn", ContactIdentity.of(username), channel, now, language=language)
    return challenges.request(challenge, "username", now=now, unit_of_work=unit_of_work)


def sign_in_with_code(answer: CodeAnswer, origin: Origin, *, now: str, unit_of_work: UnitOfWork) -> Issued:
    """Sign in with a code, and create the account if the challenge is a sign-up.

    The challenge is claimed while Cognito issues tokens, so that only one of two correct answers gets tokens. It is
    closed in the transaction that stores the session, so that after a failure the same code can be sent again.

    Raises:
        Unauthenticated: the code is not accepted.
        Forbidden: the account was erased.
    """
    challenge = unit_of_work.once(
        "challenge", lambda: challenges.check_answer(answer, {"signIn", "signUp"}, origin, now=now)
    )
    tokens, is_created = unit_of_work.once("cognito", lambda: _claimed_tokens(challenge, origin, now))
    unit_of_work.add(store.close(challenge.id, now), *wrong_passwords.remember(tokens.user_id, origin, now))
    if is_created and challenge.language is not None:
        notifications.set_first_language(challenge.language, tokens.user_id, unit_of_work=unit_of_work)
    session = sessions.open_session(tokens, origin.device, now=now, unit_of_work=unit_of_work)
    return Issued(tokens, session, is_created or not session.has_name)


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
    session = sessions.open_session(tokens, origin.device, now=now, unit_of_work=unit_of_work)
    return Issued(tokens, session, not session.has_name)


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
    ended = session_store.read_ended_sessions(record)
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
    issued = sessions.issue(renewed, tokens.refresh, record)
    return Issued(tokens, issued, not issued.has_name)


def step_up(request: StepUp, origin: Origin, caller: Caller, *, now: str, unit_of_work: UnitOfWork) -> None:
    """Renew the sign-in time of the caller's session by a code or the password, without another session.

    Raises:
        Unauthenticated: the code or the password is not accepted, or is somebody else's.
    """
    if request.challenge is not None and request.code is not None:
        answer = CodeAnswer(challenge=request.challenge, code=request.code)
        challenge = unit_of_work.once("challenge", lambda: challenges.check_answer(answer, {"signIn"}, origin, now=now))
        if challenge.subject != caller.subject:
            raise wrong_code()
        unit_of_work.add(store.close(challenge.id, now))
    else:
        unit_of_work.once("password", lambda: _check_password(request.password or "", origin, caller, now))
    (record,) = read_together([users.key(caller.user_id)])
    unit_of_work.add(session_store.renew_sign_in(caller.user_id, caller.session_id, record, clock.epoch(now)))


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
    name = ContactIdentity.of(username)
    holder = identities.holder_of(name)
    return wrong_passwords.guess(
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
    tokens = wrong_passwords.guess(
        caller.user_id, origin, now, lambda: cognito.sign_in_with_password(caller.subject, password, origin)
    )
    if tokens is None:
        raise Unauthenticated("The password is wrong.", code="wrong_password")
    revocation.request(tokens.session_id, revocation.seal(tokens.session_id, tokens.refresh))


def _claimed_tokens(challenge: Challenge, origin: Origin, now: str) -> tuple[Tokens, bool]:
    """Tokens for a correct answer, while the challenge is claimed for it, and whether the account was created."""
    commit_now(store.claim(challenge.id, now))
    try:
        account, is_created = _account(challenge)
        return _tokens_for(account, origin, now), is_created
    except (Unavailable, TooMany):
        commit_now(store.release_claim(challenge.id))
        raise


def _tokens_for(account: CognitoUser, origin: Origin, now: str) -> Tokens:
    """Tokens for the account, by a one-time proof that Cognito's trigger finds in the Challenges table."""
    proof = token_urlsafe(32)
    commit_now(store.put_proof(proof, account.subject, now))
    tokens = cognito.sign_in_with_proof(account.username, proof, origin)
    if tokens is None:
        raise wrong_code()
    return tokens


def _account(challenge: Challenge) -> tuple[CognitoUser, bool]:
    """The account that a correct answer signs in to, and whether it was created for it.

    A sign-up with an existing identity signs in to its account.
    """
    verified = challenge.verified
    account = cognito.find(challenge.subject or verified.value)
    password = secrets.decrypt(challenge.encrypted_password, challenge.id) if challenge.encrypted_password else None
    if account is None and challenge.purpose == "signUp":
        return cognito.create(verified.kind, verified.value, challenge.display_name or "", password), True
    if account is None or account.contact(verified.kind) != verified.value:
        raise wrong_code()
    return cognito.ensure_password(account, password), False


def _end_copied_session(session_id: str, user_id: str, now: str) -> None:
    """End a session whose refresh token was copied."""
    unit_of_work = UnitOfWork()
    sessions.sign_out(session_id, user_id, now=now, unit_of_work=unit_of_work)
    unit_of_work.commit()
