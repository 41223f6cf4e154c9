"""The Challenges table: what lives for minutes. Each kind of row has its own beginning of the `id`.

`challenge#…` a code that was asked for; `proof#…` what Cognito's trigger is shown, once; `sends#…` and `rate#…` counts,
each under a keyed hash; `sms#…` the hour's text messages (`channels.limits`). DynamoDB removes rows at `expiresAt`;
reads do not rely on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from khaya.platform.base import clock
from khaya.platform.base.errors import TooMany, Unauthenticated, WriteConflict
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.sign_in.model import ATTEMPTS, CLAIM_SECONDS, SEND_SECONDS, SENDS, Challenge, wrong_code

PROOF_SECONDS = 60
"""How long Cognito may take from asking to checking."""

_MINUTE = 60
_HOUR = 3600


def key(challenge_id: str) -> tuple[str, dict[str, str]]:
    """Where the challenge stands."""
    return _row("challenge", challenge_id)


def read(item: Item | None) -> Challenge | None:
    """The challenge in `item`."""
    return Challenge.model_validate({**item, "id": item["id"].partition("#")[2]}) if item else None


def find(challenge_id: str) -> Challenge | None:
    """The challenge, if there is one."""
    return read(dynamo.get(*key(challenge_id)))


def create(challenge: Challenge) -> writes.Write:
    """Store a new challenge."""
    table, row = key(challenge.id)
    return writes.put(
        table, {**item_of(challenge), **row}, condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict()
    )


def count_send(identity_hash: str, now: str) -> writes.Write:
    """One code more was asked for. The times of the last three are kept, each moving on by one place."""
    at = clock.epoch(now)
    names = [f"sent{place}" for place in range(SENDS)]
    shifts = [f"#{names[place]} = if_not_exists(#{names[place - 1]}, :never)" for place in range(SENDS - 1, 0, -1)]

    def refusal(item: Item | None) -> Exception:
        oldest = (item or {}).get(names[-1], at)
        return TooMany("Too many codes were asked for.", oldest + SEND_SECONDS - at)

    return writes.update(
        *_row("sends", identity_hash),
        "SET " + ", ".join([*shifts, f"#{names[0]} = :now", "#expiresAt = :expiresAt"]),
        condition=f"attribute_not_exists(#{names[-1]}) OR #{names[-1]} <= :since",
        refusal=refusal,
        values={"never": 0, "now": at, "since": at - SEND_SECONDS, "expiresAt": at + SEND_SECONDS},
    )


def ready_to_send(challenge: Challenge, code_hash: str, destination: str, user_id: str | None) -> writes.Write:
    """Note which code goes where, unless it has gone; a second try replaces the code of a first that was not sent."""
    person = ", #userId = :userId" if user_id else ""
    return writes.update(
        *key(challenge.id),
        f"SET #codeHash = :codeHash, #destination = :destination{person}",
        condition="attribute_exists(#id) AND attribute_not_exists(#sentAt)",
        refusal=lambda _: WriteConflict(),
        values={"codeHash": code_hash, "destination": destination, **({"userId": user_id} if user_id else {})},
    )


def sent(challenge_id: str, now: str) -> writes.Write:
    """The code has gone out."""
    return writes.update(
        *key(challenge_id),
        "SET #sentAt = :now",
        condition="attribute_exists(#id)",
        refusal=lambda _: WriteConflict(),
        values={"now": now},
    )


def count_attempt(challenge_id: str, now: str) -> Challenge | None:
    """Count an attempt before it is looked at, so that no number of tries at once gets more than three.

    None where there may be no further one, or there is no such challenge.
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
    """Hold off other answers to the challenge while this one is turned into tokens."""
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


def release(challenge_id: str) -> writes.Write:
    """Let the same answer be given again, since it was not its fault that it came to nothing."""
    return writes.update(
        *key(challenge_id),
        "SET #attempts = #attempts - :one REMOVE #claimedUntil",
        condition="attribute_exists(#id) AND attribute_not_exists(#answeredAt)",
        refusal=lambda _: wrong_code(),
        values={"one": 1},
    )


def answered(challenge_id: str, now: str) -> writes.Write:
    """The challenge was answered and is used up; what it hid is removed."""
    return writes.update(
        *key(challenge_id),
        "SET #answeredAt = :now REMOVE #sealedPassword, #codeHash",
        condition="attribute_exists(#id) AND attribute_not_exists(#answeredAt)",
        refusal=lambda _: wrong_code(),
        values={"now": now},
    )


def put_proof(proof: str, user_id: str, now: str) -> writes.Write:
    """Let Cognito's trigger find a proof, once and for a minute."""
    table, row = _proof(proof)
    item = {**row, "userId": user_id, "expiresAt": clock.epoch(now) + PROOF_SECONDS}
    return writes.put(table, item, condition=None, refusal=lambda _: WriteConflict())


def take_proof(proof: str, user_id: str, now: str) -> bool:
    """Use up a proof; False where it does not stand there for this person, or no longer."""
    taking = writes.delete(
        *_proof(proof),
        condition="#userId = :userId AND #expiresAt > :now",
        refusal=lambda _: wrong_code(),
        values={"userId": user_id, "now": clock.epoch(now)},
    )
    try:
        dynamo.commit([taking], new_id())
    except Unauthenticated:
        return False
    return True


def count_call(who: str, limit: int, now: str) -> None:
    """Count one call in this minute for a hashed phone, e-mail, session or network address.

    Raises:
        TooMany: there were `limit` already.
    """
    at = clock.epoch(now)
    minute = at // _MINUTE
    _count(
        f"{who}#{minute}",
        "rate",
        limit,
        at + 2 * _MINUTE,
        lambda _: TooMany(f"At most {limit} tries a minute.", (minute + 1) * _MINUTE - at),
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
