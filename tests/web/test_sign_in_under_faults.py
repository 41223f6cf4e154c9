"""The one door, the way out and an invitation, while the network or the service fails."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.faulty_proxy import FaultyProxy
from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import Phones
from tests.web.faults.write import WORDS, opens, says, tap
from tests.web.newcomers import Newcomer
from tests.web.phone_numbers import code_for, codes_of, new_number
from tests.web.test_faulty_network import SAID

pytestmark = pytest.mark.slow


@pytest.fixture
def web(network: FaultyProxy) -> str:
    """The address of the web client, behind the faulty network."""
    return network.url


def ask_for_code(page: Page, marketplace: Marketplace, number: str) -> str:
    """Type a phone number, and return the code that comes."""
    before = len(codes_of(marketplace, number))
    page.locator("#contact").fill(f"0{number}")
    tap(page, "sign_in.send_code")
    opens("/code")(page)
    assert eventually(lambda: len(codes_of(marketplace, number)) > before)
    return codes_of(marketplace, number)[0]


def give_name(page: Page, name: str) -> None:
    """Say one's name, which new people are asked for."""
    opens("/name")(page)
    page.locator("#displayName").fill(name)
    tap(page, "step_up.go_on")


def is_signed_in(page: Page, name: str) -> None:
    page.goto("/me")
    expect(page.get_by_text(name).first).to_be_visible()


def test_given_one_fault_after_the_other_when_somebody_signs_in_then_each_is_told_and_they_get_in(
    phone: BrowserContext, network: FaultyProxy, marketplace: Marketplace
) -> None:
    # given
    number, page = new_number(), phone.new_page()
    page.goto("/sign-in")
    page.locator("#contact").fill(f"0{number}")
    # when
    network.loses = lambda path: path == "/api/auth/sign-up"
    for fault in ("off", "429", "503", "lost answer"):
        network.fault = fault
        tap(page, "sign_in.send_code")
        # then
        says(SAID[fault])(page)
        expect(page.locator("#contact")).to_have_value(f"0{number}")
    network.heal()
    assert eventually(lambda: len(codes_of(marketplace, number)) == 1)  # that of the lost answer
    code = ask_for_code(page, marketplace, number)
    # and when
    for fault in ("off", "429", "503"):
        network.fault = fault
        page.locator("#code").fill("")
        page.locator("#code").fill(code)
        # then
        says(SAID[fault])(page)
    network.heal()
    page.locator("#code").fill("")
    page.locator("#code").fill(code)
    give_name(page, f"Zanele {number}")
    page.wait_for_url(lambda url: "/name" not in url)
    is_signed_in(page, f"Zanele {number}")


def test_given_a_sign_in_whose_answer_is_lost_then_it_is_told_and_the_next_code_opens_the_same_account(
    phone: BrowserContext, network: FaultyProxy, marketplace: Marketplace
) -> None:
    # given
    number, page = new_number(), phone.new_page()
    page.goto("/sign-in")
    code = ask_for_code(page, marketplace, number)
    network.fault, network.loses = "lost answer", lambda path: path == "/api/auth/tokens"
    # when
    page.locator("#code").fill(code)
    # then
    says("failure.unreachable")(page)
    network.heal()
    page.locator("#code").fill("")
    page.locator("#code").fill(code)
    says("code.used")(page)
    tap(page, "code.again")
    says("sign_in.sent_again")(page)
    assert eventually(lambda: code_for(marketplace, f"+27{number}") != code)
    page.locator("#code").fill(code_for(marketplace, f"+27{number}"))
    give_name(page, f"Zanele {number}")
    page.wait_for_url(lambda url: "/name" not in url)
    is_signed_in(page, f"Zanele {number}")


@pytest.mark.parametrize("fault", ["off", "429", "503", "lost answer", "slow"])
def test_given_a_fault_when_somebody_signs_out_then_the_phone_knows_nobody_and_the_session_ends_once_it_can(
    phones: Phones, network: FaultyProxy, marketplace: Marketplace, fault: str
) -> None:
    # given
    zodwa = Newcomer(marketplace, f"Zodwa {new_number()}", "buyer")
    page = zodwa.sign_in_on(phones(), network.url)
    page.goto("/me/settings")
    leave = page.locator("#sign-out").get_by_role("button")
    expect(leave).to_be_visible()
    network.fault, network.loses = fault, lambda path: path == "/api/auth/sign-out"  # type: ignore[assignment]
    # when
    leave.tap()
    # then
    page.wait_for_url(lambda url: url.endswith("/"))
    network.heal()
    page.goto("/me")
    expect(page.get_by_role("link", name=WORDS("sign_in")).first).to_be_visible()
    assert zodwa.name not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    again = {"refreshToken": zodwa.refresh_token}
    assert eventually(lambda: marketplace.call("POST", "/auth/tokens", again).status_code == 401)


def test_given_an_invitation_whose_answer_is_lost_when_the_app_is_opened_again_then_it_counts_once(
    phone: BrowserContext, network: FaultyProxy, marketplace: Marketplace
) -> None:
    # given
    friend, number = Newcomer(marketplace, f"Nandi {new_number()}", "worker"), new_number()
    invitation = friend.call("GET", "/referrals/code")["code"]
    page = phone.new_page()
    page.goto(f"/invite/{invitation}")
    page.get_by_role("link", name=WORDS("invite.join"), exact=True).tap()
    expect(page.get_by_role("checkbox", name=WORDS("sign_in.invited", code=invitation))).to_be_checked()
    code = ask_for_code(page, marketplace, number)
    network.fault, network.loses = "lost answer", lambda path: path == "/api/referrals/applications"
    # when
    page.locator("#code").fill(code)
    give_name(page, f"Zanele {number}")
    assert eventually(lambda: bool(network.writes("/referrals/applications")))
    network.heal()
    page.goto("/me")
    # then it is asked for again, and counts once
    assert eventually(lambda: bool(network.writes("/referrals/applications")))
    assert len(friend.call("GET", "/referrals/mine")["items"]) == 1
    page.reload()
    expect(page.get_by_text(f"Zanele {number}").first).to_be_visible()
    assert len(network.writes("/referrals/applications")) == 1


def test_given_an_invitation_on_a_shared_phone_when_somebody_else_signs_in_then_it_is_offered_and_not_used(
    phone: BrowserContext, network: FaultyProxy, marketplace: Marketplace
) -> None:
    # given somebody who opened an invitation and went away
    friend, number = Newcomer(marketplace, f"Nandi {new_number()}", "worker"), new_number()
    invitation = friend.call("GET", "/referrals/code")["code"]
    page = phone.new_page()
    page.goto(f"/invite/{invitation}")
    expect(page.get_by_role("link", name=WORDS("invite.join"), exact=True)).to_be_visible()
    # when the next one signs in
    page.goto("/sign-in")
    expect(page.get_by_role("checkbox", name=WORDS("sign_in.invited", code=invitation))).not_to_be_checked()
    code = ask_for_code(page, marketplace, number)
    page.locator("#code").fill(code)
    give_name(page, f"Zanele {number}")
    page.wait_for_url(lambda url: "/name" not in url)
    is_signed_in(page, f"Zanele {number}")
    # then
    assert network.writes("/referrals/applications") == []
    assert friend.call("GET", "/referrals/mine")["items"] == []
