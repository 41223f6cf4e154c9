"""Referrals of the demo: who came by whose code. They are rewarded with a first job that is paid through escrow."""

from local.demo.visit import Visits
from local.people import BONGANI, LINDIWE, RAJESH, THEMBA, Person

BROUGHT: tuple[tuple[Person, Person], ...] = ((BONGANI, THEMBA), (BONGANI, LINDIWE), (LINDIWE, RAJESH))
"""The referrer, and whom they have brought: people who have not completed a job yet."""


def load(visits: Visits) -> None:
    """Apply every code of the demo that was not applied yet."""
    for referrer, newcomer in BROUGHT:
        brought = {one["referredName"] for one in visits.of(referrer).everything("/referrals/mine")}
        if newcomer.name not in brought:
            code = visits.of(referrer).call("GET", "/referrals/code")["code"]
            visits.of(newcomer).call("POST", "/referrals/applications", {"code": code})
