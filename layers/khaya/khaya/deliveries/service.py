"""Notifications delivered: handed to the queues of their channels, held at night, sent once, and what devices answer.

What may be sent is decided when it is sent: by then a person may have moved, chosen otherwise, or left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from khaya import channels
from khaya.channels import ChannelDown, Message, Undeliverable, Unsure
from khaya.channels import store as limits
from khaya.channels.push import GONE, TOO_BIG, Push
from khaya.channels.push import receipts as push_receipts
from khaya.channels.push import send as send_push
from khaya.deliveries import circuit_breakers, queues, quiet, store
from khaya.deliveries.model import Consumer, Delivery, NotNow, Refused, Send, wait_seconds
from khaya.notifications import messages
from khaya.notifications import store as notifications
from khaya.notifications.choices import Channel
from khaya.notifications.kinds import KINDS
from khaya.notifications.messages import Text
from khaya.notifications.model import Notification, Person
from khaya.platform.base import observability
from khaya.platform.base.errors import NotFound, TooMany, Unavailable, WriteConflict
from khaya.platform.base.settings import DeliverySettings, QuietSettings, settings
from khaya.platform.data.unit_of_work import commit_now, read_together
from khaya.users import store as users
from khaya.users.model import User

_TRIES = 5
RECEIPT_TRIES = 3
"""How often receipts are asked for that are not there yet. Expo keeps them for a day."""


def hand_over(notification: Notification, person: Person, now: str) -> None:
    """Have a notification that is in the inbox delivered by the channels that its person chose; at night it waits.

    It may run again for the same notification: each channel sends it once.

    Raises:
        Unavailable: not everything could be handed over; run it again.
    """
    wanted = [
        channel
        for channel in person.channels_for(notification.kind)
        if channel != "push" or person.devices  # the other addresses are looked up by whoever sends
    ]
    if not wanted:
        return
    until = _waits_until(notification, now)
    if until is not None:
        _hold(notification.id, wanted, until)
        return
    for channel in wanted:
        queues.send(channel, [notification.id])


def release_due(now: str, time_is_left: Callable[[], bool]) -> int:
    """Hand over what waited for the end of the quiet hours, as far as time is left; answers how many notifications.

    What is interrupted is handed over again the next time, which sends nothing twice.
    """
    done = 0
    for page in store.due(now):
        if not time_is_left():
            break
        for channel in ("whatsapp", "sms", "email", "push"):
            waiting = [held.notification_id for held in page if channel in held.channels]
            queues.send(channel, waiting)
        for held in page:
            try:
                commit_now(store.released(held))
            except (WriteConflict, Unavailable):
                continue  # it waits for something else by now, or is tried again by the next run
            done += 1
    return done


def work(consumer: Consumer, notification_id: str, now: str, attempt: int) -> None:
    """Do what a message asks for; `attempt` is how often it was received, 1 the first time.

    Raises:
        NotNow: it is to be tried again, later.
    """
    if consumer == "receipts":
        check_receipts(notification_id, now, attempt)
    else:
        deliver(consumer, notification_id, now, attempt)


def deliver(channel: Channel, notification_id: str, now: str, attempt: int) -> None:
    """Send a notification by one channel, once, however often this is run for it.

    Raises:
        NotNow: the provider does not take it now; or somebody has claimed it and nobody knows whether it went out. Then
            it is not sent again: the message ends in the dead letters, where an operator decides.
    """
    delivery = store.find(notification_id)
    if delivery is None:
        return
    send = delivery.sends.get(channel)
    if send is not None and send.is_over:
        _expect_receipts(notification_id, send)
        return
    if send is not None and send.is_claimed(now):
        raise NotNow("claimed, and not known to be sent", wait_seconds(attempt))
    notification = delivery.notification
    until = _waits_until(notification, now)
    if until is not None:
        _hold(notification_id, [channel], until)
        return
    letter = _letter(channel, notification)
    if letter is None:
        return
    try:
        circuit_breakers.guarded(channel, lambda: _send_once(delivery, channel, letter, now))
    except circuit_breakers.Open as circuit:
        raise NotNow("circuit open", max(circuit.seconds, wait_seconds(attempt))) from None
    except TooMany as full:
        raise NotNow("no more this hour", wait_seconds(attempt, int(full.headers["Retry-After"]))) from None
    except ChannelDown as error:
        observability.count(f"{channel.capitalize()}{'Unsure' if isinstance(error, Unsure) else 'Down'}")
        raise NotNow(str(error), wait_seconds(attempt, error.retry_after)) from None
    except (Refused, WriteConflict) as reason:  # or claimed by another
        raise NotNow(f"{type(reason).__name__} {reason}", wait_seconds(attempt)) from None


def check_receipts(notification_id: str, now: str, attempt: int) -> None:
    """Look at what Apple and Google said of a push, and forget the devices that are gone.

    Raises:
        NotNow: receipts are missing, or Expo cannot be asked.
    """
    delivery = store.find(notification_id)
    send = delivery.sends.get("push") if delivery else None
    if delivery is None or send is None or not send.tickets or send.receipts_at is not None:
        return
    try:
        found = push_receipts(list(send.tickets))
    except ChannelDown as error:
        raise NotNow(str(error), wait_seconds(attempt, error.retry_after)) from None
    except Undeliverable as error:
        observability.logger().error("receipts refused", extra={"notification": notification_id, "why": str(error)})
        return
    for ticket, word in found.items():
        if word == GONE:
            _forget_device(delivery.notification.user_id, send.tickets[ticket])
        elif word is not None:
            observability.logger().error("push failed", extra={"notification": notification_id, "why": word})
            observability.count("PushFailed")
    missing = len(send.tickets) - len(found)
    if missing and attempt < RECEIPT_TRIES:
        raise NotNow("receipts are missing", wait_seconds(attempt))
    if missing:
        observability.count("PushReceiptMissing", missing)
    _commit_mark(notification_id, "push", send.model_copy(update={"receipts_at": now}))


@dataclass(frozen=True)
class _Letter:
    """What is sent, and where to: a phone number, an e-mail address, or the push tokens of devices."""

    notification: Notification
    text: Text
    person: Person
    address: str = ""

    @property
    def tokens(self) -> list[str]:
        return [device.token for device in self.person.devices.values()]


@dataclass(frozen=True)
class _Outcome:
    """What the provider said; `gone` are push tokens that it says to forget."""

    ref: str | None = None
    tickets: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


def _letter(channel: Channel, notification: Notification) -> _Letter | None:
    """What is to be sent now; None where the person does not want it by this channel, or is not reached by it."""
    user_id = notification.user_id
    user_item, person_item = read_together([users.key(user_id), notifications.person_key(user_id)])
    user, person = users.read(user_item, user_id), notifications.read_person(person_item, user_id)
    if user.status == "erased" or channel not in person.channels_for(notification.kind):
        return None
    text = messages.render(notification.kind, notification.params, person.language)
    letter = _Letter(notification, text, person, _address(channel, user))
    if channel == "push":
        return letter if letter.tokens else None
    return letter if letter.address and limits.reaches(channel, letter.address) else None


def _address(channel: Channel, user: User) -> str:
    match channel:
        case "email":
            return user.email or ""
        case "sms" | "whatsapp":
            return user.phone or ""
    return ""


def _send_once(delivery: Delivery, channel: Channel, letter: _Letter, now: str) -> None:
    """Claim it, send it, mark it. A provider's refusal gives the claim back; what is uncertain keeps it.

    Raises:
        ChannelDown: nothing was sent; as `Unsure`, perhaps it was.
        Refused: nothing was sent, which says nothing of messages to others.
        TooMany: the hour's text messages are used up.
        Raced: somebody else has claimed it.
    """
    notification_id = delivery.notification.id
    try:
        commit_now(store.claim(notification_id, channel, now))
    except NotFound:
        return
    try:
        outcome = _push(letter) if channel == "push" else _message(channel, letter, now)
    except Unsure:
        raise
    except (ChannelDown, TooMany, Refused):
        commit_now(store.give_back(notification_id, channel, now))
        raise
    except Undeliverable as error:
        observability.logger().warning(
            "undeliverable", extra={"notification": notification_id, "channel": channel, "why": str(error)}
        )
        observability.count(f"{channel.capitalize()}Undeliverable")
        _commit_mark(notification_id, channel, Send(claimed_at=now, undeliverable_at=now))
        return
    sent = bool(outcome.ref or outcome.tickets)  # else no device takes it any more
    send = Send(claimed_at=now, ref=outcome.ref, tickets=outcome.tickets)
    send = send.model_copy(update={"sent_at" if sent else "undeliverable_at": now})
    _commit_mark(notification_id, channel, send)
    observability.count(f"{channel.capitalize()}{'Sent' if sent else 'Undeliverable'}")
    for token in outcome.gone:
        _forget_device(letter.person.user_id, _hash(token))
    _expect_receipts(notification_id, send)


def _message(channel: channels.Channel, letter: _Letter, now: str) -> _Outcome:
    limits.count(channel, now, share=limits.NOTICES_SHARE if KINDS[letter.notification.kind].chosen else 1)
    title, text = letter.text
    told = settings(DeliverySettings)
    template = {"en": told.whatsapp_notice_template_en, "zu": told.whatsapp_notice_template_zu}[letter.person.language]
    message = Message(
        to=letter.address,
        text=text if channel == "email" else f"Khaya: {text}",
        subject=_one_line(title),
        template=template,
        variables={"1": _one_line(title), "2": _one_line(text)},
    )
    return _Outcome(ref=channels.deliver(channel, message))


def _push(letter: _Letter) -> _Outcome:
    notification, tokens = letter.notification, letter.tokens
    data = {**notification.data, "kind": notification.kind, "notificationId": notification.id}
    tickets = send_push(tokens, Push(*letter.text, notification.urgent, data))
    gone = [token for token, ticket in zip(tokens, tickets, strict=True) if ticket.error == GONE]
    taken = {ticket.id: _hash(token) for token, ticket in zip(tokens, tickets, strict=True) if ticket.id is not None}
    refused = {ticket.error for ticket in tickets} - {None, GONE}
    for why in sorted(refused, key=str):
        observability.logger().error("push refused", extra={"notification": notification.id, "why": why})
        observability.count("PushFailed")
    if refused == {TOO_BIG} and not taken:
        raise Undeliverable(TOO_BIG)
    if refused and not taken:
        raise Refused(", ".join(sorted(map(str, refused))))
    return _Outcome(tickets=taken, gone=gone)


def _expect_receipts(notification_id: str, send: Send) -> None:
    if send.tickets and send.receipts_at is None:
        queues.send("receipts", [notification_id])


def _waits_until(notification: Notification, now: str) -> str | None:
    """When the quiet hours end that keep a notification back; None where nothing does."""
    hours = settings(QuietSettings)
    return None if notification.urgent else quiet.until(now, hours.quiet_from_hour, hours.quiet_until_hour)


def _hold(notification_id: str, waiting: list[Channel], until: str) -> None:
    try:
        commit_now(store.hold(notification_id, waiting, until))
    except NotFound:
        return  # its person has left


def _commit_mark(notification_id: str, channel: Channel, send: Send) -> None:
    try:
        commit_now(store.mark(notification_id, channel, send))
    except NotFound:
        return


def _forget_device(user_id: str, token_hash: str) -> None:
    """Forget a device that takes no more; by its push token, since a new one may have its place by now."""
    for _ in range(_TRIES):
        person = notifications.person(user_id)
        token = next((one.token for one in person.devices.values() if _hash(one.token) == token_hash), None)
        if token is None:
            return
        try:
            commit_now(*notifications.remove_device(person, token))
        except WriteConflict:
            continue
        observability.count("DeviceGone")
        return


def _hash(token: str) -> str:
    return notifications.token_key(token)[1]["id"].partition("#")[2]


def _one_line(text: str) -> str:
    return " ".join(text.split())
