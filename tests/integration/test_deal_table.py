"""The client's table of what each side of a job can do: at each stage the API accepts every act that it offers."""

from __future__ import annotations

import functools
import itertools
import json
import subprocess
from collections.abc import Callable
from typing import Any, Literal

import pytest

from khaya.chargebacks import service as chargebacks
from khaya.platform.base import clock as khaya_clock
from local import CannotRun
from local.web.npm import node
from tests.conftest import Clock
from tests.support.client import VISITOR, Answer, Person
from tests.support.escrow import agreed, escrow, pay, run_timers, submit
from tests.support.money import key
from tests.support.payments import ACCOUNT, give_back
from tests.support.provider import FakeProvider
from tests.support.records import POSTING, accept, complete_job, place_bid, post_job, profile
from tests.support.template import ROOT

Side = Literal["buyer", "worker"]
_numbers = itertools.count(1)


def client_shows(*scenes: dict[str, Any]) -> Any:
    """What the client's own code says of the scenes."""
    try:
        program = node()
    except CannotRun as missing:
        pytest.skip(str(missing))
    ran = subprocess.run(
        [str(program), "build/acts.ts"],
        input=json.dumps(scenes),
        cwd=ROOT / "web",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@functools.cache
def table() -> dict[str, list[Side]]:
    """The stages of the client's table, and the sides that come to each."""
    found: dict[str, list[Side]] = client_shows()["table"]
    return found


class Scenes:
    """Brings a job of two new people to a stage, by the API; so no limit of the one before applies."""

    def __init__(self, fake: FakeProvider, clock: Clock) -> None:
        self.fake, self.clock, number = fake, clock, next(_numbers)
        self.buyer = Person(f"buyer-{number}", ("buyer",), signed_in_at=10**10)
        self.worker = Person(f"worker-{number}", ("worker",))
        self.people: dict[Side, Person] = {"buyer": self.buyer, "worker": self.worker}
        self.paid: list[str] = []
        for side, person in self.people.items():
            profile(str(person.user_id), roles=[side], phone=f"+2771{number:06}{len(side)}")

    def open(self) -> str:
        return post_job(self.buyer)

    def open_with_bids(self) -> str:
        job = self.open()
        place_bid(self.worker, job)
        return job

    def expired(self) -> str:
        job = self.open()
        self.clock.tick(days=61)
        return job

    def working_in_cash(self) -> str:
        job = self.open()
        accept(self.buyer, place_bid(self.worker, job))
        return job

    def cancelled(self) -> str:
        return self._cancelled(self.working_in_cash())

    def submitted_in_cash(self) -> str:
        return self._submitted(self.working_in_cash())

    def sent_back_in_cash(self) -> str:
        return self._sent_back(self.submitted_in_cash())

    def unpaid(self) -> str:
        return agreed(self.buyer, self.worker)

    def ready(self) -> str:
        return self._paid(self.unpaid(), "deposit")

    def working(self) -> str:
        job = self.ready()
        assert self.worker.post(f"/jobs/{job}/start").status == 200
        return job

    def submitted_unpaid(self) -> str:
        return self._submitted(self.working())

    def submitted(self) -> str:
        return self._paid(self.submitted_unpaid(), "balance")

    def submitted_frozen(self) -> str:
        job = self.submitted()
        assert chargebacks.apply(self.fake.charge_back(self.paid[0]), khaya_clock.now()) == "open"
        return job

    def sent_back(self) -> str:
        return self._sent_back(self.submitted())

    def disputed_unpaid(self) -> str:
        """Nobody paid the balance in time."""
        job = self.submitted_unpaid()
        self.clock.tick(days=30)
        assert run_timers()["applied"] >= 1
        return job

    def disputed(self) -> str:
        job = self.submitted()
        assert self.buyer.post(f"/jobs/{job}/escrow/dispute", {"reason": "It still drips."}).status == 200
        return job

    def refunded(self) -> str:
        return self._cancelled(self.ready())

    def refund_needs_account(self) -> str:
        job = self.refunded()
        self.fake.default_refund = "needs_account"
        give_back(job)
        return job

    def payout_waiting(self) -> str:
        job = self.submitted()
        assert self.buyer.post(f"/jobs/{job}/completion").status == 200
        return job

    def completed(self) -> str:
        return complete_job(self.buyer, self.worker)

    def reviewed(self) -> str:
        job = self.completed()
        for person in self.people.values():
            assert person.post(f"/jobs/{job}/reviews", {"rating": 5}).status == 201
        return job

    def _paid(self, job: str, part: str) -> str:
        self.paid.append(pay(self.buyer, self.fake, job, part))
        return job

    def _submitted(self, job: str) -> str:
        submit(self.worker, job)
        return job

    def _sent_back(self, job: str) -> str:
        assert self.buyer.post(f"/jobs/{job}/changes", {"reason": "It still drips."}).status == 200
        return job

    def _cancelled(self, job: str) -> str:
        assert self.buyer.post(f"/jobs/{job}/cancellation", {"reason": "We are moving house."}).status == 200
        return job


def choose(person: Person, job: str) -> Answer:
    (bid,) = person.get(f"/jobs/{job}/bids").body["items"]
    return person.post(f"/bids/{bid['id']}/acceptance")


def check_out(person: Person, job: str) -> Answer:
    found = escrow(person, job)
    part = "balance" if found["paidCents"] else "deposit"
    return person.post(f"/jobs/{job}/escrow/checkouts", {"part": part}, headers=key())


def hand_in(person: Person, job: str) -> Answer:
    submit(person, job)
    return person.get(f"/jobs/{job}")


def see_dispute(person: Person, job: str) -> Answer:
    assert escrow(person, job)["dispute"] is not None
    return person.get(f"/jobs/{job}/escrow")


def see_payout(person: Person, job: str) -> Answer:
    answer = person.get("/earnings/mine")
    assert job in [one["jobId"] for one in answer.body["items"]]
    return answer


ACTS: dict[str, Callable[[Person, str], Answer]] = {
    "share": lambda _, job: VISITOR.get(f"/s/jobs/{job}"),
    "edit": lambda who, job: who.patch(f"/jobs/{job}", {"description": "The kitchen tap drips day and night."}),
    "cancel": lambda who, job: who.post(f"/jobs/{job}/cancellation", {"reason": "It is not needed any more."}),
    "post_again": lambda who, _: who.post("/jobs", POSTING),
    "choose_bid": choose,
    "pay": check_out,
    "pay_rest": check_out,
    "check_work": lambda who, job: who.post(f"/jobs/{job}/completion"),
    "confirm_unseen": lambda who, job: who.post(f"/jobs/{job}/completion"),
    "start": lambda who, job: who.post(f"/jobs/{job}/start"),
    "hand_in": hand_in,
    "hand_in_again": hand_in,
    "open_dispute": lambda who, job: who.post(f"/jobs/{job}/escrow/dispute", {"reason": "It still drips."}),
    "see_dispute": see_dispute,
    "add_evidence": lambda who, job: who.post(f"/jobs/{job}/escrow/evidence", {"text": "Here is what happened."}),
    "agree": lambda who, job: who.post(f"/jobs/{job}/escrow/settlement", {"refundCents": 10_000}, headers=key()),
    "review": lambda who, job: who.post(f"/jobs/{job}/reviews", {"rating": 5}),
    "refund_account": lambda who, job: who.put(f"/jobs/{job}/escrow/refund-account", ACCOUNT),
    "see_payout": see_payout,
    "find_work": lambda who, _: who.get("/jobs"),
    "report": lambda who, job: who.post("/reports", {"kind": "job", "id": job, "reason": "Something is wrong here."}),
}
"""What the page of an act sends."""


STAGES = [name for name in vars(Scenes) if not name.startswith("_")]


def scene(job: str, side: Side, person: Person) -> dict[str, Any]:
    """What the API shows one side of a job."""
    view = person.get(f"/jobs/{job}").body
    whole = {"escrow": escrow(person, job)} if view["escrow"] else {}
    return {"job": view, "side": side, "now": khaya_clock.epoch(khaya_clock.now()) * 1000, **whole}


def test_given_the_clients_table_then_each_of_its_stages_is_met_here() -> None:
    assert set(table()) == set(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_given_a_job_at_a_stage_then_the_api_accepts_each_act_that_the_client_offers(
    stage: str, fake: FakeProvider, clock: Clock
) -> None:
    # given
    def reached() -> tuple[str, Person]:
        scenes = Scenes(fake, clock)
        return getattr(scenes, stage)(), scenes.people[side]

    for side in table()[stage]:
        job, person = reached()
        (shown,) = client_shows(scene(job, side, person))["shown"]
        assert shown["stage"] == stage, side
        for act in shown["acts"]:
            # when each act is taken at a job of its own
            job, person = reached()
            answer = ACTS[act](person, job)
            # then
            assert answer.status in (200, 201, 204), f"{side}: {act}: {answer.status} {answer.text}"
