"""The Profiles table, keyed by `userId`, and the Directory table, whose rows are copies of profiles.

A person has a row for each pair of a role and a trade, and for each role without a trade, so that every filter of the
directory is one query. Rows contain all that the directory shows. They are written in the profile's transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic.alias_generators import to_camel

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.places import place_key
from khaya.platform.base.roles import Role
from khaya.platform.base.settings import settings
from khaya.platform.base.text import comparable
from khaya.platform.data import dynamo, writes
from khaya.platform.data.corrections import correct
from khaya.platform.data.pages import PageRequest, PageResult, page_of
from khaya.profiles.model import OWN_ROLES, SUB_RATINGS, Profile, Reputation
from khaya.profiles.trust import trust

_ANY = "*"
_REPUTATION = ("userId", *map(to_camel, Reputation.model_fields))
_WAITING = "waiting"
_UNCHANGED = "attribute_not_exists(#version) OR #version = :version"
_NOT_IN_ROWS = {"coordinates", "version", "updatedAt", "returned", "erasedAt", "hidden", "verification"} | {
    to_camel(f"{name}_{kept}") for name in SUB_RATINGS for kept in ("sum", "count")
}
"""Attributes that the directory does not show, and that its rows do not contain."""


def key(user_id: str) -> tuple[str, dict[str, str]]:
    """The key of the profile, for reads of several items."""
    return settings().profiles_table, {"userId": user_id}


def read(item: Item | None, user_id: str) -> Profile:
    """The profile in `item`; an empty one if there is none yet."""
    return Profile.model_validate(item or {"userId": user_id})


def read_reputation(item: Item | None) -> Reputation:
    """The reputation in the profile `item`, of which it needs `reputation_columns`; a new person's for None."""
    return Reputation.model_validate(item or {})


def reputation_columns() -> dict[str, tuple[str, ...]]:
    """The attributes of profiles that `read_reputation` needs, for reads of several items."""
    return {settings().profiles_table: _REPUTATION}


def find(user_id: str) -> Profile | None:
    """The profile; None if there is none."""
    item = dynamo.get(*key(user_id))
    return read(item, user_id) if item else None


def get(user_id: str) -> Profile:
    """The profile of a signed-in person; an empty one if there is none yet."""
    return find(user_id) or read(None, user_id)


def create(profile: Profile) -> list[writes.Write]:
    """Create the profile and its directory rows, unless it exists."""
    first = writes.put(
        settings().profiles_table,
        _item(profile) | _reputation_day(profile.created_at),
        condition="attribute_not_exists(#userId)",
        refusal=lambda _: WriteConflict(),
    )
    return [first, *_row_writes({}, _rows(profile))]


def change(before: Profile, after: Profile) -> list[writes.Write]:
    """Write the changed fields and directory rows, if any; refused if the profile's version has changed."""
    if after is before:
        return []
    new = _item(after) | _reputation_day(after.updated_at)
    changed = writes.replace(
        *key(before.user_id),
        _item(before),
        new,
        condition=_UNCHANGED,
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )
    return [changed, *_row_writes(_rows(before), _rows(after))]


def erase(before: Profile, after: Profile) -> list[writes.Write]:
    """Write the erased profile and delete its directory rows; refused if the profile's version has changed."""
    changed = writes.replace(
        *key(before.user_id),
        _item(before),
        _item(after),
        condition=_UNCHANGED,
        refusal=lambda _: WriteConflict(),
        values={"version": before.version},
    )
    return [changed, *_row_writes(_rows(before), {})]


def require_present(user_id: str) -> writes.Write:
    """Check that the account was not erased."""
    return writes.check(
        *key(user_id),
        condition="attribute_not_exists(#erasedAt)",
        refusal=lambda _: Conflict("The account was erased.", code="account_erased"),
    )


@dataclass(frozen=True)
class PaidJob:
    """A job that counts as paid for its worker, and whether it was on time."""

    on_time: bool


