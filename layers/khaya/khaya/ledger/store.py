"""The Credits table, keyed by `id`: people's accounts, their entries, movements, and the house's accounts.

* `account#<userId>`: a person's account. Every change is conditional on its version.
* `<ulid>`: an entry, listed by the index `byPerson`.
* `movement#<source>`: a movement. It is made once, so no cause is booked twice.
* `house#<account>#<shard>`: a part of one of the house's accounts. What a person's movements move stands in the shard
  that their id falls on, so that no account is one hot item, and one person's movements do not meet another's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from khaya.ledger.model import Account, Entry, Movement, person
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.ids import shard_of
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.lists import list_page
from khaya.platform.data.pages import PageRequest, PageResult

SHARDS = 16
"""How many items hold one of the house's accounts."""

_ORDER_DIGITS = 12
_MANY = 2000
"""Entries read at a time for a statement: somewhat under the megabyte that one answer of DynamoDB holds."""

_PERSON = person("")


def account_key(user_id: str) -> tuple[str, dict[str, str]]:
    """Where a person's account stands, for a read together with others."""
    return settings().credits_table, {"id": f"account#{user_id}"}


def movement_key(source: str) -> tuple[str, dict[str, str]]:
    """Where the movement of a cause stands; it exists once that cause was booked."""
    return settings().credits_table, {"id": f"movement#{source}"}


def read_account(item: Item | None, user_id: str) -> Account:
    """The account in `item`; an empty one for a person who has had no credits yet."""
    return Account.model_validate(item or {"userId": user_id})


def account(user_id: str) -> Account:
    """A person's account."""
    return read_account(dynamo.get(*account_key(user_id)), user_id)


def find_entry(entry_id: str) -> Entry | None:
    """The entry, if there is one."""
    item = dynamo.get(settings().credits_table, {"id": entry_id})
    return Entry.model_validate(item) if item and "order" in item else None


def entries(user_id: str, page_request: PageRequest) -> PageResult[Entry]:
    """A person's entries, the newest first."""
    part = list_page(settings().credits_table, "byPerson", "userId", user_id, page_request, order="order")
    return PageResult([Entry.model_validate(row) for row in part.items], part.after)


def every_entry(user_id: str, columns: Iterable[str]) -> Iterator[Item]:
    """Those columns of all of a person's entries, the oldest first, however many; read as they are taken."""
    start: Item | None = None
    while True:
        rows = dynamo.query(
            settings().credits_table,
            "byPerson",
            "#userId = :userId",
            limit=_MANY,
            newest_first=False,
            start=start,
            values={"userId": user_id},
            columns={*columns, "id", "order"},
        )
        yield from rows
        if len(rows) < _MANY:
            return
        start = {"userId": user_id, "id": rows[-1]["id"], "order": rows[-1]["order"]}


def change(before: Account, after: Account) -> writes.Write:
    """Write what differs, if nobody changed the account meanwhile."""
    return writes.replace(
        *account_key(before.user_id),
        item_of(before) if before.version else {},
        item_of(after),
        condition="#version = :was" if before.version else "attribute_not_exists(#version)",
        refusal=lambda _: WriteConflict(),
        values={"was": before.version} if before.version else None,
    )


def require_none_pending(user_id: str) -> writes.Write:
    """Hold only if no withdrawal of a person is under way."""
    return writes.check(
        *account_key(user_id),
        condition="attribute_not_exists(#pendingWithdrawalCents) OR #pendingWithdrawalCents = :none",
        refusal=lambda _: WriteConflict(),
        values={"none": 0},
    )


def enter(entry: Entry) -> writes.Write:
    """Store a new entry."""
    item = {**item_of(entry), "order": f"{entry.number:0{_ORDER_DIGITS}}"}
    return writes.put(
        settings().credits_table, item, condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict()
    )


def mark(before: Entry, after: Entry) -> writes.Write:
    """Note on an entry what became of it: taken back, paid out or failed. All else about it stands for good."""
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


def record(movements: Sequence[Movement]) -> list[writes.Write]:
    """Record movements, each if its source has not been booked, and move the house's side of them."""
    table = settings().credits_table
    records = [
        writes.put(
            table,
            {**item_of(movement), **movement_key(movement.source)[1]},
            condition="attribute_not_exists(#id)",
            refusal=lambda _: WriteConflict(),
        )
        for movement in movements
    ]
    return records + [
        writes.update(
            table,
            {"id": shard},
            "ADD #balanceCents :cents",
            condition=None,
            refusal=lambda _: WriteConflict(),
            values={"cents": cents},
        )
        for shard, cents in _by_shard(movements).items()
        if cents
    ]


def _by_shard(movements: Sequence[Movement]) -> Mapping[str, int]:
    """What the movements add to each shard of the house's accounts: one item may stand in a transaction only once."""
    sums: Counter[str] = Counter()
    for movement in movements:
        owner = next((leg.account for leg in movement.legs if leg.account.startswith(_PERSON)), movement.source)
        number = shard_of(owner, SHARDS)
        for leg in movement.legs:
            if not leg.account.startswith(_PERSON):
                sums[f"house#{leg.account}#{number:02}"] += leg.cents
    return sums
