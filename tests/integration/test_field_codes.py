"""Every field error of the API document has a specific code, and the parameters that the document names for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from khaya.payout_accounts import store as payout_accounts
from khaya.platform.base.problem_codes import FIELD_CODES, param_names
from khaya.platform.base.settings import settings
from khaya.users import store as users
from tests.integration.matrix import Row, permitted_calls, url
from tests.support.template import ROOT

pytestmark = pytest.mark.exhaustive

DOCUMENT: dict[str, Any] = json.loads((ROOT / "functions" / "platform" / "openapi.json").read_text())
PARAMS = param_names(FIELD_CODES)
OTHERS: tuple[Any, ...] = (None, "text", 7, 1.5, [], {"a": 1})
LONG = "\u3042"
"""A letter of three bytes."""
NEVER = "\x00 never \x00"


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference, and the one of a nullable value."""
    if "$ref" in schema:
        return resolved(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    choices = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    if len(choices) == 1:
        return {**schema, **resolved(choices[0])}
    return schema


def wrong_values(schema: dict[str, Any], value: Any) -> Iterator[Any]:
    """Values that break each constraint of a schema once; `value` is a good one, if it is known."""
    schema = resolved(schema)
    yield from OTHERS
    if "minLength" in schema:
        yield from ("", "a" * (schema["minLength"] - 1), " " * (schema["minLength"] + 1))
    if "maxLength" in schema:
        yield LONG * (schema["maxLength"] + 1)
    if schema.get("type") == "string" or "pattern" in schema or "anyOf" in schema:
        yield from ("\n", NEVER, "a\nb", "not it", "2020-01-01", "2020-01-01T00:00:00Z", "+27", "a@", "x" * 9_000)
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if schema.get("type") in ("integer", "number"):
        yield from (0, -1, 10**18)
    if schema.get("type") == "array":
        item = value[0] if isinstance(value, list) and value else "ab"
        yield [item, item]
        yield [f"{item}{number}" if isinstance(item, str) else item for number in range(schema.get("maxItems", 40) + 1)]
        yield from ([wrong] for wrong in wrong_values(schema.get("items", {}), item))
    if isinstance(value, dict):
        yield from wrong_bodies(schema, value)


def wrong_bodies(schema: dict[str, Any], body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Bodies that differ from a good one in one field."""
    schema = resolved(schema)
    yield {**body, "noSuchField": 1}
    yield {}
    for name, part in schema.get("properties", {}).items():
        yield {key: value for key, value in body.items() if key != name}
        for wrong in wrong_values(part, body.get(name)):
            yield {**body, name: wrong}


@pytest.mark.parametrize(("row", "column"), permitted_calls(), ids=str)
def test_every_broken_constraint_has_a_code_of_its_own(row: Row, column: str, monkeypatch: pytest.MonkeyPatch) -> None:
    method, _, path = row.route.partition(" ")
    operation = DOCUMENT["paths"][path][method.lower()]
    if "requestBody" not in operation:
        return
    (content,) = operation["requestBody"]["content"].values()
    limits = settings().model_copy(update={"writes_per_minute": 0})
    monkeypatch.setattr(users, "settings", lambda: limits)
    monkeypatch.setattr(payout_accounts, "CHECKS_PER_DAY", 10_000)
    scene = row.scene()
    caller = scene.person(column)
    codes = set()
    for number, body in enumerate(wrong_bodies(content["schema"], scene.body or {})):
        headers = {**scene.headers, "Idempotency-Key": f"request-{number}"}
        answer = caller.call(method, url(row.route, scene), body, headers=headers)
        assert answer.status < 500, body
        assert answer.status != 429 or path.startswith("/auth/"), "codes are limited, and nothing else here"
        if answer.status != 422:
            continue
        for error in answer.body["errors"]:
            assert error["code"] in FIELD_CODES, error
            assert sorted(error["params"]) == PARAMS[error["code"]], error
            assert error["message"] != "is not valid", error
            assert not any(" " in str(value) for value in error["params"].values() if isinstance(value, str)), error
            codes.add(error["code"])
    assert "unknown_field" in codes


def test_the_document_names_the_parameters_of_every_code() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    named = schemas["FieldProblem"]["properties"]["code"]["x-khaya-params"]
    assert named == {code: names for code, names in PARAMS.items() if names}
    assert "invalid" not in schemas["FieldProblem"]["properties"]["code"]["enum"]
    assert schemas["Problem"]["properties"]["code"]["x-khaya-params"]["job_status"] == ["status"]
