"""The Profiles table, keyed by `userId`, and the Directory: the rows in which people are found.

A person has a row for each of their roles, with each of their trades and with none named, so that every filter of the
directory is one query. A row repeats what the directory shows; it is written with the profile, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic.alias_generators import to_camel

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.fields import match_key
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.roles import Role
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.pages import PageRequest, PageResult, page_of
from khaya.profiles.model import OWN_ROLES, SUB_RATINGS, Profile
from khaya.profiles.trust import trust

_ANY = "*"
_UNCHANGED = "attribute_not_exists(#version) OR #version = :version"
_NOT_IN_ROWS = {"coordinates", "version", "updatedAt", "returned", "erasedAt"} | {
    to_camel(f"{name}_{kept}") for name in SUB_RATINGS for kept in ("sum", "count")
}
"""What the directory does not show, and so need not follow."""


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """Where the profile stands, for a read together with others."""
    return settings().profiles_table, {"userId": user_id}


def read(item: Item | None, user_id: str) -> Profile:
    """The profile in `item`; an empty one for a person that none was made for yet."""
    return Profile.model_validate(item or {"userId": user_id})


def find(user_id: str) -> Profile | None:
    """The profile, if there is one."""
    item = dynamo.get(*key(user_id))
    return read(item, user_id) if item else None


def get(user_id: str) -> Profile:
    """The profile of a signed-in person: always there, if only an empty one."""
    return find(user_id) or read(None, user_id)


def create(profile: Profile) -> list[writes.Write]:
    """Make the profile and its rows, unless it exists."""
    first = writes.put(
        settings().profiles_table,
        item_of(profile) | _facts(profile.created_at),
        condition="attribute_not_exists(#userId)",
        refusal=lambda _: WriteConflict(),
    )
    return [first, *_row_writes({}, _rows(profile))]


def change(before: Profile, after: Profile) -> list[writes.Write]:
    """Write what differs, if nobody wrote the profile meanwhile, and bring the person's rows in line."""
    new = item_of(after) | _facts(after.updated_at)
    changed = writes.replace(
        *key(before.user_id),
        item_of(before),
        new,
        condition=_UNCHANGED,
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )
    return [changed, *_row_writes(_rows(before), _rows(after))]


def erase(before: Profile, after: Profile) -> list[writes.Write]:
    """Write what is left of a profile, and remove its directory rows, if nobody wrote the profile meanwhile."""
    changed = writes.replace(
        *key(before.user_id),
        item_of(before),
        item_of(after),
        condition=_UNCHANGED,
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )
    return [changed, *_row_writes(_rows(before), {})]


def require_present(user_id: str) -> writes.Write:
    """Hold only if the person has not left."""
    return writes.check(
        *key(user_id),
        condition="attribute_not_exists(#erasedAt)",
        refusal=lambda _: Conflict("The account was erased."),
    )


def count_completed_job(user_id: str, now: str) -> writes.Write:
    """Count one more completed job."""
    return writes.update(
        *key(user_id),
        "SET #createdAt = if_not_exists(#createdAt, :now), #factsDay = :factsDay ADD #completedJobs :one",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"now": now, **_facts(now), "one": 1},
    )


def require_newcomer(user_id: str) -> writes.Write:
    """Check that the person completed no job as a worker, and had no account before this one."""
    return writes.check(
        *key(user_id),
        condition="(attribute_not_exists(#completedJobs) OR #completedJobs = :none)"
        " AND attribute_not_exists(#returned)",
        refusal=_not_new,
        values={"none": 0},
    )


def _not_new(item: Item | None) -> Exception:
    if item and item.get("returned"):
        return Conflict("You have been a member before, so you are not new here.")
    return Conflict("You have completed a job already, so you are not new here.")


def count_review(user_id: str, rating: int, sub_ratings: Mapping[str, int], step: int, now: str) -> writes.Write:
    """One review more (`step` 1) or fewer (-1) counts for the person, with its rating and those of single sides."""
    counted = {"rating": rating, **sub_ratings}
    names = {name: (to_camel(f"{name}_sum"), to_camel(f"{name}_count")) for name in counted}
    parts = [part for total, count in names.values() for part in (f"#{total} :{total}", f"#{count} :{count}")]
    values = {total: step * counted[name] for name, (total, _) in names.items()}
    return writes.update(
        *key(user_id),
        "SET #createdAt = if_not_exists(#createdAt, :now), #factsDay = :factsDay ADD " + ", ".join(parts),
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"now": now, **_facts(now), **values, **{count: step for _, count in names.values()}},
    )


