"""Refreshing of tokens, and listing and ending of sessions."""

from __future__ import annotations

import pytest

from khaya.platform.aws import queues
from khaya.platform.base import clock as khaya_clock
from khaya.platform.base.errors import Unavailable
from khaya.platform.data import dynamo, writes
from khaya.sessions import model
from khaya.sessions import store as sessions_store
from khaya.sign_in import store
from khaya.users import store as users
from tests.conftest import Clock
from tests.integration.sign_in.conftest import Newcomer
from tests.support.client import VISITOR, Person
from tests.support.pool import Pool
from tests.support.stand_in import records, stored

PASSWORD = "a-long-password"


@pytest.fixture
def zanele() -> Newcomer:
    """A signed-in person with a password."""
    return Newcomer().signed_in(password=PASSWORD)


def test_the_list_of_sessions_shows_device_and_times(zanele: Newcomer, clock: Clock) -> None:
    # given a second sign-in an hour later by a client that sends its name
    clock.tick(hours=1)
    zanele._tokens({"username": zanele.phone, "password": PASSWORD}, headers={"User-Agent": "Khaya/1.0 Android"})
    # when they list their sessions
    first, second = zanele.person.get("/sessions").body["items"]
    # then the newest is first, and one is current
    assert first == {
        "id": zanele.person.session,
        "device": "Khaya/1.0 Android",
        "createdAt": "2026-11-21T09:00:00.000Z",
        "lastUsedAt": "2026-11-21T09:00:00.000Z",
        "expiresAt": "2026-12-21T09:00:00.000Z",
        "current": True,
    }
    assert (second["device"], second["current"]) == ("unknown device", False)


def test_a_device_name_is_shortened_and_has_no_control_characters(zanele: Newcomer) -> None:
    zanele._tokens({"username": zanele.phone, "password": PASSWORD}, headers={"X-Device-Name": "\x07" + "x" * 500})
    assert zanele.person.get("/sessions").body["items"][0]["device"] in ("x" * 120, "unknown device")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("\u200b\u3164\u2800", "unknown device"),
        ("\u202eenohp\u202c", "enohp"),
        ("Than\u200bdi's\ufe0f phone\u2060 ", "Thandi's phone"),
        ("\u0301\u00a0", "unknown device"),
    ],
)
def test_a_device_name_has_no_character_that_shows_nothing(zanele: Newcomer, sent: str, shown: str) -> None:
    zanele._tokens({"username": zanele.phone, "password": PASSWORD}, headers={"X-Device-Name": sent})
    assert {one["device"] for one in zanele.person.get("/sessions").body["items"]} == {shown, "unknown device"}


def test_sessions_are_listed_in_pages(zanele: Newcomer, clock: Clock) -> None:
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


def test_when_tokens_are_refreshed_then_the_refresh_token_is_replaced(zanele: Newcomer, clock: Clock) -> None:
    # given a session that is two days old
    old, session = zanele.tokens["refreshToken"], zanele.person.session
    clock.tick(days=2)
    # when it is refreshed
    assert zanele.refresh().status == 200
    # then the session stays, and the old refresh token is no longer valid after a minute
    assert zanele.tokens["refreshToken"] != old
    assert zanele.person.session == session
    (shown,) = zanele.person.get("/sessions").body["items"]
    assert shown["lastUsedAt"] == "2026-11-23T08:00:00.000Z"
    assert shown["expiresAt"] == "2026-12-21T08:00:00.000Z"
    clock.tick(seconds=61)
    assert Newcomer().refresh(old).status == 401


def test_given_a_lost_response_when_the_old_refresh_token_is_used_within_a_minute_then_200(
    zanele: Newcomer, clock: Clock
) -> None:
    old = zanele.tokens["refreshToken"]
    assert zanele.refresh().status == 200
    first = zanele.tokens["refreshToken"]
    clock.tick(seconds=30)
    assert zanele.refresh(old).status == 200
    assert zanele.refresh(first).status == 200, "both refresh tokens work"


def test_given_a_replaced_refresh_token_when_it_is_used_later_then_the_session_ends(
    zanele: Newcomer, clock: Clock
) -> None:
    # given a refresh token that was copied before it was replaced
    copied = zanele.tokens["refreshToken"]
    zanele.refresh()
    clock.tick(minutes=5)
    # when the copy is used
    assert Newcomer().refresh(copied).status == 401
    # then the session has ended
    assert zanele.refresh().status == 401
    assert zanele.person.patch("/profiles/me", {"bio": "I am here."}).status == 401


