"""A plain model of an escrow: its states, and who gets how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

FINAL: Final = ("released", "refunded", "cancelled")


@dataclass
class Job:
    """A job with its escrow.

    Attributes:
        booked: the payments that are the escrow's, by reference.
        strays: the payments that go back.
        open: the undecided chargebacks of payments that are the escrow's, and their payments.
        open_strays: those of payments that go back.
        lost: cents that the bank took back.
        lost_strays: the payments that the bank took back before they went back.
    """

    id: str
    agreed: int
    status: str = "pending"
    held: int = 0
    released: int = 0
    given_back: int = 0
    started: bool = False
    submitted: bool = False
    dispute: str = ""
    booked: dict[str, int] = field(default_factory=dict)
    strays: dict[str, int] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    open_strays: dict[str, str] = field(default_factory=dict)
    lost: int = 0
    lost_strays: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        return self.agreed * 105 // 100

    @property
    def is_paid(self) -> bool:
        return sum(self.booked.values()) == self.total

    @property
    def due(self) -> str | None:
        if self.status == "pending":
            return "all" if self.agreed < 50_000 else "deposit"
        owes = self.status == "deposit_paid" or (self.status == "disputed" and self.dispute == "balance")
        return "balance" if owes and not self.is_paid else None

    def pays(self, reference: str, cents: int) -> None:
        """A payment is booked on the escrow if it is due, or goes back."""
        is_first = reference.split("-")[-2] != "balance"
        is_too_much = sum(self.booked.values()) + cents > self.total
        if self.status in FINAL or is_first == bool(self.booked) or is_too_much:
            self.strays[reference] = cents
            return
        self.booked[reference] = cents
        self.held += cents
        if self.status != "disputed" or (self.is_paid and self.dispute == "balance"):
            self.status = "held" if self.is_paid else "deposit_paid"

    def ends(self, refund: int) -> None:
        """Share out what is held: `refund` goes back, and the worker gets their part of the rest."""
        self.released = (2 * (self.held - refund) * (self.agreed * 95 // 100) + self.total) // (2 * self.total)
        self.given_back += refund
        self.status, self.held = "released" if self.released else "refunded", 0

    def loses(self, cents: int) -> None:
        """The bank takes a payment back, out of what is held."""
        taken = min(cents, self.held)
        self.lost += cents
        self.held -= taken
        if self.status not in FINAL and taken:
            if self.status != "disputed":
                self.dispute = "system"
            self.status = "disputed" if self.held else "refunded"

    def passes(self, timer: str) -> None:
        """A deadline passes."""
        match timer:
            case "deposit_overdue":
                self.status = "cancelled"
            case "balance_overdue" | "work_overdue":
                self.status, self.dispute = "disputed", "balance" if timer == "balance_overdue" else "system"
            case "release_due":
                self.ends(0)
            case "dispute_decision":
                self.ends(0 if self.submitted else self.held)
