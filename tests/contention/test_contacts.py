"""Concurrent proofs of one phone: exactly one account gets it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from khaya.platform.aws.cognito import CognitoUser, Origin
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.platform.web.access import Caller
from khaya.sign_in import contacts, delivery, limits, store
from khaya.sign_in.model import CodeAnswer, ContactIdentity, new_challenge
from tests.contention.clients import in_threads
from tests.support.client import subject_of
from tests.support.records import profile
from tests.support.stand_in import records, stored

pytestmark = pytest.mark.usefixtures("engine")

ORIGIN = Origin(address="203.0.113.7", device="A phone")

PHONE = "+27821234567"
CODE = "123456"


@dataclass
class LooseCognito:
    """A user pool that lets several accounts have one phone, as Cognito may at one moment."""

    phones: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> CognitoUser | None:
        del name
        return None

    def set_contact(self, subject: str, kind: str, contact: str) -> None:
        del kind
        self.phones[subject] = contact


@pytest.fixture
def cognito(monkeypatch: pytest.MonkeyPatch) -> LooseCognito:
    pool = LooseCognito()
    monkeypatch.setattr(contacts, "cognito", pool)
    monkeypatch.setattr(limits, "count_identity", lambda *_: None)
    return pool


def test_of_sixteen_people_who_prove_one_phone_at_once_one_gets_it(cognito: LooseCognito) -> None:
    # given sixteen people with codes for one phone
    people = [f"person-{number}" for number in range(16)]
    answers = [_asked(person) for person in people]
    # when they answer at once
    works = [
        lambda person=person, answer=answer: _prove(person, answer)
        for person, answer in zip(people, answers, strict=True)
    ]
    statuses = Counter(in_threads(works))
    # then one has the phone, in the record, in the row and in Cognito
    assert statuses == {200: 1, 409: 15}
    (owner,) = [user["userId"] for user in records() if user.get("phone") == PHONE]
    (row,) = [row for row in stored("users") if row["userId"] == f"phone#{PHONE}"]
    assert row["holder"] == owner
    assert cognito.phones == {subject_of(owner): PHONE}


def _asked(person: str) -> CodeAnswer:
    profile(person, displayName=person)
    challenge: Any = new_challenge(
        "contact", ContactIdentity.of(PHONE), None, clock.now(), user_id=person, session_id="s", destination=PHONE
    )
    hashed = {"code_hash": delivery.code_hash(challenge.id, CODE)}
    commit_now(store.create(challenge.model_copy(update=hashed)))
    return CodeAnswer(challenge=challenge.id, code=CODE)


def _prove(person: str, answer: CodeAnswer) -> int:
    caller = Caller(person, frozenset(), "s", 0, subject_of(person))
    unit_of_work = UnitOfWork()
    while True:
        unit_of_work = UnitOfWork(results=unit_of_work.results)
        try:
            contacts.verify_contact(answer, ORIGIN, caller, now=clock.now(), unit_of_work=unit_of_work)
            unit_of_work.commit()
        except WriteConflict:
            continue
        except Conflict:
            return 409
        return 200
