"""Handlers in this process, over moto, with the tables of the real template."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from moto import mock_aws

from tests.conftest import Clock
from tests.support import stand_in
from tests.support.client import Person
from tests.support.payments import check_money
from tests.support.permissions import Record
from tests.support.provider import FakeProvider, fake_provider
from tests.support.records import profile


@pytest.fixture(scope="package", autouse=True)
def aws() -> Iterator[None]:
    """moto with the template's tables, made once: making them costs more than a test does."""
    from khaya.account_changes import consumer as account_changes  # noqa: PLC0415
    from khaya.admin_queues import consumer as admin_queues  # noqa: PLC0415
    from khaya.name_sync import consumer as name_sync  # noqa: PLC0415
    from khaya.platform.aws import clients  # noqa: PLC0415 - clients must be made inside the mock
    from khaya.sessions import service as sessions  # noqa: PLC0415

    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(name_sync, "SETTLE_SECONDS", 0)
        patch.setattr(account_changes, "SETTLE_SECONDS", 0)
        patch.setattr(admin_queues, "SETTLE_SECONDS", 0)
        patch.setattr(sessions, "time", SimpleNamespace(sleep=lambda _: None))
        stand_in.build()
        clients.clear()
        yield
        clients.clear()


@pytest.fixture(autouse=True)
def tables(aws: None, clock: Clock) -> None:
    """Empty tables, an empty bucket, no people in Cognito and no queues, for each test."""
    stand_in.empty()


@pytest.fixture(autouse=True)
def permitted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    """No function calls anything that its role in the template does not allow."""
    record = Record()
    record.keep(monkeypatch)
    yield record
    assert record.forbidden() == [], "the roles in template.yaml do not allow this"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    """A payment provider in memory in place of the deployment's."""
    with fake_provider(monkeypatch) as made:
        yield made


@pytest.fixture
def money_agrees(fake: FakeProvider) -> Iterator[None]:
    """After the test the ledger balances, items hold what their state says, and the provider has what is booked."""
    yield
    check_money(fake)


@pytest.fixture
def parties() -> None:
    """The profiles of a buyer and a worker with a phone."""
    profile("buyer-1", display_name="Thandi", phone="+27712345678", roles=["buyer"])
    profile("worker-1", display_name="Sipho", phone="+27712345679", roles=["worker"])


@pytest.fixture
def buyer() -> Person:
    return Person("buyer-1", ("buyer",))


@pytest.fixture
def worker() -> Person:
    return Person("worker-1", ("worker",))


@pytest.fixture
def seller() -> Person:
    return Person("seller-1", ("seller",))


@pytest.fixture
def admin() -> Person:
    return Person("admin-1", ("admin",))
