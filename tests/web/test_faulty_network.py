"""Every write while the network or the service fails: it takes effect once, and the page says what is true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.faulty_proxy import FAULTS, Fault, faulty_proxy
from tests.support.marketplace import Marketplace, eventually
from tests.web.faults import client
from tests.web.faults.admin import ADMIN
from tests.web.faults.cast import Cast
from tests.web.faults.deals import DEALS
from tests.web.faults.own import OWN
from tests.web.faults.queued import QUEUED
from tests.web.faults.stage import Stage
from tests.web.faults.write import Scene, Write, says

AT_ONCE = {**DEALS, **OWN, **ADMIN}
QUICK = [("bid", "lost answer"), ("job", "off"), "completion", "end of a reminder"]
"""What `make test` runs, too; the rest is for the long run."""
WITHOUT_BUTTON = ("role", "proof of a contact")
"""What a box that is ticked, and the last digit of a code, send by themselves."""
SAID = {
    "off": "failure.unreachable",
    "429": "problem.too_many_requests",
    "503": "problem.unavailable",
    "lost answer": "failure.unreachable",
}
ELSEWHERE = {
    "POST /uploads": "the photos of a hand-in go through each fault with it",
    "POST /auth/sign-up": "test_sign_in_under_faults.py",
    "POST /auth/tokens": "test_sign_in_under_faults.py",
    "POST /auth/sign-out": "test_sign_in_under_faults.py",
    "POST /referrals/applications": "test_sign_in_under_faults.py",
    "POST /auth/codes": "web/tests/faultyNetwork.test.tsx",
    "POST /auth/step-up": "web/tests/faultyNetwork.test.tsx",
    "PUT /devices/{}": "web/tests/faultyNetwork.test.tsx: a headless browser takes no push messages",
    "DELETE /devices/{}": "web/tests/faultyNetwork.test.tsx: a headless browser takes no push messages",
    "POST /credits/withdrawals": "web/tests/faultyNetwork.test.tsx: the bank account must be a day old",
    # What these decide about comes only after days, or by a fault of the payment provider at one moment.
    "PUT /jobs/{}/escrow/refund-account": "web/tests/faultyNetwork.test.tsx",
    "POST /jobs/{}/closing": "web/tests/faultyNetwork.test.tsx",
    "POST /referrals/{}/decision": "web/tests/faultyNetwork.test.tsx",
    "POST /admin/payouts/{}/decision": "web/tests/faultyNetwork.test.tsx",
    "POST /admin/payments/refunds/{}/decision": "web/tests/faultyNetwork.test.tsx",
    "POST /admin/payments/differences/{}/closing": "web/tests/faultyNetwork.test.tsx",
}
"""Writes without a row here, and where they meet the same faults."""


@pytest.fixture(scope="module")
def stage(browser: Browser, marketplace: Marketplace) -> Iterator[Stage]:
    """The people and their phones, behind one faulty network."""
    with faulty_proxy(marketplace.web) as network:
        found = Stage(browser, network, Cast(marketplace))
        yield found
        found.close()


def marked(case: Any, *values: object) -> Any:
    """A case, which is slow unless it is one of the quick ones."""
    return pytest.param(*values, marks=[] if case in QUICK else pytest.mark.slow)


def tap_again(page: Page) -> None:
    """A second tap of somebody impatient, on the button that says that it is busy."""
    busy = page.locator("button[aria-disabled=true]").first
    expect(busy).to_be_visible()
    busy.dispatch_event("click")


def test_given_the_source_of_the_client_then_every_write_in_it_meets_the_faults() -> None:
    tables = [QUEUED, DEALS, OWN, ADMIN]
    assert client.writes() == {one.route for table in tables for one in table.values()} | set(ELSEWHERE)


@pytest.mark.parametrize(("kind", "fault"), [marked((kind, fault), kind, fault) for kind in QUEUED for fault in FAULTS])
def test_given_a_fault_when_something_that_may_wait_is_sent_then_it_waits_and_arrives_once(
    stage: Stage, kind: str, fault: Fault
) -> None:
    # given
    write, network = QUEUED[kind], stage.network
    scene = write.given(stage.cast)
    with stage.page_of(scene.who) as page:
        write.fill(page, scene)
        network.heal()
        network.fault = fault
        # when
        write.send(page)
        # then
        if fault != "slow":
            if not write.silent:
                says("outbox.kept")(page)
            expect(page.locator("a.unsent")).to_have_count(1)
            assert is_there(scene, 1 if fault == "lost answer" else 0)
        network.fault = None
        write.done(page)
        expect(page.locator("a.unsent")).to_have_count(0)
        assert is_there(scene, 1)
        assert len({one.key for one in tries(stage, write)}) == 1
        page.goto("/outbox")
        says("outbox.empty")(page)  # and no draft of it is left


@pytest.mark.parametrize("kind", [marked(kind, kind) for kind in AT_ONCE])
def test_given_one_fault_after_the_other_when_something_that_may_not_wait_is_sent_then_each_is_told_and_it_is_done_once(
    stage: Stage, kind: str
) -> None:
    # given
    write, network = AT_ONCE[kind], stage.network
    scene = write.given(stage.cast)
    with stage.page_of(scene.who) as page:
        write.fill(page, scene)
        network.heal()
        network.loses = write.is_at
        for fault in ("off", "429", "503", "lost answer"):
            # when
            network.fault = fault
            write.send(page)
            # then
            says(SAID[fault])(page)
            assert is_there(scene, 1 if fault == "lost answer" else 0), fault
            expect(page.locator("a.unsent")).to_have_count(0)
        # and the next tap does it, once
        network.fault = None
        write.send(page)
        write.done(page)
        assert is_there(scene, 1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", AT_ONCE)
def test_given_a_slow_network_when_a_button_is_tapped_twice_then_it_is_done_once(stage: Stage, kind: str) -> None:
    # given
    write = AT_ONCE[kind]
    scene = write.given(stage.cast)
    with stage.page_of(scene.who) as page:
        write.fill(page, scene)
        stage.network.heal()
        stage.network.fault = "slow"
        # when
        write.send(page)
        if kind not in WITHOUT_BUTTON:
            tap_again(page)
        # then
        write.done(page)
        assert len(tries(stage, write)) == 1
        assert is_there(scene, 1)


def is_there(scene: Scene, often: int) -> bool:
    """Whether the API has it so often; what it does in the background comes within seconds."""
    return eventually(lambda: scene.count() == often) if often else scene.count() == 0


def tries(stage: Stage, write: Write) -> list[Any]:
    """The tries of a write that reached the network."""
    method = write.route.partition(" ")[0]
    return [one for one in stage.network.asked if one.method == method and write.is_at(one.path)]
