"""A unit of work: everything one request changes, decided first and written in one go at the end.

Stores add their writes to the unit; nothing is written until the answer is known. Then `commit` makes all writes, and
where the client sent an `Idempotency-Key` the record of the answer with them, so that the effect and its record cannot
come apart and nothing is ever half-done.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from khaya.platform.base import clock
from khaya.platform.base.errors import Invalid, Unreadable
from khaya.platform.base.json_text import read_json
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.writes import Write as Write

Key = tuple[str, Mapping[str, str]]
"""Where an item is stored: its table, and its primary key."""

KEEP_HOURS = 24
"""How long the answer to an `Idempotency-Key` is kept."""

KEY_LENGTH = 64


@dataclass(frozen=True)
class RecordedAnswer:
    """An answer that was given."""

    status: int
    body: str
    headers: dict[str, str]


class AlreadyAnswered(Exception):
    """The same request with the same `Idempotency-Key` has had its effect; `answer` is what it was told."""

    def __init__(self, answer: RecordedAnswer) -> None:
        super().__init__("already answered")
        self.answer = answer


@dataclass(frozen=True)
class IdempotentRequest:
    """One request that a client may repeat: who asked, what exactly, and under which key."""

    record_id: str
    fingerprint: str

    @classmethod
    def of(cls, key: str, *, user_id: str, operation: str, body: str | None) -> IdempotentRequest:
        """The identity of a request. `operation` is its method and path.

        Raises:
            Unreadable: the key is empty, too long or not plain text, or the body is not JSON.
        """
        if not 0 < len(key) <= KEY_LENGTH or not key.isascii() or not key.isprintable():
            raise Unreadable(f"Idempotency-Key must be 1 to {KEY_LENGTH} printable ASCII characters.")
        return cls(_hash(user_id, key), _hash(operation, _canonical(body)))

    def earlier_answer(self) -> RecordedAnswer | None:
        """What this request was told before, if it was made before.

        Raises:
            Invalid: the key belonged to a different request.
        """
        item = dynamo.get(settings().idempotency_table, {"id": self.record_id})
        return self._answer(item) if item and item["expiresAt"] > clock.epoch(clock.now()) else None

    def record(self, answer: RecordedAnswer) -> Write:
        """The write that remembers `answer`, and refuses if the key is taken."""
        now = clock.epoch(clock.now())
        item = {
            "id": self.record_id,
            "fingerprint": self.fingerprint,
            "status": answer.status,
            "body": answer.body,
            "headers": answer.headers,
            "expiresAt": now + KEEP_HOURS * 3600,
        }
        condition = "attribute_not_exists(#id) OR #expiresAt <= :now"
        return writes.put(
            settings().idempotency_table, item, condition=condition, refusal=self._already, values={"now": now}
        )

    def _already(self, item: Item | None) -> Exception:
        if item is None:
            return Unreadable("The Idempotency-Key could not be recorded.")
        try:
            return AlreadyAnswered(self._answer(item))
        except Invalid as other_request:
            return other_request

    def _answer(self, item: Item) -> RecordedAnswer:
        if item["fingerprint"] != self.fingerprint:
            raise Invalid([("Idempotency-Key", "was used before for a different request")])
        return RecordedAnswer(item["status"], item["body"], item["headers"])


@dataclass
class UnitOfWork:
    """What one request is about to change; `by` is the person who asked for it, None where the house does it."""

    once: IdempotentRequest | None = None
    by: str | None = None
    changes: list[Write] = field(default_factory=list)
    followers: list[Callable[[], None]] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    def add(self, *changes: Write) -> None:
        """Change this too, when the unit of work is committed."""
        self.changes.extend(changes)

    def afterwards(self, follow: Callable[[], None]) -> None:
        """Call this once the changes are made.

        It may fail after them. So it belongs only where the same request, sent again, makes up for it: to `PUT`,
        `PATCH` and `DELETE`, not to a `POST`, answered from its record the second time; or to what may get lost.
        """
        self.followers.append(follow)

    def commit(self, answer: RecordedAnswer | None = None) -> None:
        """Make all changes, or none.

        Raises:
            AlreadyAnswered: the request had been made before; nothing was changed now.
            Exception: what the refused write says.
        """
        record = [self.once.record(answer)] if self.once and answer else []
        dynamo.commit([*record, *self.changes], self.token, self.by)
        for follow in self.followers:
            follow()


def connect() -> None:
    """Make the DynamoDB client ahead of the first request, or of threads that would each make their own."""
    dynamo.client()


def read(key: Key) -> Item | None:
    """The item under `key`, read consistently; None if there is none."""
    return dynamo.get(*key)


def read_together(keys: Sequence[Key], *, consistent: bool = True) -> list[Item | None]:
    """The items under at most 100 keys of any tables, in one call and in the order of `keys`; None where there is none.

    Raises:
        Unavailable: DynamoDB left some unread several times over.
    """
    return dynamo.get_many(keys, consistent=consistent)


def commit_now(*changes: Write, by: str | None = None) -> None:
    """Commit changes at once, in one transaction, for work that answers no request.

    Raises:
        Exception: what the refused write raises.
    """
    UnitOfWork(by=by, changes=list(changes)).commit()


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def _canonical(body: str | None) -> str:
    """The body without the blanks and the order of fields that mean nothing."""
    return json.dumps(read_json(body), sort_keys=True, separators=(",", ":"))
