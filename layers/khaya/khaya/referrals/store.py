"""The Referrals table, keyed by `id`.

* `code#<code>`: a code and its owner.
* `referrer#<userId>`: the totals of a person's referrals; the index `byRewardedCount` has it from the first reward on.
* `referral#<userId>`: the referral of the person who was referred; a person has one at most. The index `byReferrer`
  lists those of one referrer.
* `reward#<id>`: a reward that an admin decides about; the index `byPending` lists those that wait.
* `qualification#<userId>`: a person's qualifying jobs, and the last story of theirs that was approved.
* `counted#<jobId>`: the referral that a job counts for; a job counts for one only.
"""

from __future__ import annotations

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict, WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.lists import list_page
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.referrals.model import Code, Referral, Referrer, WaitingReward

LEADERBOARD_SIZE = 20

_LEADERBOARD = "all"
_WAITING = "rewards"
_QUALIFICATION = "qualification#"
_COUNT_DIGITS = 8
_LATEST = 10**14
"""Milliseconds since 1970, in the far future. Of two referrers with the same count, the first to reach it is listed
first."""


def code_key(code: str) -> tuple[str, dict[str, str]]:
    """Primary key of a code."""
    return settings().referrals_table, {"id": f"code#{code}"}


def referrer_key(user_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a person's totals as a referrer."""
    return settings().referrals_table, {"id": f"referrer#{user_id}"}


def referral_key(referred_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of the referral of a referred person."""
    return settings().referrals_table, {"id": f"referral#{referred_id}"}


def qualification_key(user_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a person's first qualifying job and approved story."""
    return settings().referrals_table, {"id": f"{_QUALIFICATION}{user_id}"}


def read_code(item: Item | None) -> Code | None:
    """The code in `item`, if there is one."""
    return Code.model_validate(item) if item else None


def read_referrer(item: Item | None, user_id: str) -> Referrer:
    """The referrer in `item`; one without code and referrals if there is no item."""
    return Referrer.model_validate(item or {"userId": user_id})


def read_referral(item: Item | None) -> Referral | None:
    """The referral in `item`, if there is one."""
    return Referral.model_validate({**item, "id": item["referralId"]}) if item else None


def reward_key(reward_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of a reward that an admin decides about."""
    return settings().referrals_table, {"id": f"reward#{reward_id}"}


def has_qualified(item: Item | None) -> bool:
    """Whether `item`, under `qualification_key`, holds a qualifying job."""
    return bool(item and item.get("qualifiedAt"))


def approved_story_id(item: Item | None) -> str | None:
    """The id of the story in `item`, under `qualification_key`."""
    return item.get("storyId") if item else None


def newly_qualified(before: Item, after: Item) -> str | None:
    """The id of the person whose first qualifying job a change of an item records."""
    if not str(after.get("id", "")).startswith(_QUALIFICATION) or has_qualified(before) or not has_qualified(after):
        return None
    return str(after["id"]).removeprefix(_QUALIFICATION)


def find_reward(reward_id: str) -> WaitingReward | None:
    """The reward that an admin decides about; None if there is none."""
    item = dynamo.get(*reward_key(reward_id))
    return _read_reward(item) if item else None


def create_code(before: Referrer, after: Referrer) -> list[writes.Write]:
    """Store a person's new code, if the code is free and the person has none."""
    code = Code(code=after.code or "", user_id=after.user_id, display_name=after.display_name or "")
    table, key = code_key(code.code)
    new_code = writes.create(table, {**item_of(code), **key})
    return [new_code, update_referrer(before, after)]


def update_referrer(before: Referrer, after: Referrer) -> writes.Write:
    """Write the difference, if the referrer's version is unchanged."""
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
        refusal=lambda _: Conflict("You have applied a code already.", code="code_applied", params={"status": None}),
    )


def update_referral(before: Referral, after: Referral) -> writes.Write:
    """Write the difference, if the referral's state and jobs are unchanged."""
    jobs = "#jobs = :jobs" if before.jobs else "(attribute_not_exists(#jobs) OR #jobs = :jobs)"
    return writes.replace(
        *referral_key(before.referred_id),
        _item(before),
        _item(after),
        condition=f"#status = :was AND {jobs}",
        refusal=lambda _: WriteConflict(),
        values={"was": before.status, "jobs": before.jobs},
    )


def record_qualification(user_id: str, job_id: str, now: str) -> writes.Write:
    """Store a qualifying job of a person."""
    return writes.update(
        *qualification_key(user_id),
        "SET #qualifiedAt = if_not_exists(#qualifiedAt, :now), #jobId = if_not_exists(#jobId, :job) ADD #jobs :jobs",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"now": now, "job": job_id, "jobs": {job_id}},
    )


def remove_qualification(user_id: str, job_id: str, *, last: bool) -> writes.Write:
    """Take a qualifying job from a person, because its payment was charged back; `last` if it is the only one."""
    return writes.update(
        *qualification_key(user_id),
        "REMOVE #qualifiedAt, #jobId, #jobs" if last else "DELETE #jobs :gone",
        condition="#jobs = :gone" if last else "contains(#jobs, :job) AND #jobs <> :gone",
        refusal=lambda _: WriteConflict(),
        values={"gone": {job_id}} if last else {"gone": {job_id}, "job": job_id},
    )


def qualifying_jobs(item: Item | None) -> frozenset[str]:
    """The ids of the jobs in `item`, under `qualification_key`."""
    return frozenset(item.get("jobs", ())) if item else frozenset()


def verdict_key(job_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of the verdict about a job."""
    return settings().referrals_table, {"id": f"verdict#{job_id}"}


def read_verdict(item: Item | None) -> bool | None:
    """Whether a job qualifies; None if that is not decided yet."""
    return bool(item["qualified"]) if item else None


def record_verdict(job_id: str, *, qualified: bool, now: str) -> writes.Write:
    """The write that records whether a job qualifies, once."""
    return writes.create(
        settings().referrals_table, {"id": f"verdict#{job_id}", "qualified": qualified, "decidedAt": now}
    )


def revoke_verdict(job_id: str, now: str) -> writes.Write:
    """The write that records that a job does not qualify, whatever was decided before."""
    return writes.put(
        settings().referrals_table,
        {"id": f"verdict#{job_id}", "qualified": False, "decidedAt": now},
        condition=None,
        refusal=lambda _: WriteConflict(),
    )


def require_qualified(job_id: str) -> writes.Write:
    """Check that a job qualifies, which a chargeback may have ended meanwhile."""
    return writes.check(
        *verdict_key(job_id),
        condition="#qualified = :qualified",
        refusal=lambda _: WriteConflict(),
        values={"qualified": True},
    )


def counted_key(job_id: str) -> tuple[str, dict[str, str]]:
    """Primary key of the note of the referral that a job counts for."""
    return settings().referrals_table, {"id": f"counted#{job_id}"}


def counted_for(item: Item | None) -> str | None:
    """The referred person of the referral that a job counts for, in `item` under `counted_key`."""
    return item.get("countedFor") if item else None


def count_job(job_id: str, referred_id: str) -> writes.Write:
    """Note the referral that a job counts for, once."""
    table, key = counted_key(job_id)
    return writes.create(table, {**key, "countedFor": referred_id})


def uncount_job(job_id: str) -> writes.Write:
    """Remove the note of the referral that a job counts for."""
    return writes.delete(*counted_key(job_id), condition="attribute_exists(#id)", refusal=lambda _: WriteConflict())


def record_story(user_id: str, story_id: str) -> writes.Write:
    """Store the story of a person that was approved last."""
    return writes.update(
        *qualification_key(user_id),
        "SET #storyId = :story",
        condition=None,
        refusal=lambda _: WriteConflict(),
        values={"story": story_id},
    )


def create_reward(reward: WaitingReward) -> writes.Write:
    """Store a reward that waits for an admin."""
    return writes.create(settings().referrals_table, _reward_item(reward))


def decide_reward(before: WaitingReward, after: WaitingReward) -> writes.Write:
    """Write a decision, if nobody else has decided."""
    return writes.replace(
        *reward_key(before.id),
        _reward_item(before),
        _reward_item(after),
        condition="#status = :waiting",
        refusal=lambda _: WriteConflict(),
        values={"waiting": "waiting"},
    )


def reword(before: WaitingReward, after: WaitingReward) -> writes.Write:
    """Write other words of the admin who decided about a reward."""
    return writes.replace(
        *reward_key(before.id),
        _reward_item(before),
        _reward_item(after),
        condition="#status = :was",
        refusal=lambda _: WriteConflict(),
        values={"was": before.status},
    )


def rename(key: tuple[str, dict[str, str]], attribute: str, name: str) -> writes.Write:
    """Write a person's current name to a copy of it."""
    return writes.overwrite(*key, attribute, name)


def of_referrer(user_id: str, page_request: PageRequest) -> PageResult[Referral]:
    """The people whom a person has referred, newest first."""
    result = list_page(
        settings().referrals_table, "byReferrer", "referrerId", user_id, page_request, order="referralId"
    )
    return PageResult([found for row in result.items if (found := read_referral(row))], result.after)


def waiting_rewards(page_request: PageRequest) -> PageResult[WaitingReward]:
    """The rewards that wait for an admin, oldest first."""
    return list_page(
        settings().referrals_table,
        "byPending",
        "waiting",
        _WAITING,
        page_request,
        order="createdAt",
        newest_first=False,
    ).mapped(_read_reward)


def leaders() -> list[Referrer]:
    """The referrers with the most rewarded referrals, at most twenty."""
    rows = dynamo.query(
        settings().referrals_table,
        "byRewardedCount",
        "#leaderboard = :leaderboard",
        limit=LEADERBOARD_SIZE,
        values={"leaderboard": _LEADERBOARD},
    )
    return [Referrer.model_validate(row) for row in rows]


def _item(referral: Referral) -> Item:
    """The item of a referral. Its id is that of the index; the key is the person's."""
    return {**item_of(referral), "referralId": referral.id, **referral_key(referral.referred_id)[1]}


def _read_reward(item: Item) -> WaitingReward:
    return WaitingReward.model_validate({**item, "id": item["rewardId"]})


def _reward_item(reward: WaitingReward) -> Item:
    """The item of a reward, with its index attribute while it waits."""
    item = {**item_of(reward), "rewardId": reward.id, **reward_key(reward.id)[1]}
    return item | ({"waiting": _WAITING} if reward.status == "waiting" else {})


def _referrer_item(referrer: Referrer) -> Item:
    """The item of a referrer, with the leaderboard's index attributes from the first reward on."""
    item = item_of(referrer)
    if referrer.rewarded_at is not None:
        milliseconds = round(clock.parse(referrer.rewarded_at).timestamp() * 1000)
        order = f"{referrer.rewarded_count:0{_COUNT_DIGITS}}#{_LATEST - milliseconds}"
        item |= {"leaderboard": _LEADERBOARD, "leaderboardOrder": order}
    return item
