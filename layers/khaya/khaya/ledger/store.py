"""The Credits table, keyed by `id`: accounts, entries and movements.

* `account#<userId>`: a person's account. Every change is conditional on its version.
* `<ulid>`: an entry, listed by the index `byPerson`.
* `movement#<source>`: a movement. It is written once, so no cause is booked twice. `byAccount` lists those of a day.
* `closing#<day>`: the balances of the platform's accounts at the end of a day.
* `balance#<account>`: the balance of an escrow, a payout or a refund.
* `leg#<source>#<account>`: a leg of a movement, listed by the index `byAccount`. Those of a platform account are listed
  by day, so that no account is one partition. A leg on a person's credits is their entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from khaya.ledger.model import Account, DayClosing, Entry, Leg, Movement, is_guarded
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.lists import list_page
from khaya.platform.data.pages import PageRequest, PageResult

_ORDER_DIGITS = 12
_MOVEMENTS = "movements"
LATEST = "latest"
"""The day in the key of the closing of the last closed day."""
_BATCH_SIZE = 2000
"""Entries in one query for a statement: somewhat under the 1 MB limit of a DynamoDB response."""


def account_key(user_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a person's account."""
    return settings().credits_table, {"id": f"account#{user_id}"}


def movement_key(source: str) -> tuple[str, dict[str, str]]:
    """Primary key of a movement; the item exists once its source was booked."""
    return settings().credits_table, {"id": f"movement#{source}"}


def read_account(item: Item | None, user_id: str) -> Account:
    """The account in `item`; an empty one if the person has had no credits yet."""
    return Account.model_validate(item or {"userId": user_id})


def account(user_id: str) -> Account:
    """A person's account."""
    return read_account(dynamo.get(*account_key(user_id)), user_id)


