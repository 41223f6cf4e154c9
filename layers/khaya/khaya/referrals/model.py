"""Rules of referrals: codes, states, rewards, and which jobs qualify."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator

from khaya.jobs.model import Job
from khaya.ledger.model import Booking
from khaya.payout_accounts.model import PayoutAccount, is_shared
from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Count, Length, Line, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import RAND, Cents
from khaya.platform.base.numbers import StoredCount
from khaya.platform.base.text import comparable
from khaya.users.model import AccountStatus

Status = Literal["pending", "completed", "rewarded", "reversed"]
"""`reversed`: the rewards were taken back, because a payment for a job that it counted was charged back."""
RewardKind = Literal["referral", "bonus"]
RewardStatus = Literal["waiting", "paid", "refused"]

MIN_JOB_CENTS = 200 * RAND
REWARD_CENTS = 50 * RAND
"""The reward of each side."""
MONTHLY_LIMIT = 20
"""Referrals of one referrer that are paid automatically in a calendar month; further ones wait for an admin."""
TIERS: Final = {5: 250 * RAND, 15: 750 * RAND, 50: 2_500 * RAND}
"""The one-off bonus by the number of rewarded referrals. An admin decides about each."""

CODE_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"  # pragma: allowlist secret
"""No characters that look alike, and no vowels, so that no code is a word."""
CODE_LENGTH = 8


def normalize_code(text: str) -> str:
    """A code in its stored form, however it was typed: its letters and digits alone, in capitals."""
    return "".join(sign for sign in comparable(text) if sign.isalnum()).upper()


class ApplicationRequest(RequestModel):
    """The code that somebody applies."""

    code: Annotated[Line, Length(1, 32), AfterValidator(normalize_code)]


class RewardDecisionRequest(RequestModel):
    """An admin's decision about a reward that waits."""

    decision: Literal["pay", "refuse"]
    reason: Annotated[Prose, Length(3, 500)]


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
        jobs: the agreed cents of each qualifying job that it counts, until it is completed.
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
    jobs: dict[str, Cents] = {}
    job_id: str | None = None
    completed_at: str | None = None
    rewarded_at: str | None = None
    created_at: str

    @property
    def qualifying_cents(self) -> int:
        """What its qualifying jobs add up to."""
        return sum(self.jobs.values())

    def with_job(self, job_id: str, cents: int, threshold_cents: int, now: str) -> "Referral":
        """The referral with one more qualifying job; it is completed once they add up to the threshold.

        Raises:
            Conflict: the referral is not pending.
        """
        if self.status != "pending":
            raise Conflict(f"The referral is {self.status}.", code="referral_status", params={"status": self.status})
        counted = self.model_copy(update={"jobs": {**self.jobs, job_id: cents}})
        if counted.qualifying_cents < threshold_cents:
            return counted
        return counted.model_copy(update={"status": "completed", "job_id": job_id, "completed_at": now})

    def without_job(self, job_id: str, threshold_cents: int) -> "Referral":
        """The referral after a payment for one of its jobs was charged back."""
        jobs = {name: cents for name, cents in self.jobs.items() if name != job_id}
        left = self.model_copy(update={"jobs": jobs})
        if self.status == "pending" or left.qualifying_cents >= threshold_cents:
            return left
        if self.status == "completed":
            return left.model_copy(update={"status": "pending", "job_id": None, "completed_at": None})
        return left.model_copy(update={"status": "reversed"})

    def rewarded(self, now: str) -> "Referral":
        """The referral with both sides paid.

        Raises:
            Conflict: the referral is not completed, or was paid before.
        """
        if self.status != "completed":
            raise Conflict(f"The referral is {self.status}.", code="referral_status", params={"status": self.status})
        return self.model_copy(update={"status": "rewarded", "reward_cents": REWARD_CENTS, "rewarded_at": now})


class Referrer(Model):
    """The totals of one person's referrals.

    Attributes:
        month: the last month with an automatic payment, for example `2026-11`.
        month_count: the automatic payments in that month.
        held: the referred people whose referral was completed while they or the referrer were suspended.
        version: the number of changes.
    """

    user_id: str
    code: str | None = None
    display_name: str | None = None
    rewarded_count: StoredCount = 0
    rewarded_at: str | None = None
    month: str | None = None
    month_count: Count = 0
    held: tuple[str, ...] = ()
    version: Count = 0

    def with_code(self, code: str, name: str) -> "Referrer":
        """The referrer with a code."""
        return self.model_copy(update={"code": code, "display_name": name, "version": self.version + 1})

    def is_below_monthly_limit(self, now: str) -> bool:
        """Whether one more referral is paid automatically in this month."""
        return self.month != self._month(now) or self.month_count < MONTHLY_LIMIT

    def with_held(self, referred_id: str) -> "Referrer":
        """The referrer with one more referral whose reward waits for the end of a suspension."""
        held = tuple(sorted({*self.held, referred_id}))
        return self.model_copy(update={"held": held, "version": self.version + 1})

    def without_held(self, referred_id: str) -> "Referrer":
        """The referrer after the reward of a referral was paid or waits for an admin; the same if it was not held."""
        if referred_id not in self.held:
            return self
        held = tuple(one for one in self.held if one != referred_id)
        return self.model_copy(update={"held": held, "version": self.version + 1})

    def without_reward(self) -> "Referrer":
        """The referrer after the rewards of a referral were taken back."""
        changed = {"rewarded_count": max(0, self.rewarded_count - 1), "version": self.version + 1}
        return self.model_copy(update=changed)

    def with_reward(self, now: str, *, automatic: bool) -> "Referrer":
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


