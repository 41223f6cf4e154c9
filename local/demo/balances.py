"""Credits of the demo: a few entries by an admin, one of which was a mistake and is taken back."""

from dataclasses import dataclass
from typing import Any

from local.demo.visit import Visit, Visits
from local.people import AYANDA, BONGANI, LINDIWE, NOMVULA, Person


@dataclass(frozen=True)
class DemoEntry:
    """What an admin puts on somebody's account, or takes from it."""

    person: Person
    rand: int
    reason: str
    mistake: str | None = None
    """Why it is taken back."""


ENTRIES = (
    DemoEntry(BONGANI, 250, "Thanks for showing twenty neighbours how Khaya works."),
    DemoEntry(BONGANI, -30, "Half of the printing costs of the leaflets, as agreed."),
    DemoEntry(NOMVULA, 120, "Thanks for translating the leaflets into isiZulu."),
    DemoEntry(LINDIWE, 80, "Thanks for the bricks for the stall at the market.", "The bricks were paid for in cash."),
)


def load(visits: Visits) -> None:
    """Book every entry of the demo that is not there yet."""
    admin = visits.of(AYANDA)
    for number, entry in enumerate(ENTRIES):
        booked = {one["reason"]: one for one in visits.of(entry.person).everything("/credits/transactions")}
        present = booked.get(entry.reason) or book(admin, visits.of(entry.person).who.user_id, entry, number)
        if entry.mistake and present["reversedBy"] is None:
            path = f"/credits/transactions/{present['id']}/reversal"
            admin.call("POST", path, {"reason": entry.mistake}, key=f"demo-reversal-{number}")


def book(admin: Visit, user_id: str, entry: DemoEntry, number: int) -> dict[str, Any]:
    """Let the admin book an entry."""
    adjustment = {"userId": user_id, "amountCents": entry.rand * 100, "reason": entry.reason}
    return admin.call("POST", "/credits/adjustments", adjustment, key=f"demo-adjustment-{number}")
