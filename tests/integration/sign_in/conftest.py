"""Sign-in with a user pool, a queue of codes, a service key and an outbox."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import boto3
import jwt
import pytest

from tests.support import mailbox
from tests.support.house import VISITOR, Answer, Person
from tests.support.pool import Pool
from tests.support.template import function_environment


@pytest.fixture(autouse=True)
def pool(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """The template's pool with its triggers, the queue of codes, the service key; limits out of the way."""
    from khaya import accounts, settings, vault  # noqa: PLC0415 - after the environment is set
    from khaya.channels import mail, sms  # noqa: PLC0415
    from khaya.sessions import service as sessions  # noqa: PLC0415
    from khaya.signin import service  # noqa: PLC0415

    caches = (
        settings.sign_in_settings,
        settings.channel_settings,
        settings.key_settings,
        accounts._cognito,
        accounts._client_secret,
        service._sqs,
        sms._sns,
        mail._ses,
    )
    queue = boto3.client("sqs").create_queue(QueueName="codes", Attributes={"VisibilityTimeout": "0"})
    monkeypatch.setenv("CODES_QUEUE_URL", queue["QueueUrl"])
    monkeypatch.setenv("EMAIL_SENDER", "Khaya <no-reply@khaya.example>")
    monkeypatch.setenv("SIGN_INS_PER_IDENTITY", "0")
    monkeypatch.setenv("SIGN_INS_PER_ADDRESS", "0")
    monkeypatch.setattr(sessions.time, "sleep", lambda seconds: None)
    manager = boto3.client("secretsmanager")
    with suppress(manager.exceptions.ResourceExistsException):
        manager.create_secret(Name=function_environment()["SERVICE_KEY_ARN"], SecretString="k" * 64)
    for cached in caches:
        cached.cache_clear()
    vault.forget()
    mailbox.empty()
    made = Pool()
    made.install(monkeypatch)
    yield made
    for cached in caches:
        cached.cache_clear()


class Newcomer:
    """Somebody with a phone, from signing up on."""

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

    def settled(self, **fields: Any) -> Newcomer:
        """Sign up and answer the code."""
        asked = self.sign_up(**fields)
        assert asked.status == 200, asked.text
        answer = self.answer(asked.body["challenge"], mailbox.deliver()[0].code)
        assert answer.status == 200, answer.text
        return self

    @property
    def person(self) -> Person:
        """Who they are by their access token."""
        found = jwt.decode(self.tokens["accessToken"], options={"verify_signature": False})
        return Person(
            found["sub"], tuple(found["cognito:groups"]), found["origin_jti"], signed_in_at=found["auth_time"]
        )

    def _tokens(self, body: dict[str, Any], **options: Any) -> Answer:
        answer = VISITOR.post("/auth/tokens", body, **options)
        if answer.status == 200:
            self.tokens = answer.body
        return answer


@pytest.fixture
def newcomer() -> Newcomer:
    return Newcomer()
