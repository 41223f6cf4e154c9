"""The account guard on every route of the template: ended sessions, suspended and erased people."""

from __future__ import annotations

import re

import pytest

from tests.support import sign_in
from tests.support.client import SIGNED_IN_AT, Answer, Person
from tests.support.records import known
from tests.support.template import routes

ROUTES = sorted(f"{method} {path}" for method, path in routes() if method != "OPTIONS")

FOR_SUSPENDED = {
    "POST /auth/sign-up",
    "POST /auth/codes",
    "POST /auth/tokens",
    "POST /auth/step-up",
    "POST /auth/sign-out",
    "GET /profiles/me",
    "POST /profiles/me/export",
    "GET /profiles/me/export",
    "DELETE /profiles/me",
    "GET /jobs/{jobId}/escrow",
    "POST /jobs/{jobId}/escrow/evidence",
}
"""What suspended people may do."""


def call(route: str, person: Person) -> Answer:
    method, path = route.split(" ")
    return person.call(method, re.sub(r"\{\w+\+?\}", "anything", path), headers={"Idempotency-Key": "key"})


def person(session: str = "session-1") -> Person:
    sign_in.ready()
    return Person("person-1", ("buyer", "worker", "seller", "admin"), session)


@pytest.mark.parametrize("route", ROUTES)
def test_given_an_ended_session_then_every_route_answers_401(route: str) -> None:
    known("person-1", endedSessions={"ended"})
    assert call(route, person("ended")).status == 401
    known("person-1", endedSessions={"another"}, endedBefore=SIGNED_IN_AT)
    assert call(route, person()).status == 401


@pytest.mark.parametrize("route", ROUTES)
def test_given_a_suspended_person_then_every_route_but_those_for_them_answers_403(route: str) -> None:
    known("person-1", status="suspended", statusReason="Took money and ran.")
    answer = call(route, person())
    suspended = answer.status == 403 and answer.body["detail"] == "This account is suspended: Took money and ran."
    assert suspended == (route not in FOR_SUSPENDED)


@pytest.mark.parametrize("route", [route for route in ROUTES if route != "DELETE /profiles/me"])
def test_given_an_erased_person_then_every_route_answers_401(route: str) -> None:
    known("person-1", status="erased")
    assert call(route, person()).status == 401
