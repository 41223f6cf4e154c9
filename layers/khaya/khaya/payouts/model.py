"""A payout and its states. Why one waits is decided in `rules`."""

from typing import Annotated, Any, Final, Literal

from khaya.payouts.references import reference_of
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Count, Length, Prose
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import RAND, Cents
from khaya.waiting.model import REMINDER_DAYS, Waiting

Kind = Literal["earning", "credits"]
Status = Literal["pending", "sent", "paid", "credited"]
Reason = Literal[
    "no_account",
    "account_not_verified",
    "account_hold",
    "not_settled",
    "new_worker",
    "limit",
    "admin_hold",
    "suspended",
    "chargeback",
    "balance_too_low",
    "provider_unavailable",
    "failed",
    "returned",
]
"""Why a payout waits."""

AdminDecision = Literal["send", "hold", "credit"]

PERSONS_REASONS: Final[frozenset[Reason]] = frozenset({"no_account", "account_not_verified", "returned"})
"""Reasons that its person ends by giving a correct account; they are reminded of it."""

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    "pending": frozenset({"sent", "credited"}),
    "sent": frozenset({"paid", "pending"}),
    "paid": frozenset({"pending"}),
    "credited": frozenset(),
}
"""The allowed transitions. A payout that failed, or was returned after it was paid, is pending again."""

RECHECK_DAYS: Final = (1, 3, 7, 14)
"""Days after the payment on which the provider is asked whether the bank returned it."""

_RETRY_HOURS: Final = (1, 4, 24, 24)
"""Hours until a failed payout is sent again; after the last attempt it waits for an admin."""
_BALANCE_MINUTES: Final = 30
_FIRST_LOOK_SECONDS: Final = 60
_LONGEST_LOOK_SECONDS: Final = 6 * 3600
_LAST_WEEKDAY: Final = 4


class PayoutTerms(Model):
    """The limits and waiting times of payouts.

    Attributes:
        new_worker_jobs: paid jobs from which a worker is no longer new.
        new_worker_days: days after the last card payment until a new worker, or what a new card paid, is paid out.
        day_limit_cents: what a person is paid in a day without an admin.
        single_admin_cents: the largest payout about which one admin decides alone.
        reminder_days: days after which people are reminded of what they have to do.
    """

    new_worker_jobs: Count = 3
    new_worker_days: Count = 7
    day_limit_cents: Cents = 50_000 * RAND
    single_admin_cents: Cents = 5_000 * RAND
    reminder_days: tuple[Count, ...] = REMINDER_DAYS


class PayoutProposal(Model):
    """An admin's decision that waits for a second admin."""

    decision: AdminDecision
    by: str
    reason: str
    at: str


class PayoutDecisionRequest(RequestModel):
    """An admin's decision about a payout."""

    decision: AdminDecision
    reason: Annotated[Prose, Length(10, 500)]


