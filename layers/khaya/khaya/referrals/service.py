"""Use cases of referrals that need more than one read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.ledger import service as ledger
from khaya.ledger import store as accounts
from khaya.ledger.model import Account
from khaya.payout_accounts import store as payout_accounts
from khaya.platform.base.errors import Conflict, NotFound, WriteConflict
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import UnitOfWork, Write, read, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store as profiles
from khaya.referrals import model, store
from khaya.referrals.model import Referral, Referrer
from khaya.users import store as users

_ATTEMPTS = 20
"""Attempts to complete a referral while others of the same referrer are paid."""


def code_of(user_id: str, *, before_create: Callable[[], None], unit_of_work: UnitOfWork) -> str:
    """A person's permanent code, created on first use; `before_create` is called then and may refuse."""
    referrer_item, profile_item = read_together([store.referrer_key(user_id), profiles.key(user_id)])
    referrer = store.read_referrer(referrer_item, user_id)
    if referrer.code is not None:
        return referrer.code
    before_create()
    code = model.new_code()
    name = profiles.read(profile_item, user_id).display_name
    unit_of_work.add(*store.create_code(referrer, referrer.with_code(code, name)))
    return code


def apply(code_text: str, *, user_id: str, now: str, unit_of_work: UnitOfWork) -> Referral:
    """Apply a code, which a person may do once and only before their first completed job.

    Raises:
        NotFound: the code is unknown, or its owner is suspended or erased.
        Conflict: the code is the person's own, they have applied one before, or they have completed a job.
    """
    code_item, referral_item, profile_item = read_together(
        [store.code_key(code_text), store.referral_key(user_id), profiles.key(user_id)]
    )
    code = store.read_code(code_item)
    if code is None:
        raise NotFound("There is no such code.", code="no_such_code")
    earlier = store.read_referral(referral_item)
    if earlier is not None:
        raise Conflict(
            f"You have applied a code already; that referral is {earlier.status}.",
            code="code_applied",
            params={"status": earlier.status},
        )
    name = profiles.read(profile_item, user_id).display_name
    referral = model.new_referral(code, referred_id=user_id, referred_name=name, now=now)
    unit_of_work.add(users.require_referrer(code.user_id), store.create(referral))
    unit_of_work.add(profiles.require_newcomer(user_id), users.require_no_bought_job(user_id))
    return referral


def complete_referrals(job_id: str, now: str) -> int:
    """Complete the referrals of a released job's parties, and return how many this call completed.

    Safe to repeat and to run concurrently: one transaction completes a referral and pays both sides.
    """
    job = jobs.find(job_id)
    if job is None or job.worker_id is None:
        return 0
    parties = (job.buyer_id, job.worker_id)
    buyer, worker, *referral_items = read_together(
        [*(payout_accounts.key(party) for party in parties), *(store.referral_key(party) for party in parties)]
    )
    referrals = [found for item in referral_items if (found := store.read_referral(item))]
    if not model.qualifies(
        job, buyer=payout_accounts.read(buyer), worker=payout_accounts.read(worker), referrals=referrals
    ):
        return 0
    unit_of_work = UnitOfWork()
    unit_of_work.add(*(store.record_qualification(party, job.id, now) for party in parties))
    unit_of_work.commit()
    return sum(_complete(referral, job, now) for referral in referrals)


def pay_pending(referred_id: str, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Referral:
    """Pay a referral above the monthly limit, by an admin's decision.

    Raises:
        NotFound: the referral does not exist.
        Forbidden: the admin is one of its parties.
        Conflict: it is not waiting for payment.
    """
    found = store.read_referral(read(store.referral_key(referred_id)))
    if found is None:
        raise NotFound("There is no such referral.")
    found.require_payable_by(admin_id)
    present, referrer, people = _read(referred_id, found.referrer_id)
    if present is None:
        raise WriteConflict
    paid = present.rewarded(now)
    _pay(present, paid, referrer, people, now=now, unit_of_work=unit_of_work, automatic=False)
    return paid


def renamings(user_id: str, name: str) -> Iterator[Write]:
    """Writes that update the copies of a person's name in referrals."""
    referrer_item, referral_item = read_together([store.referrer_key(user_id), store.referral_key(user_id)])
    if referrer_item is not None and referrer_item.get("displayName") != name:
        if "code" in referrer_item:
            yield store.rename(store.code_key(referrer_item["code"]), "displayName", name)
        yield store.rename(store.referrer_key(user_id), "displayName", name)
    if referral_item is not None and referral_item["referredName"] != name:
        yield store.rename(store.referral_key(user_id), "referredName", name)
    for referral in every_item(lambda page_request: store.of_referrer(user_id, page_request)):
        if referral.referrer_name != name:
            yield store.rename(store.referral_key(referral.referred_id), "referrerName", name)


def _complete(referral: Referral, job: Job, now: str) -> bool:
    """Complete a referral, and pay it if the monthly limit allows; returns whether this call completed it."""

    def complete() -> bool:
        present, referrer, people = _read(referral.referred_id, referral.referrer_id)
        if present is None or present.status != "pending":
            return False
        completed = present.completed(job.id, now)
        unit_of_work = UnitOfWork()
        if referrer.is_below_monthly_limit(now):
            after = completed.rewarded(now)
            _pay(present, after, referrer, people, now=now, unit_of_work=unit_of_work, automatic=True)
        else:
            unit_of_work.add(store.update_referral(present, completed))
        unit_of_work.commit()
        return True

    return retry_on_conflict(complete, _ATTEMPTS)


def _read(referred_id: str, referrer_id: str) -> tuple[Referral | None, Referrer, dict[str, Account]]:
    """A referral with its referrer and both sides' accounts, in one read."""
    referral_item, referrer_item, *account_items = read_together(
        [
            store.referral_key(referred_id),
            store.referrer_key(referrer_id),
            accounts.account_key(referrer_id),
            accounts.account_key(referred_id),
        ]
    )
    people = {
        person: accounts.read_account(item, person)
        for person, item in zip((referrer_id, referred_id), account_items, strict=True)
    }
    return store.read_referral(referral_item), store.read_referrer(referrer_item, referrer_id), people


def _pay(
    before: Referral,
    after: Referral,
    referrer: Referrer,
    people: dict[str, Account],
    *,
    now: str,
    unit_of_work: UnitOfWork,
    automatic: bool,
) -> None:
    """Book both sides' rewards, and the bonus if the referrer reaches a tier."""
    counted = referrer.with_reward(now, automatic=automatic)
    unit_of_work.add(store.update_referral(before, after), store.update_referrer(referrer, counted))
    ledger.book(people, model.rewards(after, counted), now=now, unit_of_work=unit_of_work)
