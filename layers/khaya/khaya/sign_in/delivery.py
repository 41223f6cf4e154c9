"""Sending a code: what the consumer of the codes queue does, out of the sight of whoever asked."""

from __future__ import annotations

import random
import time

from khaya import channels
from khaya.channels import Channel, ChannelDown, Message, Undeliverable
from khaya.channels import store as limits
from khaya.platform.aws import cognito, secrets
from khaya.platform.base import observability
from khaya.platform.base.errors import TooMany, WriteConflict
from khaya.platform.base.settings import CodeSettings, settings
from khaya.platform.data.unit_of_work import commit_now
from khaya.sign_in import store
from khaya.sign_in.model import CODE_SECONDS, Challenge, new_code

TRIES = 3
"""How often a code is handed to its provider before its message goes back to the queue."""


def send(challenge_id: str, now: str) -> None:
    """Send the code of a challenge to whom it concerns; to nobody where there is no such account.

    It may run twice for one challenge: what has been sent is not sent again, and a code that could not be sent is
    replaced by a new one.

    Raises:
        ChannelDown: the provider does not take it now; run it again.
    """
    challenge = store.find(challenge_id)
    if challenge is None or challenge.sent_at or challenge.is_over(now):
        return
    found = _destination(challenge)
    if found is None or not limits.reaches(challenge.channel, found[0]):
        return
    destination, user_id = found
    try:
        limits.count(challenge.channel, now)
    except TooMany:
        return
    code = new_code()
    try:
        commit_now(store.ready_to_send(challenge, code_hash(challenge_id, code), destination, user_id))
    except WriteConflict:
        return  # another run of this message has sent it meanwhile
    try:
        _hand_over(challenge.channel, _message(destination, code))
    except Undeliverable as error:
        observability.logger().warning("code undeliverable", extra={"channel": challenge.channel, "why": str(error)})
        observability.count("CodeUndeliverable")
        return
    commit_now(store.sent(challenge_id, now))
    observability.count("CodeSent")


def code_hash(challenge_id: str, code: str) -> str:
    """The hash under which a code is kept: without the service's key the few codes there are could all be tried."""
    return secrets.keyed_hash("code", challenge_id, code)


def _destination(challenge: Challenge) -> tuple[str, str | None] | None:
    """Where the code goes and whose account it is; None where there is nobody to send it to.

    Who signs up or changes a contact proves just what they named. A code for signing in goes only to what the account's
    owner has proved before.
    """
    if challenge.purpose != "signIn":
        return challenge.identity, challenge.user_id
    account = cognito.find(challenge.identity)
    if account is None or account.contact(challenge.known_by.kind) != challenge.identity:
        return None
    contact = account.contact("email" if challenge.channel == "email" else "phone")
    return (contact, account.user_id) if contact else None


def _hand_over(channel: Channel, message: Message) -> None:
    """Send it, at once again where the provider could not take it just now: somebody waits for the code."""
    for attempt in range(TRIES):
        try:
            channels.deliver(channel, message)
        except ChannelDown:
            if attempt == TRIES - 1:
                raise
            time.sleep(random.uniform(0.1, 0.4) * 2**attempt)  # noqa: S311 - spreads retries, guards nothing
        else:
            return


def _message(to: str, code: str) -> Message:
    minutes = CODE_SECONDS // 60
    return Message(
        to=to,
        text=f"{code} is your Khaya code. It works for {minutes} minutes. Give it to nobody: Khaya never asks for it.",
        subject="Your Khaya code",
        template=settings(CodeSettings).whatsapp_code_template,
        variables={"1": code},
    )
