"""Every screen of the web client: its address, and who of the demo opens it with which of the demo's objects."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local.people import AYANDA, BONGANI, LINDIWE, NOMVULA, SIPHO, THANDI, Person
from tests.support.marketplace import Marketplace
from tests.support.template import ROOT

_SOURCES = ROOT / "web" / "src"


@dataclass(frozen=True)
class Screen:
    """A screen as somebody meets it.

    Attributes:
        route: its pattern in routes.ts.
        address: what stands in the browser; a name in braces is an object of the demo, as `Objects` finds it.
        who: the person who opens it; nobody is a visitor.
        sampled: whether `make test` opens it too.
    """

    route: str
    address: str
    who: Person | None = None
    sampled: bool = False

    def __str__(self) -> str:
        return f"{self.address} by {self.who.name.split()[0] if self.who else 'nobody'}"


def _own(who: Person, *addresses: str) -> list[Screen]:
    """Screens without an object in their address."""
    return [Screen(one, one, who) for one in addresses]


SCREENS = [
    Screen("/", "/", sampled=True),
    Screen("/jobs", "/jobs"),
    Screen("/jobs/:id", "/jobs/{job}", sampled=True),
    Screen("/workers", "/workers"),
    Screen("/people/:id", "/people/{person}"),
    Screen("/materials", "/materials"),
    Screen("/materials/:id", "/materials/{material}"),
    Screen("/stories", "/stories"),
    Screen("/stories/:id", "/stories/{story}"),
    Screen("/leaderboard", "/leaderboard"),
    Screen("/help", "/help"),
    Screen("/terms", "/terms"),
    Screen("/privacy", "/privacy"),
    Screen("/data-use", "/data-use"),
    Screen("/sign-in", "/sign-in"),
    Screen("/code", "/code"),
    Screen("/share", "/share"),
    Screen("/signed-in", "/signed-in"),
    Screen("/invite/:code", "/invite/KHAYA123"),
    Screen("*", "/nowhere"),
    # a screen that needs a sign-in, as a visitor meets it, and one that needs another role
    Screen("/me", "/me"),
    Screen("/admin", "/admin", THANDI),
    Screen("/me/materials", "/me/materials", THANDI),
    # signed in
    *_own(THANDI, "/name", "/deals", "/inbox", "/outbox", "/me", "/me/edit", "/me/verification", "/me/reminders"),
    *_own(THANDI, "/me/stories", "/me/stories/new", "/me/enquiries", "/me/credits", "/me/credits/withdraw"),
    *_own(THANDI, "/me/invitation", "/me/settings", "/me/settings/notices", "/me/settings/sessions"),
    *_own(THANDI, "/me/settings/contacts", "/me/settings/password", "/me/settings/export", "/me/settings/erasure"),
    Screen("/report/:kind/:id", "/report/job/{job}", THANDI),
    # buyer
    *_own(THANDI, "/post", "/me/payments"),
    *[Screen("/post/:step", f"/post/{step}", THANDI) for step in ("category", "work", "place", "budget", "check")],
    Screen("/deals/:id", "/deals/{choose_bid}", THANDI),
    Screen("/deals/:id", "/deals/{check_work}", SIPHO, sampled=True),
    Screen("/deals/:id/edit", "/deals/{choose_bid}/edit", THANDI),
    Screen("/deals/:id/bids", "/deals/{choose_bid}/bids", THANDI),
    Screen("/deals/:id/pay", "/deals/{pay}/pay", SIPHO),
    Screen("/deals/:id/paid", "/deals/{pay}/paid", SIPHO),
    Screen("/deals/:id/check", "/deals/{check_work}/check", SIPHO),
    Screen("/deals/:id/refund-account", "/deals/{pay}/refund-account", SIPHO),
    Screen("/deals/:id/cancel", "/deals/{choose_bid}/cancel", THANDI),
    Screen("/deals/:id/dispute", "/deals/{add_evidence}/dispute", THANDI),
    Screen("/deals/:id/dispute", "/deals/{check_work}/dispute", SIPHO),
    Screen("/deals/:id/review", "/deals/{review}/review", THANDI),
    # worker
    Screen("/jobs/:id/bid", "/jobs/{job}/bid", BONGANI),
    *_own(NOMVULA, "/me/bids", "/me/earnings", "/me/payout-account"),
    Screen("/deals/:id", "/deals/{hand_in}", NOMVULA),
    Screen("/deals/:id/submit", "/deals/{hand_in}/submit", NOMVULA),
    # seller
    *_own(LINDIWE, "/me/materials", "/me/materials/new"),
    Screen("/me/materials/:id", "/me/materials/{own_material}", LINDIWE),
    Screen("/me/enquiries", "/me/enquiries?as=seller", LINDIWE),
    # admin
    Screen("/admin", "/admin", AYANDA),
    *[
        Screen("/admin/:page/:id?", f"/admin/{page}", AYANDA)
        for page in (
            "moderation",
            "moderation/stories",
            "verifications",
            "reports",
            "people",
            "people/{person}",
            "audit",
            "disputes",
            "disputes/{add_evidence}",
            "stuck-jobs",
            "payouts",
            "adjustments",
            "referrals",
            "money",
            "refunds",
            "suspense",
            "chargebacks",
            "differences",
        )
    ],
]


class Objects:
    """Finds objects of the demo by the name that stands for them in an address, once each."""

    def __init__(self, marketplace: Marketplace) -> None:
        self._marketplace = marketplace
        self._found: dict[str, str] = {}

    def address(self, screen: Screen) -> str:
        """The address of a screen with the ids of its objects."""
        # An admin opens what a party sees as its own.
        party = THANDI if screen.who in (None, AYANDA) else screen.who
        return re.sub(r"\{(\w+)\}", lambda hole: self._id(hole[1], party), screen.address)

    def _id(self, name: str, who: Person) -> str:
        key = f"{name} of {who.name}"
        if key not in self._found:
            self._found[key] = self._find(name, who)
        return self._found[key]

    def _find(self, name: str, who: Person) -> str:
        token = next(one["token"] for one in self._marketplace.run["users"] if one["name"] == who.name)
        lists = {
            "job": ("/jobs", "id"),
            "person": ("/profiles", "userId"),
            "material": ("/listings", "id"),
            "story": ("/stories", "id"),
            "own_material": ("/listings/mine", "id"),
        }
        path, field = lists.get(name, ("/me/actions", "jobId"))
        answer = self._marketplace.call("GET", path, token=token)
        assert answer.ok, f"GET {path} answers {answer.status_code} {answer.text[:300]}"
        rows = [one for one in answer.json()["items"] if name in lists or one["action"] == name]
        assert rows, f"{who.name} has nothing for {{{name}}}; are the demo data those of a fresh start?"
        return str(rows[0][field])


def routes() -> set[str]:
    """The patterns of routes.ts."""
    return set(re.findall(r'\bpath: "([^"]+)"', (_SOURCES / "routes.ts").read_text()))


def admin_pages() -> set[str]:
    """The pages behind `/admin/:page`."""
    source = (_SOURCES / "screens" / "admin" / "Admin.tsx").read_text()
    table = re.search(r"const PAGES[^{]*\{(.*?)\n\};", source, re.DOTALL)
    assert table, "Admin.tsx has no table of pages any more"
    return set(re.findall(r'^ {2}"?([a-z-]+)"?: \w+,$', table[1], re.MULTILINE))
