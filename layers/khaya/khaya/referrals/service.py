"""Use cases of referrals that need more than one read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from khaya.collections import store as collections
from khaya.escrows import store as escrows
from khaya.jobs import store as jobs
from khaya.jobs.model import Job
from khaya.ledger import service as ledger
from khaya.ledger import store as accounts
from khaya.ledger.model import Account
from khaya.payout_accounts import store as payout_accounts
from khaya.payout_accounts.model import PayoutAccount
from khaya.platform.base.errors import Conflict, NotFound, WriteConflict
from khaya.platform.base.settings import ReferralSettings, settings
from khaya.platform.data.pages import PageRequest
from khaya.platform.data.resumable import EveryItem
from khaya.platform.data.unit_of_work import UnitOfWork, Write, commit_now, read, read_together
from khaya.platform.work.retries import retry_on_conflict
from khaya.profiles import store as profiles
from khaya.referrals import model, store
from khaya.referrals.model import Means, Referral, Referrer, RewardDecisionRequest, WaitingReward
from khaya.users import store as users
from khaya.users.model import AccountStatus

_HISTORY: Final = PageRequest(("cards",), 50)
"""The payments of a person in which their cards are looked for."""

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
    """Count a released job for the referral of one of its parties; returns how many referrals this call completed.

    Whether a job qualifies is decided once, by the accounts and cards of that time. Safe to repeat and to run
    concurrently: one transaction counts the job, and completes the referral and pays both sides once its jobs add up to
    enough.
    """
    job, escrow = jobs.find(job_id), escrows.find(job_id)
    if job is None or job.worker_id is None:
        return 0
    parties = (job.buyer_id, job.worker_id)
    referrals = [
        found
        for item in read_together([store.referral_key(party) for party in parties])
        if (found := store.read_referral(item))
    ]
    people = dict.fromkeys([*parties, *(referral.referrer_id for referral in referrals)])
    means = means_of(list(people), job_id)
    buyer, worker = means[job.buyer_id], means[job.worker_id]
    paid_in_full = escrow is not None and escrow.is_paid_in_full
    qualified = store.read_verdict(read(store.verdict_key(job.id)))
    if qualified is None:
        qualified = model.qualifies(job, paid_in_full=paid_in_full, buyer=buyer, worker=worker, referrals=referrals)
        commit_now(store.record_verdict(job.id, qualified=qualified, now=now))
    if not qualified:
        return 0
    recorded = [store.record_qualification(party, job.id, now) for party in parties]
    commit_now(store.require_qualified(job.id), *recorded)
    for referral in sorted(referrals, key=lambda one: one.created_at):
        if referral.status == "pending" and model.counts_for(means[referral.referrer_id], buyer, worker):
            return int(_count(referral, job, now))
    return 0


def uncount_job(job_id: str, now: str) -> bool:
    """Undo what a job counted for, because a payment for it was charged back; returns whether this call undid it.

    Rewards that it brought are taken back, as far as the balances go; the rest is repaid by later rewards. The verdict
    goes first, so that nothing counts the job meanwhile or again.
    """
    job = jobs.find(job_id)
    if job is None or job.worker_id is None:
        return False
    commit_now(store.revoke_verdict(job_id, now))
    for party in (job.buyer_id, job.worker_id):
        retry_on_conflict(partial(_disqualify, party, job_id, now), _ATTEMPTS)
    return retry_on_conflict(partial(_uncount, job_id, now), _ATTEMPTS)


def names_of(rewards: Iterable[WaitingReward]) -> dict[str, str]:
    """The names of the people of rewards, in one read."""
    people = list(dict.fromkeys(person for reward in rewards for person in reward.people))
    items = read_together([profiles.key(person) for person in people]) if people else []
    return {person: profiles.read(item, person).display_name for person, item in zip(people, items, strict=True)}


def decide(
    reward_id: str, request: RewardDecisionRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork
) -> WaitingReward:
    """Pay or refuse a reward that waits for an admin.

    Raises:
        NotFound: there is no such reward.
        Forbidden: the admin is one of those whom it is for, or no longer an active admin.
        Conflict: it was decided before, one of them is suspended, or all were erased.
    """
    reward = store.find_reward(reward_id)
    if reward is None:
        raise NotFound("There is no such reward.")
    decided = reward.decided(request, admin_id=admin_id, now=now)
    unit_of_work.add(users.require_active_admin(admin_id), store.decide_reward(reward, decided))
    if decided.status == "paid":
        _pay_decided(reward, admin_id, now=now, unit_of_work=unit_of_work)
    return decided


def settle_held(user_id: str, now: str) -> int:
    """Settle the referrals that were held because of a person, and return how many are settled.

    Safe to repeat. Referrals whose other party is suspended or has no verified payout account stay held.
    """
    return sum(_settle_held(referred_id, referrer_id, now) for referred_id, referrer_id in _maybe_held(user_id))


def has_held_without_cause(user_id: str) -> bool:
    """Whether a referral of a person, on either side, is held although nobody of it is the cause any more."""
    cases = (_read(referred_id, referrer_id) for referred_id, referrer_id in _maybe_held(user_id))
    return any(case is not None and _is_held_without_cause(case) for case in cases)


def _maybe_held(user_id: str) -> list[tuple[str, str]]:
    """The referrals that may be held because of a person: the referred person and the referrer of each."""
    referrer_item, referral_item = read_together([store.referrer_key(user_id), store.referral_key(user_id)])
    held = [(referred, user_id) for referred in store.read_referrer(referrer_item, user_id).held]
    own = store.read_referral(referral_item)
    return [*held, (user_id, own.referrer_id)] if own is not None and own.status == "completed" else held


def renamings(user_id: str, name: str, every: EveryItem) -> Iterator[Write]:
    """Writes that update the copies of a person's name in referrals; `every` reads the list of referred people."""
    referrer_item, referral_item = read_together([store.referrer_key(user_id), store.referral_key(user_id)])
    if referrer_item is not None and referrer_item.get("displayName") != name:
        if "code" in referrer_item:
            yield store.rename(store.code_key(referrer_item["code"]), "displayName", name)
        yield store.rename(store.referrer_key(user_id), "displayName", name)
    if referral_item is not None and referral_item["referredName"] != name:
        yield store.rename(store.referral_key(user_id), "referredName", name)
    for referral in every(lambda page_request: store.of_referrer(user_id, page_request)):
        if referral.referrer_name != name:
            yield store.rename(store.referral_key(referral.referred_id), "referrerName", name)


