"""Renewing the sign-in of a session, and changing the password."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support import mailbox
from tests.support.pool import Pool
from tests.support.stand_in import stored

PASSWORD = "a-long-password"
OTHER = "another long password"


@pytest.fixture
def zanele(clock: Clock) -> Newcomer:
    """A person with a password, who signed in an hour ago and refreshed just now."""
    person = Newcomer().signed_in(password=PASSWORD)
    clock.tick(hours=1)
    person.refresh()
    return person


def is_recent(person: Newcomer) -> bool:
    """Whether routes that need a recent sign-in can be called."""
    answer = person.person.post("/auth/contacts", {"email": "zanele@example.org"})
    assert answer.status in (200, 403)
    if answer.status == 403:
        assert answer.body["code"] == "recent_sign_in_required"
    mailbox.deliver()
    return bool(answer.status == 200)


def by_code(person: Newcomer) -> dict[str, str]:
    """An answered code of the person's account."""
    challenge = person.ask_code().body["challenge"]
    return {"challenge": challenge, "code": mailbox.deliver()[0].code}


@pytest.mark.parametrize("way", ["code", "password"])
def test_a_step_up_renews_the_sign_in_of_the_session_for_ten_minutes(
    zanele: Newcomer, clock: Clock, pool: Pool, way: str
) -> None:
    # given an old sign-in
    assert not is_recent(zanele)
    session = zanele.person.session
    # when the person proves who they are
    answer = zanele.person.post("/auth/step-up", by_code(zanele) if way == "code" else {"password": PASSWORD})
    # then the same session is recent for ten minutes, and there is no other
    assert (answer.status, answer.body) == (
        200,
        {"signedInAt": "2026-11-21T09:00:00.000Z", "recentUntil": "2026-11-21T09:10:00.000Z"},
    )
    assert [row["id"] for row in stored("sessions")] == [session]
    clock.tick(minutes=9, seconds=59)
    assert is_recent(zanele)
    clock.tick(seconds=1)
    assert not is_recent(zanele)
    # and a session that Cognito opened to check a password was revoked
    mailbox.deliver()
    assert session not in pool.revoked
    assert len(pool.revoked) == (1 if way == "password" else 0)


def test_a_step_up_renews_only_its_own_session(zanele: Newcomer, clock: Clock) -> None:
    other = Newcomer(zanele.phone)
    other.by_password(PASSWORD)
    clock.tick(hours=1)
    assert zanele.person.post("/auth/step-up", {"password": PASSWORD}).status == 200
    assert is_recent(zanele)
    assert not is_recent(other)


@pytest.mark.parametrize("body", [{"password": "not-the-password"}, {"challenge": "A" * 32, "code": "123456"}])
def test_a_wrong_proof_renews_nothing(zanele: Newcomer, body: dict[str, str]) -> None:
    assert zanele.person.post("/auth/step-up", body).status == 401
    assert not is_recent(zanele)


def test_somebody_elses_code_renews_nothing(zanele: Newcomer) -> None:
    other = Newcomer().signed_in()
    assert zanele.person.post("/auth/step-up", by_code(other)).status == 401
    assert not is_recent(zanele)


def test_a_code_renews_once(zanele: Newcomer) -> None:
    code = by_code(zanele)
    assert [zanele.person.post("/auth/step-up", code).status for _ in range(2)] == [200, 401]


def test_a_contact_code_renews_nothing(zanele: Newcomer) -> None:
    zanele.person.post("/auth/step-up", {"password": PASSWORD})
    challenge = zanele.person.post("/auth/contacts", {"phone": "+27837654321"}).body["challenge"]
    code = {"challenge": challenge, "code": mailbox.deliver()[0].code}
    assert zanele.person.post("/auth/step-up", code).status == 401


@pytest.mark.parametrize(
    "body", [{}, {"challenge": "A" * 32}, {"code": "123456"}, {"password": PASSWORD, "code": "123456"}]
)
def test_a_step_up_needs_exactly_one_proof(zanele: Newcomer, body: dict[str, str]) -> None:
    assert zanele.person.post("/auth/step-up", body).status == 422


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(
    zanele: Newcomer, clock: Clock, pool: Pool
) -> None:
    # given a person with three sessions
    second, third = Newcomer(zanele.phone), Newcomer(zanele.phone)
    second.by_password(PASSWORD)
    third.by_password(PASSWORD)
    # when the password is changed in one
    assert second.person.put("/auth/password", {"password": OTHER}).status == 200
    # then the others have ended, also for reads and at Cognito
    mailbox.deliver()
    for ended in (zanele, third):
        assert ended.refresh().status == 401
        assert ended.person.get("/profiles/me").status == 401
        assert ended.person.session in pool.revoked
    # and this one works, also after a refresh
    assert second.person.session not in pool.revoked
    assert second.person.get("/profiles/me").status == 200
    assert second.refresh().status == 200
    assert second.person.patch("/profiles/me", {"bio": "I am here."}).status == 200
    # and a later end of all sessions ends it too
    assert second.person.delete("/sessions").status == 204
    assert second.refresh().status == 401
    clock.tick(seconds=1)
    assert zanele.by_password(PASSWORD).status == 401
    assert zanele.by_password(OTHER).status == 200


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("too short", "too_short"),
        ("Password123", "common_password"),
        ("Zanele Nkosi", "personal_password"),
        ("x" * 50 + "y" * 50 + "z" * 29, "too_long"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(zanele: Newcomer, password: str, code: str) -> None:
    zanele.person.post("/auth/step-up", {"password": PASSWORD})
    for answer in (
        zanele.person.put("/auth/password", {"password": password}),
        Newcomer().sign_up(password=password),
    ):
        assert (answer.status, [error["code"] for error in answer.body["errors"]]) == (422, [code])


def test_ones_own_phone_is_no_password_in_any_spelling(zanele: Newcomer) -> None:
    zanele.person.post("/auth/step-up", {"password": PASSWORD})
    local = "0" + zanele.phone.removeprefix("+27")
    for spelling in (zanele.phone, local, f"{local[:3]} {local[3:6]} {local[6:]}", "00" + zanele.phone[1:]):
        assert zanele.person.put("/auth/password", {"password": spelling}).status == 422, spelling


def test_a_password_signs_in_in_any_unicode_form(zanele: Newcomer) -> None:
    zanele.person.post("/auth/step-up", {"password": PASSWORD})
    assert zanele.person.put("/auth/password", {"password": "  café\u00a0au lait d'été "}).status == 200
    for spelling in ("café au lait d'été", "cafe\u0301 au lait d'e\u0301te\u0301", " café\u3000au lait d'été"):
        assert Newcomer(zanele.phone).by_password(spelling).status == 200, spelling
    assert Newcomer(zanele.phone).by_password("cafe au lait d'ete").status == 401
