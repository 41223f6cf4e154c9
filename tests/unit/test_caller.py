"""The caller of a request: valid tokens, and all kinds of invalid ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.error import URLError

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from khaya.platform.base.errors import Unauthenticated, Unavailable
from khaya.platform.web import tokens
from khaya.platform.web.access import Caller
from khaya.platform.web.pipeline import caller_of
from tests.support.template import function_environment
from tests.support.tokens import KID, KeyServer, claims, issuer, key_server, private_key, token

__all__ = ["key_server"]


def event(text: str | None = None, header: str = "Authorization") -> dict[str, Any]:
    """A request without the gateway's authorizer."""
    return {"headers": {} if text is None else {header: text}, "requestContext": {"requestId": "1"}}


def bearer(text: str) -> dict[str, Any]:
    return event(f"Bearer {text}")


def refused(request: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        caller_of(request)


def test_a_valid_token_gives_the_caller(key_server: KeyServer) -> None:
    found = caller_of(bearer(token(claims("person-1", ("worker", "buyer"), auth_time=1_800_000_000))))
    assert found == Caller(
        "person-1", frozenset({"worker", "buyer"}), "session-1", 1_800_000_000, "account-of-person-1"
    )
    assert key_server.asked == [f"{issuer()}/.well-known/jwks.json"]


def test_public_keys_are_fetched_once(key_server: KeyServer) -> None:
    for number in range(5):
        caller_of(bearer(token(claims(f"person-{number}"))))
    assert len(key_server.asked) == 1


def test_without_a_token_there_is_no_caller() -> None:
    assert caller_of(event()) is None
    assert caller_of({"headers": None, "requestContext": None}) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("header", ["Authorization", "authorization", "AUTHORIZATION"])
def test_header_and_scheme_are_case_insensitive(key_server: KeyServer, scheme: str, header: str) -> None:
    caller = caller_of(event(f" {scheme}  {token()} ", header))
    assert caller is not None
    assert caller.user_id == "person-1"


@pytest.mark.parametrize(
    "text", ["", " ", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer: x", "Token x", "Bearerx y"]
)
def test_a_header_that_is_not_a_bearer_token_is_refused(text: str) -> None:
    refused(event(text))


@pytest.mark.parametrize(
    "text",
    ["x", "a.b.c", "..", "…", "null", "undefined", "\x00", "a b", "{}", "x" * 20_000, "é.é.é", "e30.e30.", "W10.W10.x"],
)
def test_a_malformed_token_is_refused(key_server: KeyServer, text: str) -> None:
    refused(bearer(text))


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": 1_700_000_000},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 4_000_000_000},
        {"iss": "https://cognito-idp.af-south-1.amazonaws.com/another-pool"},
        {"iss": None},
        {"iss": ""},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": ["person-1"]},
        {"khaya_user_id": None},
        {"khaya_user_id": ""},
        {"khaya_user_id": 7},
        {"khaya_user_id": ["person-1"]},
        {"client_id": "another"},
        {"client_id": None},
        {"client_id": ["user-pool-client-id-test"]},
        {"token_use": "id"},
        {"token_use": None},
        {"scope": None},
        {"scope": ""},
        {"scope": "openid aws.cognito.signin.user.admin"},
        {"scope": "khaya/api.read khaya/apis xkhaya/api"},
    ],
    ids=str,
)
def test_a_token_with_an_invalid_claim_is_refused(key_server: KeyServer, wrong: dict[str, Any]) -> None:
    refused(bearer(token(claims(**wrong))))


def test_an_expired_token_is_refused(key_server: KeyServer) -> None:
    assert caller_of(bearer(token(claims(exp=int(time.time()) + 5))))
    refused(bearer(token(claims(exp=int(time.time())))))


def test_an_id_token_is_refused(key_server: KeyServer) -> None:
    found = claims(token_use="id", client_id=None, scope=None, aud=function_environment()["USER_POOL_CLIENT_ID"])
    refused(bearer(token(found)))


def test_a_token_with_additional_scopes_is_accepted(key_server: KeyServer) -> None:
    assert caller_of(bearer(token(claims(scope="openid khaya/api phone"))))


def test_a_token_signed_with_another_key_is_refused(key_server: KeyServer) -> None:
    refused(bearer(token(key="forger")))


def test_a_token_with_edited_claims_is_refused(key_server: KeyServer) -> None:
    head, _, signature = token(claims(roles=("buyer",))).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(roles=("admin",))).encode()).decode().rstrip("=")
    refused(bearer(f"{head}.{body}.{signature}"))
    refused(bearer(f"{head}.{body}."))
    refused(bearer(f"{head}.{body}"))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_an_unsigned_token_is_refused(key_server: KeyServer, algorithm: str) -> None:
    refused(bearer(_made({"alg": algorithm, "typ": "JWT", "kid": KID}, b"")))
    refused(bearer(_made({"alg": algorithm, "typ": "JWT"}, b"")))


def test_a_token_signed_with_the_public_key_as_secret_is_refused(key_server: KeyServer) -> None:
    public = private_key().public_key()
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        for encoding in (Encoding.PEM, Encoding.DER):
            head = {"alg": "HS256", "typ": "JWT", "kid": KID}
            refused(bearer(_made(head, public.public_bytes(encoding, form))))


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_a_token_with_another_algorithm_is_refused(key_server: KeyServer, algorithm: str) -> None:
    refused(bearer(token(algorithm=algorithm)))


