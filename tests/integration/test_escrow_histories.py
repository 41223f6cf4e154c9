"""Random histories of escrows against a plain model: who gets how much, whatever fails, repeats or comes late.

The model knows states and cents. When a timer is due, and whether a refund was begun, is read from the items.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from khaya import provider
from khaya.chargebacks import service as chargebacks
from khaya.collections import service as collections
from khaya.collections import store as collection_store
from khaya.disbursements import payouts, refunds
from khaya.escrows import service as escrows
from khaya.escrows import store as escrow_store
from khaya.money_timers import service as money_timers
from khaya.payouts import store as payout_store
from khaya.payouts.model import Payout
from khaya.platform.base import backoff, clock
from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo
from khaya.provider.errors import ProviderUnavailable
from khaya.reconciliation import service as reconciliation
from khaya.refunds import store as refund_store
from khaya.refunds.model import Refund
from khaya.suspense import store as suspense
from tests.support import stand_in
from tests.support.client import Person
from tests.support.escrow import ledger_balance
from tests.support.escrow_model import Job
from tests.support.escrow_world import BUYER, CAPITAL, WORKER, Trouble, World, mostly, numbers, stages, troubles
from tests.support.faults import Faulty
from tests.support.histories import History, run_histories
from tests.support.money import TREASURER, key
from tests.support.payments import account, check_money
from tests.support.provider import FakeProvider
from tests.support.uploads import uploaded

pytestmark = pytest.mark.exhaustive


class EscrowHistory(History):
    def __init__(self) -> None:
        super().__init__()
        self.fake = FakeProvider()
        self.fake.usable_at_once, self.fake.balance_cents, self.fake.payout_fee_cents = False, CAPITAL, 345
        self.fake.default_refund = "paid"
        self.dynamodb = Faulty(dynamo.client()._make_api_call)
        for store in (collection_store, escrow_store):  # a run of the timers is then one query of each
            self.patches.setattr(store, "SHARDS", 1)
        self.jobs = World.enter()
        self.suspended: set[str] = set()
        for owner, name, value in (
            (provider, "payment_provider", lambda: self.fake),
            (backoff, "sleep", lambda _: None),
            (dynamo.client(), "_make_api_call", self.dynamodb),
        ):
            self.patches.setattr(owner, name, value)

    @initialize(first=stages, second=stages)
    def begins(self, first: str, second: str) -> None:
        """Both jobs have come so far without trouble, so that the history is about what follows."""
        if (first, second) not in World.begun:
            for number, stage in enumerate((first, second)):
                self.brings(number, stage)
            World.begun[first, second] = (stand_in.snapshot(), self.fake.snapshot(), deepcopy(self.jobs), self.moment)
        tables, books, jobs, self.moment = World.begun[first, second]
        stand_in.restore(tables)
        self.fake.restore(books)
        self.jobs = deepcopy(jobs)

    def brings(self, number: int, stage: str) -> None:
        if stage == "accepted":
            return
        self.checks_out(number, None, pays=True, heard=True)
        if stage in ("submitted", "held", "disputed", "released"):
            self.starts(number, None)
            self.submits(number, None)
        if stage in ("held", "released", "cancelled") and self.jobs[number].due:
            self.checks_out(number, None, pays=True, heard=True)
        match stage:
            case "disputed":
                self.disputes(number, None, WORKER)
            case "released":
                self.confirms(number, None)
            case "cancelled":
                self.cancels(number, None, BUYER)

    def some(self, *statuses: str) -> bool:
        """Whether one of the jobs is in one of these states; a step may then be tried with the other too."""
        return any(job.status in statuses for job in self.jobs)

    def tries(self, trouble: Trouble, step: Callable[[], Any]) -> Any:
        """Do a step once with a trouble, which it may survive, then again without if it did not."""
        if trouble is not None:
            what, call = trouble
            if what in ("provider down", "provider lossy"):
                self.fake.mode = "down" if what == "provider down" else "lossy"
            else:
                self.dynamodb.fail(call, what)
            try:
                return step()
            except (Unavailable, ProviderUnavailable):
                pass
            finally:
                self.fake.mode = "up"
                self.dynamodb.heal()
            self.tick(minutes=1)  # a checkout that is being made is waited for
        return step()

    def asks(self, trouble: Trouble, person: Person, path: str, body: Any = None, method: str = "POST") -> int:
        """The status of the answer to a request that is repeated under its key until it is answered."""
        headers = key()

        def send() -> int:
            status = person.call(method, path, body, headers=headers).status
            if status == 503:
                raise Unavailable
            return status

        return int(self.tries(trouble, send))

    def does(self, trouble: Trouble, person: Person, path: str, body: Any, allowed: bool) -> bool:
        """Ask for something that the model allows or not; returns whether it was done."""
        allowed = allowed and person.user_id not in self.suspended
        status = self.asks(trouble, person, path, body)
        assert status in ((200, 201) if allowed else (403, 409)), (path, status)
        self.tick(minutes=1)
        return allowed

    def references(self, job: Job) -> list[str]:
        return [name for name in self.fake.collections if name.startswith(job.id.lower())]

    def hears(self, reference: str, trouble: Trouble = None) -> None:
        """The webhook about a payment arrives, for the first time or again."""
        job = next(one for one in self.jobs if reference.startswith(one.id.lower()))
        self.tries(trouble, lambda: collections.apply(reference, clock.now()))
        found = self.fake.collections[reference]
        if found.state == "paid" and reference not in {**job.booked, **job.strays}:
            job.pays(reference, found.amount_cents)

    @precondition(lambda self: any(job.due for job in self.jobs))
    @rule(number=numbers, trouble=troubles, pays=mostly, heard=mostly)
    def checks_out(self, number: int, trouble: Trouble, pays: bool, heard: bool) -> None:
        job = self.jobs[number]
        self.tick(minutes=35)  # at most five checkouts an hour, and one that was interrupted counts
        before = set(self.references(job))
        due = job.due
        body = {"part": due or "deposit"}
        self.does(trouble, BUYER, f"/jobs/{job.id}/escrow/checkouts", body, allowed=due is not None)
        made = [one for one in self.references(job) if one not in before]
        if made and pays:
            self.fake.pay(made[-1])
            if heard:
                self.hears(made[-1])

    @precondition(lambda self: self.fake.collections)
    @rule(number=numbers, data=st.data(), trouble=troubles)
    def pays_an_old_checkout(self, number: int, data: st.DataObject, trouble: Trouble) -> None:
        """A person pays any checkout that was once made, perhaps too late or a second time."""
        unpaid = [one for one in self.references(self.jobs[number]) if self.fake.collections[one].state != "paid"]
        if unpaid:
            reference = data.draw(st.sampled_from(unpaid))
            self.fake.pay(reference)
            self.hears(reference, trouble)

    @precondition(lambda self: self.fake.collections)
    @rule(number=numbers, data=st.data(), trouble=troubles)
    def hears_of_a_payment(self, number: int, data: st.DataObject, trouble: Trouble) -> None:
        """The webhook comes late, again, or in another order."""
        if found := self.references(self.jobs[number]):
            self.hears(data.draw(st.sampled_from(found)), trouble)

    @precondition(lambda self: self.some("deposit_paid", "held"))
    @rule(number=numbers, trouble=troubles)
    def starts(self, number: int, trouble: Trouble) -> None:
        job = self.jobs[number]
        if not job.started and self.does(
            trouble, WORKER, f"/jobs/{job.id}/start", None, allowed=job.status in ("deposit_paid", "held")
        ):
            job.started = True

    @precondition(lambda self: self.some("deposit_paid", "held"))
    @rule(number=numbers, trouble=troubles)
    def submits(self, number: int, trouble: Trouble) -> None:
        job = self.jobs[number]
        if job.submitted or "worker-1" in self.suspended:
            return
        allowed = job.status in ("deposit_paid", "held")
        body = {"note": "Done.", "photos": [uploaded(WORKER, "submission")]}
        if self.does(trouble, WORKER, f"/jobs/{job.id}/submission", body, allowed=allowed):
            job.started = job.submitted = True

    @precondition(lambda self: self.some("held"))
    @rule(number=numbers, trouble=troubles)
    def sends_back(self, number: int, trouble: Trouble) -> None:
        job = self.jobs[number]
        allowed = job.status == "held" and job.submitted
        if self.does(trouble, BUYER, f"/jobs/{job.id}/changes", {"reason": "It still drips."}, allowed):
            job.submitted = False

    @precondition(lambda self: self.some("held"))
    @rule(number=numbers, trouble=troubles)
    def confirms(self, number: int, trouble: Trouble) -> None:
        job = self.jobs[number]
        allowed = job.status == "held" and job.submitted and not job.open
        if self.does(trouble, BUYER, f"/jobs/{job.id}/completion", None, allowed):
            job.ends(0)

    @precondition(lambda self: self.some("deposit_paid", "held"))
    @rule(number=numbers, trouble=troubles, by=st.sampled_from([BUYER, WORKER]))
    def cancels(self, number: int, trouble: Trouble, by: Person) -> None:
        job = self.jobs[number]
        allowed = job.status in ("pending", "deposit_paid", "held") and not job.started and not job.open
        if self.does(trouble, by, f"/jobs/{job.id}/cancellation", {"reason": "I cannot."}, allowed):
            job.ends(job.held)
            job.status = "refunded" if job.booked else "cancelled"

    @precondition(lambda self: self.some("deposit_paid", "held"))
    @rule(number=numbers, trouble=troubles, by=st.sampled_from([BUYER, WORKER]))
    def disputes(self, number: int, trouble: Trouble, by: Person) -> None:
        job = self.jobs[number]
        allowed = job.status in ("deposit_paid", "held") and job.started
        if self.does(trouble, by, f"/jobs/{job.id}/escrow/dispute", {"reason": "It still drips."}, allowed):
            job.status, job.dispute = "disputed", by.user_id or ""

    @precondition(lambda self: self.some("disputed"))
    @rule(number=numbers, trouble=troubles, by=st.sampled_from([BUYER, WORKER]))
    def withdraws(self, number: int, trouble: Trouble, by: Person) -> None:
        job = self.jobs[number]
        is_repeat = job.status in ("deposit_paid", "held") and job.dispute == f"withdrawn by {by.user_id}"
        allowed = is_repeat or (job.status == "disputed" and job.dispute == by.user_id and not job.lost)
        allowed = allowed and by.user_id not in self.suspended
        status = self.asks(trouble, by, f"/jobs/{job.id}/escrow/dispute", method="DELETE")
        assert status in ((204,) if allowed else (403, 409)), status
        if allowed:
            job.status, job.dispute = "held" if job.is_paid else "deposit_paid", f"withdrawn by {by.user_id}"

    @precondition(lambda self: self.some("disputed"))
    @rule(number=numbers, trouble=troubles, by_admin=st.booleans(), share=st.integers(0, 4))
    def settles(self, number: int, trouble: Trouble, by_admin: bool, share: int) -> None:
        """The parties agree, or an admin decides, that some of what is held goes back."""
        job = self.jobs[number]
        refund = job.held * share // 4
        path = f"/jobs/{job.id}/escrow"
        if by_admin:
            worker = (2 * (job.held - refund) * (job.agreed * 95 // 100) + job.total) // (2 * job.total)
            split = {"workerCents": worker, "refundCents": refund, "platformCents": job.held - refund - worker}
            person, path, body = TREASURER, f"{path}/resolution", {**split, "note": "Seen by the office."}
        else:
            proposed = {"refundCents": refund}
            if not self.does(None, BUYER, f"{path}/settlement", proposed, job.status == "disputed"):
                return
            person, path, body = WORKER, f"{path}/settlement/acceptance", proposed
        if self.does(trouble, person, path, body, job.status == "disputed" and not job.open):
            job.ends(refund)

    @rule(person=st.sampled_from([BUYER, WORKER]), trouble=troubles)
    def is_suspended_or_reinstated(self, person: Person, trouble: Trouble) -> None:
        """A party is suspended, which stops their acts, releases by themselves and payouts, until they are reinstated."""
        about = person.user_id or ""
        status = "active" if about in self.suspended else "suspended"
        body = {"status": status, "reason": "Seen by the office."}
        assert self.asks(trouble, TREASURER, f"/admin/users/{about}", body, "PATCH") == 200
        self.tick(minutes=1)
        self.suspended ^= {about}

    @precondition(lambda self: any(job.booked or job.strays for job in self.jobs))
    @rule(number=numbers, data=st.data(), trouble=troubles)
    def is_charged_back(self, number: int, data: st.DataObject, trouble: Trouble) -> None:
        """A buyer's bank takes a payment back for the time being."""
        job = self.jobs[number]
        taken = {one.collection for one in self.fake.chargebacks.values()}
        if free := sorted((job.booked.keys() | job.strays.keys()) - taken):
            reference = data.draw(st.sampled_from(free))
            found = self.fake.charge_back(reference)
            (job.open if reference in job.booked else job.open_strays)[found] = reference
            self.tries(trouble, lambda: chargebacks.apply(found, clock.now()))

    @precondition(lambda self: any(job.open or job.open_strays for job in self.jobs))
    @rule(number=numbers, outcome=st.sampled_from(["won", "lost"]), trouble=troubles)
    def bank_decides(self, number: int, outcome: Any, trouble: Trouble) -> None:
        job = self.jobs[number]
        if not (job.open or job.open_strays):
            return
        found, reference = (job.open or job.open_strays).popitem()
        refund = refund_store.find(job.id if reference in job.booked else f"return-{reference}")
        covered = refund.coverable_cents(reference) if refund is not None else 0
        is_back = refund is not None and not covered
        self.fake.decide_chargeback(found, outcome)
        self.tries(trouble, lambda: chargebacks.apply(found, clock.now()))
        if outcome == "won":
            return
        if reference in job.strays:
            job.lost_strays |= set() if is_back else {reference}
            return
        cents = job.booked[reference]
        rest = max(0, cents - job.held)
        job.loses(cents)
        job.given_back -= min(rest, covered)

    @precondition(lambda self: self.some("deposit_paid", "held", "disputed"))
    @rule(hours=st.sampled_from([2, 30, 80, 200]), trouble=troubles)
    def time_passes(self, hours: int, trouble: Trouble) -> None:
        """All webhooks have arrived, then deadlines pass; a run that failed is followed by others."""
        for reference in self.fake.collections:
            self.hears(reference)
        self.tick(hours=hours)
        due = {job.id: self.next_timer(job) for job in self.jobs}
        self.tries(trouble, lambda: money_timers.run_due(clock.now(), lambda: True))
        for _ in range(3):
            for job in self.jobs:
                timer = due[job.id]
                if timer is not None and self.next_timer(job) != timer:
                    job.passes(timer)
                    due[job.id] = None
            self.tick(minutes=16)  # a deadline that was postponed is looked at again, and others are due meanwhile
            due = {job.id: due[job.id] or self.next_timer(job) for job in self.jobs}
            money_timers.run_due(clock.now(), lambda: True)
        for job in self.jobs:
            timer = due[job.id]
            if timer is not None:
                job.passes(timer)

    def next_timer(self, job: Job) -> str | None:
        """The timer of an escrow that is due now. A suspended party's release waits."""
        found = escrows.get_deal(job.id).escrow
        if found.next_timer is None or found.next_timer[0] > clock.now() or found.is_frozen:
            return None
        if found.next_timer[1] == "release_due" and self.suspended:
            return None
        return found.next_timer[1]

    @precondition(lambda self: self.some("released", "refunded"))
    @rule(
        number=numbers,
        trouble=troubles,
        ends=st.sampled_from(["paid", "paid", "failed", "returned"]),
        settled=st.booleans(),
        refund=st.sampled_from(["paid", "paid", "failed"]),
    )
    def money_leaves(self, number: int, trouble: Trouble, ends: Any, settled: bool, refund: Any) -> None:
        """The consumer takes payout and refunds further, and the provider decides about them."""
        if settled:
            self.fake.settle()
        job = self.jobs[number]
        self.fake.default_refund = refund
        self.tries(trouble, lambda: refunds.process(job.id, clock.now(), hinted=True))
        for stray in job.strays:
            self.tries(None, lambda stray=stray: refunds.return_suspense(stray, clock.now()))  # type: ignore[misc]
            self.tries(trouble, lambda stray=stray: refunds.process(f"return-{stray}", clock.now(), hinted=True))  # type: ignore[misc]
        self.tries(trouble, lambda: payouts.process(f"job-{job.id}", clock.now(), hinted=True))
        payout = payout_store.find(f"job-{job.id}")
        at_provider = self.fake.payouts.get(payout.reference) if payout is not None else None
        if payout is None or at_provider is None:
            return
        allowed = {"sent": ("paid", "failed"), "paid": ("returned",)}
        if ends in allowed.get(at_provider.state, ()):
            self.fake.decide_payout(payout.reference, ends)
            self.tries(trouble, lambda: payouts.process(payout.id, clock.now(), hinted=True))

    def teardown(self) -> None:
        try:
            self.finish()
            self.check()
        finally:
            super().teardown()

    def finish(self) -> None:
        """Everything that began comes to its end."""
        for person in (BUYER, WORKER):
            if person.user_id in self.suspended:
                self.is_suspended_or_reinstated(person, None)
        for reference in self.fake.collections:
            self.hears(reference)
        for job in self.jobs:
            while job.open or job.open_strays:
                self.bank_decides(self.jobs.index(job), "won", None)
        self.fake.settle()
        self.fake.default_payout = self.fake.default_refund = "paid"
        for reference in [one for job in self.jobs for one in job.strays]:
            refunds.return_suspense(reference, clock.now())
        names = [one for job in self.jobs for one in (job.id, *(f"return-{stray}" for stray in job.strays))]
        for attempt in range(12):
            left: list[Any] = [self.finish_refund(name) for name in names]
            left += [self.finish_payout(f"job-{job.id}", attempt) for job in self.jobs]
            if all(one is None or one.status in ("paid", "charged_back") for one in left):
                break
            self.tick(hours=25)

    def finish_refund(self, refund_id: str) -> Refund | None:
        """An admin has a refund made again that failed, or whose run ended before the provider was asked."""
        found = refunds.process(refund_id, clock.now(), hinted=True)
        if found is not None and found.status == "needs_admin":
            assert found.reason in ("failed", "unclear")
            body = {"decision": "again", "reason": "Seen by the office."}
            TREASURER.post(f"/admin/payments/refunds/{refund_id}/decision", body, headers=key())
        return found

    def finish_payout(self, payout_id: str, attempt: int) -> Payout | None:
        found = payouts.process(payout_id, clock.now(), hinted=True)
        if found is None or found.status == "paid":
            return found
        if found.reason == "returned":
            account("worker-1", recipient=f"recipient-{attempt + 2}")
        elif found.for_admin:
            body = {"decision": "send", "reason": "Seen by the office."}
            TREASURER.post(f"/admin/payouts/{payout_id}/decision", body, headers=key())
        elif found.status == "sent" and self.fake.payouts[found.reference].state == "sent":
            self.fake.decide_payout(found.reference, "paid")
        return found

    def check(self) -> None:
        """Items, ledger and provider say what the model says."""
        check_money()
        World.ended.update(job.status for job in self.jobs)
        for job in self.jobs:
            found = escrows.get_deal(job.id)
            copied = found.job.escrow.status if found.job.escrow else None
            assert (found.escrow.status, copied) == (job.status, job.status)
            assert found.escrow.held_cents == job.held == ledger_balance(f"escrow#{job.id}")
            payout = payout_store.find(f"job-{job.id}")
            assert (payout.amount_cents if payout else 0) == job.released
            assert payout is None or payout.status == "paid"
            back = [one for one in self.fake.refunds.values() if (one.refund_id or "").startswith(f"{job.id}-")]
            assert sum(one.amount_cents for one in back if one.state == "paid") == job.given_back
            for stray, cents in job.strays.items():
                is_lost = stray in job.lost_strays
                returned = [one for one in self.fake.refunds.values() if (one.collection, one.state) == (stray, "paid")]
                assert sum(one.amount_cents for one in returned) == (0 if is_lost else cents)
                kept = suspense.find(stray)
                assert kept is not None
                assert kept.status == ("lost" if is_lost else "returned")
        assert self.fake.sent_cents == sum(job.released for job in self.jobs)
        self.tick(days=1)
        report = reconciliation.run(clock.now(), lambda: True)
        assert (report.found, report.open) == (0, 0), stand_in.stored("books")


def test_random_escrow_histories_match_the_model() -> None:
    run_histories(EscrowHistory, steps=22, usual=6)
    assert World.ended >= {"released", "refunded"}, "the histories are about nothing"
