"""Makes challenges, and checks their answers."""

from __future__ import annotations

from khaya.channels import store as channels
from khaya.platform.aws import queues, secrets
from khaya.platform.aws.cognito import Origin
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base.errors import FieldProblem, Invalid
from khaya.platform.base.phones import has_calling_code
from khaya.platform.base.settings import MessageLimits, SignInSettings, settings
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.platform.web.access import Caller
from khaya.sign_in import delivery, limits, store
from khaya.sign_in.model import Challenge, CodeAnswer, Purpose, wrong_code


def request(challenge: Challenge, field: str, *, now: str, unit_of_work: UnitOfWork) -> Challenge:
    """Store the challenge and send its code. Steps and duration are the same whether or not the account exists."""
    if challenge.requested.kind == "phone" and challenge.channel != "email":
        require_served(challenge.identity, field)
    if challenge.channel == "whatsapp" and not settings(SignInSettings).twilio_secret_arn:
        raise Invalid([FieldProblem("channel", "WhatsApp is not offered here", "not_offered")])
    channels.require_left(challenge.channel, now)
    unit_of_work.add(store.create(challenge), store.count_send(secrets.keyed_hash("sends", challenge.identity), now))
    unit_of_work.after_commit(lambda: _queue(challenge.id))
    return challenge


def require_served(phone: str, field: str) -> None:
    """Check that the phone is of a country whose people may sign up and get messages.

    Raises:
        Invalid: it is not.
    """
    codes = settings(MessageLimits).calling_codes
    if not has_calling_code(phone, codes):
        served = codes.replace(",", " or ")
        problem = FieldProblem(field, f"must begin with {served}", "country_not_served", {"callingCodes": codes})
        raise Invalid([problem])


def check_answer(
    answer: CodeAnswer, purposes: set[Purpose], origin: Origin, *, now: str, caller: Caller | None = None
) -> Challenge:
    """The challenge of a correct answer. The attempt is counted before the code is compared.

    Raises:
        Unauthenticated: the code is not accepted.
        TooMany: there were too many calls for this identity.
    """
    found = store.find(answer.challenge)
    if found is not None:
        limits.count_identity(found.identity, origin, now)
    challenge = store.count_attempt(answer.challenge, now)
    expected = challenge.code_hash if challenge and challenge.code_hash else ""
    correct = delivery.is_code(expected, answer.challenge, answer.code)
    if challenge is None or not correct or challenge.purpose not in purposes:
        raise wrong_code()
    if caller is not None and (challenge.user_id, challenge.session_id) != (caller.user_id, caller.session_id):
        raise wrong_code()
    return challenge


def _queue(challenge_id: str) -> None:
    """Have the code sent by the consumer `codes`. The message names the challenge and nothing else."""
    queues.send("code_delivery", [OutgoingMessage("codes", {"challengeId": challenge_id})])
