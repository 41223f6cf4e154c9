"""A unit of work: all writes of one request, committed in one transaction at its end.

Use cases add writes; `commit` makes them after the response is known. If the client sent an `Idempotency-Key`, the
record of the response is part of the same transaction, so that the effect and its record always agree.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from khaya.platform.base import clock
from khaya.platform.base.backoff import pause
from khaya.platform.base.errors import FieldProblem, Invalid, Unavailable, Unreadable, WriteConflict
from khaya.platform.base.json_text import read_json
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes

Write: TypeAlias = writes.Write

Result = TypeVar("Result")

Key = tuple[str, Mapping[str, str]]
"""Where an item is stored: its table, and its primary key."""

KEEP_HOURS = 24
"""Hours for which the response to an `Idempotency-Key` is kept."""

MAX_KEY_LENGTH = 64

RETRY_SECONDS = 4
"""Seconds for which a request is retried after write conflicts; API Gateway's timeout is 29 seconds."""


@dataclass(frozen=True)
class RecordedAnswer:
    """A response that is kept for repeated requests."""

    status: int
    body: str
    headers: dict[str, str]


class AlreadyAnswered(Exception):
    """The request with this `Idempotency-Key` was already carried out; `answer` is its response."""

    def __init__(self, answer: RecordedAnswer) -> None:
        super().__init__("already answered")
        self.answer = answer


@dataclass(frozen=True)
class IdempotentRequest:
    """A request with an `Idempotency-Key`: its key and caller (`record_id`), and its content (`fingerprint`)."""

    record_id: str
    fingerprint: str

    @classmethod
    def of(cls, key: str, *, user_id: str, operation: str, body: str | None) -> "IdempotentRequest":
        """The request with this key. `operation` is its method and path.

        Raises:
            Unreadable: the key is empty, too long or not plain text, or the body is not JSON.
        """
        if not 0 < len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
            detail = f"Idempotency-Key must be 1 to {MAX_KEY_LENGTH} printable ASCII characters."
            raise Unreadable(detail, code="invalid_idempotency_key", params={"max": MAX_KEY_LENGTH})
        return cls(_hash(user_id, key), _hash(operation, _canonical(body)))

    def earlier_answer(self) -> RecordedAnswer | None:
        """The response to an earlier request with the same key; None if there was none.

        Raises:
            Invalid: the key was used for a different request.
        """
        item = dynamo.get(settings().idempotency_table, {"id": self.record_id})
        return self._answer(item) if item and item["expiresAt"] > clock.epoch(clock.now()) else None

    def record(self, answer: RecordedAnswer) -> Write:
        """The write that records `answer`; refused if the key was used before."""
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
            settings().idempotency_table, item, condition=condition, refusal=self._key_used, values={"now": now}
        )

    def _key_used(self, item: Item | None) -> Exception:
        if item is None:
            return Unreadable("The Idempotency-Key could not be recorded.")
        try:
            return AlreadyAnswered(self._answer(item))
        except Invalid as other_request:
            return other_request

    def _answer(self, item: Item) -> RecordedAnswer:
        if item["fingerprint"] != self.fingerprint:
            raise Invalid([FieldProblem("Idempotency-Key", "was used before for a different request", "key_reused")])
        return RecordedAnswer(item["status"], item["body"], item["headers"])


@dataclass
class UnitOfWork:
    """The writes of one request, and the actions that follow the commit.

    Attributes:
        idempotent_request: the request, if the client sent an `Idempotency-Key`.
        actor: the person who sent the request; None for the system.
        writes: what `commit` writes.
        actions: what `commit` calls after the writes.
        token: identifies the transaction, so that a retry does not write twice.
        results: the results of calls that are made once, also if the handler runs again; see `once`.
    """

    idempotent_request: IdempotentRequest | None = None
    actor: str | None = None
    writes: list[Write] = field(default_factory=list)
    actions: list[Callable[[], None]] = field(default_factory=list)
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    results: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, call: Callable[[], Result]) -> Result:
        """The result of `call`, which is made once in a request, also if the handler runs again after a lost race.

        Use it for calls with effects outside of the unit of work, such as calls of Cognito and counters.
        """
        if name not in self.results:
            self.results[name] = call()
        result: Result = self.results[name]
        return result

    def add(self, *writes: Write) -> None:
        """Add writes to the transaction."""
        self.writes.extend(writes)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Call `action` after the writes were made.

        The action may fail after a successful commit. Use it only if a repeated request repeats the action (`PUT`,
        `PATCH` and `DELETE`; a repeated `POST` is answered from its record), or if the action may be lost.
        """
        self.actions.append(action)

    def commit(self, answer: RecordedAnswer | None = None) -> None:
        """Make all writes in one transaction, then call the actions.

        Raises:
            AlreadyAnswered: the request was carried out before; nothing was written now.
            Exception: the refusal of the first write whose condition fails.
        """
        record = [self.idempotent_request.record(answer)] if self.idempotent_request and answer else []
        dynamo.commit([*record, *self.writes], self.token, self.actor)
        for action in self.actions:
            action()


def commit_with_retries(
    unit_of_work: UnitOfWork, run: Callable[[UnitOfWork], tuple[Result, RecordedAnswer | None]]
) -> Result:
    """Run a use case and commit its writes; after a write conflict, run it again on fresh data.

    Args:
        unit_of_work: the request and its actor. Each run gets a copy without writes.
        run: adds writes to a unit of work; returns its result, and the response to record.

    Raises:
        Unavailable: there were conflicts until the time was up.
        Exception: what `run` raises, or the refusal of the first write whose condition fails.
    """
    give_up_at = time.monotonic() + RETRY_SECONDS
    attempt = 0
    while time.monotonic() < give_up_at:
        fresh = UnitOfWork(unit_of_work.idempotent_request, unit_of_work.actor, results=unit_of_work.results)
        try:
            result, answer = run(fresh)
            fresh.commit(answer)
        except WriteConflict:
            pause(attempt)
            attempt += 1
        else:
            return result
    raise Unavailable("Many people are changing this at once. Please try again in a moment.")


def connect() -> None:
    """Make the DynamoDB client before the first request, or before threads that would each make their own."""
    dynamo.client()


def read(key: Key) -> Item | None:
    """The item under `key`, read consistently; None if there is none."""
    return dynamo.get(*key)


def read_together(
    keys: Sequence[Key], *, consistent: bool = True, columns: Mapping[str, Iterable[str]] | None = None
) -> list[Item | None]:
    """The items under at most 100 keys of any tables, in one call and in the order of `keys`; None for a missing item.

    `columns` names, by table, the attributes to read if not all are needed.

    Raises:
        Unavailable: DynamoDB left keys unprocessed in every attempt.
    """
    return dynamo.get_many(keys, consistent=consistent, columns=columns)


def commit_now(*writes: Write, actor: str | None = None) -> None:
    """Make all writes in one transaction at once, outside of a request.

    Raises:
        Exception: the refusal of the first write whose condition fails.
    """
    UnitOfWork(actor=actor, writes=list(writes)).commit()


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(body: str | None) -> str:
    """The body with sorted fields and without whitespace."""
    return json.dumps(read_json(body), sort_keys=True, separators=(",", ":"))
