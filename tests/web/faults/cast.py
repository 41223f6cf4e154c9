"""The people of the cases, who are new and so have no history and no used-up limits, and what is between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import uuid4

from local.people import AYANDA
from tests.support.marketplace import Marketplace, eventually
from tests.web.deals import PROPOSAL, bricks
from tests.web.newcomers import Newcomer, agreed_job, pay

CHECKOUTS = 4
"""So many checkouts one buyer opens here; the API allows five an hour."""
LISTINGS = 12
"""So many listings one seller has here; the API allows twenty."""


class Admin:
    """The demo's admin."""

    name = AYANDA.name

    def __init__(self, marketplace: Marketplace) -> None:
        self._marketplace = marketplace

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers them; it must be good."""
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        token = self._marketplace.token("admin")
        answer = self._marketplace.call(method, path, body, token=token, headers=headers)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.text else None


class Cast:
    """Makes people and what is between them, by the API."""

    def __init__(self, marketplace: Marketplace) -> None:
        self.marketplace = marketplace
        self.admin = Admin(marketplace)
        self._members: dict[str, Newcomer] = {}
        self._checkouts = self._listings = 0

    def new(self, name: str, *roles: str) -> Newcomer:
        """Somebody who has done nothing yet."""
        return Newcomer(self.marketplace, f"{name} {uuid4().hex[:6]}", *roles)

    def keeps(self, member: object) -> bool:
        """Whether a member comes again."""
        return member is self.admin or any(one is member for one in self._members.values())

    def forget(self, member: object) -> None:
        """Have the next case begin with somebody else in the place of a member."""
        self._members = {role: one for role, one in self._members.items() if one is not member}

    def _member(self, role: str, name: str) -> Newcomer:
        if role not in self._members:
            self._members[role] = self.new(name, role)
        return self._members[role]

    @property
    def buyer(self) -> Newcomer:
        return self._member("buyer", "Nandi")

    @property
    def worker(self) -> Newcomer:
        return self._member("worker", "Musa")

    @property
    def seller(self) -> Newcomer:
        return self._member("seller", "Lerato")

    def payer(self) -> Newcomer:
        """A buyer who may open another checkout."""
        if self._checkouts % CHECKOUTS == 0:
            self._members.pop("payer", None)
        self._checkouts += 1
        if "payer" not in self._members:
            self._members["payer"] = self.new("Ayo", "buyer")
        return self._members["payer"]

    @cached_property
    def second_admin(self) -> Newcomer:
        """Another admin."""
        helper = self.new("Thabo")
        self.admin.call("PATCH", f"/admin/users/{helper.user_id}", {"admin": True, "reason": "Helps with the queues."})
        helper.renew()
        return helper

    def job(self, buyer: Newcomer | None = None) -> str:
        """An open job for cash."""
        body = {
            "title": f"Sweep the yard {uuid4().hex[:8]}",
            "description": "Leaves and sand on the whole yard.",
            "category": "cleaning",
            "budgetCents": 60_000,
            "location": "Durban",
            "payment": "cash",
        }
        return str((buyer or self.buyer).call("POST", "/jobs", body)["id"])

    def bid(self, job: str) -> str:
        """The worker's bid on a job."""
        body = {"amountCents": 40_000, "timelineDays": 3, "proposal": PROPOSAL}
        return str(self.worker.call("POST", f"/jobs/{job}/bids", body)["id"])

    def given(self) -> str:
        """A job for cash that was given to the worker."""
        job = self.job()
        self.buyer.call("POST", f"/bids/{self.bid(job)}/acceptance")
        return job

    def handed_in(self) -> str:
        """A job for cash whose work was handed in."""
        job = self.given()
        self.worker.call("POST", f"/jobs/{job}/submission", {"note": "Finished."})
        return job

    def done(self) -> str:
        """A job for cash that is completed."""
        job = self.handed_in()
        self.buyer.call("POST", f"/jobs/{job}/completion")
        return job

    def to_pay(self, buyer: Newcomer) -> str:
        """A job through Khaya whose money is due."""
        return agreed_job(buyer, self.worker, f"Tile the porch {uuid4().hex[:8]}", 450)

    def paid(self, buyer: Newcomer) -> str:
        """A job through Khaya whose money is there, and whose work may start."""
        job = self.to_pay(buyer)
        pay(buyer, job, "all")
        return job

    def disputed(self, buyer: Newcomer) -> str:
        """A job through Khaya about which the buyer has said what is wrong."""
        job = self.paid(buyer)
        self.worker.call("POST", f"/jobs/{job}/start")
        buyer.call("POST", f"/jobs/{job}/escrow/dispute", {"reason": "Half of the tiles are broken."})
        return job

    def listing(self, *, shown: bool = True) -> str:
        """A material for sale, which an admin has let on the market where it is to be shown."""
        if self._listings % LISTINGS == 0:
            self._members.pop("seller", None)
        self._listings += 1
        listing = self.seller.call("POST", "/listings", bricks())
        if shown:
            self._approve(f"/listings/{listing['id']}", listing["version"])
        return str(listing["id"])

    def story(self, *, shown: bool = True) -> str:
        """A worker's story."""
        body = {"title": f"My wall {uuid4().hex[:8]}", "content": "Two days and eighty bricks.", "type": "tip"}
        story = self.worker.call("POST", "/stories", body)
        if shown:
            self._approve(f"/stories/{story['id']}", story["version"])
        return str(story["id"])

    def _approve(self, path: str, version: int) -> None:
        decision = {"decision": "approve", "reason": None, "version": version}
        self.admin.call("POST", f"{path}/moderation", decision)

    def enquiry(self) -> str:
        """A new buyer's question about the seller's material; one buyer may ask ten a day."""
        question = {"text": "Do you bring them to Umlazi on Friday?"}
        return str(self.new("Nandi", "buyer").call("POST", f"/listings/{self.listing()}/enquiries", question)["id"])


def wait_for(check: Callable[[], bool], what: str) -> None:
    """Wait for what comes in the background."""
    assert eventually(check), f"there is no {what}"
