"""Delivers notifications: queues them for their transports, holds them during the quiet hours, and sends each once.

Preferences and addresses are read when a notification is sent, so that later changes count. A notification that has
counted further events by the end of its gathering is sent once more, with their number.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from khaya import channels
from khaya.channels import ChannelDown, ChannelMessage, Undeliverable, Unsure
from khaya.channels import store as limits
from khaya.channels.push import GONE, TOO_BIG, Push
from khaya.channels.push import receipts as push_receipts
from khaya.channels.push import send as send_push
from khaya.deliveries import browsers, devices, links, queues, quiet, store
from khaya.deliveries.model import (
    TRANSPORTS,
    Consumer,
    DailyLimit,
    Delivery,
    NotNow,
    PartlySent,
    PushRefused,
    Send,
    Transport,
    channel_of,
    wait_seconds,
)
from khaya.identities import store as identities
from khaya.notifications import messages
from khaya.notifications import store as notifications
from khaya.notifications.choices import Channel
from khaya.notifications.kinds import CONTACT_REPLACED, KINDS
from khaya.notifications.messages import Text
from khaya.notifications.model import Device, Notification, Recipient
from khaya.notifications.paths import app_path
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import NotFound, TooMany, Unavailable, WriteConflict
from khaya.platform.base.settings import DeliverySettings, QuietSettings, settings
from khaya.platform.data.unit_of_work import Write, commit_now, read_together
from khaya.platform.work import circuit_breakers
from khaya.users import store as users
from khaya.users.model import User

_AFTER_GATHERING_SECONDS = 2
"""Seconds after the end of a gathering until its count is sent, when a last event that was being counted is there."""
RECEIPT_ATTEMPTS = 3
"""Attempts to read receipts that are missing. Expo keeps receipts for a day."""


def enqueue(notification: Notification, recipient: Recipient, now: str) -> None:
    """Queue a notification for its recipient's channels, or hold it until the quiet hours end.

    Safe to repeat: each channel sends it once.

    Raises:
        Unavailable: not everything was queued; the same call is to be repeated.
    """
    wanted = _wanted(notification, recipient)
    until = _held_until(notification, now) if wanted else None
    if until is not None:
        _hold(notification.id, wanted, until)
        return
    for transport in wanted:
        queues.send(transport, [notification.id])


def enqueue_count(notification: Notification, recipient: Recipient, now: str) -> None:
    """Queue a notification for the end of its gathering, when its channels send how many events it counts.

    Safe to repeat: each channel sends a number once.

    Raises:
        Unavailable: not everything was queued; the same call is to be repeated.
    """
    delay = _seconds_left(notification, now) + _AFTER_GATHERING_SECONDS
    for transport in _wanted(notification, recipient):
        queues.send(transport, [notification.id], delay_seconds=delay)


def release_due(now: str, time_is_left: Callable[[], bool]) -> int:
    """Queue held notifications whose quiet hours are over, while time is left; returns how many.

    A run that is interrupted queues some again, which is safe: each channel sends a notification once.
    """
    done = 0
    for page in store.due(now):
        if not time_is_left():
            break
        for transport in TRANSPORTS:
            held_ids = [held.notification_id for held in page if transport in held.transports]
            queues.send(transport, held_ids)
        for held in page:
            try:
                commit_now(store.release(held))
            except (WriteConflict, Unavailable):
                continue  # it is held anew, or the next run releases it
            done += 1
    return done


def work(consumer: Consumer, notification_id: str, now: str, attempt: int) -> None:
    """Handle one message; `attempt` is how often it was received, 1 the first time.

    Raises:
        NotNow: it is to be tried again, later.
    """
    if consumer == "receipts":
        check_receipts(notification_id, now, attempt)
    else:
        deliver(consumer, notification_id, now, attempt)


def deliver(transport: Transport, notification_id: str, now: str, attempt: int) -> None:
    """Send a notification by one transport. A repeated call does not send it twice.

    Beyond the person's limit of the day, and the channel's of the month, it only stays in the inbox.

    Raises:
        NotNow: the provider cannot take it now, or an earlier attempt's result is unknown. The latter is never sent
            again: its message ends in the dead letters, where an operator decides.
    """
    delivery = store.find(notification_id)
    if delivery is None or not _is_to_send(delivery, transport, now, attempt):
        return
    notification = delivery.notification
    until = _held_until(notification, now)
    if until is not None:
        _hold(notification_id, [transport], until)
        return
    outgoing = _prepare(transport, notification)
    if outgoing is None:
        return
    try:
        _send_if_closed(delivery, transport, outgoing, now)
    except circuit_breakers.CircuitOpen as circuit:
        raise NotNow("circuit open", max(circuit.seconds, wait_seconds(attempt))) from None
    except (DailyLimit, limits.BudgetSpent) as limit:
        extra = {"notification": notification_id, "channel": transport, "why": type(limit).__name__}
        observability.logger().info("left in the inbox", extra=extra)
        observability.count("LeftInInbox")
    except TooMany as limit:
        raise NotNow("hourly limit reached", wait_seconds(attempt, int(limit.headers["Retry-After"]))) from None
    except ChannelDown as error:
        observability.count(f"{_count_prefix(transport)}{'Unsure' if isinstance(error, Unsure) else 'Down'}")
        raise NotNow(str(error), wait_seconds(attempt, error.retry_after)) from None
    except PartlySent as rest:
        raise NotNow(str(rest), wait_seconds(attempt, rest.seconds)) from None
    except (PushRefused, WriteConflict) as reason:
        raise NotNow(f"{type(reason).__name__} {reason}", wait_seconds(attempt)) from None


def _send_if_closed(delivery: Delivery, transport: Transport, outgoing: "_Outgoing", now: str) -> None:
    """Send, unless the circuit of the provider is open. Web pushes have a circuit for each push service instead.

    Raises:
        CircuitOpen: nothing was sent. Else see `_send_once`.
    """
    if transport == "web_push":
        _send_once(delivery, transport, outgoing, now)
    else:
        circuit_breakers.call(transport, ChannelDown, lambda: _send_once(delivery, transport, outgoing, now))


def _is_to_send(delivery: Delivery, transport: Transport, now: str, attempt: int) -> bool:
    """Whether the transport has not sent all events yet.

    Raises:
        NotNow: an earlier attempt's result is unknown, or further events are still counted.
    """
    notification, send = delivery.notification, delivery.sends.get(transport)
    if send is not None and send.still_missed(notification.count):
        return True
    if send is not None and send.is_over:
        _queue_receipts(notification.id, send)
        seconds = _seconds_left(notification, now)
        if seconds and not send.covers(notification.count):
            raise NotNow("further events are still counted", seconds)
        return not send.covers(notification.count)
    if send is not None and send.is_claimed(now):
        raise NotNow("claimed by an attempt whose result is unknown", wait_seconds(attempt))
    return True


def check_receipts(notification_id: str, now: str, attempt: int) -> None:
    """Read the receipts of a push, and remove devices that no longer exist.

    Raises:
        NotNow: receipts are missing, or Expo cannot be reached.
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
    for ticket, code in found.items():
        if code == GONE:
            devices.remove(delivery.notification.user_id, send.tickets[ticket])
        elif code is not None:
            observability.logger().error("push failed", extra={"notification": notification_id, "why": code})
            observability.count("PushFailed")
    missing = len(send.tickets) - len(found)
    if missing and attempt < RECEIPT_ATTEMPTS:
        raise NotNow("receipts are missing", wait_seconds(attempt))
    if missing:
        observability.count("PushReceiptMissing", missing)
    _mark(notification_id, "push", send.model_copy(update={"receipts_at": now}))


