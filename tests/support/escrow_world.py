"""Where random histories of escrows begin, and what goes wrong in them."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal

import pytest
from hypothesis import strategies as st

from khaya.ledger import service as ledger
from khaya.platform.base import clock
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.reconciliation import service as reconciliation
from tests.support import stand_in
from tests.support.client import Person
from tests.support.escrow import agreed
from tests.support.escrow_model import Job
from tests.support.faults import Fault
from tests.support.money import TREASURER
from tests.support.payments import account, experienced, known_card
from tests.support.provider import fake_provider
from tests.support.records import profile

BUYER, WORKER = Person("buyer-1", ("buyer",)), Person("worker-1", ("worker",))
CAPITAL: Final = 2_000_000
"""What the platform has at the provider from the beginning, so that lost chargebacks do not stop the others' money."""
LAST_CALL: Final = 8

Trouble = tuple[Literal["provider down", "provider lossy"] | Fault, int] | None
"""What goes wrong at the first try of a step: at the provider, or at the call of DynamoDB with this number."""

troubles = st.one_of(
    st.none(),
    st.none(),
    st.tuples(st.sampled_from(["provider down", "provider lossy"]), st.just(0)),
    st.tuples(st.sampled_from(["no connection", "answer lost"]), st.integers(0, LAST_CALL)),
)
numbers = st.integers(0, 1)
mostly = st.sampled_from([True, True, True, False])
stages = st.sampled_from(["accepted", "paid", "submitted", "held", "held", "disputed", "released", "cancelled"])


class World:
    """Two accepted jobs of one buyer and one worker, made once: all histories begin here."""

    taken: stand_in.Snapshot | None = None
    begun: ClassVar[dict[tuple[str, str], Any]] = {}
    """What there was after the jobs had been brought so far as a history begins."""
    ended: ClassVar[set[str]] = set()
    """The states in which the jobs of all histories were in the end."""
    jobs: tuple[tuple[str, int], ...] = ()

    @classmethod
    def enter(cls) -> list[Job]:
        if cls.taken is None:
            stand_in.pool_with(TREASURER, BUYER, WORKER)
            profile("buyer-1", display_name="Thandi", roles=["buyer"])
            profile("worker-1", display_name="Sipho", roles=["worker"])
            experienced("worker-1")
            known_card()
            account("worker-1")
            _book("capital", [("providerBalance", -CAPITAL), ("adjustments", CAPITAL)])
            cls.jobs = tuple((agreed(BUYER, WORKER, cents), cents) for cents in (100_000, 30_000))
            with pytest.MonkeyPatch.context() as patch, fake_provider(patch) as fake:
                fake.balance_cents = CAPITAL
                assert reconciliation.run(clock.now(), lambda: True).open == 0
            cls.taken = stand_in.snapshot()
        stand_in.restore(cls.taken)
        return [Job(job_id, cents) for job_id, cents in cls.jobs]


def _book(source: str, legs: list[tuple[str, int]]) -> None:
    unit_of_work = UnitOfWork()
    ledger.move(source, legs, now=clock.now(), unit_of_work=unit_of_work)
    unit_of_work.commit()
