"""The escrow of a job: its state machine and the rules of each transition.

`TRANSITIONS` is the whole machine: code, tests and the picture in docs/payments.md read it. An escrow holds money
between the acceptance of a bid and the end of the job; each change is written together with the job and the ledger.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from khaya.escrows.checkouts import Checkout, CheckoutStatus
from khaya.escrows.disputes import Dispute, ProposedResolution, SettlementProposal
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.pricing.model import Amounts, Part, Split, Terms
from khaya.uploads.model import Pictures

Status = Literal["pending", "deposit_paid", "held", "disputed", "released", "refunded", "cancelled"]
Party = Literal["buyer", "worker"]
Event = Literal[
    "deposit_captured",
    "fully_captured",
    "partly_captured",
    "deposit_overdue",
    "cancelled",
    "started",
    "submitted",
    "sent_back",
    "confirmed",
    "release_due",
    "work_overdue",
    "balance_overdue",
    "dispute_opened",
    "dispute_withdrawn",
    "resolved_for_worker",
    "resolved_for_buyer",
    "charged_back_in_part",
    "charged_back_in_full",
]
Timer = Literal[
    "deposit_overdue", "balance_overdue", "work_overdue", "release_due", "dispute_alarm", "dispute_decision"
]
"""What happens by itself when its time has come."""

Legs = Literal["capture", "share_out", "charge_back"]
"""How a transition moves money: see `khaya.escrows.service` and `khaya.chargebacks.service`."""

EscrowNotice = Literal[
    "escrow.deposit_paid",
    "escrow.fully_paid",
    "escrow.cancelled",
    "escrow.released",
    "escrow.refunded",
    "escrow.disputed",
    "escrow.dispute_ended",
]

FINAL: Final[frozenset[Status]] = frozenset({"released", "refunded", "cancelled"})
"""States that no transition leaves. Money that is captured afterwards goes back."""


@dataclass(frozen=True)
class Transition:
    """One row of the machine.

    Attributes:
        source: the status before.
        event: what happened.
        target: the status after; the same if only times change.
        guard: the condition besides the status, in words.
        legs: how money moves.
        notice: the event, of which the notices of the parties are made.
        job: the status that the job takes with it.
    """

    source: Status
    event: Event
    target: Status
    guard: str | None = None
    legs: Legs | None = None
    notice: EscrowNotice | None = None
    job: Literal["completed", "cancelled"] | None = None


_NOT_STARTED = "the work has not started"
_STARTED = "the work has started"
_SUBMITTED = "the work is submitted, and no chargeback is open"
_UNFROZEN = "no chargeback is open"

TRANSITIONS: Final = (
    Transition("pending", "deposit_captured", "deposit_paid", legs="capture", notice="escrow.deposit_paid"),
    Transition("pending", "fully_captured", "held", legs="capture", notice="escrow.fully_paid"),
    Transition("pending", "deposit_overdue", "cancelled", notice="escrow.cancelled", job="cancelled"),
    Transition("pending", "cancelled", "cancelled", job="cancelled"),
    Transition("deposit_paid", "fully_captured", "held", legs="capture", notice="escrow.fully_paid"),
    Transition(
        "deposit_paid", "cancelled", "refunded", _NOT_STARTED, "share_out", notice="escrow.refunded", job="cancelled"
    ),
    Transition("deposit_paid", "started", "deposit_paid"),
    Transition("deposit_paid", "submitted", "deposit_paid"),
    Transition("deposit_paid", "work_overdue", "disputed", "the work is not submitted", notice="escrow.disputed"),
    Transition("deposit_paid", "balance_overdue", "disputed", "the work is submitted", notice="escrow.disputed"),
    Transition("deposit_paid", "dispute_opened", "disputed", _STARTED, notice="escrow.disputed"),
    Transition("deposit_paid", "charged_back_in_part", "disputed", legs="charge_back", notice="escrow.disputed"),
    Transition(
        "deposit_paid",
        "charged_back_in_full",
        "refunded",
        legs="charge_back",
        notice="escrow.refunded",
        job="cancelled",
    ),
    Transition("held", "cancelled", "refunded", _NOT_STARTED, "share_out", notice="escrow.refunded", job="cancelled"),
    Transition("held", "started", "held"),
    Transition("held", "submitted", "held"),
    Transition("held", "sent_back", "held", "the work is submitted"),
    Transition("held", "confirmed", "released", _SUBMITTED, "share_out", notice="escrow.released", job="completed"),
    Transition("held", "release_due", "released", _SUBMITTED, "share_out", notice="escrow.released", job="completed"),
    Transition("held", "work_overdue", "disputed", "the work is not submitted", notice="escrow.disputed"),
    Transition("held", "dispute_opened", "disputed", _STARTED, notice="escrow.disputed"),
    Transition("held", "charged_back_in_part", "disputed", legs="charge_back", notice="escrow.disputed"),
    Transition(
        "held", "charged_back_in_full", "refunded", legs="charge_back", notice="escrow.refunded", job="cancelled"
    ),
    Transition("disputed", "partly_captured", "disputed", legs="capture"),
    Transition(
        "disputed",
        "fully_captured",
        "held",
        "the dispute is about the balance, and nothing was charged back",
        "capture",
        "escrow.dispute_ended",
    ),
    Transition(
        "disputed", "dispute_withdrawn", "deposit_paid", "the balance is not paid", None, "escrow.dispute_ended"
    ),
    Transition("disputed", "dispute_withdrawn", "held", "everything is paid", None, "escrow.dispute_ended"),
    Transition("disputed", "resolved_for_worker", "released", _UNFROZEN, "share_out", "escrow.released", "completed"),
    Transition("disputed", "resolved_for_buyer", "refunded", _UNFROZEN, "share_out", "escrow.refunded", "cancelled"),
    Transition("disputed", "charged_back_in_part", "disputed", legs="charge_back"),
    Transition("disputed", "charged_back_in_full", "refunded", None, "charge_back", "escrow.refunded", "cancelled"),
)
"""The machine, row by row."""


class Chargebacks(Model):
    """The chargebacks of an escrow's card payments.

    Attributes:
        open: how many are undecided. While there is one, nothing is released, paid out or refunded.
        status: that of the latest.
        due_at: until when the platform has to respond to it.
        lost_cents: what the provider took back.
    """

    open: Count = 0
    status: Literal["open", "won", "lost"]
    due_at: str | None = None
    lost_cents: Cents = 0


class Counted(Model):
    """What a released job added to its worker's reputation."""

    on_time: bool


