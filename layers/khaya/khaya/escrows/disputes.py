"""A dispute about an escrow: who opened it, what both sides gave as evidence, and how it ended."""

from typing import Final, Literal

from khaya.platform.base.errors import Conflict
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.pricing.model import Split

By = Literal["buyer", "worker", "system"]
Kind = Literal["party", "work_overdue", "balance_unpaid", "chargeback"]
Decision = Literal["withdrawn", "paid", "agreement", "admin", "deadline", "chargeback"]

MAX_EVIDENCE: Final = 10
"""Pieces of evidence that each side may add."""


class Evidence(Model):
    """What one side says and shows."""

    by: Literal["buyer", "worker"]
    text: str
    photos: tuple[str, ...] = ()
    at: str


class SettlementProposal(Model):
    """A party's proposal: how much goes back to the buyer; the rest is released."""

    by: Literal["buyer", "worker"]
    refund_cents: Cents
    at: str


class ProposedResolution(Model):
    """An admin's decision above the limit of a single admin, which waits for the same decision by another."""

    worker_cents: Cents
    refund_cents: Cents
    platform_cents: Cents
    by: str
    at: str


class Dispute(Model):
    """A dispute, open while `decision` is None.

    Attributes:
        kind: why there is one: a party opened it, or a deadline passed, or a chargeback was lost.
        decide_by: when it is decided by itself.
        decision_reason: why an admin decided so; both parties read it.
        note: the same from before the parties read it, when no admin was told that they would; nobody sees it.
        worker_cents, refund_cents, platform_cents: the parts, once it is decided.
    """

    by: By
    kind: Kind
    reason: str
    opened_at: str
    decide_by: str | None = None
    decision: Decision | None = None
    decided_at: str | None = None
    decision_reason: str | None = None
    note: str | None = None
    worker_cents: Cents | None = None
    refund_cents: Cents | None = None
    platform_cents: Cents | None = None
    evidence: tuple[Evidence, ...] = ()

    @classmethod
    def about_chargeback(cls, now: str) -> "Dispute":
        """Where evidence about a chargeback is kept when there was no dispute."""
        return cls(
            by="system",
            kind="chargeback",
            reason="A card payment was charged back.",
            opened_at=now,
            decision="chargeback",
            decided_at=now,
        )

    @property
    def split(self) -> Split | None:
        """How its end shared the money out; None while it is open, and if it ended without that."""
        if self.worker_cents is None or self.refund_cents is None or self.platform_cents is None:
            return None
        return Split(self.worker_cents, self.refund_cents, self.platform_cents)

    def ended(self, decision: Decision, now: str, split: Split | None = None, reason: str | None = None) -> "Dispute":
        """The dispute after its end; `reason` is the admin's."""
        parts = (
            {
                "worker_cents": split.worker_cents,
                "refund_cents": split.refund_cents,
                "platform_cents": split.platform_cents,
            }
            if split
            else {}
        )
        return self.model_copy(update={"decision": decision, "decided_at": now, "decision_reason": reason, **parts})

    def with_evidence(self, evidence: Evidence) -> "Dispute":
        """The dispute with one more piece of evidence.

        Raises:
            Conflict: this side has given too much already.
        """
        if sum(one.by == evidence.by for one in self.evidence) >= MAX_EVIDENCE:
            raise Conflict(
                f"At most {MAX_EVIDENCE} pieces of evidence.", code="evidence_limit", params={"max": MAX_EVIDENCE}
            )
        return self.model_copy(update={"evidence": (*self.evidence, evidence)})
