"""Fixtures for sign-in: a user pool, a queue of codes, a service key and an outbox."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from khaya.platform.base import settings
from tests.support import mailbox, sign_in
from tests.support.client import VISITOR, Answer, Context, Person, app
from tests.support.pool import Pool


@pytest.fixture(autouse=True)
def pool(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """The template's pool with its triggers, the queue of codes and the service key, without rate limits."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    sign_in.ready()
    mailbox.empty()
    made = Pool()
    made.install(monkeypatch)
    yield made
    made.uninstall()
    sign_in.forget()


def set_limits(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Set limits of sign-in for the rest of a test."""
    for name, value in values.items():
        monkeypatch.setenv(name.upper(), value)
    settings.settings.cache_clear()


def call_from(
    address: str, path: str, body: Any = None, *, raw: str | None = None, who: Person = VISITOR, **headers: str
) -> Answer:
    """A request from a network address."""
    event = who.event("POST", path, path, {}, body, headers=headers, raw=raw)
    event["requestContext"]["identity"] = {"sourceIp": address}
    answer = app("auth").handler(event, Context())
    found = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    return Answer(answer["statusCode"], json.loads(answer["body"] or "null"), found, answer["body"])


class Newcomer:
    """A person with a phone who signs up."""

    numbers = itertools.count(1)

    def __init__(self, phone: str | None = None) -> None:
        self.phone = phone or f"+2782{next(self.numbers):07}"
        self.tokens: dict[str, Any] = {}

    def sign_up(self, **fields: Any) -> Answer:
        return VISITOR.post("/auth/sign-up", {"phone": self.phone, "displayName": "Zanele Nkosi", **fields})

    def ask_code(self, **fields: Any) -> Answer:
        return VISITOR.post("/auth/codes", {"username": self.phone, **fields})

    def answer(self, challenge: str, code: str, **options: Any) -> Answer:
        return self._tokens({"challenge": challenge, "code": code}, **options)

    def by_password(self, password: str, username: str | None = None) -> Answer:
        return self._tokens({"username": username or self.phone, "password": password})

    def refresh(self, token: str | None = None) -> Answer:
        return self._tokens({"refreshToken": token or self.tokens["refreshToken"]})

    def signed_in(self, **fields: Any) -> Newcomer:
        """Sign up and answer the code."""
        asked = self.sign_up(**fields)
        assert asked.status == 200, asked.text
        answer = self.answer(asked.body["challenge"], mailbox.deliver()[0].code)
        assert answer.status == 200, answer.text
        return self

    @property
    def person(self) -> Person:
        """The person in the access token."""
        found = jwt.decode(self.tokens["accessToken"], options={"verify_signature": False})
        return Person(
            found["khaya_user_id"],
            tuple(found["cognito:groups"]),
            found["origin_jti"],
            signed_in_at=found["auth_time"],
            subject=found["sub"],
        )

    def _tokens(self, body: dict[str, Any], **options: Any) -> Answer:
        answer = VISITOR.post("/auth/tokens", body, **options)
        if answer.status == 200:
            self.tokens = answer.body
        return answer


@pytest.fixture
def newcomer() -> Newcomer:
    return Newcomer()
