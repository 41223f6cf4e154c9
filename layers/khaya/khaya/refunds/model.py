"""A refund and its states: money that goes back to a buyer, over one or more of the collections that brought it."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Count, Length, Prose
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import RAND, ZAR, Cents
from khaya.refunds.parts import CollectionRefund, left_aside, without
from khaya.waiting.model import Waiting

Status = Literal["pending", "sent", "paid", "needs_account", "needs_admin", "charged_back"]
TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    "pending": frozenset({"sent", "paid", "needs_account", "needs_admin", "charged_back"}),
    "sent": frozenset({"paid", "needs_account", "needs_admin"}),
    "needs_account": frozenset({"pending", "sent", "paid", "needs_admin", "charged_back"}),
    "needs_admin": frozenset({"pending", "paid", "charged_back"}),
    "paid": frozenset(),
    "charged_back": frozenset(),
}
"""The allowed transitions. `charged_back` is a refund of which the buyer's bank took everything first."""

Reason = Literal[
    "chargeback", "balance_too_low", "provider_unavailable", "unclear", "refused", "failed", "too_little_left"
]
"""Why a refund waits, or why an admin has to act."""

Source = Literal["escrow", "suspense"]
"""Where its money is: the refund of an escrow that ended, or money in suspense that goes back to whoever paid it."""

AccountProblem = Literal["somebody_else", "closed", "unknown", "identity_differs", "identity_taken"]

AdminDecision = Literal["again", "given_back", "given_back_from_bank"]
"""The provider is asked for it again; or an admin gave the money back by hand, in the provider's dashboard and so out
of the balance there, or by a transfer from our own bank account."""

SINGLE_ADMIN_CENTS: Final = 5_000 * RAND
"""The most that is left of a refund about which one admin decides alone."""

UNCLEAR_MINUTES: Final = 30
"""Minutes after which a refund whose answer was lost, and which the provider does not list, becomes an admin's."""

LISTED_DAYS: Final = 1
"""Days before the request from which the provider's refunds are listed."""

_BALANCE_MINUTES: Final = 30
_FIRST_LOOK_SECONDS: Final = 60
_LONGEST_LOOK_SECONDS: Final = 6 * 3600
_NOT_FOR_ADMIN: Final[dict[str, Any]] = {"for_admin": False, "proposal": None}


class RefundDecisionRequest(RequestModel):
    """An admin's decision about a refund that does not go on by itself."""

    decision: AdminDecision
    reason: Annotated[Prose, Length(10, 500)]


class RefundProposal(Model):
    """A decision of one admin that waits for the same one of another."""

    decision: AdminDecision
    by: str
    reason: str
    at: str


