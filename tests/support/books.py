"""The ledger's books for tests: what an account holds, movements and faults made by hand, and differences found."""

from __future__ import annotations

from typing import Any

from khaya.ledger import service as ledger
from khaya.platform.base import clock
from khaya.platform.data import dynamo, writes
from khaya.platform.data.unit_of_work import UnitOfWork
from tests.support.client import Person
from tests.support.provider import FEE_PERMILLE
from tests.support.stand_in import stored

ADMIN = Person("admin-1", ("admin",))


def platform_account(account: str) -> int:
    """The cents on an account of the platform."""
    return sum(row["cents"] for row in stored("credits") if row.get("account") == account)


def fee(cents: int) -> int:
    """What the fake provider keeps of a collection."""
    return cents * FEE_PERMILLE // 1000


def differences(status: str = "open") -> list[dict[str, Any]]:
    """The differences that the reconciliation has found, as an admin reads them."""
    answer = ADMIN.get("/admin/payments/differences", query={"status": status})
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.body["items"]
    return found


def overwrite(table: str, item_key: dict[str, str], attribute: str, value: Any) -> None:
    """Change a stored attribute past all rules."""
    dynamo.update_now(writes.overwrite(table, item_key, attribute, value))


def move(source: str, *legs: tuple[str, int]) -> None:
    """Book a movement past all rules of its domain."""
    unit_of_work = UnitOfWork()
    ledger.move(source, legs, now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
