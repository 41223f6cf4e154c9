"""Repairs the sums and counts of a person's ratings."""

from __future__ import annotations

from collections import Counter

from pydantic.alias_generators import to_camel

from khaya.platform.data.corrections import is_settled
from khaya.platform.data.pages import every_item
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.profiles import store as profiles
from khaya.profiles.model import SUB_RATINGS
from khaya.reviews import store


def repair_ratings(user_id: str, now: str) -> int:
    """Correct the sums and counts of the reviews about a person that are shown; returns the differences.

    Raises:
        WriteConflict: somebody wrote the profile meanwhile.
    """
    item = read(profiles.key(user_id))
    if item is None or not is_settled(item, now):
        return 0
    counts: Counter[str] = Counter()
    for review in every_item(lambda page_request: store.of_subject(user_id, page_request)):
        for name, rating in {"rating": review.rating, **review.sub_ratings.given()}.items():
            counts.update({to_camel(f"{name}_sum"): rating, to_camel(f"{name}_count"): 1})
    kept = [to_camel(f"{name}_{part}") for name in ("rating", *SUB_RATINGS) for part in ("sum", "count")]
    wrong = {name: counts[name] for name in kept if item.get(name, 0) != counts[name]}
    if wrong:
        commit_now(profiles.correct_ratings(item, wrong))
    return len(wrong)