class Refund(Model):
    """Money that goes back to a buyer.

    Attributes:
        id: the job's id for an escrow, which is refunded once, when it ends; `return-<reference>` for suspense.
        parts: the refunds of single collections; empty until they are planned.
        reason: why it waits.
        next_at: when it is looked at again.
        waiting: since when it waits for the buyer's account.
        for_admin: whether an admin has to act.
        sealed: the encrypted account that the buyer named, until the provider has it.
        account_version: how often the buyer named one.
        account_problem: why the provider did not take the account.
        proposal: an admin's decision that waits for a second one.
        decided_by: the admins of the latest decision.
    """

    id: str
    source: Source = "escrow"
    buyer_id: str | None = None
    job_id: str | None = None
    job_title: str = ""
    amount_cents: Cents
    currency: str = ZAR
    status: Status = "pending"
    parts: tuple[CollectionRefund, ...] = ()
    reason: Reason | None = None
    next_at: str | None = None
    waiting: Waiting | None = None
    for_admin: bool = False
    sealed: str | None = None
    account_version: Count = 0
    account_problem: AccountProblem | None = None
    proposal: RefundProposal | None = None
    decision: AdminDecision | None = None
    decided_by: tuple[str, ...] = ()
    decided_at: str | None = None
    decision_reason: str | None = None
    paid_at: str | None = None
    created_at: str
    updated_at: str
    version: Count = 1

    @property
    def is_final(self) -> bool:
        """Whether nothing happens by itself any more."""
        return self.status in ("paid", "needs_admin", "charged_back")

    @property
    def held_cents(self) -> int:
        """What its account in the ledger holds, if it is of an escrow."""
        paid = sum(part.cents for part in self.parts if part.state == "paid")
        return 0 if self.status in ("paid", "charged_back") else self.amount_cents - paid

    @property
    def is_unsent(self) -> bool:
        """Whether the provider was asked for nothing of it."""
        is_open = self.status in ("pending", "needs_admin")
        return is_open and all(part.state == "planned" and not part.failed for part in self.parts)

    def coverable_cents(self, collection: str) -> int:
        """What of it need not be sent any more when the buyer's bank has taken a collection back."""
        if self.is_unsent:
            return self.amount_cents
        if self.status in ("paid", "charged_back"):
            return 0
        return sum(one.cents for one in self.parts if one.is_not_made and one.collection == collection)

    @property
    def part(self) -> CollectionRefund | None:
        """The part that is being refunded: the first that is not paid."""
        return next((part for part in self.parts if part.state != "paid"), None)

    @property
    def listed_since(self) -> str:
        """The date since which the provider's refunds are listed."""
        return clock.plus(self.created_at, days=-LISTED_DAYS)[:10]

    def is_due(self, now: str) -> bool:
        """Whether it is to be looked at now."""
        return self.next_at is not None and self.next_at <= now

    def planned(self, captures: Sequence[tuple[str, int]], now: str) -> "Refund":
        """The refund shared out over `captures`, pairs of reference and what is left, newest first.

        If less than the amount is left, an admin has to act.
        """
        missing = self.amount_cents
        parts: list[CollectionRefund] = []
        for collection, left in captures:
            cents = min(left, missing)
            if cents > 0:
                parts.append(
                    CollectionRefund(refund_id=f"{self.id}-{len(parts) + 1}", collection=collection, cents=cents)
                )
                missing -= cents
        if missing:
            return self.stuck("too_little_left", now)
        return self._updated(now, parts=tuple(parts), reason=None, next_at=now)

    def asking(self, now: str) -> "Refund":
        """The refund just before the provider is asked for its present part."""
        return self._with_part(now, {"state": "asked", "asked_at": now}, next_at=self._look_at(now))

    def not_asked(self, reason: Reason, now: str, seconds: int = 0) -> "Refund":
        """The refund after the provider did nothing: it is asked again later."""
        wait = _BALANCE_MINUTES * 60 if reason in ("balance_too_low", "chargeback") else _FIRST_LOOK_SECONDS
        next_at = clock.plus(now, seconds=max(wait, seconds))
        return self._with_part(now, {"state": "planned", "asked_at": None}, reason=reason, next_at=next_at)

    def unclear(self, now: str) -> "Refund":
        """The refund while the provider's answer is lost and its list lacks the present part."""
        asked_at = self.part.asked_at if self.part else None
        if asked_at is not None and clock.plus(asked_at, minutes=UNCLEAR_MINUTES) <= now:
            return self.stuck("unclear", now)
        return self._updated(now, reason="unclear", next_at=clock.plus(now, minutes=2))

    def postponed(self, now: str, seconds: int = 0) -> "Refund":
        """The refund after the provider could not be asked about it."""
        next_at = clock.plus(now, seconds=max(_FIRST_LOOK_SECONDS, seconds))
        return self._updated(now, reason="provider_unavailable", next_at=next_at)

    def withheld(self, now: str) -> "Refund":
        """The refund while a chargeback of its money is open: the account that the buyer named waits with us."""
        return self._updated(now, reason="chargeback", next_at=clock.plus(now, minutes=_BALANCE_MINUTES))

    def giving_account(self, now: str) -> "Refund":
        """The refund just before the provider is given the buyer's account."""
        return self._with_part(now, {"given_at": now}, reason=None, next_at=self._look_at(now))

    def account_not_given(self, now: str, seconds: int) -> "Refund":
        """The refund after the provider could not be reached to give it the buyer's account."""
        return self._with_part(now, {"given_at": None}).postponed(now, seconds)

    def sent(self, provider_id: str, now: str) -> "Refund":
        """The refund while the provider gives its present part back."""
        fields = {"state": "sent", "provider_id": provider_id}
        after = self._with_part(now, fields, status="sent", reason=None, waiting=None, next_at=self._look_at(now))
        return after.model_copy(update={**_NOT_FOR_ADMIN, "sealed": None})

    def part_paid(self, provider_id: str, now: str) -> "Refund":
        """The refund after its present part was given back; the last part ends it."""
        after = self._with_part(
            now, {"state": "paid", "provider_id": provider_id}, status="sent", reason=None, waiting=None, next_at=now
        ).model_copy(update=_NOT_FOR_ADMIN)
        if after.part is None:
            return after.model_copy(update={"status": "paid", "next_at": None, "paid_at": now, "sealed": None})
        return after

    def needing_account(self, provider_id: str, now: str, problem: AccountProblem | None = None) -> "Refund":
        """The refund while the provider needs the buyer's bank account; the buyer is asked and reminded."""
        waiting = (self.waiting or Waiting(since=now)).looked_at(now)
        return self._with_part(
            now,
            {"state": "needs_account", "provider_id": provider_id, "given_at": None},
            status="needs_account",
            reason=None,
            waiting=waiting,
            for_admin=waiting.is_for_admin() or self.buyer_id is None,
            next_at=waiting.next_look(now),
            sealed=None if problem else self.sealed,
            account_problem=problem or self.account_problem,
        )

    def with_account(self, sealed: str, now: str) -> "Refund":
        """The refund after the buyer named an account. It goes on by itself, so no admin decides about it.

        Raises:
            Conflict: it does not ask for one.
        """
        if self.status != "needs_account":
            raise Conflict("No account is needed for a refund of this job.", code="refund_account_not_needed")
        version = self.account_version + 1
        named = self._updated(now, sealed=sealed, account_version=version, account_problem=None, next_at=now)
        return named.model_copy(update=_NOT_FOR_ADMIN)

    def account_given(self, now: str) -> "Refund":
        """The refund after the provider took the buyer's account; its numbers are dropped."""
        return self._with_part(
            now,
            {"state": "sent"},
            status="sent",
            reason=None,
            sealed=None,
            waiting=None,
            next_at=self._look_at(now),
        ).model_copy(update=_NOT_FOR_ADMIN)

    def refused(self, now: str) -> "Refund":
        """The refund after the provider refused its present part for good."""
        return self._with_part(now, {"state": "planned", "asked_at": None}).stuck("refused", now)

    def part_failed(self, provider_id: str, now: str) -> "Refund":
        """The refund after the provider began its present part, and did not make it."""
        return self._with_part(now, {"state": "failed", "provider_id": provider_id}).stuck("failed", now)

    def stuck(self, reason: Reason, now: str) -> "Refund":
        """The refund when it does not go on without an admin."""
        return self._updated(now, status="needs_admin", reason=reason, for_admin=True, next_at=None, sealed=None)

    def charged_back(self, cents: int, collection: str, now: str) -> "Refund":
        """The refund less `cents` that the buyer's bank has taken back with a collection: nobody gets them twice.

        A decision that waits for a second admin was about another amount, and is dropped.
        """
        left = self.amount_cents - cents
        if not left:
            ended = {"status": "charged_back", "next_at": None, "sealed": None, "reason": None, "for_admin": False}
            return self._updated(now, amount_cents=0, parts=(), proposal=None, **ended)
        if self.is_unsent:
            parts = () if self.source == "escrow" else without(self.parts, cents, collection)
            return self._updated(now, amount_cents=left, parts=parts, proposal=None)
        after = self._updated(now, amount_cents=left, parts=without(self.parts, cents, collection), proposal=None)
        if after.part is None:
            ended = {"status": "paid", "next_at": None, "paid_at": now, "reason": None, "for_admin": False}
            return after.model_copy(update=ended)
        if after.status == "needs_account" and after.part.state == "planned":
            status = "sent" if any(part.state == "paid" for part in after.parts) else "pending"
            none = {**_NOT_FOR_ADMIN, "waiting": None, "sealed": None, "account_problem": None, "reason": None}
            return after.model_copy(update={**none, "status": status, "next_at": now})
        return after if after.is_final else after.model_copy(update={"next_at": now})

    def decided(self, request: RefundDecisionRequest, *, admin_id: str, now: str) -> "Refund":
        """The refund after an admin's decision. Above the limit of one admin, the first decision waits for a second.

        The limit is about what is left of it.

        Raises:
            Forbidden: the admin gets the money, or decided the same before.
            Conflict: no admin has to act, or the buyer has to name an account before the provider is asked again.
        """
        if admin_id == self.buyer_id:
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        can_be_asked = self.status == "needs_admin"
        if not self.for_admin or (request.decision == "again" and not can_be_asked):
            raise Conflict(f"The refund is {self.status}.", code="refund_status", params={"status": self.status})
        first = self.proposal
        is_second = first is not None and first.decision == request.decision
        if is_second and first is not None and first.by == admin_id:
            raise Forbidden("Nobody decides about their own proposal; another admin has to.", code="own_proposal")
        if self.held_cents > SINGLE_ADMIN_CENTS and not is_second:
            proposal = RefundProposal(decision=request.decision, by=admin_id, reason=request.reason, at=now)
            return self._updated(now, proposal=proposal)
        admins = (first.by, admin_id) if is_second and first is not None else (admin_id,)
        after = self._reopened(now) if request.decision == "again" else self._given_back(now)
        return after.model_copy(
            update={
                "proposal": None,
                "decision": request.decision,
                "decided_by": admins,
                "decided_at": now,
                "decision_reason": request.reason,
            }
        )

    def _given_back(self, now: str) -> "Refund":
        """The refund after an admin gave back by hand what was left of it."""
        parts = tuple(part.model_copy(update={**left_aside(part), "state": "paid"}) for part in self.parts)
        ended = {"status": "paid", "paid_at": now, "next_at": None, "sealed": None, "waiting": None}
        return self._updated(now, parts=parts, reason=None, for_admin=False, **ended)

    def _reopened(self, now: str) -> "Refund":
        """The refund after an admin has seen that the provider did not make its present part."""
        changed: dict[str, Any] = {"status": "pending", "reason": None, "for_admin": False, "next_at": now}
        present = self.part
        if present is None:
            return self._updated(now, **changed)
        afresh = {**left_aside(present), "state": "planned", "asked_at": None, "provider_id": None}
        return self._with_part(now, afresh, **changed)

    def _look_at(self, now: str) -> str:
        age = clock.seconds_between(self.created_at, now)
        return clock.plus(now, seconds=min(_LONGEST_LOOK_SECONDS, max(_FIRST_LOOK_SECONDS, age / 8)))

    def _with_part(self, now: str, fields: dict[str, Any], **changed: Any) -> "Refund":
        present = self.part
        parts = tuple(part.model_copy(update=fields) if part is present else part for part in self.parts)
        return self._updated(now, parts=parts, **changed)

    def _updated(self, now: str, **changed: Any) -> "Refund":
        status: Status = changed.get("status", self.status)
        if status != self.status and status not in TRANSITIONS[self.status]:
            raise Conflict(f"The refund is {self.status}.", code="refund_status", params={"status": self.status})
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})


