"""The Challenges table: items that expire. The prefix of the `id` is the type of the item.

`challenge#…`: a request for a code. `proof#…`: a one-time proof for Cognito's trigger. `sends#…` and `rate#…`: counters
under keyed hashes. `wrong#…` and `bucket#…`: those of `wrong_passwords`. `contact#…`: a contact that is being taken.
`sms#…`, `whatsapp#…`: counts of `channels.store`. `expiresAt` is the time to live; reads check it themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, TooMany, Unauthenticated, WriteConflict
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.sign_in.model import ATTEMPTS, CLAIM_SECONDS, SEND_SECONDS, SENDS, Challenge, wrong_code

PROOF_SECONDS = 60
"""Seconds for which a proof is valid."""

RESERVED_SECONDS = 60
"""Seconds for which a proved contact is reserved; longer than the function's timeout."""

_MINUTE = 60


def key(challenge_id: str) -> tuple[str, dict[str, str]]:
    """The key of the challenge."""
    return _row("challenge", challenge_id)


def read(item: Item | None) -> Challenge | None:
    """The challenge in `item`; None without an item."""
    return Challenge.model_validate({**item, "id": item["id"].partition("#")[2]}) if item else None


def find(challenge_id: str) -> Challenge | None:
    """The challenge; None if it does not exist."""
    return read(dynamo.get(*key(challenge_id)))


def create(challenge: Challenge) -> writes.Write:
    """Store a new challenge."""
    table, row = key(challenge.id)
    return writes.create(table, {**item_of(challenge), **row})


def count_send(identity_hash: str, now: str) -> writes.Write:
    """Count a request for a code; refused if three were made within ten minutes. Stores the times of the last three."""
    at = clock.epoch(now)
    names = [f"sent{number}" for number in range(SENDS)]
    shifts = [f"#{names[number]} = if_not_exists(#{names[number - 1]}, :never)" for number in range(SENDS - 1, 0, -1)]

    def refusal(item: Item | None) -> Exception:
        oldest = (item or {}).get(names[-1], at)
        return TooMany("Too many codes were asked for.", oldest + SEND_SECONDS - at, code="too_many_codes")

    return writes.update(
        *_row("sends", identity_hash),
        "SET " + ", ".join([*shifts, f"#{names[0]} = :now", "#expiresAt = :expiresAt"]),
        condition=f"attribute_not_exists(#{names[-1]}) OR #{names[-1]} <= :since",
        refusal=refusal,
        values={"never": 0, "now": at, "since": at - SEND_SECONDS, "expiresAt": at + SEND_SECONDS},
    )


def set_code(challenge: Challenge, code_hash: str, destination: str, subject: str | None) -> writes.Write:
    """Store the hash and the recipient of the code, unless a code was sent; replaces a code that was not sent."""
    account = ", #subject = :subject" if subject else ""
    return writes.update(
        *key(challenge.id),
        f"SET #codeHash = :codeHash, #destination = :destination{account}",
        condition="attribute_exists(#id) AND attribute_not_exists(#sentAt)",
        refusal=lambda _: WriteConflict(),
        values={"codeHash": code_hash, "destination": destination, **({"subject": subject} if subject else {})},
    )


def set_sent(challenge_id: str, now: str) -> writes.Write:
    """Record that the code was sent."""
    return writes.update(
        *key(challenge_id),
        "SET #sentAt = :now",
        condition="attribute_exists(#id)",
        refusal=lambda _: WriteConflict(),
        values={"now": now},
    )


def count_attempt(challenge_id: str, now: str) -> Challenge | None:
    """Count an attempt, and return the challenge; None if there is none, or no further attempt is allowed.

    The attempt is counted before the code is compared, so that concurrent attempts do not exceed the limit.
    """
    attempt = writes.update(
        *key(challenge_id),
        "SET #attempts = #attempts + :one",
        condition=(
            "attribute_exists(#id) AND #attempts < :most AND #expiresAt > :now AND attribute_not_exists(#answeredAt)"
        ),
        refusal=lambda _: wrong_code(),
        values={"one": 1, "most": ATTEMPTS, "now": clock.epoch(now)},
    )
    try:
        return read(dynamo.update_now(attempt))
    except Unauthenticated:
        return None


