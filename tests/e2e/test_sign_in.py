"""Sign-in over HTTP, with the real triggers, queue, gateway and authorizer."""

from __future__ import annotations

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from local import providers
from tests.support.marketplace import Marketplace
from tests.support.records import POSTING

PASSWORD = "Summer-rain-2026"
CODE_WITHIN = 30.0

_numbers = count(int(time.time() * 10) % 9_000_000)


class Guest:
    """A new person with a phone."""

    def __init__(self, marketplace: Marketplace) -> None:
        self.marketplace = marketplace
        number = f"82{next(_numbers):07}"
        self.local, self.phone = f"0{number}", f"+27{number}"
        self.tokens: dict[str, Any] = {}
        self.seen: Counter[str] = Counter()

    def challenge(self, path: str, body: dict[str, Any], token: str | None = None) -> str:
        answer = self.marketplace.call("POST", path, body, token=token)
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["challenge"]
        return found

    def code(self, channel: str = "sms", to: str | None = None) -> str:
        """The next code in the outbox."""
        give_up_at, to = time.monotonic() + CODE_WITHIN, to or self.phone
        while time.monotonic() < give_up_at:
            sent = [one for one in providers.sent(self.marketplace.port) if (one.channel, one.to) == (channel, to)]
            codes = [found[0] for one in sent if (found := re.search(r"\b\d{6}\b", one.text))]
            if len(codes) > self.seen[channel + to]:
                self.seen[channel + to] = len(codes)
                return codes[0]
            time.sleep(0.2)
        raise AssertionError(f"no code came by {channel}")

    def ask_tokens(self, body: dict[str, Any]) -> int:
        answer = self.marketplace.call("POST", "/auth/tokens", body)
        if answer.status_code == 200:
            self.tokens = answer.json()
        return int(answer.status_code)

    def signed_up(self) -> Guest:
        challenge = self.challenge(
            "/auth/sign-up", {"phone": self.local, "displayName": "Zanele Nkosi", "password": PASSWORD}
        )
        assert self.ask_tokens({"challenge": challenge, "code": self.code()}) == 200
        return self

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self.marketplace.call(method, path, body, token=self.tokens["accessToken"])


@pytest.fixture
def guest(marketplace: Marketplace) -> Guest:
    return Guest(marketplace).signed_up()


def test_a_newcomer_signs_up_takes_up_a_role_and_posts_a_job(guest: Guest) -> None:
    me = guest.call("GET", "/profiles/me").json()
    assert (me["displayName"], me["phone"], me["roles"]) == ("Zanele Nkosi", guest.phone, [])
    assert guest.call("POST", "/jobs", POSTING).status_code == 403
    assert guest.call("PUT", "/profiles/me/roles", {"roles": ["buyer"]}).status_code == 200
    assert guest.ask_tokens({"refreshToken": guest.tokens["refreshToken"]}) == 200
    assert guest.call("POST", "/jobs", POSTING).status_code == 201


def test_an_id_token_is_refused(guest: Guest) -> None:
    assert guest.marketplace.call("GET", "/sessions", token=guest.tokens["idToken"]).status_code == 401


def test_of_simultaneous_correct_answers_one_signs_in(guest: Guest) -> None:
    # given a code by WhatsApp
    challenge = guest.challenge("/auth/codes", {"username": guest.phone, "channel": "whatsapp"})
    body = {"challenge": challenge, "code": guest.code("whatsapp")}
    # when three requests send it at once
    with ThreadPoolExecutor(3) as hands:
        answers = hands.map(lambda _: guest.marketplace.call("POST", "/auth/tokens", body).status_code, range(3))
        statuses = Counter(answers)
    # then one gets a session
    assert statuses == {200: 1, 401: 2}
    assert len(guest.call("GET", "/sessions").json()["items"]) == 2


def test_simultaneous_refreshes_continue_one_session(guest: Guest) -> None:
    body = {"refreshToken": guest.tokens["refreshToken"]}
    with ThreadPoolExecutor(2) as hands:
        both = list(hands.map(lambda _: guest.marketplace.call("POST", "/auth/tokens", body), range(2)))
    assert [answer.status_code for answer in both] == [200, 200]
    assert len({answer.json()["refreshToken"] for answer in both}) == 2
    assert len(guest.call("GET", "/sessions").json()["items"]) == 1
    for answer in both[:1]:
        assert guest.ask_tokens({"refreshToken": answer.json()["refreshToken"]}) == 200


def test_an_added_email_can_sign_in(guest: Guest) -> None:
    email = f"z{guest.phone[3:]}@example.org"
    challenge = guest.challenge("/auth/contacts", {"email": email}, token=guest.tokens["accessToken"])
    answer = guest.call("POST", "/auth/contacts/proof", {"challenge": challenge, "code": guest.code("email", email)})
    assert (answer.status_code, answer.json()) == (200, {"phone": guest.phone, "email": email})
    challenge = guest.challenge("/auth/codes", {"username": email.upper()})
    assert guest.ask_tokens({"challenge": challenge, "code": guest.code("email", email)}) == 200
    assert guest.call("GET", "/profiles/me").json()["email"] == email


def test_passwords_are_set_and_wrong_ones_refused(guest: Guest) -> None:
    assert guest.call("PUT", "/auth/password", {"password": "Winter-rain-2026"}).status_code == 200
    assert guest.ask_tokens({"username": guest.local, "password": PASSWORD}) == 401
    assert guest.ask_tokens({"username": guest.local, "password": "Winter-rain-2026"}) == 200
    assert guest.ask_tokens({"username": "0829999999", "password": PASSWORD}) == 401


def test_the_tokens_of_an_ended_session_are_refused_at_once(guest: Guest) -> None:
    # given two sessions
    first = dict(guest.tokens)
    assert guest.ask_tokens({"username": guest.local, "password": PASSWORD}) == 200
    other = next(one for one in guest.call("GET", "/sessions").json()["items"] if not one["current"])
    # when one ends the other
    assert guest.call("DELETE", f"/sessions/{other['id']}").status_code == 204
    # then its tokens are refused
    patch = {"bio": "I am here."}
    assert guest.marketplace.call("PATCH", "/profiles/me", patch, token=first["accessToken"]).status_code == 401
    assert guest.marketplace.call("POST", "/auth/tokens", {"refreshToken": first["refreshToken"]}).status_code == 401
    # and after signing out, its own are refused too
    assert guest.call("POST", "/auth/sign-out").status_code == 204
    assert guest.call("PATCH", "/profiles/me", patch).status_code == 401
    assert guest.ask_tokens({"refreshToken": guest.tokens["refreshToken"]}) == 401


def test_after_ending_all_sessions_a_new_one_works(guest: Guest) -> None:
    assert guest.call("DELETE", "/sessions").status_code == 204
    assert guest.call("PATCH", "/profiles/me", {"bio": "I am here."}).status_code == 401
    assert guest.ask_tokens({"refreshToken": guest.tokens["refreshToken"]}) == 401
    assert guest.ask_tokens({"username": guest.local, "password": PASSWORD}) == 200
    assert guest.call("PATCH", "/profiles/me", {"bio": "I am here."}).status_code == 200