class WaitingReward(Model):
    """A reward that waits for an admin, or that one has decided about.

    Attributes:
        id: that of the referral, or the bonus's own.
        kind: `referral`, above the monthly limit, or `bonus`, for the number of rewarded referrals.
        rewarded_count: the number of rewarded referrals that a bonus is for.
        amount_cents: the reward of each side, or the bonus.
        created_at: since when it waits.
    """

    id: str
    kind: RewardKind
    referrer_id: str
    referred_id: str | None = None
    rewarded_count: Count | None = None
    amount_cents: Cents
    status: RewardStatus = "waiting"
    decided_by: str | None = None
    decided_at: str | None = None
    decision_reason: str | None = None
    created_at: str

    @property
    def people(self) -> tuple[str, ...]:
        """Those whom it is for."""
        return (self.referrer_id,) if self.referred_id is None else (self.referrer_id, self.referred_id)

    def decided(self, request: RewardDecisionRequest, *, admin_id: str, now: str) -> "WaitingReward":
        """The reward after an admin's decision.

        Raises:
            Forbidden: it is for the admin.
            Conflict: it was decided before.
        """
        if admin_id in self.people:
            raise Forbidden("No admin acts on themselves.", code="own_affair")
        if self.status != "waiting":
            raise Conflict(f"The reward was {self.status}.", code="reward_status", params={"status": self.status})
        status: RewardStatus = "paid" if request.decision == "pay" else "refused"
        changed = {"status": status, "decided_by": admin_id, "decided_at": now, "decision_reason": request.reason}
        return self.model_copy(update=changed)


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


@dataclass(frozen=True)
class Means:
    """By what a person pays and is paid: their payout account, and the hashes of the cards that they paid with."""

    account: PayoutAccount | None = None
    cards: frozenset[str] = frozenset()

    def overlaps(self, other: "Means") -> bool:
        """Whether two people share a bank account, an identity number or a card."""
        return is_shared(self.account, other.account) or bool(self.cards & other.cards)


def qualifies(job: Job, *, paid_in_full: bool, buyer: Means, worker: Means, referrals: Iterable[Referral]) -> bool:
    """Whether a job qualifies for referral and story rewards; `referrals` are those of its parties.

    It is worth at least R200, was paid through escrow and released in full, its parties share neither account,
    identity number nor card, and neither has referred the other.
    """
    released = job.payment == "escrow" and job.status == "completed" and job.released_at is not None
    is_large_enough = (job.agreed_cents or 0) >= MIN_JOB_CENTS
    related = any(referral.referrer_id in (job.buyer_id, job.worker_id) for referral in referrals)
    return released and paid_in_full and is_large_enough and not related and not buyer.overlaps(worker)


def counts_for(referrer: Means, buyer: Means, worker: Means) -> bool:
    """Whether a qualifying job counts for a referral: the referrer shares nothing with its parties either."""
    return not (referrer.overlaps(buyer) or referrer.overlaps(worker))


def is_held(statuses: Mapping[str, AccountStatus]) -> bool:
    """Whether a reward waits for the end of a suspension, given the account statuses of those whom it is for."""
    return "suspended" in statuses.values()


def without_account(statuses: Mapping[str, AccountStatus], accounts: Mapping[str, PayoutAccount | None]) -> str | None:
    """One of those who are to get a reward and have no verified payout account, for which it waits; None if all do."""
    active = (person for person, status in statuses.items() if status == "active")
    return next((person for person in active if not _is_verified(accounts[person])), None)


def _is_verified(account: PayoutAccount | None) -> bool:
    return account is not None and account.verified


def payees(statuses: Mapping[str, AccountStatus]) -> list[str]:
    """Those of a reward who are paid: erased people are not.

    Raises:
        Conflict: one of them is suspended, or all were erased.
    """
    if is_held(statuses):
        raise Conflict("A suspended person is paid only after the suspension.", code="party_suspended")
    found = [person for person, status in statuses.items() if status != "erased"]
    if not found:
        raise Conflict("The account was erased, so nobody can be paid.", code="party_left")
    return found


def referral_bookings(referral: Referral, people: Iterable[str], *, admins: tuple[str, ...] = ()) -> list[Booking]:
    """The bookings of a referral's rewards for those of both sides who are paid."""
    sides = {
        referral.referrer_id: ("referrer", "Referral"),
        referral.referred_id: ("referred", "Qualifying jobs after a referral"),
    }
    return [
        Booking(
            person,
            "referral",
            REWARD_CENTS,
            against="rewards",
            source=f"referral:{referral.id}:{sides[person][0]}",
            reason=sides[person][1],
            booked_by=admins,
        )
        for person in people
    ]


def bonus_booking(bonus: WaitingReward, admin_id: str) -> Booking:
    """The booking of a bonus that an admin pays."""
    return Booking(
        bonus.referrer_id,
        "bonus",
        bonus.amount_cents,
        against="rewards",
        source=f"referral-tier:{bonus.referrer_id}:{bonus.rewarded_count}",
        reason=f"Bonus for {bonus.rewarded_count} rewarded referrals",
        booked_by=(admin_id,),
    )


def waiting_referral(referral: Referral, now: str) -> WaitingReward:
    """The rewards of a referral above the monthly limit."""
    return WaitingReward(
        id=referral.id,
        kind="referral",
        referrer_id=referral.referrer_id,
        referred_id=referral.referred_id,
        amount_cents=REWARD_CENTS,
        created_at=now,
    )


def waiting_bonus(referrer: Referrer, now: str) -> WaitingReward | None:
    """The bonus for the number of rewarded referrals, if that number has one."""
    cents = TIERS.get(referrer.rewarded_count)
    if cents is None:
        return None
    return WaitingReward(
        id=new_id(),
        kind="bonus",
        referrer_id=referrer.user_id,
        rewarded_count=referrer.rewarded_count,
        amount_cents=cents,
        created_at=now,
    )