@dataclass(frozen=True)
class _Case:
    """A referral, its referrer's totals, and both sides' credits and account statuses, from one read."""

    referral: Referral
    referrer: Referrer
    accounts: dict[str, Account]
    statuses: dict[str, AccountStatus]
    payout_accounts: dict[str, PayoutAccount | None]


def _read(referred_id: str, referrer_id: str) -> _Case | None:
    """What is known of a referral; None if there is none."""
    people = (referrer_id, referred_id)
    keys = [store.referral_key(referred_id), store.referrer_key(referrer_id)]
    keys += [key(person) for key in (accounts.account_key, users.key, payout_accounts.key) for person in people]
    referral_item, referrer_item, *items = read_together(keys)
    referral = store.read_referral(referral_item)
    if referral is None:
        return None
    return _Case(
        referral,
        store.read_referrer(referrer_item, referrer_id),
        {person: accounts.read_account(item, person) for person, item in zip(people, items[:2], strict=True)},
        {person: users.read(item, person).status for person, item in zip(people, items[2:4], strict=True)},
        {person: payout_accounts.read(item) for person, item in zip(people, items[4:], strict=True)},
    )


def means_of(people: Sequence[str], job_id: str) -> dict[str, Means]:
    """By what people pay and are paid. Of each the latest payments are looked at, and those for the job."""
    items = read_together([payout_accounts.key(person) for person in people])
    of_job = [one for one in collections.of_job(job_id) if one.is_by_card]
    found: dict[str, Means] = {}
    for person, item in zip(people, items, strict=True):
        paid = [*collections.paid_by(person, _HISTORY).items, *(one for one in of_job if one.buyer_id == person)]
        found[person] = Means(payout_accounts.read(item), frozenset(card for one in paid for card in one.card_hashes))
    return found