def entry_key(entry_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of an entry."""
    return settings().credits_table, {"id": entry_id}


def read_entry(item: Item | None) -> Entry | None:
    """The entry in `item`, if it is one."""
    return Entry.model_validate(item) if item and "order" in item else None


def find_entry(entry_id: str) -> Entry | None:
    """The entry, if it exists."""
    return read_entry(dynamo.get(*entry_key(entry_id)))


def entries(user_id: str, page_request: PageRequest) -> PageResult[Entry]:
    """A person's entries, newest first."""
    result = list_page(settings().credits_table, "byPerson", "userId", user_id, page_request, order="order")
    return result.mapped(Entry.model_validate)


def every_entry(user_id: str, columns: Iterable[str]) -> Iterator[Item]:
    """These columns of all entries of a person, oldest first; each page is read when it is needed."""
    start: Item | None = None
    while True:
        rows = dynamo.query(
            settings().credits_table,
            "byPerson",
            "#userId = :userId",
            limit=_BATCH_SIZE,
            newest_first=False,
            start=start,
            values={"userId": user_id},
            columns={*columns, "id", "order"},
        )
        yield from rows
        if len(rows) < _BATCH_SIZE:
            return
        start = {"userId": user_id, "id": rows[-1]["id"], "order": rows[-1]["order"]}


def update_account(before: Account, after: Account) -> writes.Write:
    """Write the difference, if the account's version is unchanged."""
    return writes.replace(
        *account_key(before.user_id),
        item_of(before) if before.version else {},
        item_of(after),
        condition="#version = :was" if before.version else "attribute_not_exists(#version)",
        refusal=lambda _: WriteConflict(),
        values={"was": before.version} if before.version else None,
    )


def require_unchanged(account: Account) -> writes.Write:
    """A condition that nothing was booked on the account since it was read."""
    return writes.check(
        *account_key(account.user_id),
        condition="#version = :was" if account.version else "attribute_not_exists(#version)",
        refusal=lambda _: WriteConflict(),
        values={"was": account.version} if account.version else None,
    )


def put_entry(entry: Entry) -> writes.Write:
    """Store a new entry."""
    item = {**item_of(entry), "order": f"{entry.number:0{_ORDER_DIGITS}}"}
    return writes.create(settings().credits_table, item)


def update_entry(before: Entry, after: Entry) -> writes.Write:
    """Write an entry's new state: reversed, paid or failed. Its other fields never change."""
    return writes.replace(
        settings().credits_table,
        {"id": before.id},
        item_of(before),
        item_of(after),
        condition="attribute_not_exists(#reversedBy) AND "
        + ("#withdrawalStatus = :was" if before.withdrawal_status else "attribute_not_exists(#withdrawalStatus)"),
        refusal=lambda _: WriteConflict(),
        values={"was": before.withdrawal_status} if before.withdrawal_status else None,
    )


def put_movements(movements: Sequence[Movement]) -> list[writes.Write]:
    """Store movements whose sources have not been booked, their legs, and the balances of escrows, payouts, refunds.

    A transaction may contain an item only once, so at most one of the movements may touch one guarded account.
    """
    return [write for movement in movements for write in _movement(movement)]


def balance_key(account: str) -> tuple[str, dict[str, str]]:
    """Primary key of the balance of an escrow, a payout or a refund."""
    return settings().credits_table, {"id": f"balance#{account}"}


def read_balance(item: Item | None) -> int:
    """The cents in the item of a balance; zero if there is none."""
    return int(item["balanceCents"]) if item else 0


def legs(account: str, day: str, page_request: PageRequest) -> PageResult[Leg]:
    """The legs on an account, newest first; those of a platform account on one day (UTC)."""
    partition = account if is_guarded(account) else f"{account}#{day}"
    result = list_page(settings().credits_table, "byAccount", "legsOf", partition, page_request, order="bookedAt")
    return result.mapped(Leg.model_validate)


def movements(day: str, page_request: PageRequest) -> PageResult[Movement]:
    """The movements of a day (UTC), oldest first."""
    return list_page(
        settings().credits_table,
        "byAccount",
        "legsOf",
        f"{_MOVEMENTS}#{day}",
        page_request,
        order="bookedAt",
        newest_first=False,
    ).mapped(Movement.model_validate)


def closing_key(day: str) -> tuple[str, dict[str, str]]:
    """Primary key of the closing of a day."""
    return settings().credits_table, {"id": f"closing#{day}"}


def read_closing(item: Item | None) -> DayClosing | None:
    """The closing in `item`; None for None."""
    return DayClosing.model_validate(item) if item else None


def put_closing(closing: DayClosing) -> list[writes.Write]:
    """Store the closing of a day, also as the latest; the same again changes nothing."""
    items = [{**item_of(closing), **closing_key(name)[1]} for name in (closing.day, LATEST)]
    table = settings().credits_table
    return [writes.put(table, item, condition=None, refusal=lambda _: WriteConflict()) for item in items]


def _movement(movement: Movement) -> Iterator[writes.Write]:
    table = settings().credits_table
    yield writes.create(
        table,
        {
            **item_of(movement),
            **movement_key(movement.source)[1],
            "legsOf": f"{_MOVEMENTS}#{movement.created_at[:10]}",
            "bookedAt": movement.created_at,
        },
    )
    for leg in movement.legs:
        if leg.is_of_person:
            continue
        in_balance = is_guarded(leg.account)
        row = {
            **item_of(leg),
            "id": f"leg#{movement.source}#{leg.account}",
            "source": movement.source,
            "legsOf": leg.account if in_balance else f"{leg.account}#{movement.created_at[:10]}",
            "bookedAt": movement.created_at,
        }
        yield writes.create(table, row)
        if in_balance:
            yield writes.update(
                *balance_key(leg.account),
                "ADD #balanceCents :cents",
                condition="#balanceCents >= :taken" if leg.cents < 0 else None,
                refusal=lambda _: WriteConflict(),
                values={"cents": leg.cents, **({"taken": -leg.cents} if leg.cents < 0 else {})},
            )