def bring_in_line(before: Profile, after: Profile) -> list[writes.Write]:
    """Write a newly found median, and those of the person's rows that are not as they should be; often nothing.

    All of it only if the owner has not written the profile meanwhile: their own writes add and remove rows, which must
    not come back. The version stays as it is, so what an owner has read of their profile does not go stale.
    """
    due = _rows(after)
    table = settings().directory_table
    stand = dynamo.get_many([(table, {"rowId": row_id}) for row_id in due]) if due else []
    present = {
        item["rowId"]: {name: value for name, value in item.items() if name != writes.WRITE_TOKEN}
        for item in stand
        if item
    }
    wrong = {row_id: row for row_id, row in due.items() if present.get(row_id) != row}
    if not wrong and before.median_response_minutes == after.median_response_minutes:
        return []
    return [_unless_edited(before, after), *_row_writes({}, wrong)]


def _unless_edited(before: Profile, after: Profile) -> writes.Write:
    """Hold that the owner has not written the profile since it was read; and write the median where it is new."""
    if before.median_response_minutes == after.median_response_minutes:
        return writes.check(
            *key(after.user_id),
            condition=_UNCHANGED,
            refusal=lambda _: WriteConflict(),
            values={"version": before.version},
        )
    return writes.update(
        *key(after.user_id),
        "SET #medianResponseMinutes = :median",
        condition=_UNCHANGED,
        refusal=lambda _: WriteConflict(),
        values={"version": before.version, "median": after.median_response_minutes},
    )


def changed_on(day: str, limit: int, after: str | None) -> list[str]:
    """People whose facts changed on a day, and not since: their ids, in order, from the one after `after`."""
    rows = dynamo.query(
        settings().profiles_table,
        "byFacts",
        "#factsDay = :day",
        limit=limit,
        newest_first=False,
        start={"factsDay": day, "userId": after} if after else None,
        values={"day": day},
    )
    return [row["userId"] for row in rows]


def directory(role: Role, trade: str | None, location: str | None, page_request: PageRequest) -> PageResult[Profile]:
    """People with `role`, by trade and place where named, best trust score first."""
    listing = _listing(role, trade or _ANY)
    if location is None:
        index, attribute, value = "byRank", "listing", listing
    else:
        index, attribute, value = "byPlace", "place", _place(listing, location)
    start = page_request.start()
    rows = dynamo.query(
        settings().directory_table,
        index,
        f"#{attribute} = :{attribute}",
        limit=page_request.limit + 1,
        start=start and {"rowId": start["rowId"], "rank": start["rank"], attribute: value},
        values={attribute: value},
    )
    found = page_of(rows, page_request.limit, lambda row: {"rowId": row["rowId"], "rank": row["rank"]})
    return PageResult([Profile.model_validate(row) for row in found.items], found.after)


def _facts(now: str | None) -> Item:
    """What says when a person's facts changed last: the day, by which the nightly task finds them."""
    return {"factsDay": clock.local_day(now)} if now else {}


def _rows(profile: Profile) -> dict[str, Item]:
    """The directory rows of a profile, by their key."""
    shown = {name: value for name, value in item_of(profile).items() if name not in _NOT_IN_ROWS}
    rank = f"{trust(profile).score:03}#{profile.user_id}"
    rows = {}
    for role in profile.roles:
        if role not in OWN_ROLES:
            continue
        for trade in (_ANY, *profile.trades):
            listing = _listing(role, trade)
            row = {**shown, "rowId": f"{profile.user_id}#{listing}", "listing": listing, "rank": rank}
            if profile.location:
                row["place"] = _place(listing, profile.location)
            rows[row["rowId"]] = row
    return rows


def _row_writes(before: dict[str, Item], after: dict[str, Item]) -> list[writes.Write]:
    table = settings().directory_table
    gone = [
        writes.delete(table, {"rowId": row_id}, condition=None, refusal=lambda _: WriteConflict())
        for row_id in before
        if row_id not in after
    ]
    return gone + [
        writes.put(table, row, condition=None, refusal=lambda _: WriteConflict())
        for row_id, row in after.items()
        if before.get(row_id) != row
    ]


def _listing(role: Role, trade: str) -> str:
    return f"{role}#{trade if trade == _ANY else match_key(trade)}"


def _place(listing: str, location: str) -> str:
    """A listing at a place. Between them stands what neither can hold, so that no trade passes for part of a place."""
    return f"{listing}\n{match_key(location)}"