def count_completed_job(user_id: str, now: str, paid: PaidJob | None = None) -> writes.Write:
    """Add one to the completed jobs, and to the paid ones if it counts as paid."""
    counters = {"completedJobs": 1, **_paid(paid, 1)}
    return writes.update(
        *key(user_id),
        "SET #createdAt = if_not_exists(#createdAt, :now), #reputationDay = :reputationDay ADD "
        + ", ".join(f"#{name} :{name}" for name in counters),
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"now": now, **_reputation_day(now), **counters},
    )


def uncount_paid_job(user_id: str, now: str, paid: PaidJob) -> writes.Write:
    """Subtract a paid job, because its payment was charged back."""
    counters = _paid(paid, -1)
    return writes.update(
        *key(user_id),
        "SET #reputationDay = :reputationDay ADD " + ", ".join(f"#{name} :{name}" for name in counters),
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={**_reputation_day(now), **counters},
    )


def _paid(paid: PaidJob | None, step: int) -> dict[str, int]:
    if paid is None:
        return {}
    return {"paidJobs": step, **({"onTimeJobs": step} if paid.on_time else {})}


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
        return Conflict("You have been a member before, so you are not new here.", code="not_new")
    return Conflict("You have completed a job already, so you are not new here.", code="not_new")


def count_review(user_id: str, rating: int, sub_ratings: Mapping[str, int], step: int, now: str) -> writes.Write:
    """Add (`step` 1) or subtract (-1) a review, with its rating and sub-ratings."""
    counted = {"rating": rating, **sub_ratings}
    names = {name: (to_camel(f"{name}_sum"), to_camel(f"{name}_count")) for name in counted}
    parts = [part for total, count in names.values() for part in (f"#{total} :{total}", f"#{count} :{count}")]
    values = {total: step * counted[name] for name, (total, _) in names.items()}
    return writes.update(
        *key(user_id),
        "SET #createdAt = if_not_exists(#createdAt, :now), #reputationDay = :reputationDay ADD " + ", ".join(parts),
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"now": now, **_reputation_day(now), **values, **{count: step for _, count in names.values()}},
    )


def correct_ratings(item: Item, counts: Mapping[str, int]) -> writes.Write:
    """Set sums and counts of ratings of the profile in `item`, unless it was written since."""
    return correct(*key(item["userId"]), item, counts)


def differ(before: Item, after: Item) -> bool:
    """Whether two images of a profile differ in more than their write tokens."""
    return _without_write_token(before) != _without_write_token(after)


def ends_suspension(before: Item, after: Item) -> bool:
    """Whether a change of a profile ends a suspension, by an admin's decision or by the erasure of the person."""
    return bool(before.get("hidden") and after and not after.get("hidden"))


def derived_writes(before: Profile, after: Profile) -> list[writes.Write]:
    """The writes that update the median and the outdated directory rows; often none.

    They are refused if the owner has written the profile since it was read, because the owner's writes add and delete
    rows. The version does not change, so the owner's `ETag` stays valid.
    """
    expected = _rows(after)
    table = settings().directory_table
    items = dynamo.get_many([(table, {"rowId": row_id}) for row_id in expected]) if expected else []
    stored = {item["rowId"]: _without_write_token(item) for item in items if item}
    outdated = {row_id: row for row_id, row in expected.items() if stored.get(row_id) != row}
    if not outdated and before.median_response_minutes == after.median_response_minutes:
        return []
    return [_unless_edited(before, after), *_row_writes({}, outdated)]


def _without_write_token(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != writes.WRITE_TOKEN}


def _unless_edited(before: Profile, after: Profile) -> writes.Write:
    """Check that the profile's version has not changed, and set the median if it differs."""
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


