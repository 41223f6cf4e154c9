"""Signed tokens like Cognito's, by local keys, and a stand-in for the pool's public keys."""

from __future__ import annotations

import io
import json
import time
import urllib.request
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from khaya.platform.web import tokens
from tests.support.template import function_environment

KID = "pool-key"


@cache
def private_key(name: str = KID) -> RSAPrivateKey:
    """The key of a name, created on first use."""
    del name
    return generate_private_key(public_exponent=65537, key_size=2048)


def issuer() -> str:
    """The issuer of the pool's tokens."""
    environment = function_environment()
    return f"{environment['TOKEN_ISSUER_BASE']}/{environment['USER_POOL_ID']}"


def claims(user_id: str = "person-1", roles: tuple[str, ...] = (), **other: Any) -> dict[str, Any]:
    """The claims of a valid access token; `other` adds claims, or removes them by None."""
    environment = function_environment()
    now = int(time.time())
    found = {
        "sub": f"account-of-{user_id}",
        "khaya_user_id": user_id,
        "iss": issuer(),
        "token_use": "access",
        "client_id": environment["USER_POOL_CLIENT_ID"],
        "scope": environment["TOKEN_SCOPE"],
        "cognito:groups": list(roles),
        "origin_jti": "session-1",
        "auth_time": now,
        "iat": now,
        "exp": now + 3600,
        **other,
    }
    return {name: value for name, value in found.items() if value is not None}


def token(
    found: dict[str, Any] | None = None, *, key: str = KID, kid: str | None = KID, algorithm: str = "RS256"
) -> str:
    """A token with these claims, signed by `key` and naming `kid`."""
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims() if found is None else found, private_key(key), algorithm=algorithm, headers=headers)


def public_keys(*names: str) -> dict[str, Any]:
    """The pool's published key set."""
    keys = [
        {**RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True), "kid": name, "use": "sig", "alg": "RS256"}
        for name in names
    ]
    return {"keys": keys}


class KeyServer:
    """Answers requests for the pool's keys."""

    def __init__(self) -> None:
        self.answer: bytes | Exception = json.dumps(public_keys(KID)).encode()
        self.asked: list[str] = []

    def publish(self, *names: str) -> None:
        """Publish these keys."""
        self.answer = json.dumps(public_keys(*names)).encode()

    def open(self, request: urllib.request.Request) -> io.BytesIO:
        """Answer a request for the keys."""
        self.asked.append(request.full_url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return io.BytesIO(self.answer)


@pytest.fixture
def key_server(monkeypatch: pytest.MonkeyPatch) -> KeyServer:
    """The pool's keys without a network; the cache of keys is empty."""

    server = KeyServer()

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", lambda _, request, **__: server.open(request))
    tokens._keys.cache_clear()
    return server