def claim(challenge_id: str, now: str) -> writes.Write:
    """Block other answers to the challenge while tokens are issued for this one."""
    at = clock.epoch(now)
    return writes.update(
        *key(challenge_id),
        "SET #claimedUntil = :until",
        condition=(
            "attribute_not_exists(#answeredAt) AND (attribute_not_exists(#claimedUntil) OR #claimedUntil <= :now)"
        ),
        refusal=lambda _: wrong_code(),
        values={"until": at + CLAIM_SECONDS, "now": at},
    )


def release_claim(challenge_id: str) -> writes.Write:
    """Release the claim and the attempt, so that the same answer can be sent again after a failure of ours."""
    return writes.update(
        *key(challenge_id),
        "SET #attempts = #attempts - :one REMOVE #claimedUntil",
        condition="attribute_exists(#id) AND attribute_not_exists(#answeredAt)",
        refusal=lambda _: wrong_code(),
        values={"one": 1},
    )


def close(challenge_id: str, now: str) -> writes.Write:
    """Close the answered challenge, and delete its secrets."""
    return writes.update(
        *key(challenge_id),
        "SET #answeredAt = :now REMOVE #encryptedPassword, #codeHash",
        condition="attribute_exists(#id) AND attribute_not_exists(#answeredAt)",
        refusal=lambda _: wrong_code(),
        values={"now": now},
    )


def put_proof(proof: str, subject: str, now: str) -> writes.Write:
    """Store a one-time proof for Cognito's trigger, valid for a minute."""
    table, row = _proof(proof)
    item = {**row, "subject": subject, "expiresAt": clock.epoch(now) + PROOF_SECONDS}
    return writes.put(table, item, condition=None, refusal=lambda _: WriteConflict())


def take_proof(proof: str, subject: str, now: str) -> bool:
    """Delete a proof; False if there is no valid proof for this account."""
    deletion = writes.delete(
        *_proof(proof),
        condition="#subject = :subject AND #expiresAt > :now",
        refusal=lambda _: wrong_code(),
        values={"subject": subject, "now": clock.epoch(now)},
    )
    try:
        dynamo.commit([deletion], new_id())
    except Unauthenticated:
        return False
    return True


def reserve_contact(contact_hash: str, kind: str, user_id: str, now: str) -> writes.Write:
    """Reserve a phone or e-mail for the person who proved it, while Cognito is changed."""
    at = clock.epoch(now)
    table, row = _row("contact", contact_hash)
    return writes.put(
        table,
        {**row, "userId": user_id, "expiresAt": at + RESERVED_SECONDS},
        condition="attribute_not_exists(#id) OR #userId = :userId OR #expiresAt <= :now",
        refusal=lambda _: Conflict(
            f"This {kind} belongs to another account.", code="contact_taken", params={"contact": kind}
        ),
        values={"userId": user_id, "now": at},
    )


def release_contact(contact_hash: str, user_id: str) -> writes.Write:
    """End a reservation of the person."""
    return writes.delete(
        *_row("contact", contact_hash),
        condition="attribute_not_exists(#id) OR #userId = :userId",
        refusal=lambda _: WriteConflict(),
        values={"userId": user_id},
    )


def count_call(name_hash: str, limit: int, now: str) -> None:
    """Count one call in this minute for the hash of a phone, e-mail, session or network address.

    Raises:
        TooMany: the limit is used up.
    """
    at = clock.epoch(now)
    minute = at // _MINUTE
    _count(
        f"{name_hash}#{minute}",
        "rate",
        limit,
        at + 2 * _MINUTE,
        lambda _: TooMany(f"At most {limit} tries a minute.", (minute + 1) * _MINUTE - at, code="too_many_attempts"),
    )


def _count(name: str, kind: str, limit: int, expires_at: int, refusal: Callable[[Item | None], Exception]) -> None:
    counted = writes.update(
        *_row(kind, name),
        "SET #expiresAt = :expiresAt ADD #counted :one",
        condition="attribute_not_exists(#counted) OR #counted < :limit",
        refusal=refusal,
        values={"one": 1, "limit": limit, "expiresAt": expires_at},
    )
    dynamo.update_now(counted)


def _proof(proof: str) -> tuple[str, dict[str, str]]:
    return _row("proof", hashlib.sha256(proof.encode()).hexdigest())


def _row(kind: str, name: str) -> tuple[str, dict[str, str]]:
    return settings().challenges_table, {"id": f"{kind}#{name}"}
