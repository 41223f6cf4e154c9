"""Jobs, bids and listings made through the API, for journeys that begin later; and what the API knows of them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

from local.people import BONGANI, NOMVULA, RAJESH, SIPHO, Person
from tests.support.marketplace import Marketplace
from tests.web.phone_numbers import code_for, new_number
from tests.web.words import Words

PROPOSAL = "I come tomorrow morning with all my tools and finish by noon."


_REFRESH = """async () => {
  const answer = await fetch("/api/auth/tokens", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({refreshCookie: true}),
  });
  return (await answer.json()).accessToken;
}"""


def bricks() -> dict[str, Any]:
    """A new material that a seller can list."""
    return {
        "title": f"Bricks {uuid4().hex[:8]}",
        "description": "Red bricks, left over from a wall.",
        "category": "bricks",
        "priceCents": 500,
        "unit": "brick",
        "stock": 300,
        "location": "Phoenix",
    }


class Deals:
    """Acts for the people of the demo."""

    def __init__(self, marketplace: Marketplace) -> None:
        self._marketplace = marketplace
        self._tokens = {one["name"]: one["token"] for one in marketplace.run["users"]}

    def call(self, who: Person, method: str, path: str, body: Any = None) -> Any:
        """What the API answers to somebody of the demo."""
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        answer = self._marketplace.call(method, path, body, token=self._tokens[who.name], headers=headers)
        assert answer.ok, f"{method} {path} answers {answer.status_code} {answer.text[:300]}"
        return answer.json()

    def new_buyer(self, page: Page) -> Person:
        """Somebody who signs up on a page and has done nothing yet, so that no limit of theirs is reached."""
        words, number = Words("en"), new_number()
        buyer = Person(f"Zanele {number}", f"+27{number}", ("buyer",))
        page.goto("/sign-in")
        page.locator("#contact").fill(f"0{number}")
        page.get_by_role("button", name=words("sign_in.send_code"), exact=True).tap()
        page.locator("#code").fill(code_for(self._marketplace, buyer.phone))
        page.locator("#displayName").fill(buyer.name)
        page.get_by_role("button", name=words("step_up.go_on"), exact=True).tap()
        page.wait_for_url(lambda url: not url.endswith(("/code", "/name")) and "/name?" not in url)
        self._tokens[buyer.name] = page.evaluate(_REFRESH)
        self.call(buyer, "PUT", "/profiles/me/roles", {"roles": ["buyer"]})
        self._tokens[buyer.name] = page.evaluate(_REFRESH)
        return buyer

    def job(self, buyer: Person = SIPHO, payment: str = "cash") -> str:
        """An open job."""
        body = {
            "title": f"Sweep the yard {uuid4().hex[:8]}",
            "description": "Leaves and sand on the whole yard.",
            "category": "cleaning",
            "budgetCents": 60_000,
            "location": "Durban",
            "payment": payment,
        }
        return str(self.call(buyer, "POST", "/jobs", body)["id"])

    def bid(self, job: str, worker: Person = BONGANI) -> str:
        """A bid on a job."""
        body = {"amountCents": 40_000, "timelineDays": 3, "proposal": PROPOSAL}
        return str(self.call(worker, "POST", f"/jobs/{job}/bids", body)["id"])

    def given(self, buyer: Person = SIPHO, worker: Person = BONGANI) -> str:
        """A job for cash that was given to a worker."""
        job = self.job(buyer)
        self.call(buyer, "POST", f"/bids/{self.bid(job, worker)}/acceptance")
        return job

    def to_pay(self, buyer: Person = SIPHO) -> str:
        """A job through Khaya whose deposit is due."""
        job = self.job(buyer, "escrow")
        self.call(buyer, "POST", f"/bids/{self.bid(job, NOMVULA)}/acceptance")
        return job

    def handed_in(self, buyer: Person = SIPHO, worker: Person = BONGANI) -> str:
        """A job for cash whose work was handed in."""
        job = self.given(buyer, worker)
        self.call(worker, "POST", f"/jobs/{job}/submission", {"note": "Finished."})
        return job

    def done(self, buyer: Person = SIPHO, worker: Person = BONGANI) -> str:
        """A job for cash that is completed."""
        job = self.handed_in(buyer, worker)
        self.call(buyer, "POST", f"/jobs/{job}/completion")
        return job

    def listing(self, seller: Person = RAJESH) -> str:
        """A material for sale; that of a seller whom Khaya has checked is on the market at once."""
        return str(self.call(seller, "POST", "/listings", bricks())["id"])
