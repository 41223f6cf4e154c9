"""The marketplace's demo content, put in through its own API so that every rule holds for it.

Loading is repeatable: each part first looks what is there, and goes on from where an earlier load, finished
or not, ended. To add a domain, write a module with a `load(visits)` and name it in `STAGES`.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from local.demo import (
    balances,
    enquiries,
    escrows,
    jobs,
    listings,
    payments,
    profiles,
    referrals,
    reviews,
    stories,
    stuck_jobs,
)
from local.demo.visit import Visits

STAGES: tuple[tuple[Callable[[Visits], None], ...], ...] = (
    (profiles.load,),
    (jobs.load, listings.load, stories.load, balances.load, referrals.load),
    (reviews.load, escrows.load, enquiries.load, stuck_jobs.load, payments.load),
)


def load(visits: Visits) -> None:
    """Load all parts, those of a stage at the same time; later stages may rely on earlier ones."""
    with ThreadPoolExecutor(max_workers=2) as threads:
        for stage in STAGES:
            for done in [threads.submit(part, visits) for part in stage]:
                done.result()
