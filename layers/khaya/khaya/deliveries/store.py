"""Delivery state on a notification's item: an attribute for each transport, such as `smsSend`, and held transports.

A notification held during quiet hours carries `held`, its waiting transports, and is listed by the index `byDue`, which
has shards, since all held notifications are due at the same minute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from khaya.deliveries.model import TRANSPORTS, Delivery, Send, Transport
from khaya.notifications import store as notifications
from khaya.platform.base.errors import NotFound, WriteConflict
from khaya.platform.base.ids import shard_of
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes

SHARDS: Final = 16
_PAGE: Final = 100


@dataclass(frozen=True)
class Held:
    """A notification held during quiet hours, and the transports that wait."""

    notification_id: str
    transports: Sequence[Transport]
    due_at: str


def find(notification_id: str) -> Delivery | None:
    """The notification and the state of its delivery; None if it was deleted."""
    item = dynamo.get(*notifications.key(notification_id))
    notification = notifications.read(item)
    if item is None or notification is None:
        return None
    states = {transport: item.get(_attribute(transport)) for transport in TRANSPORTS}
    sends = {transport: Send.model_validate(state) for transport, state in states.items() if state}
    return Delivery(notification, sends)


def claim(notification_id: str, transport: Transport, before: Send | None, claimed: Send) -> writes.Write:
    """Claim the delivery by a transport, if its state is still `before`.

    Refused as `NotFound` if the notification was deleted, else as `WriteConflict`.
    """
    name = f"#{_attribute(transport)}"
    same = f"attribute_not_exists({name})"
    if before is not None:
        sent = "attribute_exists" if before.sent_at else "attribute_not_exists"
        same = f"{name}.#claimedAt = :was AND {sent}({name}.#sentAt) AND attribute_not_exists({name}.#undeliverableAt)"
    return writes.update(
        *notifications.key(notification_id),
        f"SET {name} = :claim",
        condition=f"attribute_exists(#id) AND {same}",
        refusal=lambda item: WriteConflict() if item else NotFound(),
        values={"claim": _stored(claimed), **({"was": before.claimed_at} if before else {})},
    )


def release_claim(notification_id: str, transport: Transport, before: Send | None, claimed_at: str) -> writes.Write:
    """Put the state `before` in the place of a claim, so that the notification can be claimed again."""
    name = f"#{_attribute(transport)}"
    return writes.update(
        *notifications.key(notification_id),
        f"SET {name} = :before" if before else f"REMOVE {name}",
        condition=f"{name}.#claimedAt = :claimedAt",
        refusal=lambda _: WriteConflict(),
        values={"claimedAt": claimed_at, **({"before": _stored(before)} if before else {})},
    )


def mark(notification_id: str, transport: Transport, send: Send) -> writes.Write:
    """Store the result of a delivery."""
    name = f"#{_attribute(transport)}"
    return writes.update(
        *notifications.key(notification_id),
        f"SET {name} = :send",
        condition="attribute_exists(#id)",
        refusal=lambda _: NotFound(),
        values={"send": _stored(send)},
    )


def _stored(send: Send) -> Item:
    return {field: value for field, value in send.model_dump(by_alias=True, exclude_none=True).items() if value}


def hold(notification_id: str, transports: Sequence[Transport], due_at: str) -> writes.Write:
    """Hold a notification for these transports, besides those it is held for already."""
    return writes.update(
        *notifications.key(notification_id),
        "SET #dueShard = :shard, #dueAt = :dueAt ADD #held :transports",
        condition="attribute_exists(#id)",
        refusal=lambda _: NotFound(),
        values={"shard": _shard(notification_id), "dueAt": due_at, "transports": set(transports)},
    )


def due(now: str) -> Iterator[list[Held]]:
    """Held notifications that are due, a page at a time."""
    for shard in range(SHARDS):
        for rows in lists.due_pages(settings().notifications_table, f"held#{shard}", now, limit=_PAGE):
            yield [_held(row) for row in rows]


def release(held: Held) -> writes.Write:
    """End the hold; refused as `WriteConflict` if it was held anew or for other transports since."""
    return writes.update(
        *notifications.key(held.notification_id),
        "REMOVE #dueShard, #dueAt, #held",
        condition="#dueAt = :dueAt AND #held = :held",
        refusal=lambda _: WriteConflict(),
        values={"dueAt": held.due_at, "held": set(held.transports)},
    )


def _held(row: Item) -> Held:
    return Held(row["id"], [transport for transport in TRANSPORTS if transport in row["held"]], row["dueAt"])


def _attribute(transport: Transport) -> str:
    return "webPushSend" if transport == "web_push" else f"{transport}Send"


def _shard(notification_id: str) -> str:
    return f"held#{shard_of(notification_id, SHARDS)}"