@pytest.mark.parametrize("kid", [None, "", "unknown", "../../pool-key", "x" * 5000])
def test_a_token_with_an_unknown_key_id_is_refused(key_server: KeyServer, kid: str | None) -> None:
    refused(bearer(token(key="forger", kid=kid)))


@pytest.mark.parametrize("kid", [["pool-key"], {"a": 1}, 7, True, None])
def test_a_key_id_that_is_not_text_is_refused(key_server: KeyServer, kid: Any) -> None:
    refused(bearer(_made({"alg": "RS256", "typ": "JWT", "kid": kid}, b"x")))


def test_a_key_inside_the_token_is_not_used(key_server: KeyServer) -> None:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(private_key("forger").public_key(), as_dict=True)
    headers = {"kid": KID, "jwk": jwk, "jku": "https://example.com/keys", "x5u": "https://example.com/keys"}
    refused(bearer(jwt.encode(claims(), private_key("forger"), algorithm="RS256", headers=headers)))
    assert all(address.startswith(issuer()) for address in key_server.asked)


def test_given_a_new_key_of_the_pool_when_a_token_names_it_then_it_is_fetched(
    key_server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given cached keys that the pool has changed since
    caller_of(bearer(token()))
    key_server.publish(KID, "second")
    # when a token with the new key arrives half a minute later
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 31)
    caller = caller_of(bearer(token(key="second", kid="second")))
    # then it is accepted
    assert caller is not None
    assert len(key_server.asked) == 2


def test_unknown_key_ids_do_not_cause_repeated_fetches(key_server: KeyServer) -> None:
    caller_of(bearer(token()))
    for number in range(50):
        refused(bearer(token(key="forger", kid=f"made-up-{number}")))
    assert len(key_server.asked) <= 2


def test_a_token_with_a_known_key_id_and_another_key_is_refused(key_server: KeyServer) -> None:
    caller_of(bearer(token()))
    refused(bearer(token(key="second", kid=KID)))


@pytest.mark.parametrize(
    "answer",
    [
        URLError("no route"),
        TimeoutError(),
        ConnectionResetError(),
        b"<html>Bad gateway</html>",
        b"",
        b"\xff\xfe",
        b'{"keys": []}',
        b"[]",
        b"{}",
    ],
    ids=repr,
)
def test_given_unavailable_public_keys_then_503_and_not_401(key_server: KeyServer, answer: bytes | Exception) -> None:
    key_server.answer = answer
    with pytest.raises(Unavailable):
        caller_of(bearer(token()))


def test_given_public_keys_that_are_available_again_then_tokens_are_accepted(key_server: KeyServer) -> None:
    good, key_server.answer = key_server.answer, URLError("no route")
    with pytest.raises(Unavailable):
        caller_of(bearer(token()))
    key_server.answer = good
    assert caller_of(bearer(token()))


# Claims of the gateway's authorizer.


def behind_gateway(**wrong: str) -> dict[str, Any]:
    environment = function_environment()
    found = {
        "sub": "account-of-person-1",
        "khaya_user_id": "person-1",
        "token_use": "access",
        "client_id": environment["USER_POOL_CLIENT_ID"],
        "scope": environment["TOKEN_SCOPE"],
        "cognito:groups": "worker,buyer",
        "origin_jti": "session-1",
        "auth_time": "1800000000",
        **wrong,
    }
    return {"requestContext": {"authorizer": {"claims": found}}, "headers": {"Authorization": "Bearer not-looked-at"}}


def test_claims_of_the_gateway_are_used_without_verification(key_server: KeyServer) -> None:
    assert caller_of(behind_gateway()) == Caller(
        "person-1", frozenset({"worker", "buyer"}), "session-1", 1_800_000_000, "account-of-person-1"
    )
    assert key_server.asked == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"token_use": "id"},
        {"client_id": "another"},
        {"scope": "openid"},
        {"scope": ""},
        {"sub": ""},
        {"khaya_user_id": ""},
    ],
    ids=str,
)
def test_claims_that_the_gateway_does_not_check_are_checked(wrong: dict[str, str]) -> None:
    refused(behind_gateway(**wrong))


def test_empty_claims_are_refused() -> None:
    refused({"requestContext": {"authorizer": {"claims": {}}}, "headers": {}})


def test_an_unreadable_sign_in_time_counts_as_zero() -> None:
    caller = caller_of(behind_gateway(auth_time="Fri Jul 14 04:03:20 UTC 2017"))
    assert caller is not None
    assert caller.signed_in_at == 0


def _made(head: dict[str, Any], secret: bytes) -> str:
    """A token with this header, signed with HMAC if there is a secret."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims())]
    text = ".".join(parts)
    signature = hmac.digest(secret, text.encode(), hashlib.sha256) if secret else b""
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_the_code_has_no_switch_to_disable_verification() -> None:
    source = tokens.__loader__.get_source(tokens.__name__)  # type: ignore[union-attr, attr-defined]
    assert "verify_signature" not in source
