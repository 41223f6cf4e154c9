"""Who the people of the demo say they are."""

from typing import Any

from local.demo.visit import Visits
from local.people import AYANDA, BONGANI, LINDIWE, NOMVULA, RAJESH, SIPHO, THANDI, THEMBA, Person

Profile = dict[str, Any]


def worker(bio: str, location: str, years: int, *trades: str) -> Profile:
    """What somebody who looks for work fills in."""
    return {
        "bio": bio,
        "location": location,
        "yearsExperience": years,
        "trades": list(trades),
        "availability": "available",
    }


PROFILES: dict[Person, Profile] = {
    THANDI: {"bio": "Owner of a small guest house by the sea.", "location": "Umhlanga"},
    SIPHO: {"bio": "Doing up my parents' house, one room at a time.", "location": "Pinetown"},
    BONGANI: worker("Plumber with his own tools and a bakkie.", "Durban", 12, "plumbing", "tiling"),
    NOMVULA: worker("Painter, inside and outside, neat and on time.", "Pinetown", 7, "painting", "handyman"),
    THEMBA: worker("Electrician, wireman's licence.", "KwaMashu", 9, "electrical"),
    LINDIWE: {"bio": "Bricks and cement from our yard, delivered.", "location": "Pietermaritzburg"},
    RAJESH: {"bio": "Hardware shop since 1994.", "location": "Phoenix"},
    AYANDA: {"bio": "Keeps Khaya safe.", "location": "Durban"},
}

ASKING, NOTE = THEMBA, "I have had my wireman's licence since 2017, and two buyers here know my work. Please check me."
"""Who asks to be checked by Khaya, and with which words."""


def load(visits: Visits) -> None:
    """Fill in every profile that its owner has not touched yet, and ask for the check of one."""
    for person, profile in PROFILES.items():
        visit = visits.of(person)
        if visit.call("GET", "/profiles/me")["location"] is None:
            visit.call("PUT", "/profiles/me", {"displayName": person.name, **profile})
    asking = visits.of(ASKING)
    if visits.of(AYANDA).call("GET", f"/admin/users/{asking.who.user_id}")["verification"] is None:
        asking.call("POST", "/profiles/me/verification", {"note": NOTE})