def with_changed_reputation(day: str, limit: int, after: str | None) -> list[str]:
    """Ids of people whose reputation last changed on `day`, in order, starting after `after`."""
    rows = dynamo.query(
        settings().profiles_table,
        "byReputationDay",
        "#reputationDay = :day",
        limit=limit,
        newest_first=False,
        start={"reputationDay": day, "userId": after} if after else None,
        values={"day": day},
    )
    return [row["userId"] for row in rows]


def directory(role: Role, trade: str | None, location: str | None, page_request: PageRequest) -> PageResult[Profile]:
    """People with `role`, filtered by trade and location if given, best trust score first."""
    directory_key = _directory_key(role, trade or _ANY)
    if location is None:
        index, attribute, value = "byRank", "directoryKey", directory_key
    else:
        index, attribute, value = "byPlace", "place", _place(directory_key, location)
    start = page_request.start()
    rows = dynamo.query(
        settings().directory_table,
        index,
        f"#{attribute} = :{attribute}",
        limit=page_request.limit + 1,
        start=start and {"rowId": start["rowId"], "rank": start["rank"], attribute: value},
        values={attribute: value},
    )
    result = page_of(rows, page_request.limit, lambda row: {"rowId": row["rowId"], "rank": row["rank"]})
    return result.mapped(Profile.model_validate)


def applications(page_request: PageRequest) -> PageResult[Profile]:
    """People who wait to be verified, oldest request first."""
    start = page_request.start()
    rows = dynamo.query(
        settings().profiles_table,
        "byApplication",
        "#applications = :waiting",
        limit=page_request.limit + 1,
        newest_first=False,
        start=start
        and {
            "applications": _WAITING,
            "applicationOrder": start["applicationOrder"],
            "userId": start["userId"],
        },
        values={"waiting": _WAITING},
    )
    return page_of(
        rows,
        page_request.limit,
        lambda row: {"userId": row["userId"], "applicationOrder": row["applicationOrder"]},
    ).mapped(Profile.model_validate)


def _item(profile: Profile) -> Item:
    """The item of a profile, with the index attributes while the person waits to be verified."""
    item, request = item_of(profile), profile.verification
    if request is None or request.status != "waiting":
        return item
    return item | {"applications": _WAITING, "applicationOrder": f"{request.asked_at}#{profile.user_id}"}


def _reputation_day(now: str | None) -> Item:
    """The day of the last change of a person's reputation, by which the nightly repair finds them."""
    return {"reputationDay": clock.local_day(now)} if now else {}


def _rows(profile: Profile) -> dict[str, Item]:
    """The directory rows of a profile, by `rowId`; none for a suspended person."""
    if profile.hidden:
        return {}
    shown = {name: value for name, value in item_of(profile).items() if name not in _NOT_IN_ROWS}
    rank = f"{trust(profile).score:03}#{profile.user_id}"
    rows = {}
    for role in profile.roles:
        if role not in OWN_ROLES:
            continue
        for trade in (_ANY, *profile.trades):
            directory_key = _directory_key(role, trade)
            row = {**shown, "rowId": f"{profile.user_id}#{directory_key}", "directoryKey": directory_key, "rank": rank}
            if profile.location:
                row["place"] = _place(directory_key, profile.location)
            rows[row["rowId"]] = row
    return rows


def _row_writes(before: dict[str, Item], after: dict[str, Item]) -> list[writes.Write]:
    table = settings().directory_table
    deletions = [
        writes.delete(table, {"rowId": row_id}, condition=None, refusal=lambda _: WriteConflict())
        for row_id in before
        if row_id not in after
    ]
    return deletions + [
        writes.put(table, row, condition=None, refusal=lambda _: WriteConflict())
        for row_id, row in after.items()
        if before.get(row_id) != row
    ]


def _directory_key(role: Role, trade: str) -> str:
    return f"{role}#{trade if trade == _ANY else comparable(trade)}"


def _place(directory_key: str, location: str) -> str:
    """The key of a role and trade at a place. Neither part can contain the separator, so the key is unambiguous."""
    return f"{directory_key}\n{place_key(location)}"
