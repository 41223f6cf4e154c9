"""Who is asking: tokens that hold, and every kind that does not."""

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
    """A request that no gateway has looked at."""
    return {"headers": {} if text is None else {header: text}, "requestContext": {"requestId": "1"}}


def bearer(text: str) -> dict[str, Any]:
    return event(f"Bearer {text}")


def refused(request: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        caller_of(request)


def test_a_good_token_tells_who_calls(key_server: KeyServer) -> None:
    found = caller_of(bearer(token(claims("person-1", ("worker", "buyer"), auth_time=1_800_000_000))))
    assert found == Caller("person-1", frozenset({"worker", "buyer"}), "session-1", 1_800_000_000)
    assert key_server.asked == [f"{issuer()}/.well-known/jwks.json"]


def test_keys_are_fetched_once(key_server: KeyServer) -> None:
    for number in range(5):
        caller_of(bearer(token(claims(f"person-{number}"))))
    assert len(key_server.asked) == 1


def test_no_token_is_nobody() -> None:
    assert caller_of(event()) is None
    assert caller_of({"headers": None, "requestContext": None}) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("header", ["Authorization", "authorization", "AUTHORIZATION"])
def test_case_does_not_matter_in_header_and_scheme(key_server: KeyServer, scheme: str, header: str) -> None:
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
def test_what_is_no_token_is_refused(key_server: KeyServer, text: str) -> None:
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
def test_a_well_signed_token_with_a_wrong_claim_is_refused(key_server: KeyServer, wrong: dict[str, Any]) -> None:
    refused(bearer(token(claims(**wrong))))


def test_a_token_holds_until_it_expires_and_not_a_second_longer(key_server: KeyServer) -> None:
    assert caller_of(bearer(token(claims(exp=int(time.time()) + 5))))
    refused(bearer(token(claims(exp=int(time.time())))))


def test_an_id_token_is_refused_as_cognito_makes_them(key_server: KeyServer) -> None:
    found = claims(token_use="id", client_id=None, scope=None, aud=function_environment()["USER_POOL_CLIENT_ID"])
    refused(bearer(token(found)))


def test_scopes_beside_the_apis_own_do_no_harm(key_server: KeyServer) -> None:
    assert caller_of(bearer(token(claims(scope="openid khaya/api phone"))))


def test_a_token_signed_by_somebody_else_is_refused(key_server: KeyServer) -> None:
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


def test_the_public_key_is_not_taken_for_a_shared_secret(key_server: KeyServer) -> None:
    public = private_key().public_key()
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        for encoding in (Encoding.PEM, Encoding.DER):
            head = {"alg": "HS256", "typ": "JWT", "kid": KID}
            refused(bearer(_made(head, public.public_bytes(encoding, form))))


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_another_algorithm_of_the_same_key_is_refused(key_server: KeyServer, algorithm: str) -> None:
    refused(bearer(token(algorithm=algorithm)))


@pytest.mark.parametrize("kid", [None, "", "unknown", "../../pool-key", "x" * 5000])
def test_a_token_of_an_unknown_key_is_refused(key_server: KeyServer, kid: str | None) -> None:
    refused(bearer(token(key="forger", kid=kid)))


@pytest.mark.parametrize("kid", [["pool-key"], {"a": 1}, 7, True, None])
def test_a_key_name_that_is_no_text_is_refused(key_server: KeyServer, kid: Any) -> None:
    refused(bearer(_made({"alg": "RS256", "typ": "JWT", "kid": kid}, b"x")))


def test_a_key_that_the_token_brings_along_is_not_used(key_server: KeyServer) -> None:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(private_key("forger").public_key(), as_dict=True)
    headers = {"kid": KID, "jwk": jwk, "jku": "https://example.com/keys", "x5u": "https://example.com/keys"}
    refused(bearer(jwt.encode(claims(), private_key("forger"), algorithm="RS256", headers=headers)))
    assert all(address.startswith(issuer()) for address in key_server.asked)


def test_a_key_that_the_pool_has_taken_up_since_is_fetched(
    key_server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given keys fetched before the pool changed them
    caller_of(bearer(token()))
    key_server.publish(KID, "second")
    # when somebody comes with the new one, half a minute later
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 31)
    caller = caller_of(bearer(token(key="second", kid="second")))
    # then it holds
    assert caller is not None
    assert len(key_server.asked) == 2


def test_made_up_key_names_do_not_make_the_function_fetch_again_and_again(key_server: KeyServer) -> None:
    caller_of(bearer(token()))
    for number in range(50):
        refused(bearer(token(key="forger", kid=f"made-up-{number}")))
    assert len(key_server.asked) <= 2


def test_a_known_name_with_another_key_is_refused(key_server: KeyServer) -> None:
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
def test_without_the_pools_keys_nobody_is_told_that_their_token_is_wrong(
    key_server: KeyServer, answer: bytes | Exception
) -> None:
    key_server.answer = answer
    with pytest.raises(Unavailable):
        caller_of(bearer(token()))


def test_once_the_keys_can_be_fetched_again_tokens_hold(key_server: KeyServer) -> None:
    good, key_server.answer = key_server.answer, URLError("no route")
    with pytest.raises(Unavailable):
        caller_of(bearer(token()))
    key_server.answer = good
    assert caller_of(bearer(token()))


# What the gateway has verified, but not looked at.


def behind_gateway(**wrong: str) -> dict[str, Any]:
    environment = function_environment()
    found = {
        "sub": "person-1",
        "token_use": "access",
        "client_id": environment["USER_POOL_CLIENT_ID"],
        "scope": environment["TOKEN_SCOPE"],
        "cognito:groups": "worker,buyer",
        "origin_jti": "session-1",
        "auth_time": "1800000000",
        **wrong,
    }
    return {"requestContext": {"authorizer": {"claims": found}}, "headers": {"Authorization": "Bearer not-looked-at"}}


def test_the_gateways_claims_are_taken_without_verifying_again(key_server: KeyServer) -> None:
    assert caller_of(behind_gateway()) == Caller("person-1", frozenset({"worker", "buyer"}), "session-1", 1_800_000_000)
    assert key_server.asked == []


@pytest.mark.parametrize(
    "wrong", [{"token_use": "id"}, {"client_id": "another"}, {"scope": "openid"}, {"scope": ""}, {"sub": ""}], ids=str
)
def test_what_the_gateway_does_not_check_is_checked(wrong: dict[str, str]) -> None:
    refused(behind_gateway(**wrong))


def test_empty_claims_are_not_taken_for_none() -> None:
    refused({"requestContext": {"authorizer": {"claims": {}}}, "headers": {}})


def test_an_unreadable_sign_in_time_is_as_if_long_ago() -> None:
    caller = caller_of(behind_gateway(auth_time="Fri Jul 14 04:03:20 UTC 2017"))
    assert caller is not None
    assert caller.signed_in_at == 0


def _made(head: dict[str, Any], secret: bytes) -> str:
    """A token put together by hand, signed with HMAC if there is a secret."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims())]
    text = ".".join(parts)
    signature = hmac.digest(secret, text.encode(), hashlib.sha256) if secret else b""
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_there_is_no_way_around_verification() -> None:
    source = tokens.__loader__.get_source(tokens.__name__)  # type: ignore[union-attr, attr-defined]
    assert "verify_signature" not in source