def test_a_refresh_token_with_another_sessions_id_is_refused(zanele: Newcomer) -> None:
    one = zanele.tokens["refreshToken"]
    zanele.by_password(PASSWORD)
    other = zanele.tokens["refreshToken"]
    swapped = ".".join([other.split(".")[0], *one.split(".")[1:]])
    for wrong in (swapped, one[:-1], "x", "a.b.c", one.split(".", 2)[2]):
        assert Newcomer().refresh(wrong).status == 401, wrong
    assert zanele.refresh(one).status == 200


def test_given_a_new_role_when_tokens_are_refreshed_then_the_token_has_it(zanele: Newcomer) -> None:
    assert zanele.person.put("/profiles/me/roles", {"roles": ["worker"]}).status == 200
    zanele.refresh()
    assert zanele.person.roles == ("worker",)


def test_given_a_session_older_than_thirty_days_when_it_is_refreshed_then_401(zanele: Newcomer, clock: Clock) -> None:
    clock.tick(days=30)
    assert zanele.refresh().status == 401
    assert zanele.person.get("/sessions").body["items"] == []
    assert stored("sessions"), "DynamoDB has not removed it yet"


def test_when_a_person_signs_out_then_the_session_ends_at_once(zanele: Newcomer) -> None:
    # given two sessions
    first = Newcomer(zanele.phone)
    first.tokens = zanele.tokens
    zanele.by_password(PASSWORD)
    # when one is signed out
    answer = zanele.person.post("/auth/sign-out")
    # then its tokens are refused, and the other's are valid
    assert (answer.status, answer.text) == (204, "")
    assert zanele.refresh().status == 401
    assert zanele.person.patch("/profiles/me", {"bio": "I am here."}).status == 401
    assert first.refresh().status == 200
    assert first.person.patch("/profiles/me", {"bio": "I am here."}).status == 200
    assert len(first.person.get("/sessions").body["items"]) == 1


def test_when_a_session_is_ended_from_another_then_its_tokens_are_refused(zanele: Newcomer) -> None:
    # given a session on a lost phone
    lost = Newcomer(zanele.phone)
    lost.tokens = zanele.tokens
    zanele.by_password(PASSWORD)
    # when it is ended from another session
    path = f"/sessions/{lost.person.session}"
    assert zanele.person.delete(path).status == 204
    # then its tokens are refused
    assert lost.refresh().status == 401
    assert lost.person.patch("/profiles/me", {"bio": "Mine now."}).status == 401
    assert zanele.person.delete(path).status == 404


def test_given_another_persons_session_when_it_is_ended_then_404(zanele: Newcomer) -> None:
    other = Newcomer().signed_in()
    assert other.person.delete(f"/sessions/{zanele.person.session}").status == 404
    assert zanele.refresh().status == 200


def test_when_all_sessions_are_ended_then_none_works_and_a_new_sign_in_does(zanele: Newcomer, clock: Clock) -> None:
    # given three sessions
    first = Newcomer(zanele.phone)
    first.tokens = zanele.tokens
    zanele.by_password(PASSWORD)
    third = Newcomer(zanele.phone)
    third.by_password(PASSWORD)
    # when all are ended
    assert zanele.person.delete("/sessions").status == 204
    # then no token is valid
    for ended in (first, zanele, third):
        assert ended.refresh().status == 401
        assert ended.person.patch("/profiles/me", {"bio": "I am here."}).status == 401
    # and a new sign-in works
    clock.tick(seconds=1)
    assert zanele.by_password(PASSWORD).status == 200
    assert zanele.person.patch("/profiles/me", {"bio": "I am here."}).status == 200
    assert len(zanele.person.get("/sessions").body["items"]) == 1


