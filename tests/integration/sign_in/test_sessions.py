"""Tokens, how they are renewed, and sessions, how they are listed and ended."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support.client import VISITOR, Person
from tests.support.pool import Pool
from tests.support.stand_in import stored

PASSWORD = "a-long-password"


@pytest.fixture
def zanele() -> Newcomer:
    """Somebody with a password who is signed in."""
    return Newcomer().settled(password=PASSWORD)


def test_a_session_shows_device_and_times(zanele: Newcomer, clock: Clock) -> None:
    # given a second sign-in, an hour later, by a client that names its device
    clock.tick(hours=1)
    zanele._tokens({"username": zanele.phone, "password": PASSWORD}, headers={"User-Agent": "Khaya/1.0 Android"})
    # when they list their sessions
    first, second = zanele.person.get("/sessions").body["items"]
    # then the newest comes first, and one is the current
    assert first == {
        "id": zanele.person.session,
        "device": "Khaya/1.0 Android",
        "createdAt": "2026-11-21T09:00:00.000Z",
        "lastUsedAt": "2026-11-21T09:00:00.000Z",
        "expiresAt": "2026-12-21T09:00:00.000Z",
        "current": True,
    }
    assert (second["device"], second["current"]) == ("unknown device", False)


def test_a_device_name_is_cut_and_cleaned(zanele: Newcomer) -> None:
    zanele._tokens({"username": zanele.phone, "password": PASSWORD}, headers={"X-Device-Name": "\x07" + "x" * 500})
    assert zanele.person.get("/sessions").body["items"][0]["device"] in ("x" * 120, "unknown device")


def test_sessions_come_in_pages(zanele: Newcomer, clock: Clock) -> None:
    for _ in range(4):
        clock.tick(minutes=1)
        zanele.by_password(PASSWORD)
    found, cursor = [], None
    while True:
        page = zanele.person.get("/sessions", query={"limit": "2", **({"cursor": cursor} if cursor else {})}).body
        found += [one["id"] for one in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 5


def test_refreshing_gives_new_tokens_and_replaces_the_refresh_token(zanele: Newcomer, clock: Clock) -> None:
    # given
    old, session = zanele.tokens["refreshToken"], zanele.person.session
    clock.tick(days=2)
    # when
    assert zanele.refresh().status == 200
    # then it is the same session, used just now, which the old token no longer renews
    assert zanele.tokens["refreshToken"] != old
    assert zanele.person.session == session
    (shown,) = zanele.person.get("/sessions").body["items"]
    assert shown["lastUsedAt"] == "2026-11-23T08:00:00.000Z"
    assert shown["expiresAt"] == "2026-12-21T08:00:00.000Z"
    clock.tick(seconds=61)
    assert Newcomer().refresh(old).status == 401


def test_a_client_that_lost_the_answer_may_refresh_again_within_a_minute(zanele: Newcomer, clock: Clock) -> None:
    old = zanele.tokens["refreshToken"]
    assert zanele.refresh().status == 200
    first = zanele.tokens["refreshToken"]
    clock.tick(seconds=30)
    assert zanele.refresh(old).status == 200
    assert zanele.refresh(first).status == 200, "both clients of the device go on"


def test_a_replaced_refresh_token_that_turns_up_again_ends_the_session(zanele: Newcomer, clock: Clock) -> None:
    # given a refresh token that somebody copied before it was replaced
    copied = zanele.tokens["refreshToken"]
    zanele.refresh()
    clock.tick(minutes=5)
    # when it is used
    assert Newcomer().refresh(copied).status == 401
    # then the session is over for whoever holds it
    assert zanele.refresh().status == 401
    assert zanele.person.patch("/profiles/me", {"bio": "I am here."}).status == 401


def test_a_refresh_token_of_another_session_is_none(zanele: Newcomer) -> None:
    one = zanele.tokens["refreshToken"]
    zanele.by_password(PASSWORD)
    other = zanele.tokens["refreshToken"]
    swapped = ".".join([other.split(".")[0], *one.split(".")[1:]])
    for wrong in (swapped, one[:-1], "x", "a.b.c", one.split(".", 2)[2]):
        assert Newcomer().refresh(wrong).status == 401, wrong
    assert zanele.refresh(one).status == 200


def test_roles_taken_up_are_in_the_refreshed_token(zanele: Newcomer) -> None:
    assert zanele.person.put("/profiles/me/roles", {"roles": ["worker"]}).status == 200
    zanele.refresh()
    assert zanele.person.roles == ("worker",)


def test_a_session_expires_on_read_after_thirty_days(zanele: Newcomer, clock: Clock) -> None:
    clock.tick(days=30)
    assert zanele.refresh().status == 401
    assert zanele.person.get("/sessions").body["items"] == []
    assert stored("sessions"), "DynamoDB has not removed it yet"


def test_signing_out_ends_the_session_at_once(zanele: Newcomer) -> None:
    # given two sessions
    first = Newcomer(zanele.phone)
    first.tokens = zanele.tokens
    zanele.by_password(PASSWORD)
    # when one signs out
    answer = zanele.person.post("/auth/sign-out")
    # then neither its refresh token nor its access token is good, and the other's are
    assert (answer.status, answer.text) == (204, "")
    assert zanele.refresh().status == 401
    assert zanele.person.patch("/profiles/me", {"bio": "I am here."}).status == 401
    assert first.refresh().status == 200
    assert first.person.patch("/profiles/me", {"bio": "I am here."}).status == 200
    assert len(first.person.get("/sessions").body["items"]) == 1


def test_one_of_the_sessions_is_ended_from_another(zanele: Newcomer) -> None:
    # given
    lost = Newcomer(zanele.phone)
    lost.tokens = zanele.tokens
    zanele.by_password(PASSWORD)
    # when the lost phone's session is ended
    path = f"/sessions/{lost.person.session}"
    assert zanele.person.delete(path).status == 204
    # then it can do nothing any more
    assert lost.refresh().status == 401
    assert lost.person.patch("/profiles/me", {"bio": "Mine now."}).status == 401
    assert zanele.person.delete(path).status == 404


def test_nobody_ends_a_session_of_somebody_else(zanele: Newcomer) -> None:
    other = Newcomer().settled()
    assert other.person.delete(f"/sessions/{zanele.person.session}").status == 404
    assert zanele.refresh().status == 200


def test_ending_all_sessions_ends_them_all_and_a_new_one_can_be_opened(zanele: Newcomer, clock: Clock) -> None:
    # given three sessions
    first = Newcomer(zanele.phone)
    first.tokens = zanele.tokens
    zanele.by_password(PASSWORD)
    third = Newcomer(zanele.phone)
    third.by_password(PASSWORD)
    # when one ends all
    assert zanele.person.delete("/sessions").status == 204
    # then none is left
    for ended in (first, zanele, third):
        assert ended.refresh().status == 401
        assert ended.person.patch("/profiles/me", {"bio": "I am here."}).status == 401
    # and who signs in anew is signed in
    clock.tick(seconds=1)
    assert zanele.by_password(PASSWORD).status == 200
    assert zanele.person.patch("/profiles/me", {"bio": "I am here."}).status == 200
    assert len(zanele.person.get("/sessions").body["items"]) == 1


def test_ended_sessions_are_remembered_no_longer_than_their_tokens_live(zanele: Newcomer, clock: Clock) -> None:
    for _ in range(5):
        zanele.by_password(PASSWORD)
        assert zanele.person.post("/auth/sign-out").status == 204
        clock.tick(hours=1)
    (record,) = stored("users")
    assert len(record["endedSessions"]) == len(record["endedAt"]) == 2


@pytest.mark.parametrize("username", ["known", "unknown"])
def test_a_wrong_password_and_an_unknown_name_are_told_apart_by_nobody(zanele: Newcomer, username: str) -> None:
    name = zanele.phone if username == "known" else "+27829999999"
    answer = Newcomer().by_password("not-the-password", name)
    assert answer.status == 401
    assert answer.body["detail"] == "The name or the password is wrong."


def test_who_set_no_password_has_none_that_works() -> None:
    nandi = Newcomer().settled()
    for guess in ("", " ", "password", "None"):
        assert nandi.by_password(guess or "x").status == 401


def test_the_suspended_neither_sign_in_nor_refresh_until_they_are_reinstated(zanele: Newcomer) -> None:
    # given
    _set_status(zanele.person, "suspended")
    # then
    assert zanele.refresh().status == 401
    assert Newcomer(zanele.phone).by_password(PASSWORD).status == 403
    sessions = len(stored("sessions"))
    # and when they are reinstated
    _set_status(zanele.person, "active")
    assert zanele.refresh().status == 200
    assert zanele.by_password(PASSWORD).status == 200
    assert len(stored("sessions")) == sessions + 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"challenge": "A" * 32},
        {"code": "123456"},
        {"username": "0821234567"},
        {"password": PASSWORD},
        {"challenge": "A" * 32, "code": "123456", "refreshToken": "x"},
        {"username": "0821234567", "password": PASSWORD, "code": "123456"},
        {"refreshToken": None},
        {"refreshToken": ""},
        {"challenge": "A" * 32, "code": "12345"},
        {"challenge": "A" * 32, "code": 123456},
        {"username": "0821234567", "password": PASSWORD, "roles": ["admin"]},
    ],
)
def test_tokens_are_asked_for_in_one_of_three_ways(body: dict[str, object]) -> None:
    assert VISITOR.post("/auth/tokens", body).status == 422


def test_an_idempotency_key_keeps_no_tokens(zanele: Newcomer) -> None:
    body = {"username": zanele.phone, "password": PASSWORD}
    for _ in range(2):
        assert zanele.person.post("/auth/tokens", body, headers={"Idempotency-Key": "one"}).status == 200
    assert stored("idempotency") == []


def test_a_proof_for_one_person_signs_in_nobody_else(zanele: Newcomer, pool: Pool) -> None:
    from khaya.platform.base import clock  # noqa: PLC0415 - after the environment is set
    from khaya.platform.data import dynamo  # noqa: PLC0415 - after the environment is set
    from khaya.sign_in import store  # noqa: PLC0415

    now = clock.now()
    dynamo.commit([store.put_proof("proof", "person-1", now)], "token-of-this-write")
    assert not store.take_proof("proof", "person-2", now)
    assert not store.take_proof("another", "person-1", now)
    assert not store.take_proof("proof", "person-1", clock.plus(now, seconds=60))
    assert store.take_proof("proof", "person-1", now)
    assert not store.take_proof("proof", "person-1", now), "it works once"


def _set_status(person: Person, status: str) -> None:
    from khaya.platform.data import dynamo, writes  # noqa: PLC0415
    from khaya.users import store as users  # noqa: PLC0415

    change = writes.update(
        *users.key(person.user_id or ""),
        "SET #status = :status",
        condition=None,
        refusal=lambda _: LookupError(),
        values={"status": status},
    )
    dynamo.update_now(change)