def _count(referral: Referral, job: Job, now: str) -> bool:
    """Count a job for a referral, and settle the referral if that completes it; returns whether it does."""
    threshold = settings(ReferralSettings).referral_cents

    def count() -> bool:
        case = _read(referral.referred_id, referral.referrer_id)
        counted, verdict = read_together([store.counted_key(job.id), store.verdict_key(job.id)])
        if case is None or case.referral.status != "pending" or counted or not store.read_verdict(verdict):
            return False
        after = case.referral.with_job(job.id, job.agreed_cents or 0, threshold, now)
        unit_of_work = UnitOfWork()
        unit_of_work.add(store.require_qualified(job.id), store.count_job(job.id, referral.referred_id))
        if after.status == "completed":
            _settle(case, after, now=now, unit_of_work=unit_of_work)
        else:
            unit_of_work.add(store.update_referral(case.referral, after))
        unit_of_work.commit()
        return after.status == "completed"

    return retry_on_conflict(count, _ATTEMPTS, conflicts=(WriteConflict, Conflict))


def _uncount(job_id: str, now: str) -> bool:
    referred_id = store.counted_for(read(store.counted_key(job_id)))
    if referred_id is None:
        return False
    referral = store.read_referral(read(store.referral_key(referred_id)))
    unit_of_work = UnitOfWork()
    unit_of_work.add(store.uncount_job(job_id))
    case = _read(referred_id, referral.referrer_id) if referral is not None else None
    if case is not None:
        after = case.referral.without_job(job_id, settings(ReferralSettings).referral_cents)
        referrer = case.referrer
        if after.status == "reversed":
            referrer = referrer.without_reward()
            _take_back(case, now, unit_of_work)
        elif after.status == "pending":
            referrer = referrer.without_held(referred_id)
        unit_of_work.add(*_updates(case, after, referrer))
    unit_of_work.commit()
    return True


def _take_back(case: _Case, now: str, unit_of_work: UnitOfWork) -> None:
    """Take back the rewards of those who were paid."""
    bookings = model.referral_bookings(case.referral, list(case.accounts))
    paid = read_together([accounts.movement_key(booking.source) for booking in bookings])
    for booking, movement in zip(bookings, paid, strict=True):
        if movement is not None:
            ledger.take_back(
                case.accounts[booking.user_id],
                booking.cents,
                source=f"{booking.source}:back",
                reason="A payment for a job was charged back",
                now=now,
                unit_of_work=unit_of_work,
            )


def _disqualify(user_id: str, job_id: str, now: str) -> None:
    """Take a qualifying job from a person; without another one, the reward for a first story is taken back."""
    source = f"story:{user_id}"
    item, paid, taken, account = read_together(
        [
            store.qualification_key(user_id),
            accounts.movement_key(source),
            accounts.movement_key(f"{source}:back"),
            accounts.account_key(user_id),
        ]
    )
    qualifying = store.qualifying_jobs(item)
    if job_id not in qualifying:
        return
    last = qualifying == {job_id}
    unit_of_work = UnitOfWork()
    unit_of_work.add(store.remove_qualification(user_id, job_id, last=last))
    if last and paid is not None and taken is None:
        cents = sum(leg["cents"] for leg in paid["legs"] if leg["cents"] > 0)
        ledger.take_back(
            accounts.read_account(account, user_id),
            cents,
            source=f"{source}:back",
            reason="A payment for a job was charged back",
            now=now,
            unit_of_work=unit_of_work,
        )
    unit_of_work.commit()


def _settle_held(referred_id: str, referrer_id: str, now: str) -> bool:
    """Settle a held referral if nobody of it is suspended any more; returns whether this call settled it."""

    def settle() -> bool:
        case = _read(referred_id, referrer_id)
        if case is None or not _is_held_without_cause(case):
            return False
        unit_of_work = UnitOfWork()
        _settle(case, case.referral, now=now, unit_of_work=unit_of_work)
        unit_of_work.commit()
        return True

    return retry_on_conflict(settle, _ATTEMPTS)