@pytest.mark.parametrize("path", ["/sessions", "/auth/password"])
def test_ending_many_sessions_is_few_calls(zanele: Newcomer, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given as many sessions as a person may have
    for _ in range(model.MAX_SESSIONS - 1):
        zanele.by_password(PASSWORD)
    calls: list[int] = []
    send = queues.send
    monkeypatch.setattr(queues, "send", lambda name, sent: (calls.append(len(sent)), send(name, sent))[1])
    # when they are ended
    ended = zanele.person.delete(path) if path == "/sessions" else zanele.person.put(path, {"password": PASSWORD + "2"})
    assert ended.status in {200, 204}
    # then they are revoked by one call for all, which sends batches of ten
    assert calls == [model.MAX_SESSIONS if path == "/sessions" else model.MAX_SESSIONS - 1]


def test_a_further_sign_in_ends_the_oldest_session(
    zanele: Newcomer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given as many sessions as a person may have
    monkeypatch.setattr(model, "MAX_SESSIONS", 3)
    people = [zanele]
    for _ in range(2):
        clock.tick(seconds=1)
        people.append(Newcomer(zanele.phone))
        assert people[-1].by_password(PASSWORD).status == 200
    assert [one.refresh().status for one in people] == [200] * 3
    # when they sign in once more
    clock.tick(seconds=1)
    people.append(Newcomer(zanele.phone))
    assert people[-1].by_password(PASSWORD).status == 200
    # then the oldest has ended, access token included, and the others have not
    assert [one.refresh().status for one in people] == [401, 200, 200, 200]
    assert people[0].person.patch("/profiles/me", {"bio": "I am here."}).status == 401
    assert people[1].person.patch("/profiles/me", {"bio": "I am here."}).status == 200
    assert len(people[1].person.get("/sessions").body["items"]) == 3


def test_when_the_oldest_session_cannot_be_ended_then_the_sign_in_still_works(
    zanele: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as outage:
        outage.setattr(sessions_store, "of_person", down)
        assert zanele.by_password(PASSWORD).status == 200
    assert len(zanele.person.get("/sessions").body["items"]) == 2


def test_ended_sessions_are_kept_only_until_their_tokens_expire(zanele: Newcomer, clock: Clock) -> None:
    for _ in range(5):
        zanele.by_password(PASSWORD)
        assert zanele.person.post("/auth/sign-out").status == 204
        clock.tick(hours=1)
    (record,) = records()
    assert len(record["endedSessions"]) == len(record["endedAt"]) == 2


@pytest.mark.parametrize("username", ["known", "unknown"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_response(zanele: Newcomer, username: str) -> None:
    name = zanele.phone if username == "known" else "+27829999999"
    answer = Newcomer().by_password("not-the-password", name)
    assert answer.status == 401
    assert answer.body["detail"] == "The name or the password is wrong."


def test_given_no_password_when_a_person_signs_in_with_a_password_then_401() -> None:
    nandi = Newcomer().signed_in()
    for guess in ("", " ", "password", "None"):
        assert nandi.by_password(guess or "x").status == 401


def test_a_suspended_person_may_sign_in_refresh_read_their_profile_export_and_sign_out(zanele: Newcomer) -> None:
    # given a suspended person
    _set_status(zanele.person, "suspended")
    # then they may sign in and refresh
    assert zanele.refresh().status == 200
    assert zanele.by_password(PASSWORD).status == 200
    # and read and export their data, and sign out
    me = zanele.person
    assert me.get("/profiles/me").status == 200
    assert me.post("/profiles/me/export").status == 202
    assert me.get("/profiles/me/export").status == 200
    # and nothing else
    for path in ("/jobs", "/jobs/mine", "/sessions", f"/profiles/{me.user_id}", "/credits/balance"):
        assert me.get(path).status == 403, path
    assert me.patch("/profiles/me", {"bio": "I am here."}).status == 403
    assert me.post("/auth/sign-out").status == 204
    assert me.get("/profiles/me").status == 401


def test_a_suspended_person_can_be_erased(zanele: Newcomer) -> None:
    _set_status(zanele.person, "suspended")
    assert zanele.person.delete("/profiles/me").status == 204
    assert zanele.person.get("/profiles/me").status == 401


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
def test_a_token_request_without_exactly_one_way_to_sign_in_is_refused(body: dict[str, object]) -> None:
    assert VISITOR.post("/auth/tokens", body).status == 422


def test_responses_with_tokens_are_not_recorded(zanele: Newcomer) -> None:
    body = {"username": zanele.phone, "password": PASSWORD}
    for _ in range(2):
        assert zanele.person.post("/auth/tokens", body, headers={"Idempotency-Key": "one"}).status == 200
    assert stored("idempotency") == []


def test_a_proof_is_valid_once_for_its_person_and_time(zanele: Newcomer, pool: Pool) -> None:
    now = khaya_clock.now()
    dynamo.commit([store.put_proof("proof", "person-1", now)], "token-of-this-write")
    assert not store.take_proof("proof", "person-2", now)
    assert not store.take_proof("another", "person-1", now)
    assert not store.take_proof("proof", "person-1", khaya_clock.plus(now, seconds=60))
    assert store.take_proof("proof", "person-1", now)
    assert not store.take_proof("proof", "person-1", now), "it works once"


def _set_status(person: Person, status: str) -> None:
    change = writes.update(
        *users.key(person.user_id or ""),
        "SET #status = :status",
        condition=None,
        refusal=lambda _: LookupError(),
        values={"status": status},
    )
    dynamo.update_now(change)
