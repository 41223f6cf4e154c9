"""The marketplace's demo content, put in through its own API so that every rule holds for it.

Loading is repeatable: each part first looks what is there, and goes on from where an earlier load, finished
or not, ended. To add a domain, write a module with a `load(visits)` and name it in `PARTS`.
"""

from collections.abc import Callable

from local.demo import balances, jobs, listings, profiles, referrals, reviews, stories
from local.demo.visit import Visits

PARTS: tuple[Callable[[Visits], None], ...] = (
    profiles.load,
    jobs.load,
    reviews.load,
    listings.load,
    stories.load,
    balances.load,
    referrals.load,
)


def load(visits: Visits) -> None:
    """Load all parts in order; later ones may rely on earlier ones."""
    for part in PARTS:
        part(visits)
