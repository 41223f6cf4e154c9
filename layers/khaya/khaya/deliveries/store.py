"""Delivery state on a notification's item: an attribute for each channel, such as `smsSend`, and held channels.

A notification held during quiet hours carries `held`, its waiting channels, and is listed by the index `byDue`, which
has shards, since all held notifications are due at the same minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from khaya.deliveries.model import Delivery, Send
from khaya.notifications import store as notifications
from khaya.notifications.choices import CHANNELS, Channel
from khaya.platform.base.errors import NotFound, WriteConflict
from khaya.platform.base.ids import shard_of
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, lists, writes

SHARDS: Final = 16
_PAGE: Final = 100


@dataclass(frozen=True)
class Held:
    """A notification held during quiet hours, and the channels that wait."""

    notification_id: str
    channels: Sequence[Channel]
    due_at: str


def find(notification_id: str) -> Delivery | None:
    """The notification and the state of its delivery; None if it was deleted."""
    item = dynamo.get(*notifications.key(notification_id))
    notification = notifications.read(item)
    if item is None or notification is None:
        return None
    sends = {channel: Send.model_validate(item[f"{channel}Send"]) for channel in CHANNELS if f"{channel}Send" in item}
    return Delivery(notification, sends)


def claim(notification_id: str, channel: Channel, before: Send | None, claimed: Send) -> writes.Write:
    """Claim the delivery by a channel, if its state is still `before`.

    Refused as `NotFound` if the notification was deleted, else as `WriteConflict`.
    """
    name = f"#{channel}Send"
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


def release_claim(notification_id: str, channel: Channel, before: Send | None, claimed_at: str) -> writes.Write:
    """Put the state `before` in the place of a claim, so that the notification can be claimed again."""
    name = f"#{channel}Send"
    return writes.update(
        *notifications.key(notification_id),
        f"SET {name} = :before" if before else f"REMOVE {name}",
        condition=f"{name}.#claimedAt = :claimedAt",
        refusal=lambda _: WriteConflict(),
        values={"claimedAt": claimed_at, **({"before": _stored(before)} if before else {})},
    )


def mark(notification_id: str, channel: Channel, send: Send) -> writes.Write:
    """Store the result of a delivery."""
    name = f"#{channel}Send"
    return writes.update(
        *notifications.key(notification_id),
        f"SET {name} = :send",
        condition="attribute_exists(#id)",
        refusal=lambda _: NotFound(),
        values={"send": _stored(send)},
    )


def _stored(send: Send) -> Item:
    return {field: value for field, value in send.model_dump(by_alias=True, exclude_none=True).items() if value}


def hold(notification_id: str, channels: Sequence[Channel], due_at: str) -> writes.Write:
    """Hold a notification for these channels, besides those it is held for already."""
    return writes.update(
        *notifications.key(notification_id),
        "SET #dueShard = :shard, #dueAt = :dueAt ADD #held :channels",
        condition="attribute_exists(#id)",
        refusal=lambda _: NotFound(),
        values={"shard": _shard(notification_id), "dueAt": due_at, "channels": set(channels)},
    )


def due(now: str) -> Iterator[list[Held]]:
    """Held notifications that are due, a page at a time."""
    for shard in range(SHARDS):
        for rows in lists.due_pages(settings().notifications_table, f"held#{shard}", now, limit=_PAGE):
            yield [_held(row) for row in rows]


def release(held: Held) -> writes.Write:
    """End the hold; refused as `WriteConflict` if it was held anew or for other channels since."""
    return writes.update(
        *notifications.key(held.notification_id),
        "REMOVE #dueShard, #dueAt, #held",
        condition="#dueAt = :dueAt AND #held = :held",
        refusal=lambda _: WriteConflict(),
        values={"dueAt": held.due_at, "held": set(held.channels)},
    )


def _held(row: Item) -> Held:
    return Held(row["id"], [channel for channel in CHANNELS if channel in row["held"]], row["dueAt"])


def _shard(notification_id: str) -> str:
    return f"held#{shard_of(notification_id, SHARDS)}"
