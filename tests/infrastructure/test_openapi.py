"""The OpenAPI document matches the code, covers every route of the template, and documents every field."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import schemathesis

from local.openapi import DOCUMENT, document, text
from tests.support.template import routes

KEPT: dict[str, Any] = json.loads(DOCUMENT.read_text())
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, item in KEPT["paths"].items()
    for method, operation in item.items()
]
DECLARED = {f"{method} {path}": route for (method, path), route in routes().items() if method != "OPTIONS"}
ERRORS = {"401", "422", "429", "503"}


def test_the_kept_document_is_the_one_that_the_code_gives() -> None:
    assert text(document()) + "\n" == DOCUMENT.read_text(), "stale: run `make openapi`"


def test_it_has_the_routes_of_the_template_and_no_others() -> None:
    assert {name for name, _ in OPERATIONS} == DECLARED.keys()


def test_the_document_is_valid_openapi() -> None:
    schemathesis.openapi.from_dict(KEPT).validate()
    assert KEPT["openapi"].startswith("3.1")


def test_names_of_operations_are_unique() -> None:
    names = [operation["operationId"] for _, operation in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", name) for name in names)


def test_each_tag_has_a_description() -> None:
    described = {tag["name"]: tag["description"] for tag in KEPT["tags"]}
    assert described.keys() == {tag for _, operation in OPERATIONS for tag in operation["tags"]}
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in described.values())


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_each_operation_tells_what_it_does_who_may_call_it_and_how_it_may_refuse(
    name: str, operation: dict[str, Any]
) -> None:
    public = DECLARED[name]["public"]
    assert operation["summary"]
    assert operation["x-khaya-who"] in operation["description"]
    assert operation["security"] == ([{}, {"token": []}] if public else [{"token": []}])
    answers = operation["responses"]
    assert answers.keys() >= (ERRORS if public else ERRORS | {"403"})
    assert any(status < "400" for status in answers)
    if "{" in name:
        assert "404" in answers
    if not name.startswith("GET"):
        assert "409" in answers
    if "requestBody" in operation:
        assert answers.keys() >= {"400", "413", "415"}


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_each_operation_names_its_parameters_as_the_contract_does(name: str, operation: dict[str, Any]) -> None:
    parameters = [_resolved(parameter) for parameter in operation["parameters"]]
    assert re.findall(r"{(\w+)}", name) == [one["name"] for one in parameters if one["in"] == "path"]
    keys = [one["required"] for one in parameters if one["name"] == "Idempotency-Key"]
    remembered = name.startswith("POST") and not name.startswith("POST /auth/") and not DECLARED[name]["public"]
    assert len(keys) == remembered
    assert all("_" not in one["name"] for one in parameters)
    assert all({"type": "null"} not in one["schema"].get("anyOf", []) for one in parameters), "a parameter is left out"


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: dict[str, Any] = KEPT["components"][node["$ref"].split("/")[2]][node["$ref"].split("/")[3]]
    return found
