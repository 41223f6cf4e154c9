"""Credits and referrals for tests, and a check that the ledger is consistent."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import Any

from khaya.escrows import store as escrows
from khaya.escrows.progress import new_escrow
from khaya.jobs import store
from khaya.jobs.model import Job
from khaya.ledger import service as ledger
from khaya.ledger.model import Account, Entry, Movement, guarded, is_guarded
from khaya.payout_accounts import store as payout_accounts
from khaya.platform.base import clock, settings
from khaya.platform.base.ids import new_id
from khaya.platform.data import dynamo, writes
from khaya.platform.data.unit_of_work import UnitOfWork, commit_now
from khaya.pricing.model import Terms, amounts_of
from khaya.referrals import service
from khaya.referrals.model import month_of
from tests.support.client import Answer, Person
from tests.support.records import POSTING

TREASURER = Person("treasurer-1", ("admin",))
SECOND_TREASURER = Person("treasurer-2", ("admin",))
REASON = "Settled by the office."

_KEYS = count(1)


def key(name: str | None = None) -> dict[str, str]:
    """The `Idempotency-Key` header, with a new key unless one is given."""
    return {"Idempotency-Key": name or f"key-{next(_KEYS)}"}


def known(*user_ids: str) -> None:
    """Create the private records of people who have signed in once."""

    for user_id in user_ids:
        _write(settings.settings().users_table, {"userId": user_id}, "createdAt", clock.now())


def adjust(user_id: str, cents: int, admin: Person = TREASURER, **options: Any) -> Answer:
    """Ask for an adjustment."""
    body = {"userId": user_id, "amountCents": cents, "reason": options.pop("reason", REASON)}
    return admin.post("/credits/adjustments", body, headers=key(options.pop("named", None)), **options)


def grant(user_id: str, cents: int) -> str:
    """Book credits that can be withdrawn at once; returns the entry's id."""
    known(user_id)
    answer = adjust(user_id, cents)
    if answer.status == 202:
        approved = approve(answer.body["id"])
        assert approved.status == 200, approved.text
        entry: str = approved.body["entryId"]
        return entry
    assert answer.status == 201, answer.text
    found: str = answer.body["id"]
    return found


def approve(proposal_id: str, admin: Person = SECOND_TREASURER, *, decision: str = "approve", **options: Any) -> Answer:
    """Decide about a proposal."""
    body = {"decision": decision, "reason": options.pop("reason", REASON)}
    return admin.post(f"/credits/adjustments/{proposal_id}/approval", body, headers=key(options.pop("named", None)))


def waiting_proposals(admin: Person = TREASURER) -> list[dict[str, Any]]:
    """The proposals that wait for a second admin, oldest first."""
    return everything(admin, "/credits/adjustments")


def rewarded(user_id: str, cents: int, cause: str) -> str:
    """Book a reward, which matures in fourteen days; returns the entry's id."""

    unit_of_work = UnitOfWork()
    entry = ledger.reward(
        user_id, cents, type="reward", source=cause, reason=None, now=clock.now(), unit_of_work=unit_of_work
    )
    assert entry is not None
    unit_of_work.commit()
    return entry.id


def payout_account(user_id: str, *, fingerprint: str | None = None, **fields: Any) -> None:
    """Store a verified payout account, or one with other `fields` (in camelCase), instead of the present one."""
    table, item_key = payout_accounts.key(user_id)
    account = {
        "verified": True,
        "recipient": f"recipient of {user_id}",
        "fingerprints": [fingerprint or f"account of {user_id}"],
        "version": 1,
        **fields,
    }
    refusal = AssertionError("a write without a condition was refused")
    commit_now(writes.put(table, {**item_key, **account}, condition=None, refusal=lambda _: refusal))


def withdraw(person: Person, cents: int, name: str | None = None) -> Answer:
    """Ask for a withdrawal."""
    return person.post("/credits/withdrawals", {"amountCents": cents}, headers=key(name))


def reverse(entry_id: str, admin: Person = TREASURER, name: str | None = None) -> Answer:
    """Ask for a reversal."""
    return admin.post(f"/credits/transactions/{entry_id}/reversal", {"reason": "Booked in error."}, headers=key(name))


def balance(user_id: str) -> dict[str, int]:
    """A person's balance in the API."""
    answer = Person(user_id).get("/credits/balance")
    assert answer.status == 200, answer.text
    found: dict[str, int] = answer.body
    return found


def entries(user_id: str) -> list[dict[str, Any]]:
    """All entries of a person in the API, newest first."""
    return everything(Person(user_id), "/credits/transactions")


def everything(person: Person, path: str, limit: int = 50) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    query = {"limit": str(limit)}
    while True:
        answer = person.get(path, query=query)
        assert answer.status == 200, answer.text
        found += answer.body["items"]
        if answer.body["nextCursor"] is None:
            return found
        query["cursor"] = answer.body["nextCursor"]