RETURN_PREFIX: Final = "return-"


def refunds_of(collection: str) -> tuple[str, str]:
    """The ids of the refunds that may give a collection back: that of its job's escrow, and that of suspense."""
    job_id = collection.rsplit("-", 2)[0]
    return job_id.upper(), f"{RETURN_PREFIX}{collection}"


def new_refund(*, job_id: str, job_title: str, buyer_id: str, amount_cents: int, now: str) -> Refund:
    """The refund of an escrow that ends."""
    return Refund(
        id=job_id,
        buyer_id=buyer_id,
        job_id=job_id,
        job_title=job_title,
        amount_cents=amount_cents,
        next_at=now,
        created_at=now,
        updated_at=now,
    )


def new_return(
    *, reference: str, buyer_id: str | None, job_id: str | None, amount_cents: int, currency: str, now: str
) -> Refund:
    """The refund of money in suspense, all of one collection."""
    refund_id = f"{RETURN_PREFIX}{reference}"
    return Refund(
        id=refund_id,
        source="suspense",
        buyer_id=buyer_id,
        job_id=job_id,
        amount_cents=amount_cents,
        currency=currency,
        parts=(CollectionRefund(refund_id=f"{refund_id}-1", collection=reference, cents=amount_cents),),
        next_at=now,
        created_at=now,
        updated_at=now,
    )
