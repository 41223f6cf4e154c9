"""What in a new API document breaks clients of an earlier one."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from local.api_changes import Comparison
from local.openapi import DOCUMENT

TEXT = {"type": "string"}
BEFORE: dict[str, Any] = {
    "info": {"version": "1.4.0"},
    "paths": {
        "/jobs": {
            "get": {
                "security": [{}, {"token": []}],
                "parameters": [{"name": "place", "in": "query", "required": False, "schema": TEXT}],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}}}},
            },
            "post": {
                "security": [{"token": []}],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewJob"}}},
                },
                "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Job": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": TEXT,
                    "note": {"anyOf": [TEXT, {"type": "null"}]},
                    "buyer": {"$ref": "#/components/schemas/Person"},
                },
            },
            "Person": {"type": "object", "properties": {"name": TEXT, "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}}}},
            "NewJob": {
                "type": "object",
                "required": ["title"],
                "properties": {
                    "title": {"type": "string", "maxLength": 100, "minLength": 1},
                    "category": {"type": "string", "enum": ["paint", "roof"]},
                    "cents": {"type": "integer", "minimum": 0},
                    "when": {"anyOf": [TEXT, {"type": "null"}]},
                },
            },
        }
    },
}  # fmt: skip


def changed(*path: str, **new: Any) -> dict[str, Any]:
    """A copy of the document in which what stands at a path has other members; None removes one."""
    document = deepcopy(BEFORE)
    part = document
    for name in path:
        part = part[name]
    for name, value in new.items():
        if value is None:
            del part[name]
        else:
            part[name] = value
    return document


GET, POST = ("paths", "/jobs", "get"), ("paths", "/jobs", "post")
JOB, NEW = ("components", "schemas", "Job"), ("components", "schemas", "NewJob")


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (changed("paths", "/jobs", get=None), "GET /jobs is gone"),
        (changed(*GET, security=[{"token": []}]), "GET /jobs needs a token"),
        (changed(*GET, parameters=[]), "GET /jobs takes the query parameter place no longer"),
        (
            changed(*GET, parameters=[*BEFORE["paths"]["/jobs"]["get"]["parameters"], {"name": "to", "in": "query", "required": True}]),
            "GET /jobs needs the query parameter to",
        ),
        (changed(*GET, responses={"204": {}}), "GET /jobs does not answer 200 any more"),
        (changed(*JOB, "properties", id=None), "GET /jobs 200.id is gone"),
        (changed(*JOB, required=[]), "GET /jobs 200.id may be missing"),
        (changed(*JOB, "properties", id={"type": "integer"}), "GET /jobs 200.id is integer, not string"),
        (changed(*JOB, "properties", id={"anyOf": [TEXT, {"type": "null"}]}), "GET /jobs 200.id may be null"),
        (changed("components", "schemas", "Person", "properties", name=None), "GET /jobs 200.buyer.name is gone"),
        (changed(*NEW, "properties", cents=None), "POST /jobs request.cents is gone"),
        (changed(*NEW, required=["title", "cents"]), "POST /jobs request.cents is required"),
        (changed(*NEW, "properties", "title", maxLength=50), "POST /jobs request.title has maxLength 50"),
        (changed(*NEW, "properties", "title", minLength=5), "POST /jobs request.title has minLength 5"),
        (changed(*NEW, "properties", "title", pattern="^a"), "POST /jobs request.title has the pattern ^a"),
        (changed(*NEW, "properties", "category", enum=["roof"]), "POST /jobs request.category does not take paint any more"),
        (changed(*NEW, "properties", title={"type": "string", "enum": ["a"], "minLength": 1}), "POST /jobs request.title does not take free text any more"),
        (changed(*NEW, "properties", when=TEXT), "POST /jobs request.when does not take null any more"),
    ],
)  # fmt: skip
def test_given_a_change_that_breaks_clients_then_it_is_named(after: dict[str, Any], line: str) -> None:
    compared = Comparison(BEFORE, after)
    assert compared.breaking() == [line]
    assert not compared.allowed()


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        changed("paths", **{"/places": {"get": {"responses": {}}}}),
        changed(*GET, security=[{}]),
        changed(*JOB, "properties", place=TEXT),
        changed(*JOB, required=["id", "note"]),
        changed(*JOB, "properties", note=TEXT),
        changed(*NEW, "properties", place=TEXT),
        changed(*NEW, required=[]),
        changed(*NEW, "properties", "title", maxLength=200),
        changed(*NEW, "properties", "category", enum=["paint", "roof", "garden"]),
        changed(*NEW, "properties", cents={"type": "number", "minimum": 0}),
    ],
)
def test_given_a_change_that_clients_bear_then_nothing_is_named(after: dict[str, Any]) -> None:
    assert Comparison(BEFORE, after).breaking() == []


def test_given_a_higher_major_version_then_clients_may_break() -> None:
    assert Comparison(BEFORE, changed("info", version="2.0.0")).allowed()


def test_given_our_document_without_one_of_its_fields_then_each_use_is_named() -> None:
    before = json.loads(DOCUMENT.read_text())
    after = deepcopy(before)
    del after["components"]["schemas"]["JobView"]["properties"]["title"]
    assert Comparison(before, before).breaking() == []
    assert any("GET /jobs 200" in line for line in Comparison(before, after).breaking())