def _is_held_without_cause(case: _Case) -> bool:
    """Whether a referral is held, and nobody of it is suspended or without a verified payout account any more."""
    if case.referral.referred_id not in case.referrer.held or model.is_held(case.statuses):
        return False
    return model.without_account(case.statuses, case.payout_accounts) is None


def _settle(case: _Case, completed: Referral, *, now: str, unit_of_work: UnitOfWork) -> None:
    """Pay a completed referral, or hold it, or let it wait for an admin above the monthly limit.

    It is held while one of its people is suspended, or has no verified payout account.
    """
    referrer = case.referrer.without_held(completed.referred_id)
    if model.is_held(case.statuses):
        suspended = next(person for person, status in case.statuses.items() if status == "suspended")
        unit_of_work.add(users.require_suspended(suspended))
        referrer = case.referrer.with_held(completed.referred_id)
    elif (lacking := model.without_account(case.statuses, case.payout_accounts)) is not None:
        unit_of_work.add(payout_accounts.require_unchanged(lacking, case.payout_accounts[lacking]))
        referrer = case.referrer.with_held(completed.referred_id)
    elif case.statuses[referrer.user_id] == "active" and not referrer.is_below_monthly_limit(now):
        unit_of_work.add(store.create_reward(model.waiting_referral(completed, now)))
    elif "active" in case.statuses.values():
        _pay(case, completed.rewarded(now), now=now, unit_of_work=unit_of_work)
        return
    unit_of_work.add(*_updates(case, completed, referrer))


def _pay(case: _Case, after: Referral, *, now: str, unit_of_work: UnitOfWork, admins: tuple[str, ...] = ()) -> None:
    """Book the rewards of those who are not erased; a bonus that the referrer reaches waits for an admin."""
    people = model.payees(case.statuses)
    referrer = case.referrer.without_held(after.referred_id)
    if referrer.user_id in people:
        referrer = referrer.with_reward(now, automatic=not admins)
        bonus = model.waiting_bonus(referrer, now)
        if bonus is not None:
            unit_of_work.add(store.create_reward(bonus))
    unit_of_work.add(*_updates(case, after, referrer), *map(users.require_active, people))
    bookings = model.referral_bookings(after, people, admins=admins)
    ledger.book({person: case.accounts[person] for person in people}, bookings, now=now, unit_of_work=unit_of_work)


def _updates(case: _Case, referral: Referral, referrer: Referrer) -> Iterator[Write]:
    """The writes of a referral, and of its referrer's totals if they change."""
    yield store.update_referral(case.referral, referral)
    if referrer is not case.referrer:
        yield store.update_referrer(case.referrer, referrer)


def _pay_decided(reward: WaitingReward, admin_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    """Book a reward that an admin pays."""
    if reward.referred_id is None:
        _pay_bonus(reward, admin_id, now=now, unit_of_work=unit_of_work)
        return
    case = _read(reward.referred_id, reward.referrer_id)
    if case is None:
        raise WriteConflict
    _pay(case, case.referral.rewarded(now), now=now, unit_of_work=unit_of_work, admins=(admin_id,))


def _pay_bonus(bonus: WaitingReward, admin_id: str, *, now: str, unit_of_work: UnitOfWork) -> None:
    person, booking = bonus.referrer_id, model.bonus_booking(bonus, admin_id)
    account_item, record, earlier = read_together(
        [accounts.account_key(person), users.key(person), accounts.movement_key(booking.source)]
    )
    if earlier is not None:
        raise Conflict("This bonus was paid before.", code="reward_status", params={"status": "paid"})
    model.payees({person: users.read(record, person).status})
    unit_of_work.add(users.require_active(person))
    account = accounts.read_account(account_item, person)
    ledger.book({person: account}, [booking], now=now, unit_of_work=unit_of_work)