class Escrow(Model):
    """An escrow. Its id is the job's.

    Attributes:
        paid_cents: what was captured for it.
        held_cents: what it holds now: the balance of its account in the ledger.
        refunded_cents: what went or goes back to the buyer.
        paid_at: when everything was paid.
        submitted_at: when the present submission was handed in.
        work_due_at: when unsubmitted work is disputed.
        checkouts: the latest checkout for each part; the last one is the latest of all.
        failed_cards: how many card payments failed.
        counted: what the job added to its worker's reputation; None if it does not count as paid.
        postponed_to: when the next timer is looked at again, because the provider could not be asked.
    """

    id: str
    buyer_id: str
    worker_id: str
    job_title: str
    amounts: Amounts
    terms: Terms
    timeline_days: int
    status: Status = "pending"
    paid_cents: Cents = 0
    held_cents: Cents = 0
    refunded_cents: Cents = 0
    released_cents: Cents = 0
    deposit_due_at: str
    deposit_paid_at: str | None = None
    paid_at: str | None = None
    started_at: str | None = None
    submitted_at: str | None = None
    first_submitted_at: str | None = None
    balance_due_at: str | None = None
    work_due_at: str | None = None
    release_at: str | None = None
    dispute: Dispute | None = None
    settlement: SettlementProposal | None = None
    proposed_resolution: ProposedResolution | None = None
    evidence_photos: tuple[str, ...] = ()
    pictures: Pictures = {}
    chargebacks: Chargebacks | None = None
    checkouts: tuple[Checkout, ...] = ()
    failed_cards: Count = 0
    counted: Counted | None = None
    postponed_to: str | None = None
    ended_at: str | None = None
    alarmed_at: str | None = None
    created_at: str
    updated_at: str
    version: Count = 1

    @property
    def is_fully_paid(self) -> bool:
        """Whether the buyer's whole total was captured."""
        return self.paid_cents >= self.amounts.buyer_total_cents

    @property
    def checkout(self) -> Checkout | None:
        """The latest checkout."""
        return self.checkouts[-1] if self.checkouts else None

    def status_of(self, checkout: Checkout, now: str) -> CheckoutStatus:
        """What became of a checkout. One that expired may still be paid by whoever has its page open."""
        is_paid = self.is_fully_paid or (checkout.part == "deposit" and self.deposit_paid_at is not None)
        return checkout.status(now, is_paid=is_paid, has_ended=self.status in FINAL)

    @property
    def is_frozen(self) -> bool:
        """Whether a chargeback is open, so that no money leaves."""
        return self.chargebacks is not None and self.chargebacks.open > 0

    @property
    def lost_cents(self) -> int:
        """What the buyer's bank took back of its payments."""
        return self.chargebacks.lost_cents if self.chargebacks else 0

    @property
    def is_on_time(self) -> bool:
        """Whether the work was first submitted within the agreed time after the deposit."""
        if self.deposit_paid_at is None or self.first_submitted_at is None:
            return False
        return self.first_submitted_at <= clock.plus(self.deposit_paid_at, days=self.timeline_days)

    @property
    def is_paid_in_full(self) -> bool:
        """Whether everything was paid, released and not taken back, so that the job may count as paid."""
        return self.status == "released" and self.is_fully_paid and not (self.refunded_cents or self.lost_cents)

    @property
    def contact_visible(self) -> bool:
        """Whether the parties see each other's contact: once the deposit was paid."""
        return self.deposit_paid_at is not None

    @property
    def due_part(self) -> Part | None:
        """The part that the buyer can pay now; None if nothing is due."""
        if self.status == "pending":
            return "all" if self.amounts.balance_cents == 0 else "deposit"
        owes = self.status == "deposit_paid" or (self.status == "disputed" and self.is_about_balance)
        return "balance" if owes and not self.is_fully_paid else None

    @property
    def timers(self) -> dict[Timer, str]:
        """What happens by itself, and when, if nothing else does."""
        found: dict[Timer, str | None] = {}
        if self.status == "pending":
            found["deposit_overdue"] = self.deposit_due_at
        elif self.status in ("deposit_paid", "held"):
            if self.submitted_at is None:
                found["work_overdue"] = self.work_due_at
            elif self.status == "held":
                found["release_due"] = self.release_at
            else:
                found["balance_overdue"] = self.balance_due_at
        elif self.status == "disputed" and self.dispute is not None:
            if self.alarmed_at is None:
                found["dispute_alarm"] = clock.plus(self.dispute.opened_at, days=self.terms.alarm_days)
            found["dispute_decision"] = self.dispute.decide_by
        return {name: at for name, at in found.items() if at is not None}

    @property
    def next_timer(self) -> tuple[str, Timer] | None:
        """The time and the name of what happens next by itself."""
        return min(((at, name) for name, at in self.timers.items()), default=None)

    def party(self, person: str) -> Party | None:
        """The person's side; None if they are not a party."""
        if person == self.buyer_id:
            return "buyer"
        return "worker" if person == self.worker_id else None

    def require_party(self, person: str) -> Party:
        """The person's side.

        Raises:
            Forbidden: the person is not a party.
        """
        party = self.party(person)
        if party is None:
            raise Forbidden("Only the buyer and the selected worker may do this.", code="not_a_party")
        return party

    def require_dispute(self) -> Dispute:
        """The dispute that is open.

        Raises:
            Conflict: there is none.
        """
        if self.status != "disputed" or self.dispute is None:
            raise Conflict(
                f"The escrow is {self.status}; there is no dispute.", code="no_dispute", params={"status": self.status}
            )
        return self.dispute

    def require_unfrozen(self) -> None:
        """Check that no chargeback is open.

        Raises:
            Conflict: there is one.
        """
        if self.is_frozen:
            raise Conflict(
                "A card payment of this job was charged back. Money waits until that is decided.",
                code="chargeback_open",
            )

    @property
    def is_about_balance(self) -> bool:
        """Whether the dispute, if there is one, exists because the balance was not paid."""
        return self.dispute is not None and self.dispute.kind == "balance_unpaid"

    def require_due(self, timer: Timer, now: str) -> None:
        """Check that the time of a timer has come.

        Raises:
            Conflict: it has not, or the timer does not run.
        """
        at = self.timers.get(timer)
        if at is None or at > now:
            raise Conflict("This is not due.", code="not_due")

    def shared_out(self, event: Event, split: Split, now: str, **changed: Any) -> "Escrow":
        """The escrow after everything that it held was shared out."""
        return self.after(
            event,
            now,
            held_cents=0,
            refunded_cents=self.refunded_cents + split.refund_cents,
            released_cents=split.worker_cents,
            ended_at=now,
            release_at=None,
            proposed_resolution=None,
            **changed,
        )

    def after(self, event: Event, now: str, **changed: Any) -> "Escrow":
        """The escrow after `event`, by the rows of `TRANSITIONS`."""
        targets = [row.target for row in TRANSITIONS if (row.source, row.event) == (self.status, event)]
        if not targets:
            raise Conflict(
                f"The escrow is {self.status}, so this is not possible.",
                code="escrow_status",
                params={"status": self.status},
            )
        target = targets[0] if len(targets) == 1 else ("held" if self.is_fully_paid else "deposit_paid")
        return self.updated(now, status=target, **changed)

    def updated(self, now: str, **changed: Any) -> "Escrow":
        """The escrow with other fields, as its next version."""
        changed = {"postponed_to": None, **changed, "updated_at": now, "version": self.version + 1}
        return self.model_copy(update=changed)


def transition(before: Escrow, after: Escrow, event: Event) -> Transition:
    """The row of the machine that leads from one state to the other."""
    (found,) = (
        row for row in TRANSITIONS if (row.source, row.event, row.target) == (before.status, event, after.status)
    )
    return found
