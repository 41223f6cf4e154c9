"""During maintenance what reads works, and what writes is refused before it changes anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from khaya.platform.base.settings import settings
from tests.support.client import VISITOR, Person
from tests.support.records import POSTING

BUYER = Person("buyer", ("buyer",))


@pytest.fixture
def maintenance(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MAINTENANCE", "true")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("maintenance")
def test_given_maintenance_then_reading_works() -> None:
    assert VISITOR.get("/health").status == 200
    assert VISITOR.get("/jobs").status == 200
    assert BUYER.get("/jobs/mine").status == 200


@pytest.mark.usefixtures("maintenance")
@pytest.mark.parametrize("who", [BUYER, VISITOR])
def test_given_maintenance_then_what_writes_is_503_with_the_time_to_wait(who: Person) -> None:
    answer = who.post("/jobs", POSTING)
    assert answer.status == 503
    assert answer.body["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "300"
    assert VISITOR.post("/auth/codes", {}).status == 503


def test_given_no_maintenance_then_a_job_is_posted() -> None:
    assert BUYER.post("/jobs", POSTING).status == 201