class Payout(Model):
    """A payout.

    Attributes:
        id: `job-<jobId>` for what a job earned, the withdrawal's entry id for credits.
        fee_cents: the worker's fee, which was kept before.
        dispute_decision: what ended a dispute about the job, and shared its money out; None if there was none.
        refunded_cents: what went back to the buyer by that.
        reason: why it waits; None if it does not.
        next_at: when it is looked at again.
        attempt: how often it was sent under a new reference.
        recipient: the account to which the present attempt is bound; None between attempts.
        is_accepted: whether the provider has confirmed that it knows the present attempt.
        failures: how many attempts failed.
        last_recipient: the account from which the money came back.
        counted_on: the day on whose limit the present attempt counts.
        approved_by: the admins who released it.
        held_by: the admin who holds it.
        waiting: since when it waits for its person.
        for_admin: whether it waits for an admin.
    """

    id: str
    user_id: str
    kind: Kind
    job_id: str | None = None
    job_title: str | None = None
    amount_cents: Cents
    fee_cents: Cents = 0
    dispute_decision: str | None = None
    refunded_cents: Cents = 0
    status: Status = "pending"
    reason: Reason | None = None
    next_at: str | None = None
    attempt: Count = 0
    recipient: str | None = None
    is_accepted: bool = False
    failures: Count = 0
    last_recipient: str | None = None
    counted_on: str | None = None
    approved_by: tuple[str, ...] = ()
    held_by: str | None = None
    decision_reason: str | None = None
    proposal: PayoutProposal | None = None
    waiting: Waiting | None = None
    for_admin: bool = False
    expected_on: str | None = None
    sent_at: str | None = None
    paid_at: str | None = None
    created_at: str
    updated_at: str
    version: Count = 1

    @property
    def held_cents(self) -> int:
        """What its account in the ledger holds."""
        return self.amount_cents if self.status in ("pending", "sent") else 0

    @property
    def reference(self) -> str:
        """The reference of the present attempt at the provider."""
        return reference_of(self.id, self.attempt)

    @property
    def is_frozen(self) -> bool:
        """Whether an admin holds it, or one's decision against sending it waits for a second admin."""
        return self.held_by is not None or (self.proposal is not None and self.proposal.decision != "send")

    def is_due(self, now: str) -> bool:
        """Whether it is to be looked at now."""
        return self.next_at is not None and self.next_at <= now

    def delayed(
        self,
        reason: Reason,
        now: str,
        *,
        until: str | None,
        for_admin: bool = False,
        expected_on: str | None = None,
        days: tuple[int, ...] = REMINDER_DAYS,
    ) -> "Payout":
        """The payout while it waits for `reason`; with `until` None, and for its person, it is looked at now and then.

        Raises:
            Conflict: it is not pending.
        """
        self._require("pending")
        if reason not in PERSONS_REASONS:
            next_at = until if until or for_admin else clock.plus(now, hours=1)
            return self._updated(
                now,
                reason=reason,
                next_at=next_at,
                for_admin=for_admin or self.proposal is not None,
                expected_on=expected_on,
                waiting=None,
            )
        waiting = (self.waiting or Waiting(since=now)).looked_at(now, days)
        return self._updated(
            now,
            reason=reason,
            next_at=waiting.next_look(now, days),
            for_admin=waiting.is_for_admin(days) or self.proposal is not None,
            expected_on=None,
            waiting=waiting,
        )

    def bound(self, recipient: str, now: str) -> "Payout":
        """The payout just before it is sent: bound to an account, under the next reference.

        Raises:
            Conflict: it is not pending.
        """
        return self._moved(
            "sent",
            now,
            attempt=self.attempt + 1,
            recipient=recipient,
            is_accepted=False,
            reason=None,
            waiting=None,
            for_admin=False,
            proposal=None,
            sent_at=now,
            next_at=clock.plus(now, seconds=_FIRST_LOOK_SECONDS),
            counted_on=clock.local_day(now),
            expected_on=working_day_after(now),
        )

    def unanswered(self, now: str, *, reason: Reason = "provider_unavailable", seconds: int = 0) -> "Payout":
        """The payout after the provider gave no or an unclear answer, or its person may not be paid meanwhile."""
        self._require("sent")
        return self._updated(now, reason=reason, next_at=clock.plus(now, seconds=max(seconds, self._look_seconds(now))))

    def accepted(self, now: str) -> "Payout":
        """The payout while the provider sends it."""
        self._require("sent")
        return self._updated(
            now, is_accepted=True, reason=None, next_at=clock.plus(now, seconds=self._look_seconds(now))
        )

    def paid(self, now: str) -> "Payout":
        """The payout after it arrived.

        Raises:
            Conflict: it was not sent.
        """
        return self._moved("paid", now, is_accepted=True, reason=None, paid_at=now, next_at=_recheck(now, now))

    def rechecked(self, now: str) -> "Payout":
        """The paid payout after the provider said that it is still paid."""
        self._require("paid")
        return self._updated(now, next_at=_recheck(self.paid_at or now, now))

    def taken_back(self, now: str) -> "Payout":
        """The payout after the provider had too little balance: nothing was sent, and it is no failed attempt."""
        self._require("sent")
        return self._moved(
            "pending",
            now,
            **_UNBOUND,
            attempt=self.attempt - 1,
            reason="balance_too_low",
            next_at=clock.plus(now, minutes=_BALANCE_MINUTES),
        )

    def failed(self, now: str) -> "Payout":
        """The payout after a final failure; it is sent again under another reference, by an admin in the end."""
        self._require("sent")
        again = self.failures < len(_RETRY_HOURS)
        return self._moved(
            "pending",
            now,
            **_UNBOUND,
            failures=self.failures + 1,
            reason="failed",
            for_admin=not again,
            next_at=clock.plus(now, hours=_RETRY_HOURS[self.failures]) if again else None,
        )

    def returned(self, now: str) -> "Payout":
        """The payout after the bank returned it, perhaps days later; it waits for another account."""
        self._require("paid")
        return self._moved(
            "pending",
            now,
            **_UNBOUND,
            last_recipient=self.recipient,
            approved_by=(),
            paid_at=None,
            reason="returned",
            waiting=Waiting(since=now),
            next_at=now,
        )

    def decided(self, request: PayoutDecisionRequest, *, admin_id: str, terms: PayoutTerms, now: str) -> "Payout":
        """The payout after an admin's decision. Above the limit of one admin, the first decision waits for a second.

        Raises:
            Forbidden: it is the admin's own, or the same admin decided before.
            Conflict: it is not pending, or no withdrawal of credits.
        """
        if admin_id == self.user_id:
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        self._require("pending")
        if request.decision == "credit" and self.kind != "credits":
            raise Conflict("Only a withdrawal of credits goes back to the balance.", code="not_a_withdrawal")
        first = self.proposal
        is_second = first is not None and first.decision == request.decision
        if is_second and first is not None and first.by == admin_id:
            raise Forbidden("Nobody decides about their own proposal; another admin has to.", code="own_proposal")
        if self.amount_cents > terms.single_admin_cents and not is_second:
            proposal = PayoutProposal(decision=request.decision, by=admin_id, reason=request.reason, at=now)
            looks_again = {"next_at": now} if request.decision == "send" and self.held_by is None else {}
            return self._updated(now, proposal=proposal, for_admin=True, **looks_again)
        admins = (first.by, admin_id) if is_second and first is not None else (admin_id,)
        return self._carried_out(request, admins, now)

    def _carried_out(self, request: PayoutDecisionRequest, admins: tuple[str, ...], now: str) -> "Payout":
        common = {"proposal": None, "decision_reason": request.reason}
        match request.decision:
            case "send":
                return self._updated(
                    now, **common, approved_by=admins, held_by=None, for_admin=False, failures=0, next_at=now
                )
            case "hold":
                return self._updated(
                    now, **common, approved_by=(), held_by=admins[-1], for_admin=True, reason="admin_hold", next_at=None
                )
            case "credit":
                return self._moved(
                    "credited", now, **common, approved_by=admins, for_admin=False, reason=None, next_at=None
                )

    def _look_seconds(self, now: str) -> float:
        """Seconds until the next look: a quarter of the time since it was sent."""
        age = clock.seconds_between(self.sent_at or now, now)
        return min(_LONGEST_LOOK_SECONDS, max(_FIRST_LOOK_SECONDS, age / 4))

    def _require(self, status: Status) -> None:
        if self.status != status:
            raise Conflict(f"The payout is {self.status}.", code="payout_status", params={"status": self.status})

    def _moved(self, status: Status, now: str, **changed: Any) -> "Payout":
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"The payout is {self.status}.", code="payout_status", params={"status": self.status})
        return self._updated(now, status=status, **changed)

    def _updated(self, now: str, **changed: Any) -> "Payout":
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})


