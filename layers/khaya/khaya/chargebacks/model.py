"""A chargeback: its states, and the admin's answer to it."""

from typing import Annotated, Final, Literal

from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Count, Length, Prose
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import Cents

Status = Literal["open", "won", "lost"]
Decision = Literal["accept", "contest"]

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    "open": frozenset({"won", "lost"}),
    "won": frozenset(),
    "lost": frozenset(),
}
"""The allowed transitions."""


class ChargebackResponseRequest(RequestModel):
    """How an admin answers a chargeback, and why."""

    decision: Decision
    reason: Annotated[Prose, Length(10, 500)]


class Answer(Model):
    """The answer to a chargeback; `sent_at` is None until the provider has it."""

    decision: Decision
    reason: str
    by: str
    at: str
    sent_at: str | None = None


class Chargeback(Model):
    """A chargeback.

    Attributes:
        id: the provider's id of it.
        collection_id: the reference of the payment.
        job_id: the job that was paid; None if the payment matched no job.
        due_at: when the provider must have the answer.
        answered: whether the provider waits for our answer no longer.
        evidence_key: the file with the evidence, once it was made.
        escrow_cents: what was taken from the escrow or its refund when it was lost.
        loss_cents: what the platform lost, the buyer's debt.
    """

    id: str
    collection_id: str
    job_id: str | None = None
    job_title: str | None = None
    buyer_id: str | None = None
    worker_id: str | None = None
    amount_cents: Cents
    status: Status = "open"
    due_at: str | None = None
    answered: bool = False
    answer: Answer | None = None
    evidence_key: str | None = None
    escrow_cents: Cents | None = None
    loss_cents: Cents | None = None
    created_at: str
    updated_at: str
    ended_at: str | None = None
    version: Count = 1

    @property
    def is_to_be_sent(self) -> bool:
        """Whether an admin's answer waits to be sent."""
        return self.status == "open" and self.answer is not None and self.answer.sent_at is None

    def renewed(self, *, due_at: str | None, answered: bool, now: str) -> "Chargeback":
        """The chargeback with what the provider says of its answer; itself if nothing changed."""
        if (due_at, answered) == (self.due_at, self.answered):
            return self
        return self._updated(now, due_at=due_at, answered=answered)

    def ended(
        self, status: Literal["won", "lost"], now: str, *, escrow_cents: int = 0, loss_cents: int = 0
    ) -> "Chargeback":
        """The chargeback after the banks decided it.

        Raises:
            Conflict: it has ended before.
        """
        self._require_open()
        costs = {"escrow_cents": escrow_cents, "loss_cents": loss_cents} if status == "lost" else {}
        return self._updated(now, status=status, ended_at=now, answered=True, **costs)

    def answered_by(
        self, request: ChargebackResponseRequest, *, admin_id: str, evidence_key: str | None, now: str
    ) -> "Chargeback":
        """The chargeback with an admin's answer.

        Raises:
            Forbidden: the admin is a party of the job.
            Conflict: it has ended, was answered before, or its time is over.
        """
        if admin_id in (self.buyer_id, self.worker_id):
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        self._require_open()
        if self.answer is not None or self.answered:
            raise Conflict("The chargeback was answered before.", code="chargeback_answered")
        if self.due_at is not None and self.due_at <= now:
            raise Conflict("The time to answer is over.", code="chargeback_overdue", params={"dueAt": self.due_at})
        answer = Answer(decision=request.decision, reason=request.reason, by=admin_id, at=now)
        return self._updated(now, answer=answer, evidence_key=evidence_key)

    def sent(self, now: str) -> "Chargeback":
        """The chargeback after its answer was sent."""
        if self.answer is None:
            raise ValueError("there is no answer")
        return self._updated(now, answer=self.answer.model_copy(update={"sent_at": now}), answered=True)

    def _require_open(self) -> None:
        if self.status != "open":
            raise Conflict(
                f"The chargeback is {self.status}.", code="chargeback_status", params={"status": self.status}
            )

    def _updated(self, now: str, **changed: object) -> "Chargeback":
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})