@dataclass(frozen=True)
class _Outgoing:
    """A rendered notification, with a phone number, an e-mail address or devices to send it to."""

    notification: Notification
    text: Text
    recipient: Recipient
    address: str = ""

    @property
    def tokens(self) -> list[str]:
        """Expo's push tokens."""
        return [device.token for device in self.recipient.devices.values() if device.browser is None]

    @property
    def browsers(self) -> list[Device]:
        return [device for device in self.recipient.devices.values() if device.browser is not None]


@dataclass(frozen=True)
class _Outcome:
    """A provider's answer; `gone` are push tokens that are no longer valid, `rest` what is still to be reached."""

    ref: str | None = None
    reached: bool = False
    rest: Mapping[str, int] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


def _prepare(transport: Transport, notification: Notification) -> _Outgoing | None:
    """The notification to send; None if the person does not want it by this channel, or has no address for it."""
    channel = channel_of(transport)
    user_id, former = notification.user_id, []
    if notification.kind == CONTACT_REPLACED:
        former = [identities.former_key(user_id, str(notification.params["contact"]))]
    keys = [users.key(user_id), notifications.recipient_key(user_id), *former]
    user_item, recipient_item, *former_items = read_together(keys)
    user, recipient = users.read(user_item, user_id), notifications.read_recipient(recipient_item, user_id)
    if user.status == "erased" or channel not in recipient.channels_for(notification.kind):
        return None
    text = messages.render_outside(notification.kind, notification.params, recipient.language, count=notification.count)
    address = _address(channel, user)
    if former_items:
        address = _former_address(channel, notification, identities.read_former(former_items[0]))
    outgoing = _Outgoing(notification, text, recipient, address)
    if channel == "push":
        to = outgoing.browsers if transport == "web_push" else outgoing.tokens
        return outgoing if to and not former_items else None
    return outgoing if outgoing.address and limits.reaches(channel, outgoing.address) else None


