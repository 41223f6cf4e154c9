"""Counts of wrong passwords in the Challenges table, under keyed hashes.

`wrong#…`: the wrong passwords of an identity, and the delay that they cause. `bucket#…`: the token bucket of a network.
"""

from __future__ import annotations

from collections.abc import Sequence

from khaya.platform.aws.cognito import TooManyWrongPasswords
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.wrong_passwords.model import Bucket, WrongPasswords

_SPARE_SECONDS = 3600
"""Seconds for which a bucket is kept after it is full again, so that tries under way can still be given back."""


def read(names: Sequence[str], bucket: str | None) -> tuple[list[WrongPasswords], int]:
    """What is stored under these hashes, and when the bucket is full again (0: it is full), in one call."""
    keys = [_row("wrong", name) for name in names] + ([_row("bucket", bucket)] if bucket else [])
    items = dynamo.get_many(keys) if keys else []
    found = [_read(name, item) for name, item in zip(names, items, strict=False)]
    full_at = (items[-1] or {}).get("fullAt", 0) if bucket else 0
    return found, full_at


def replace(before: WrongPasswords, after: WrongPasswords) -> writes.Write:
    """Replace a count, if it is still as it was read."""
    same = {"counted": before.count, "until": before.until, "inFlight": before.in_flight}
    condition = "#counted = :counted AND #until = :until AND #inFlight = :inFlight"
    if not before.is_stored:
        condition = "attribute_not_exists(#id)"
    values = same if before.is_stored else None
    table, item = _item(after)
    return writes.put(table, item, condition=condition, refusal=lambda _: WriteConflict(), values=values)


def overwrite(after: WrongPasswords) -> writes.Write:
    """Replace a count, whatever it is."""
    table, item = _item(after)
    return writes.put(table, item, condition=None, refusal=lambda _: WriteConflict())


def take_back_with_delay(before: WrongPasswords, after: WrongPasswords) -> writes.Write:
    """Take one wrong password back, and its delay; refused if another one has set a delay since."""
    return writes.update(
        *_row("wrong", after.name),
        "SET #until = :before ADD #counted :less, #inFlight :less",
        condition="#counted >= :one AND #until = :after",
        refusal=lambda _: WriteConflict(),
        values={"before": before.until, "after": after.until, "one": 1, "less": -1},
    )


def take_back(after: WrongPasswords) -> writes.Write:
    """Take one wrong password back, and leave the delay; refused if all were forgotten."""
    return writes.update(
        *_row("wrong", after.name),
        "ADD #counted :less, #inFlight :less",
        condition="#counted >= :one",
        refusal=lambda _: WriteConflict(),
        values={"one": 1, "less": -1},
    )


def settle(after: WrongPasswords) -> writes.Write:
    """Record that a try is no longer under way, and was wrong; refused if all were forgotten."""
    return writes.update(
        *_row("wrong", after.name),
        "ADD #inFlight :less",
        condition="#inFlight >= :one",
        refusal=lambda _: WriteConflict(),
        values={"one": 1, "less": -1},
    )


def take_token(name: str, bucket: Bucket, full_at: int, now: int) -> writes.Write:
    """Take a token of a network's bucket, which was read to be full again at `full_at`.

    Refused with `TooManyWrongPasswords` if the bucket is empty. Tries do not conflict while the bucket is not full.
    """
    expires_at = now + bucket.size * bucket.seconds + _SPARE_SECONDS
    if full_at <= now:
        return writes.update(
            *_row("bucket", name),
            "SET #fullAt = :fullAt, #expiresAt = :expiresAt",
            condition="attribute_not_exists(#fullAt) OR #fullAt <= :now",
            refusal=lambda _: WriteConflict(),
            values={"fullAt": now + bucket.seconds, "now": now, "expiresAt": expires_at},
        )
    latest = now + (bucket.size - 1) * bucket.seconds

    def refusal(item: Item | None) -> Exception:
        seconds = (item or {}).get("fullAt", 0) - latest
        return TooManyWrongPasswords(seconds) if seconds > 0 else WriteConflict()

    return writes.update(
        *_row("bucket", name),
        "SET #expiresAt = :expiresAt ADD #fullAt :step",
        condition="#fullAt > :now AND #fullAt <= :latest",
        refusal=refusal,
        values={"step": bucket.seconds, "now": now, "latest": latest, "expiresAt": expires_at},
    )


def give_back(name: str, bucket: Bucket, now: int) -> writes.Write:
    """Give a token back to a network's bucket."""
    return writes.update(
        *_row("bucket", name),
        "SET #expiresAt = :expiresAt ADD #fullAt :less",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"less": -bucket.seconds, "expiresAt": now + bucket.size * bucket.seconds + _SPARE_SECONDS},
    )


def _read(name: str, item: Item | None) -> WrongPasswords:
    if item is None:
        return WrongPasswords(name)
    return WrongPasswords(
        name,
        count=item["counted"],
        until=item["until"],
        kept_until=item["keptUntil"],
        known_until=item["knownUntil"],
        in_flight=item["inFlight"],
        in_flight_until=item["inFlightUntil"],
        is_stored=True,
    )


def _item(one: WrongPasswords) -> tuple[str, Item]:
    table, row = _row("wrong", one.name)
    expires_at = max(one.kept_until, one.known_until)
    times = {
        "until": one.until,
        "keptUntil": one.kept_until,
        "knownUntil": one.known_until,
        "inFlightUntil": one.in_flight_until,
        "expiresAt": expires_at,
    }
    return table, {**row, "counted": one.count, "inFlight": one.in_flight, **times}


def _row(kind: str, name: str) -> tuple[str, dict[str, str]]:
    return settings().challenges_table, {"id": f"{kind}#{name}"}
