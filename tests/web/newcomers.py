"""People who are new to the marketplace, so that no limit and no history of the people of the demo applies to them."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page
from requests import Session

from tests.support.marketplace import Marketplace, eventually
from tests.web.conftest import Phones
from tests.web.phone_numbers import code_for, codes_of, new_number
from tests.web.words import Language


class Newcomer:
    """Somebody who has just joined, by the API."""

    def __init__(self, marketplace: Marketplace, name: str, *roles: str) -> None:
        self.marketplace, self.name = marketplace, name
        self.number = new_number()
        asked = marketplace.call("POST", "/auth/sign-up", {"phone": f"+27{self.number}", "displayName": name})
        assert asked.ok, asked.text
        self._enter({"challenge": asked.json()["challenge"], "code": code_for(marketplace, f"+27{self.number}")})
        if roles:
            self.call("PUT", "/profiles/me/roles", {"roles": list(roles)})
            self.renew()

    def _enter(self, proof: dict[str, str]) -> None:
        answer = self.marketplace.call("POST", "/auth/tokens", proof)
        assert answer.ok, answer.text
        self.token, self.user_id = str(answer.json()["accessToken"]), str(answer.json()["userId"])
        self.refresh_token = str(answer.json()["refreshToken"] or self.refresh_token)

    def renew(self) -> None:
        """Take up the roles that they have by now."""
        self._enter({"refreshToken": self.refresh_token})

    def another_session(self) -> None:
        """Sign in on one more device, which is not used any further."""
        before = len(self.codes())
        asked = self.marketplace.call("POST", "/auth/codes", {"username": f"+27{self.number}"})
        assert asked.ok, asked.text
        assert eventually(lambda: len(self.codes()) > before)
        proof = {"challenge": asked.json()["challenge"], "code": self.codes()[0]}
        answer = self.marketplace.call("POST", "/auth/tokens", proof)
        assert answer.ok, answer.text

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """What the API answers them; it must be good."""
        headers = {"Idempotency-Key": f"{self.number}-{time.monotonic_ns()}"} if method == "POST" else {}
        answer = self.marketplace.call(method, path, body, token=self.token, headers=headers, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text else None

    def sign_in(self, phones: Phones, language: Language = "en") -> Page:
        """The page of their phone, on which they are signed in: it gets their cookie, as a browser keeps it."""
        return self.sign_in_on(phones(language), self.marketplace.web)

    def sign_in_on(self, phone: BrowserContext, web: str) -> Page:
        """The same on a phone that is there, whose pages come from `web`."""
        place = {"domain": urlsplit(web).hostname, "path": "/api/auth"}  # the API's own, so that it replaces this one
        cookie = {"name": "khaya_refresh", "value": self.refresh_token, "httpOnly": True, "sameSite": "Strict"}
        phone.add_cookies([{**cookie, **place}])  # type: ignore[typeddict-item]
        page = phone.new_page()
        page.goto("/signed-in?then=/me")
        page.wait_for_url(lambda url: urlsplit(url).path == "/me")
        return page

    def codes(self) -> list[str]:
        """The codes that came to them, the newest first."""
        return codes_of(self.marketplace, self.number)


def job_through_khaya(buyer: Newcomer, worker: Newcomer, title: str, rand: int, *parts: str) -> str:
    """A job whose work has started, with these parts of its money paid; returns its id."""
    job = agreed_job(buyer, worker, title, rand)
    for part in parts:
        pay(buyer, job, part)
    worker.call("POST", f"/jobs/{job}/start")
    return job


def agreed_job(buyer: Newcomer, worker: Newcomer, title: str, rand: int, payment: str = "escrow") -> str:
    """A job that was given to a worker, before anything is paid; returns its id."""
    posting = {
        "title": title,
        "description": "Twelve square metres of outdoor tiles.",
        "category": "tiling",
        "budgetCents": rand * 100,
        "location": "Durban",
        "payment": payment,
    }
    job = str(buyer.call("POST", "/jobs", posting)["id"])
    offer = {"amountCents": rand * 100, "timelineDays": 3, "proposal": "I come tomorrow morning with all my tools."}
    bid = worker.call("POST", f"/jobs/{job}/bids", offer)
    buyer.call("POST", f"/bids/{bid['id']}/acceptance")
    return job


def pay(buyer: Newcomer, job: str, part: str, **how: str) -> str:
    """Pay a part of a job as on the provider's page, `how` with its fields; returns the reference of the payment."""
    paid = buyer.call("GET", f"/jobs/{job}/escrow")["paidCents"]
    checkout = buyer.call("POST", f"/jobs/{job}/escrow/checkouts", {"part": part})
    with Session() as browser:
        browser.trust_env = False
        browser.post(checkout["checkoutUrl"], data={"outcome": "success", **how}, allow_redirects=False, timeout=35)
    assert eventually(lambda: buyer.call("GET", f"/jobs/{job}/escrow")["paidCents"] > paid)
    return str(checkout["reference"])