def _address(channel: Channel, user: User) -> str:
    match channel:
        case "email":
            return user.email or ""
        case "sms" | "whatsapp":
            return user.phone or ""
    return ""


def _former_address(channel: Channel, notification: Notification, former: str) -> str:
    """The contact that was replaced, if it is one of the channel; empty if not."""
    of_channel = {"email": "email", "sms": "phone", "whatsapp": "phone"}
    return former if of_channel.get(channel) == notification.params["contact"] else ""


def _send_once(delivery: Delivery, transport: Transport, outgoing: _Outgoing, now: str) -> None:
    """Claim, send and mark a notification. If nothing was sent the claim is released; if that is unknown it stays.

    Raises:
        ChannelDown: nothing was sent; `Unsure`: it may have been sent.
        PushRefused: nothing was sent, for a reason that concerns this message only.
        PartlySent: some browsers were reached, and the message is to come again for the others.
        DailyLimit: the person got as many messages today as anybody may.
        TooMany, BudgetSpent: the limit of messages of this channel in the hour or the month is reached.
        WriteConflict: another run has claimed it.
    """
    notification, before = delivery.notification, delivery.sends.get(transport)
    notification_id = notification.id
    claimed, counted = _claimed(notification, before, now)
    try:
        commit_now(store.claim(notification_id, transport, before, claimed), *counted)
    except NotFound:
        return
    try:
        outcome = _send(transport, outgoing, before, now)
    except Unsure:
        raise
    except (ChannelDown, TooMany, limits.BudgetSpent, PushRefused):
        taken_back = [notifications.uncount_message(notification.user_id, claimed.counted_on or "")] if counted else []
        commit_now(store.release_claim(notification_id, transport, before, now), *taken_back)
        raise
    except Undeliverable as error:
        observability.logger().warning(
            "undeliverable", extra={"notification": notification_id, "channel": transport, "why": str(error)}
        )
        observability.count(f"{_count_prefix(transport)}Undeliverable")
        _mark(notification_id, transport, claimed.model_copy(update={"undeliverable_at": now}))
        return
    sent = bool(outcome.ref or outcome.tickets or outcome.reached)  # without any, no device is valid any more
    result = {"ref": outcome.ref, "tickets": outcome.tickets, "sent_at" if sent else "undeliverable_at": now}
    send = claimed.model_copy(update={**result, "missed": tuple(outcome.rest)})
    _mark(notification_id, transport, send)
    observability.count(f"{_count_prefix(transport)}{'Sent' if sent else 'Undeliverable'}")
    for token in outcome.gone:
        devices.remove(outgoing.recipient.user_id, devices.token_hash(token))
    _queue_receipts(notification_id, send)
    if outcome.rest:
        raise PartlySent(max(outcome.rest.values()))


def _send(transport: Transport, outgoing: _Outgoing, before: Send | None, now: str) -> _Outcome:
    notification = outgoing.notification
    if transport == "web_push":
        only = before.still_missed(notification.count) if before else ()
        pushed = browsers.send(notification, outgoing.text, outgoing.browsers, only, outgoing.recipient.user_id)
        return _Outcome(reached=pushed.reached or bool(only), rest=pushed.rest)
    return _send_push(outgoing) if transport == "push" else _send_message(transport, outgoing, now)