def check_books(items: list[dict[str, Any]]) -> dict[str, int]:
    """Check that the ledger is consistent, and return people's balances. `items` are all of the Credits table.

    All accounts sum to zero; each is the sum of its movements; a person's balance is the sum of their entries, each
    entry's balance is the sum up to it, and none is below zero; every movement balances, and every entry has one.
    """

    accounts, movements, balances = {}, {}, {}
    lines: dict[str, list[Any]] = defaultdict(list)
    rows: dict[str, int] = defaultdict(int)
    for item in items:
        kind, _, rest = item["id"].partition("#")
        if kind == "account":
            accounts[rest] = Account.model_validate(item)
            balances[guarded("person", rest)] = accounts[rest].balance_cents
        elif kind == "movement":
            movements[rest] = Movement.model_validate(item)
        elif kind == "balance":
            balances[rest] = item["balanceCents"]
        elif kind == "leg":
            rows[item["account"]] += item["cents"]
        elif "order" in item:
            lines[item["userId"]].append(Entry.model_validate(item))
            rows[guarded("person", item["userId"])] += item["amountCents"]
    legs: dict[str, int] = defaultdict(int)
    for movement in movements.values():
        assert sum(leg.cents for leg in movement.legs) == 0
        for leg in movement.legs:
            legs[leg.account] += leg.cents
    assert sum(rows.values()) == 0
    assert dict(rows) == dict(legs)
    assert {name: cents for name, cents in balances.items() if cents} == {
        name: cents for name, cents in legs.items() if cents and is_guarded(name)
    }
    assert min(balances.values(), default=0) >= 0
    assert set(lines) <= set(accounts)
    for user_id, account in accounts.items():
        _check_account(account, sorted(lines[user_id], key=lambda one: one.number), set(movements))
    return {user_id: account.balance_cents for user_id, account in accounts.items()}


def _check_account(account: Any, lines: list[Any], sources: set[str]) -> None:
    running = 0
    for entry in lines:
        running += entry.amount_cents
        assert entry.balance_after_cents == running >= 0
        assert entry.source in sources
    assert account.balance_cents == running >= 0
    pending = [entry.amount_cents for entry in lines if entry.withdrawal_status == "pending"]
    assert account.pending_withdrawal_cents == -sum(pending)


ENOUGH_CENTS = 250_000
"""What the jobs of a referred person add up to before both sides are rewarded."""


def released_job(buyer: str, worker: str, cents: int = ENOUGH_CENTS, **fields: Any) -> str:
    """Store a job that was paid through escrow and released in full, with its escrow; returns its id."""

    now = clock.now()
    facts: dict[str, Any] = {
        "id": new_id(),
        "buyer_id": buyer,
        "buyer_name": "A buyer",
        **{name: POSTING[name] for name in ("title", "description", "category", "location")},
        "budget_cents": cents,
        "payment": "escrow",
        "status": "completed",
        "worker_id": worker,
        "agreed_cents": cents,
        "completed_at": now,
        "released_at": now,
        "expires_at": now,
        "created_at": now,
        "updated_at": now,
    }
    job = Job.model_validate({**facts, **fields})
    amounts = amounts_of(max(cents, 20_000), Terms())
    begun = new_escrow(
        job_id=job.id,
        job_title=job.title,
        buyer_id=buyer,
        worker_id=worker,
        amounts=amounts,
        terms=Terms(),
        timeline_days=3,
        now=now,
    )
    ended = {"status": "released", "paid_cents": amounts.buyer_total_cents, "released_cents": amounts.worker_cents}
    unit_of_work = UnitOfWork()
    unit_of_work.add(store.create(job), escrows.create(begun.model_copy(update=ended)))
    unit_of_work.commit()
    return job.id


def code_of(person: Person) -> str:
    """A person's referral code."""
    answer = person.get("/referrals/code")
    assert answer.status == 200, answer.text
    found: str = answer.body["code"]
    return found


def apply(person: Person, code: str) -> Answer:
    """Apply a code."""
    return person.post("/referrals/applications", {"code": code})


def refer(referrer: str, *referred: str) -> None:
    """Let people apply the code of a referrer; all of them have a verified payout account."""
    code = code_of(Person(referrer))
    payout_account(referrer)
    for user_id in referred:
        answer = apply(Person(user_id), code)
        assert answer.status == 201, answer.text
        payout_account(user_id)


def release(job_id: str) -> int:
    """Run the consumer of a released job once; returns how many referrals it completed."""

    return service.complete_referrals(job_id, clock.now())


def waiting_rewards(admin: Person = TREASURER) -> list[dict[str, Any]]:
    """The rewards that wait for an admin, oldest first."""
    return everything(admin, "/referrals/waiting")


def decide_reward(reward_id: str, decision: str = "pay", admin: Person = TREASURER, **options: Any) -> Answer:
    """Decide about a reward that waits."""
    body = {"decision": decision, "reason": options.pop("reason", REASON)}
    return admin.post(f"/referrals/{reward_id}/decision", body, headers=key(options.pop("named", None)))


def earlier_rewards(referrer: str, count: int, *, this_month: int = 0) -> None:
    """Set how many rewarded referrals a person has had, in all and in this month."""

    code_of(Person(referrer))
    month = month_of(clock.now())
    for name, value in {"rewardedCount": count, "month": month, "monthCount": this_month}.items():
        _write(settings.settings().referrals_table, {"id": f"referrer#{referrer}"}, name, value)


def _write(table: str, item_key: dict[str, str], attribute: str, value: Any) -> None:
    dynamo.update_now(
        writes.update(
            table,
            item_key,
            f"SET #{attribute} = :value",
            condition=None,
            refusal=lambda _: AssertionError("a write without a condition was refused"),
            values={"value": value},
        )
    )
