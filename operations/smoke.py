"""The smoke journey: what a visitor does first, on a deployed API, and a sign-in with a wrong password.

The sign-in reaches the service key, the tables of sign-in and the user pool. Nobody is signed in; the only trace is the
count of a wrong password for a name that nobody has, which expires.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import requests

TIMEOUT_SECONDS = 30
ATTEMPTS = 3
"""A request that fails once may have met a function that was being replaced."""
WAIT_SECONDS = 2.0


def failures(url: str, release: str, maintenance: bool = False, *, wait: float = WAIT_SECONDS) -> list[str]:
    """What does not work at the API; empty if the journey passes.

    Args:
        url: the address of the API's stage.
        release: the id of the release that must serve; empty for any.
        maintenance: whether it must refuse what writes.
        wait: the seconds between two attempts.
    """
    found = list(_journey(url, release, maintenance=maintenance))
    for _ in range(ATTEMPTS - 1):
        if not found:
            break
        time.sleep(wait)
        found = list(_journey(url, release, maintenance=maintenance))
    return found


def _journey(url: str, release: str, *, maintenance: bool) -> Iterator[str]:
    status, body = _get(f"{url}/health")
    if status != 200 or body.get("status") != "ok":
        yield f"GET /health is {status}, not 200 with the status ok"
    elif release and body.get("release") != release:
        yield f"GET /health is of release {body.get('release')}, not of {release}"
    for path in ("/jobs", "/listings", "/stories"):
        status, body = _get(f"{url}{path}")
        if status != 200 or not isinstance(body.get("items"), list):
            yield f"GET {path} is {status}, not 200 with a list"
    status, _ = _get(f"{url}/profiles/me")
    if status != 401:
        yield f"GET /profiles/me without a token is {status}, not 401"
    status, body = _get(f"{url}/openapi.json")
    if status != 200 or "paths" not in body:
        yield f"GET /openapi.json is {status}, not 200 with the API document"
    # A new name each time, so that no delay after wrong passwords is met.
    nobody = {"username": f"smoke-{uuid.uuid4().hex}@khaya.example", "password": uuid.uuid4().hex}
    status, body = _call("POST", f"{url}/auth/tokens", nobody)
    wanted = (503, "unavailable") if maintenance else (401, "wrong_password")
    if (status, body.get("code")) != wanted:
        yield f"POST /auth/tokens with a wrong password is {status} {body.get('code')}, not {wanted[0]} {wanted[1]}"


def _get(url: str) -> tuple[str | int, dict[str, Any]]:
    return _call("GET", url)


def _call(method: str, url: str, sent: Any = None) -> tuple[str | int, dict[str, Any]]:
    """The status and the JSON object of an answer; the kind of error if there is none."""
    try:
        answer = requests.request(method, url, json=sent, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        return type(error).__name__, {}
    try:
        body = answer.json()
    except ValueError:
        body = None
    return answer.status_code, body if isinstance(body, dict) else {}
