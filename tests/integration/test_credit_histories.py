"""Random histories of credits against a simple model: the balance is the sum of the entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from khaya.ledger import service as ledger
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import UnitOfWork
from tests.support.client import Answer, Person
from tests.support.histories import History, run_histories
from tests.support.money import (
    SECOND_TREASURER,
    TREASURER,
    adjust,
    approve,
    balance,
    check_books,
    entries,
    key,
    known,
    payout_account,
    reverse,
    waiting_proposals,
    withdraw,
)
from tests.support.payments import settle_withdrawal
from tests.support.stand_in import stored

pytestmark = pytest.mark.exhaustive

people = st.sampled_from(["a", "b", "treasurer-2"])
admins = st.sampled_from([TREASURER, SECOND_TREASURER])
small = st.integers(-20_000, 40_000).filter(bool)
large = st.sampled_from([500_000, 500_001, -500_001, 700_000])


@dataclass
class Line:
    """An entry of the model."""

    id: str
    user: str
    type: str
    cents: int
    at: datetime
    reversed: bool = False
    withdrawal: str | None = None


@dataclass
class Book:
    """A person's credits in the model."""

    lines: list[Line] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def pending(self) -> int:
        return -sum(line.cents for line in self.lines if line.withdrawal == "pending")

    def withdrawable(self, now: datetime) -> int:
        young = [
            line.cents
            for line in self.lines
            if line.type == "reward" and not line.reversed and now < line.at + timedelta(days=14)
        ]
        return max(0, self.balance - sum(young))


@dataclass
class Proposed:
    """A proposal of the model; `line` is the entry that it would reverse."""

    user: str
    cents: int
    by: str
    line: Line | None
    decided: bool = False


