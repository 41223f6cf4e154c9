"""Rules of referrals: codes, states, rewards, and which jobs qualify."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator

from khaya.jobs.model import Job
from khaya.ledger.model import Booking
from khaya.payout_accounts.model import PayoutAccount, is_shared
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Count, Length, Line
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import RAND, Cents

Status = Literal["pending", "completed", "rewarded"]

MIN_JOB_CENTS = 200 * RAND
REWARD_CENTS = 50 * RAND
"""The reward of each side."""
MONTHLY_LIMIT = 20
"""Referrals of one referrer that are paid automatically in a calendar month; further ones wait for an admin."""
TIERS: Final = {5: 250 * RAND, 15: 750 * RAND, 50: 2_500 * RAND}
"""The one-off bonus by the number of rewarded referrals."""

CODE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"  # pragma: allowlist secret
"""No characters that look alike, and no vowels, so that no code is a word."""
CODE_LENGTH = 8


def normalize_code(text: str) -> str:
    """A code in its stored form, however it was typed."""
    return text.upper().replace(" ", "").replace("-", "")


class ApplicationRequest(RequestModel):
    """The code that somebody applies."""

    code: Annotated[Line, Length(1, 32), AfterValidator(normalize_code)]


class Code(Model):
    """A referral code and its owner."""

    code: str
    user_id: str
    display_name: str


class Referral(Model):
    """One person referred by another.

    Attributes:
        id: the referral's id, apart from the key of its item.
        reward_cents: the referrer's reward.
        job_id: the job that completed the referral.
    """

    id: str
    code: str
    referrer_id: str
    referrer_name: str
    referred_id: str
    referred_name: str
    status: Status = "pending"
    reward_cents: Cents | None = None
    job_id: str | None = None
    completed_at: str | None = None
    rewarded_at: str | None = None
    created_at: str

    def completed(self, job_id: str, now: str) -> Referral:
        """The referral after its first qualifying job.

        Raises:
            Conflict: the referral is not pending.
        """
        if self.status != "pending":
            raise Conflict(f"The referral is {self.status}.", code="referral_status", params={"status": self.status})
        return self.model_copy(update={"status": "completed", "job_id": job_id, "completed_at": now})

    def rewarded(self, now: str) -> Referral:
        """The referral with both sides paid.

        Raises:
            Conflict: the referral is not completed, or was paid before.
        """
        if self.status != "completed":
            raise Conflict(f"The referral is {self.status}.", code="referral_status", params={"status": self.status})
        return self.model_copy(update={"status": "rewarded", "reward_cents": REWARD_CENTS, "rewarded_at": now})

    def require_payable_by(self, admin_id: str) -> Referral:
        """The referral, if the admin is neither of its parties.

        Raises:
            Forbidden: the admin is one of its parties.
        """
        if admin_id in (self.referrer_id, self.referred_id):
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        return self


class Referrer(Model):
    """The totals of one person's referrals.

    Attributes:
        month: the last month with an automatic payment, for example `2026-11`.
        month_count: the automatic payments in that month.
        version: the number of changes.
    """

    user_id: str
    code: str | None = None
    display_name: str | None = None
    rewarded_count: Count = 0
    rewarded_at: str | None = None
    month: str | None = None
    month_count: Count = 0
    version: Count = 0

    def with_code(self, code: str, name: str) -> Referrer:
        """The referrer with a code."""
        return self.model_copy(update={"code": code, "display_name": name, "version": self.version + 1})

    def is_below_monthly_limit(self, now: str) -> bool:
        """Whether one more referral is paid automatically in this month."""
        return self.month != self._month(now) or self.month_count < MONTHLY_LIMIT

    def with_reward(self, now: str, *, automatic: bool) -> Referrer:
        """The referrer with one more rewarded referral. Payments by an admin do not count for the monthly limit."""
        changed: dict[str, Any] = {
            "rewarded_count": self.rewarded_count + 1,
            "rewarded_at": now,
            "version": self.version + 1,
        }
        if automatic:
            month = self._month(now)
            changed |= {"month": month, "month_count": self.month_count + 1 if self.month == month else 1}
        return self.model_copy(update=changed)

    def _month(self, now: str) -> str:
        """The month that a reward counts for, never before the last one, whose count would be lost.

        A transaction that began before midnight may be written after one that began later.
        """
        return max(month_of(now), self.month or "")


def new_code() -> str:
    """A random code; the store refuses one that is taken."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def month_of(now: str) -> str:
    """The calendar month in South Africa, for example `2026-11`."""
    return clock.local_day(now)[:7]


def new_referral(code: Code, *, referred_id: str, referred_name: str, now: str) -> Referral:
    """A pending referral by a code.

    Raises:
        Conflict: the code is the person's own.
    """
    if code.user_id == referred_id:
        raise Conflict("This code is your own.", code="own_code")
    return Referral(
        id=new_id(),
        code=code.code,
        referrer_id=code.user_id,
        referrer_name=code.display_name,
        referred_id=referred_id,
        referred_name=referred_name,
        created_at=now,
    )


def qualifies(
    job: Job, *, buyer: PayoutAccount | None, worker: PayoutAccount | None, referrals: Iterable[Referral]
) -> bool:
    """Whether a job qualifies for referral and story rewards; `referrals` are those of its parties.

    It is worth at least R200, was paid through escrow and released, its parties share no payout account, and neither
    has referred the other.
    """
    paid = job.payment == "escrow" and job.status == "completed" and job.released_at is not None
    is_large_enough = (job.agreed_cents or 0) >= MIN_JOB_CENTS
    related = any(referral.referrer_id in (job.buyer_id, job.worker_id) for referral in referrals)
    return paid and is_large_enough and not related and not is_shared(buyer, worker)


def rewards(referral: Referral, referrer: Referrer) -> list[Booking]:
    """The bookings for a rewarded referral; `referrer` already includes it."""
    bookings = [
        _booking(referral.referrer_id, f"referral:{referral.id}:referrer", "Referral"),
        _booking(referral.referred_id, f"referral:{referral.id}:referred", "First qualifying job after a referral"),
    ]
    bonus = TIERS.get(referrer.rewarded_count)
    if bonus is not None:
        source = f"referral-tier:{referrer.user_id}:{referrer.rewarded_count}"
        reason = f"Bonus for {referrer.rewarded_count} rewarded referrals"
        bookings.append(Booking(referrer.user_id, "bonus", bonus, against="rewards", source=source, reason=reason))
    return bookings


def _booking(user_id: str, source: str, reason: str) -> Booking:
    return Booking(user_id, "referral", REWARD_CENTS, against="rewards", source=source, reason=reason)
