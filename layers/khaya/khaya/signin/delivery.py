"""Sending a code: what the consumer of the codes queue does, out of the sight of whoever asked."""

from __future__ import annotations

from khaya import accounts, channels, dynamo, observability, vault
from khaya.channels import Channel, Message, Undeliverable
from khaya.errors import Raced, TooMany
from khaya.ids import new_id
from khaya.settings import channel_settings
from khaya.signin import store
from khaya.signin.model import CODE_SECONDS, Challenge, new_code


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
    if found is None or not _may_send(challenge.channel, found[0], now):
        return
    destination, user_id = found
    code = new_code()
    try:
        dynamo.commit([store.ready_to_send(challenge, code_hash(challenge_id, code), destination, user_id)], new_id())
    except Raced:
        return  # another run of this message has sent it meanwhile
    try:
        channels.deliver(challenge.channel, _message(destination, code))
    except Undeliverable as error:
        observability.logger().warning("code undeliverable", extra={"channel": challenge.channel, "why": str(error)})
        observability.count("CodeUndeliverable")
        return
    dynamo.commit([store.sent(challenge_id, now)], new_id())
    observability.count("CodeSent")


def code_hash(challenge_id: str, code: str) -> str:
    """The hash under which a code is kept: without the service's key the few codes there are could all be tried."""
    return vault.keyed_hash("code", challenge_id, code)


def _destination(challenge: Challenge) -> tuple[str, str | None] | None:
    """Where the code goes and whose account it is; None where there is nobody to send it to.

    Who signs up or changes a contact proves just what they named. A code for signing in goes only to what the account's
    owner has proved before.
    """
    if challenge.purpose != "signIn":
        return challenge.identity, challenge.user_id
    account = accounts.find(challenge.identity)
    if account is None or account.contact(challenge.known_by.kind) != challenge.identity:
        return None
    contact = account.contact("email" if challenge.channel == "email" else "phone")
    return (contact, account.user_id) if contact else None


def _may_send(channel: Channel, destination: str, now: str) -> bool:
    """Whether the channel is offered, reaches this number, and has not used up its hour."""
    told = channel_settings()
    if channel == "whatsapp":
        return bool(told.twilio_secret_arn)
    if channel == "sms":
        if not destination.startswith(tuple(told.sms_prefixes.split(","))):
            return False
        try:
            if told.sms_per_hour:
                store.count_sms(told.sms_per_hour, now)
        except TooMany:
            observability.logger().error("no more text messages this hour")
            observability.count("SmsCapReached")
            return False
    return True


def _message(to: str, code: str) -> Message:
    minutes = CODE_SECONDS // 60
    return Message(
        to=to,
        text=f"{code} is your Khaya code. It works for {minutes} minutes. Give it to nobody: Khaya never asks for it.",
        subject="Your Khaya code",
        template=channel_settings().whatsapp_code_template,
        variables={"1": code},
    )