class CreditHistory(History):
    """Random actions of people and admins with credits."""

    @initialize()
    def begin(self) -> None:
        self.books = {name: Book() for name in ("a", "b", "treasurer-2")}
        self.lines: dict[str, Line] = {}
        self.proposals: dict[str, Proposed] = {}
        self.alone: list[tuple[str, datetime, int]] = []
        self.causes: set[str] = set()
        self.last: tuple[Person, str, Any, str, Answer] | None = None
        known(*self.books)
        for name in self.books:
            payout_account(name)

    def booked(self, answer: Answer, user: str, kind: str, cents: int, **fields: Any) -> None:
        """Check the response for a new entry, and add it to the model."""
        book = self.books[user]
        line = Line(answer.body["id"], user, kind, cents, self.moment, **fields)
        book.lines.append(line)
        self.lines[line.id] = line
        assert answer.status == 201
        assert (answer.body["type"], answer.body["amountCents"], answer.body["userId"]) == (kind, cents, user)
        assert answer.body["balanceAfterCents"] == book.balance

    def may_alone(self, admin: Person, cents: int) -> bool:
        """Whether the admin may book this amount alone; then it counts."""
        since = self.moment - timedelta(hours=24)
        earlier = sum(one for name, at, one in self.alone if name == admin.user_id and at > since)
        if earlier + abs(cents) > 500_000:
            return False
        self.alone.append((admin.user_id or "", self.moment, abs(cents)))
        return True

    def propose(self, answer: Answer, user: str, cents: int, admin: Person, line: Line | None = None) -> None:
        """Check the response with a new proposal, and add it to the model."""
        assert (answer.status, answer.body["amountCents"]) == (202, cents)
        self.proposals[answer.body["id"]] = Proposed(user, cents, admin.user_id or "", line)

    @rule(user=people, cents=small | large, admin=admins)
    def adjusts(self, user: str, cents: int, admin: Person) -> None:
        answer = adjust(user, cents, admin)
        if user == admin.user_id:
            assert answer.status == 403
        elif self.books[user].balance + cents < 0:
            assert answer.status == 409
        elif self.may_alone(admin, cents):
            self.booked(answer, user, "adjustment", cents)
        else:
            self.propose(answer, user, cents, admin)

    @precondition(lambda self: self.proposals)
    @rule(data=st.data(), admin=admins, decision=st.sampled_from(["approve", "approve", "refuse"]))
    def decides(self, data: st.DataObject, admin: Person, decision: str) -> None:
        found = data.draw(st.sampled_from(sorted(self.proposals)))
        proposed = self.proposals[found]
        answer = approve(found, admin, decision=decision)
        book = self.books[proposed.user]
        gone = proposed.line is not None and proposed.line.reversed
        if admin.user_id in (proposed.by, proposed.user):
            assert answer.status == 403
        elif proposed.decided or (decision == "approve" and (gone or book.balance + proposed.cents < 0)):
            assert answer.status == 409
        else:
            assert answer.status == 200
            proposed.decided = True
            if decision == "approve":
                kind = "adjustment" if proposed.line is None else "reversal"
                line = Line(answer.body["entryId"], proposed.user, kind, proposed.cents, self.moment)
                book.lines.append(line)
                self.lines[line.id] = line
                if proposed.line is not None:
                    proposed.line.reversed = True
        assert {one["id"] for one in waiting_proposals()} == {
            name for name, one in self.proposals.items() if not one.decided
        }

    @rule(user=people, cause=st.sampled_from("xyz"), cents=st.integers(1, 9_000))
    def earns(self, user: str, cause: str, cents: int) -> None:
        source, unit_of_work = f"{user}:{cause}", UnitOfWork()
        entry = ledger.reward(
            user, cents, type="reward", source=source, reason=None, now=clock.now(), unit_of_work=unit_of_work
        )
        unit_of_work.commit()
        assert (entry is None) == (source in self.causes)
        self.causes.add(source)
        if entry is not None:
            self.books[user].lines.append(Line(entry.id, user, "reward", cents, self.moment))
            self.lines[entry.id] = self.books[user].lines[-1]

    @rule(user=people, cents=st.sampled_from([10_000, 25_000, 60_000]))
    def withdraws(self, user: str, cents: int) -> None:
        person = Person(user, signed_in_at=10**10)
        header = key()
        answer = person.post("/credits/withdrawals", {"amountCents": cents}, headers=header)
        if cents > self.books[user].withdrawable(self.moment):
            assert answer.status == 409
        else:
            self.booked(answer, user, "withdrawal", -cents, withdrawal="pending")
            self.last = (person, "/credits/withdrawals", {"amountCents": cents}, header["Idempotency-Key"], answer)

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), admin=admins)
    def reverses(self, data: st.DataObject, admin: Person) -> None:
        line = self.lines[data.draw(st.sampled_from(sorted(self.lines)))]
        answer = reverse(line.id, admin)
        if line.user == admin.user_id:
            assert answer.status == 403
        elif line.reversed or line.type in ("reversal", "withdrawal") or self.books[line.user].balance - line.cents < 0:
            assert answer.status == 409
        elif self.may_alone(admin, line.cents):
            self.booked(answer, line.user, "reversal", -line.cents)
            line.reversed = True
        else:
            self.propose(answer, line.user, -line.cents, admin, line)

    @precondition(lambda self: any(line.withdrawal for line in self.lines.values()))
    @rule(data=st.data(), ends=st.sampled_from(["paid", "failed"]))
    def settles(self, data: st.DataObject, ends: str) -> None:
        line = self.lines[data.draw(st.sampled_from(sorted(one.id for one in self.lines.values() if one.withdrawal)))]
        found = settle_withdrawal(line.id, ends)
        if line.withdrawal != "pending":
            assert found.status == {"paid": "paid", "failed": "credited"}[line.withdrawal or ""]
            return
        if found.status == "pending":
            assert found.reason == "limit"
            return
        if line.withdrawal == "pending" and ends == "failed":
            back = entries(line.user)[0]
            assert (back["type"], back["amountCents"], back["reversalOf"]) == ("reversal", -line.cents, line.id)
            line.reversed = True
            self.books[line.user].lines.append(Line(back["id"], line.user, "reversal", -line.cents, self.moment))
            self.lines[back["id"]] = self.books[line.user].lines[-1]
        line.withdrawal = ends

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeats(self) -> None:
        """Repeat the last withdrawal, and send another amount under the same key."""
        assert self.last is not None
        person, _, body, name, first = self.last
        again = withdraw(person, body["amountCents"], name)
        assert (again.status, again.body) == (first.status, first.body)
        assert withdraw(person, body["amountCents"] + 1, name).status == 422

    @rule(days=st.sampled_from([1, 7, 14]))
    def waits(self, days: int) -> None:
        self.tick(days=days)
        self.last = None  # keys are kept for a day

    @rule(user=people)
    def looks(self, user: str) -> None:
        book = self.books[user]
        assert balance(user) == {
            "balanceCents": book.balance,
            "withdrawableCents": book.withdrawable(self.moment),
            "pendingWithdrawalCents": book.pending,
        }

    def teardown(self) -> None:
        if hasattr(self, "books"):
            for user, book in self.books.items():
                listed = [(one["id"], one["amountCents"], one["withdrawalStatus"]) for one in reversed(entries(user))]
                assert listed == [(line.id, line.cents, line.withdrawal) for line in book.lines]
                assert [bool(one["reversedBy"]) for one in reversed(entries(user))] == [
                    line.reversed for line in book.lines
                ]
            sums = check_books(stored("credits"))
            assert {user: book.balance for user, book in self.books.items() if book.lines} == sums
        super().teardown()


def test_random_credit_histories_match_the_model() -> None:
    run_histories(CreditHistory, steps=20)