def _claimed(notification: Notification, before: Send | None, now: str) -> tuple[Send, list[Write]]:
    """The claim of a message, and the write that counts it to the day's limit.

    A message whose earlier claim has lapsed was counted by that.
    """
    claimed = Send(claimed_at=now, events=notification.count)
    limit = settings(DeliverySettings).messages_per_day
    if not KINDS[notification.kind].limited or not limit:
        return claimed, []
    if before is not None and before.counted_on and (not before.is_over or before.still_missed(notification.count)):
        return claimed.model_copy(update={"counted_on": before.counted_on}), []
    day = clock.local_day(now)
    counted = notifications.count_message(notification.user_id, day, limit, DailyLimit())
    return claimed.model_copy(update={"counted_on": day}), [counted]


def _send_message(channel: channels.Channel, outgoing: _Outgoing, now: str) -> _Outcome:
    title, text = outgoing.text
    config = settings(DeliverySettings)
    template = {"en": config.whatsapp_notice_template_en, "zu": config.whatsapp_notice_template_zu}
    link = links.link_to(outgoing.notification)
    message = ChannelMessage(
        to=outgoing.address,
        text=links.with_link(text if channel == "email" else f"Khaya: {text}", link, channel),
        subject=_one_line(title),
        template=template[outgoing.recipient.language],
        variables={"1": _one_line(title), "2": links.with_link(_one_line(text), link, "whatsapp")},
    )
    configurable = KINDS[outgoing.notification.kind].configurable
    limits.count(channel, message.text, now, share=limits.NOTIFICATIONS_SHARE if configurable else 1)
    with limits.given_back_if_unsent(channel, message.text, now):
        return _Outcome(ref=channels.deliver(channel, message))


def _send_push(outgoing: _Outgoing) -> _Outcome:
    notification, tokens = outgoing.notification, outgoing.tokens
    data = {
        **notification.data,
        "kind": notification.kind,
        "notificationId": notification.id,
        "path": app_path(notification),
    }
    tickets = send_push(tokens, Push(*outgoing.text, notification.urgent, data))
    gone = [token for token, ticket in zip(tokens, tickets, strict=True) if ticket.error == GONE]
    accepted = {
        ticket.id: devices.token_hash(token)
        for token, ticket in zip(tokens, tickets, strict=True)
        if ticket.id is not None
    }
    refused = {ticket.error for ticket in tickets} - {None, GONE}
    for why in sorted(refused, key=str):
        observability.logger().error("push refused", extra={"notification": notification.id, "why": why})
        observability.count("PushFailed")
    if refused == {TOO_BIG} and not accepted:
        raise Undeliverable(TOO_BIG)
    if refused and not accepted:
        raise PushRefused(", ".join(sorted(map(str, refused))))
    return _Outcome(tickets=accepted, gone=gone)


def _queue_receipts(notification_id: str, send: Send) -> None:
    if send.tickets and send.receipts_at is None:
        queues.send("receipts", [notification_id])


def _wanted(notification: Notification, recipient: Recipient) -> list[Transport]:
    """The transports that the recipient wants, of push those for which there are devices.

    Addresses are read on sending.
    """
    chosen, kinds = (
        recipient.channels_for(notification.kind),
        {one.browser is None for one in recipient.devices.values()},
    )
    has = {"push": True in kinds, "web_push": False in kinds}
    return [one for one in TRANSPORTS if channel_of(one) in chosen and has.get(one, True)]


def _seconds_left(notification: Notification, now: str) -> int:
    """Whole seconds until the notification counts no further events, rounded up."""
    until = notification.gathers_until or now
    return max(0, math.ceil(clock.seconds_between(now, until)))


def _held_until(notification: Notification, now: str) -> str | None:
    """The end of the quiet hours that hold a notification back; None if it may be sent now."""
    hours = settings(QuietSettings)
    if notification.urgent:
        return None
    return quiet.end_of_quiet_hours(now, hours.quiet_from_hour, hours.quiet_until_hour)


def _hold(notification_id: str, held_transports: list[Transport], until: str) -> None:
    try:
        commit_now(store.hold(notification_id, held_transports, until))
    except NotFound:
        return  # the recipient's account was erased


def _mark(notification_id: str, transport: Transport, send: Send) -> None:
    try:
        commit_now(store.mark(notification_id, transport, send))
    except NotFound:
        return


def _count_prefix(transport: Transport) -> str:
    """How the names of counts about a way of sending begin."""
    return "WebPush" if transport == "web_push" else transport.capitalize()


def _one_line(text: str) -> str:
    return " ".join(text.split())
