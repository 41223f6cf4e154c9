"""The Referrals table, keyed by `id`.

* `code#<code>`: whose a code is.
* `referrer#<userId>`: what a person's referrals have come to; with a reward it stands on the leaderboard's index.
* `referral#<userId>`: the referral of the person who was brought. Nobody has two, and it is found by either name: the
  index `byReferrer` lists those of one referrer, `byWait` those that wait for an admin.
* `member#<userId>`: that a person has had a qualifying job.
"""

from __future__ import annotations

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.lists import list_page
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.referrals.model import Code, Referral, Referrer

SHOWN = 20
"""Places on the leaderboard."""

_BOARD = "all"
_WAITING = "admin"
_COUNT_DIGITS = 8
_LATEST = 10**14
"""Milliseconds since 1970, long after us: of two with the same count, the one who reached it first stands first."""


def code_key(code: str) -> tuple[str, dict[str, str]]:
    """Where a code stands, for a read together with others."""
    return settings().referrals_table, {"id": f"code#{code}"}


def referrer_key(user_id: str) -> tuple[str, dict[str, str]]:
    """Where a person stands as a referrer, for a read together with others."""
    return settings().referrals_table, {"id": f"referrer#{user_id}"}


def referral_key(referred_id: str) -> tuple[str, dict[str, str]]:
    """Where the referral of a person who was brought stands, for a read together with others."""
    return settings().referrals_table, {"id": f"referral#{referred_id}"}


def member_key(user_id: str) -> tuple[str, dict[str, str]]:
    """Where it stands that a person has had a qualifying job, for a read together with others."""
    return settings().referrals_table, {"id": f"member#{user_id}"}


def read_code(item: Item | None) -> Code | None:
    """Whose code it is."""
    return Code.model_validate(item) if item else None


def read_referrer(item: Item | None, user_id: str) -> Referrer:
    """The referrer in `item`; one without a code and without referrals where there is none."""
    return Referrer.model_validate(item or {"userId": user_id})


def read_referral(item: Item | None) -> Referral | None:
    """The referral in `item`."""
    return Referral.model_validate({**item, "id": item["referralId"]}) if item else None


def has_qualified(item: Item | None) -> bool:
    """Whether the person under `member_key` has had a qualifying job."""
    return bool(item and item.get("qualifiedAt"))


def create_code(before: Referrer, after: Referrer) -> list[writes.Write]:
    """Give a person a code, unless somebody has that one, or they have one by now."""
    code = Code(code=after.code or "", user_id=after.user_id, display_name=after.display_name or "")
    table, key = code_key(code.code)
    taken = writes.put(
        table, {**item_of(code), **key}, condition="attribute_not_exists(#id)", refusal=lambda _: WriteConflict()
    )
    return [taken, change_referrer(before, after)]


def change_referrer(before: Referrer, after: Referrer) -> writes.Write:
    """Write what differs, if nobody changed the referrer meanwhile."""
    return writes.replace(
        *referrer_key(before.user_id),
        _referrer_item(before) if before.version else {},
        _referrer_item(after),
        condition="#version = :was" if before.version else "attribute_not_exists(#version)",
        refusal=lambda _: WriteConflict(),
        values={"was": before.version} if before.version else None,
    )


def create(referral: Referral) -> writes.Write:
    """Store a new referral, if the person has none."""
    return writes.put(
        settings().referrals_table,
        _item(referral),
        condition="attribute_not_exists(#id)",
        refusal=lambda _: Conflict("You have applied a code already."),
    )


def change(before: Referral, after: Referral) -> writes.Write:
    """Write what differs, if the referral is still in the state that was read."""
    return writes.replace(
        *referral_key(before.referred_id),
        _item(before),
        _item(after),
        condition="#status = :was",
        refusal=lambda _: WriteConflict(),
        values={"was": before.status},
    )


def qualified(user_id: str, job_id: str, now: str) -> writes.Write:
    """Note that a person has had a qualifying job; the first one stays."""
    return writes.update(
        *member_key(user_id),
        "SET #qualifiedAt = if_not_exists(#qualifiedAt, :now), #jobId = if_not_exists(#jobId, :job)",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"now": now, "job": job_id},
    )


def rename(key: tuple[str, dict[str, str]], attribute: str, name: str) -> writes.Write:
    """Write a person's present name where it is repeated."""
    return writes.overwrite(*key, attribute, name)


def of_referrer(user_id: str, page_request: PageRequest) -> PageResult[Referral]:
    """Those whom a person has brought, the newest first."""
    return _listed("byReferrer", "referrerId", user_id, page_request)


def waiting(page_request: PageRequest) -> PageResult[Referral]:
    """Completed referrals beyond a month's limit, which an admin is to decide on, the oldest first."""
    return _listed("byWait", "waiting", _WAITING, page_request, newest_first=False)


def leaders() -> list[Referrer]:
    """Those with the most rewarded referrals, at most twenty."""
    rows = dynamo.query(
        settings().referrals_table, "byStanding", "#board = :board", limit=SHOWN, values={"board": _BOARD}
    )
    return [Referrer.model_validate(row) for row in rows]


def _listed(
    index: str, attribute: str, value: str, page_request: PageRequest, *, newest_first: bool = True
) -> PageResult[Referral]:
    part = list_page(
        settings().referrals_table, index, attribute, value, page_request, order="referralId", newest_first=newest_first
    )
    return PageResult([found for row in part.items if (found := read_referral(row))], part.after)


def _item(referral: Referral) -> Item:
    """The referral with the attributes that its indexes are made of."""
    item = {**item_of(referral), "referralId": referral.id, **referral_key(referral.referred_id)[1]}
    return item | ({"waiting": _WAITING} if referral.status == "completed" else {})


def _referrer_item(referrer: Referrer) -> Item:
    """The referrer, on the leaderboard's index with the first rewarded referral."""
    item = item_of(referrer)
    if referrer.rewarded_at is not None:
        milliseconds = round(clock.parse(referrer.rewarded_at).timestamp() * 1000)
        item |= {"board": _BOARD, "standing": f"{referrer.rewarded_count:0{_COUNT_DIGITS}}#{_LATEST - milliseconds}"}
    return item