_UNBOUND: Final[dict[str, Any]] = {
    "recipient": None,
    "is_accepted": False,
    "sent_at": None,
    "expected_on": None,
    "counted_on": None,
}
"""The fields of a payout between two attempts."""


def _recheck(paid_at: str, now: str) -> str | None:
    return next((at for days in RECHECK_DAYS if (at := clock.plus(paid_at, days=days)) > now), None)


def working_day_after(at: str) -> str:
    """The first day from Monday to Friday after a time, in South Africa."""
    after = clock.plus(at, days=1)
    while clock.parse(after).astimezone(clock.SOUTH_AFRICA).weekday() > _LAST_WEEKDAY:
        after = clock.plus(after, days=1)
    return clock.local_day(after)


def earning_id(job_id: str) -> str:
    """The id of the payout of what a job earned."""
    return f"job-{job_id}"


def new_earning(
    *,
    job_id: str,
    job_title: str,
    worker_id: str,
    amount_cents: int,
    fee_cents: int,
    now: str,
    dispute_decision: str | None = None,
    refunded_cents: int = 0,
) -> Payout:
    """The payout of what a worker earned by a job."""
    return Payout(
        id=earning_id(job_id),
        user_id=worker_id,
        kind="earning",
        job_id=job_id,
        job_title=job_title,
        amount_cents=amount_cents,
        fee_cents=fee_cents,
        dispute_decision=dispute_decision,
        refunded_cents=refunded_cents,
        next_at=now,
        created_at=now,
        updated_at=now,
    )


def new_withdrawal(*, entry_id: str, user_id: str, amount_cents: int, now: str) -> Payout:
    """The payout of credits that a person withdraws."""
    return Payout(
        id=entry_id,
        user_id=user_id,
        kind="credits",
        amount_cents=amount_cents,
        next_at=now,
        created_at=now,
        updated_at=now,
    )
