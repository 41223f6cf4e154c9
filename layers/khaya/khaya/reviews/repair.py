"""Repairs the sums and counts of a person's ratings."""

from __future__ import annotations

from collections import Counter

from pydantic.alias_generators import to_camel

from khaya.platform.data.corrections import require_settled, version_of
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.repairs import Run
from khaya.profiles import store as profiles
from khaya.profiles.model import SUB_RATINGS
from khaya.reviews import store


def repair_ratings(user_id: str, run: Run) -> int:
    """Correct the sums and counts of the reviews about a person that are shown; returns the differences.

    Raises:
        WriteConflict: somebody wrote the profile meanwhile.
        NotSettled, OutOfTime: see `platform.work.repairs`.
    """
    item = read(profiles.key(user_id))
    if item is None:
        return 0
    require_settled(item, run.now)
    reading = run.reading
    reading.begin_anew_unless(version_of(item))
    counts: Counter[str] = Counter(reading.kept.get("counts", {}))
    for review in reading.every_item(lambda page_request: store.of_subject(user_id, page_request)):
        for name, rating in {"rating": review.rating, **review.sub_ratings.given()}.items():
            counts.update({to_camel(f"{name}_sum"): rating, to_camel(f"{name}_count"): 1})
        reading.kept["counts"] = dict(counts)
    kept = [to_camel(f"{name}_{part}") for name in ("rating", *SUB_RATINGS) for part in ("sum", "count")]
    wrong = {name: counts[name] for name in kept if item.get(name, 0) != counts[name]}
    if wrong:
        commit_now(profiles.correct_ratings(item, wrong))
    return len(wrong)
