"""The OpenAPI document for schemathesis: every check is on, for a bounded run or, with `EXAMPLES=…`, a long one."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import schemathesis
from hypothesis.strategies._internal import regex as hypothesis_regex
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection

from khaya.platform.base.text import has_unknown
from local.openapi import DOCUMENT
from tests.support.bridge import api
from tests.support.client import VISITOR, Person
from tests.support.tokens import claims, token

SOAK = "EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("EXAMPLES", "3"))
"""Generated requests for each route and kind of request."""

CONFIG = {
    **({} if SOAK else {"seed": 1}),
    "phases": {"coverage": {"unexpected-methods": []}},
    "generation": {"max-examples": EXAMPLES, "deterministic": not SOAK, "database": "none", "no-shrink": True},
    "checks": {
        # Every check is on, but one.
        # API Gateway has no 405: an undeclared method is an unknown route.
        "unsupported_method": {"enabled": False},
        # 412 as well, because a generated If-Match may be stale, and 429, because the requests come fast.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "412", "429"]},
    },
}
VALID_VALUES: dict[str, Any] = {
    "dueAt": "2027-03-01T06:00:00.000Z",  # in the future, which JSON Schema cannot express
    "startDate": "2027-03-01",
    "from": "2026-11-01",  # not after `to`
    "to": "2026-11-30",
    "bankCode": "632005",
    "identityNumber": "8001015009087",
    "q": "leaking tap",
    "phone": "082 123 4567",
    "email": "thandi@example.org",
    "username": "082 123 4567",
    "password": "tap-roof-brick-sand",
    "photos": [],
    "media": [],
    "certifications": [],
    "photoUrl": None,
}
"""Values for fields with rules that JSON Schema cannot express."""

ROLES = ("buyer", "worker", "seller", "admin")

SUBSCRIPTION = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc:def-1",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",  # pragma: allowlist secret
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
"""Of an accepted push service, with the keys of RFC 8291: which services are accepted is a parameter, and a key is a point."""

_strategy_of = hypothesis_regex.base_regex_strategy
_strategies: dict[tuple[Any, ...], Any] = {}


def _regex_strategy(pattern: Any, *, alphabet: Any, **options: Any) -> Any:
    """The strategy for a pattern, made once: the document repeats a few patterns with long sets of characters."""
    key = (pattern, repr(alphabet))
    if key not in _strategies:
        _strategies[key] = _strategy_of(pattern, alphabet=alphabet, **options)
    return _strategies[key]


hypothesis_regex.base_regex_strategy = _regex_strategy
schema = schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text()), config=SchemathesisConfig.from_dict(CONFIG))
schema.app = api
_numbers = itertools.count()
_STRANGERS = [VISITOR, *(Person(f"stranger-{role}", (role,)) for role in ROLES)]
_met: set[tuple[str, bool]] = set()
"""The routes and kinds of request, valid or not, that the strangers have sent."""


def strangers(case: schemathesis.Case) -> list[Person]:
    """Those who have no part in a scene and send this request: a visitor and one of each role.

    In the bounded run they send one valid and one invalid request of each route, in the long run all of them.
    """
    kind = (case.operation.label, is_valid(case))
    if kind in _met and not SOAK:
        return []
    _met.add(kind)
    return _STRANGERS


def check(case: schemathesis.Case, person: Person) -> None:
    """Send a generated request as `person`, and run the checks on the response."""
    excluded = [negative_data_rejection] if _has_outer_spaces([case.query, case.body]) else []
    case.call_and_validate(headers=authorization(person), excluded_checks=excluded)


def is_valid(case: schemathesis.Case) -> bool:
    """Whether the generated request fits the document."""
    return case.meta is not None and case.meta.generation.mode.is_positive


def satisfy_further_rules(case: schemathesis.Case) -> None:
    """Replace generated values by values that satisfy the rules beyond JSON Schema."""
    case.query.pop("cursor", None)
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key-{next(_numbers)}"
    for fields in (case.query, case.body):
        if isinstance(fields, dict):
            fields.update(
                {name: VALID_VALUES[name] for name in fields.keys() & VALID_VALUES.keys() if fields[name] is not None}
            )
    case.query, case.body = _as_the_code_reads(case.query), _as_the_code_reads(case.body)
    if isinstance(case.body, dict):
        if case.body.get("decision") == "reject":
            case.body["reason"] = case.body.get("reason") or "Not what it says."
            case.body.pop("featured", None)
        files = case.body.get("files")
        for file in [case.body, *(one for one in files or () if isinstance(one, dict))]:
            if file.get("contentType") == "application/pdf":
                file["purpose"] = "certification"
        if "refreshToken" in case.body:
            case.body = {"refreshToken": "none"}
        if isinstance(case.body.get("subscription"), dict):
            case.body["subscription"] |= SUBSCRIPTION


def _as_the_code_reads(value: Any) -> Any:
    """`value` adapted to what the code reads and JSON Schema cannot express.

    Whole numbers are written as integers: to JSON Schema `3.0` is one. Texts have no unassigned character.
    """
    match value:
        case dict():
            return {name: _as_the_code_reads(part) for name, part in value.items()}
        case list():
            return [_as_the_code_reads(part) for part in value]
        case str():
            return "".join("x" if has_unknown(sign) else sign for sign in value)
        case float() if value.is_integer():
            return int(value)
    return value


def _has_outer_spaces(given: Any) -> bool:
    """Whether a text has outer spaces, which are trimmed before its length is checked."""
    if isinstance(given, str):
        return given != given.strip()
    if isinstance(given, Mapping):
        given = list(given.values())
    return isinstance(given, list) and any(_has_outer_spaces(one) for one in given)


def authorization(person: Person) -> dict[str, str]:
    """The headers with the person's token."""
    if person.user_id is None:
        return person.headers
    return {"Authorization": f"Bearer {_token(person.user_id, person.roles, person.session, person.signed_in_at)}"}


@cache
def _token(user_id: str, roles: tuple[str, ...], session: str, signed_in_at: int) -> str:
    return token(claims(user_id, roles, origin_jti=session, auth_time=signed_in_at))
