"""Invalid tokens, invalid input and other people's objects, over HTTP."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import pytest

from local.people import DEMO_PASSWORD, THANDI
from tests.e2e.test_job_to_completion import POSTING
from tests.support.marketplace import Marketplace


def altered(token: str, **claims: Any) -> str:
    """The token with other claims and its old signature."""
    head, body, signature = token.split(".")
    decoded = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    encoded = base64.urlsafe_b64encode(json.dumps({**decoded, **claims}).encode()).rstrip(b"=").decode()
    return f"{head}.{encoded}.{signature}"


def unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


@pytest.mark.parametrize("path", ["/profiles/me", "/jobs"])
def test_invalid_tokens_are_refused_on_private_and_public_routes(marketplace: Marketplace, path: str) -> None:
    token = marketplace.token("buyer")
    for bad in (
        altered(token, **{"cognito:groups": ["admin"]}),
        unsigned(token),
        altered(token, exp=9_999_999_999),
        "x",
    ):
        assert marketplace.call("GET", path, token=bad).status_code == 401
    assert marketplace.call("GET", path, token=token).status_code == 200


def test_without_a_token_only_public_routes_answer(marketplace: Marketplace) -> None:
    assert marketplace.call("GET", "/jobs").status_code == 200
    assert marketplace.call("GET", "/profiles/me").status_code == 401
    assert marketplace.call("POST", "/jobs", POSTING).status_code == 401


def test_a_token_of_another_application_is_refused(marketplace: Marketplace) -> None:
    # given a token of another client of the same pool
    cognito = boto3.client("cognito-idp", endpoint_url=f"http://127.0.0.1:{marketplace.port}", region_name="af-south-1")
    pool = marketplace.run["userPoolId"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="somebody-elses", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]

    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": THANDI.phone, "PASSWORD": DEMO_PASSWORD},
    )
    token = answer["AuthenticationResult"]["AccessToken"]
    # when it is used here
    for path in ("/profiles/me", "/jobs"):
        refused = marketplace.call("GET", path, token=token)
        # then it is refused as problem+json
        assert (refused.status_code, refused.headers["Content-Type"]) == (401, "application/problem+json")


def test_an_invalid_body_is_refused_by_its_fields(marketplace: Marketplace) -> None:
    token = marketplace.token("buyer")
    headers = {"Content-Type": "application/json"}
    broken = marketplace.call("POST", "/jobs", token=token, data="{", headers=headers)
    unknown = marketplace.call("POST", "/jobs", {**POSTING, "status": "completed"}, token=token)
    too_long = marketplace.call("POST", "/jobs", {**POSTING, "title": "x" * 201}, token=token)
    assert (broken.status_code, broken.headers["Content-Type"]) == (400, "application/problem+json")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "status")
    assert (too_long.status_code, too_long.json()["errors"][0]["field"]) == (422, "title")


def test_edited_and_foreign_cursors_are_refused(marketplace: Marketplace) -> None:
    cursor = marketplace.call("GET", "/jobs", params={"limit": 1}).json()["nextCursor"]
    assert marketplace.call("GET", "/jobs", params={"limit": 1, "cursor": cursor}).status_code == 200
    for wrong in (cursor[:-2], cursor + "A", ("B" if cursor[0] == "A" else "A") + cursor[1:]):
        assert marketplace.call("GET", "/jobs", params={"limit": 1, "cursor": wrong}).status_code == 400
    elsewhere = {"limit": 1, "cursor": cursor, "category": "roofing"}
    assert marketplace.call("GET", "/jobs", params=elsewhere).status_code == 400


def test_other_peoples_objects_are_neither_shown_nor_changed(marketplace: Marketplace) -> None:
    owner, other = marketplace.token("buyer"), marketplace.token("buyer", 1)
    job = marketplace.call("POST", "/jobs", POSTING, token=owner).json()["id"]
    assert marketplace.call("PATCH", f"/jobs/{job}", {"title": "Mine now"}, token=other).status_code == 403
    assert marketplace.call("POST", f"/jobs/{job}/completion", token=marketplace.token("worker")).status_code == 403
    cancelled = marketplace.call("POST", f"/jobs/{job}/cancellation", {"reason": "Not needed."}, token=owner)
    assert cancelled.status_code == 200
    assert marketplace.call("GET", f"/jobs/{job}", token=other).status_code == 404
    assert marketplace.call("GET", f"/jobs/{job}", token=owner).status_code == 200
