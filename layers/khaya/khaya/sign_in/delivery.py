"""Sends one-time codes, outside of the request, so that its duration does not reveal whether an account exists."""

from __future__ import annotations

import random
import time

from khaya import channels
from khaya.channels import Channel, ChannelDown, ChannelMessage, Undeliverable, Unsure
from khaya.channels import store as limits
from khaya.platform.aws import cognito, secrets
from khaya.platform.base import observability
from khaya.platform.base.errors import TooMany, WriteConflict
from khaya.platform.base.settings import CodeSettings, settings
from khaya.platform.data.unit_of_work import commit_now
from khaya.sign_in import store
from khaya.sign_in.model import Challenge, new_code
from khaya.sign_in.texts import code_subject, code_text, text_message

ATTEMPTS = 3
"""Attempts to send a code before its message returns to the queue."""


def send(challenge_id: str, now: str) -> None:
    """Send the code of a challenge, unless its account does not exist.

    Idempotent: a code that was sent is not sent again. A code that could not be sent is replaced by a new one.

    Raises:
        ChannelDown: the provider is unavailable; call it again later.
    """
    challenge = store.find(challenge_id)
    if challenge is None or challenge.sent_at or challenge.is_closed(now):
        return
    recipient = _recipient(challenge)
    if recipient is None or not limits.reaches(challenge.channel, recipient[0]):
        return
    destination, subject = recipient
    code = new_code()
    message = _message(challenge, destination, code)
    try:
        limits.count(challenge.channel, message.text, now)
    except (TooMany, limits.BudgetSpent):
        return
    try:
        with limits.given_back_if_unsent(challenge.channel, message.text, now):
            commit_now(store.set_code(challenge, code_hash(challenge_id, code), destination, subject))
            _deliver(challenge.channel, message)
    except WriteConflict:
        return  # a concurrent run has sent a code
    except Undeliverable as error:
        observability.logger().warning("code undeliverable", extra={"channel": challenge.channel, "reason": str(error)})
        observability.count("CodeUndeliverable")
        return
    commit_now(store.set_sent(challenge_id, now))
    observability.count("CodeSent")


def code_hash(challenge_id: str, code: str) -> str:
    """The stored hash of a code. It is keyed, because a plain hash is reversed by trying all six-digit codes."""
    return secrets.keyed_hash("code", challenge_id, code)


def is_code(expected: str, challenge_id: str, code: str) -> bool:
    """Whether `expected` is the stored hash of the code, also where the service key was rotated in between."""
    return secrets.is_keyed_hash(expected, "code", challenge_id, code)


def _recipient(challenge: Challenge) -> tuple[str, str | None] | None:
    """The phone or e-mail that gets the code, and the Cognito account if known; None if there is no account.

    A code for a sign-up or a change of contact goes to the given phone or e-mail. A code for a sign-in goes only to a
    verified contact of the account.
    """
    if challenge.purpose != "signIn":
        return challenge.identity, None
    account = cognito.find(challenge.identity)
    if account is None or account.contact(challenge.requested.kind) != challenge.identity:
        return None
    contact = account.contact("email" if challenge.channel == "email" else "phone")
    return (contact, account.subject) if contact else None


def _deliver(channel: Channel, message: ChannelMessage) -> None:
    """Send the message, with short pauses between attempts, because a user is waiting for it.

    Raises:
        Undeliverable: the provider refuses the address for good.
        ChannelDown: nothing was sent; `Unsure`: one of the attempts may have sent it.
    """
    unsure: Unsure | None = None
    for attempt in range(ATTEMPTS):
        try:
            channels.deliver(channel, message)
        except Undeliverable:
            if unsure is not None:
                raise unsure from None
            raise
        except ChannelDown as error:
            unsure = error if isinstance(error, Unsure) else unsure
            if attempt == ATTEMPTS - 1:
                raise unsure or error from None
            time.sleep(random.uniform(0.1, 0.4) * 2**attempt)  # noqa: S311 - spreads retries, guards nothing
        else:
            return


def _message(challenge: Challenge, to: str, code: str) -> ChannelMessage:
    language = challenge.language or "en"
    configured = settings(CodeSettings)
    by_text_message = challenge.channel == "sms"
    return ChannelMessage(
        to=to,
        text=text_message(code, language, configured.app_url) if by_text_message else code_text(code, language),
        subject=code_subject(language),
        template=configured.whatsapp_code_template,
        variables={"1": code},
    )
