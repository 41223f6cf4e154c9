"""Counts the calls of sign-in routes in a minute.

A call counts once for its network, before its body is read, and once for each identity that it names, as soon as that
can be read, whether or not the rest is valid. An identity counts together with its network, never alone, so that nobody
can use up somebody else's limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from khaya.platform.aws import secrets
from khaya.platform.aws.cognito import Origin
from khaya.platform.base.settings import SignInSettings, settings
from khaya.platform.web.access import Caller
from khaya.platform.web.client_address import network_of
from khaya.sign_in import store
from khaya.sign_in.cookies import refresh_cookie
from khaya.sign_in.model import normal_username
from khaya.sign_in.origins import origin_of

_COUNTED_ROUTES = "/auth/"
_STEP_UP = "/auth/step-up"
"""Its password belongs to the caller, whom the body does not name."""
_NAMES = ("username", "phone", "email")
_MAX_NAME_LENGTH = 320
"""Characters of a name that is read for the limits; longer ones are refused anyway."""


def count_arrival(event: Mapping[str, Any], caller: Caller | None, now: str) -> None:
    """Count a request for its network, and that for a step-up also for its caller.

    Raises:
        TooMany: the limit of this minute is used up.
    """
    if not event["resource"].startswith(_COUNTED_ROUTES):
        return
    origin = origin_of(event)
    limit = settings(SignInSettings).sign_ins_per_address
    if limit:
        store.count_call(secrets.keyed_hash("address", network_of(origin.address)), limit, now)
    if caller is not None and event["resource"] == _STEP_UP:
        count_identity(caller.user_id, origin, now)


def count_identities(body: Any, event: Mapping[str, Any], now: str) -> None:
    """Count a request for the identities in its body, which is not validated yet.

    Raises:
        TooMany: the limit of this minute is used up.
    """
    if event["resource"].startswith(_COUNTED_ROUTES):
        for name in _identities_in(body, event):
            count_identity(name, origin_of(event), now)


def count_identity(name: str, origin: Origin, now: str) -> None:
    """Count a call for an identity and its network.

    `name` is a phone, an e-mail, a person, a challenge or a session.

    Raises:
        TooMany: the limit of this minute is used up.
    """
    limit = settings(SignInSettings).sign_ins_per_identity
    if limit:
        store.count_call(secrets.keyed_hash("identity", name, network_of(origin.address)), limit, now)


def _identities_in(body: Any, event: Mapping[str, Any]) -> Iterator[str]:
    """What a request names, each once: phones, e-mails, the challenge, and the session of the refresh token."""
    fields = body if isinstance(body, dict) else {}
    found = set()
    for value in map(fields.get, _NAMES):
        if isinstance(value, str) and len(value) <= _MAX_NAME_LENGTH:
            with suppress(ValueError):
                found.add(normal_username(value))
    challenge, token = fields.get("challenge"), fields.get("refreshToken")
    if fields.get("refreshCookie") is True:
        token = refresh_cookie(event)
    if isinstance(challenge, str):
        found.add(challenge)
    if isinstance(token, str):
        found.add(token.partition(".")[0])
    yield from sorted(found - {""})
