"""Each list binds its cursors to every filter of the query, and to the caller where the list is private."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from khaya.platform.web.pipeline import Pipeline
from local.openapi import DOCUMENT
from tests.integration.matrix import Row, permitted_calls, url
from tests.support.client import Person

PATHS: dict[str, Any] = json.loads(DOCUMENT.read_text())["paths"]
VALUES: dict[str, tuple[str, ...]] = {
    "location": ("Durban", "Pinetown"),
    "trade": ("roofing", "tiling"),
    "q": ("tap", "roof"),
    "from": ("2026-11-01", "2026-11-02"),
    "to": ("2026-11-20", "2026-11-21"),
    "phone": ("082 123 4567", "082 123 4568"),
    "email": ("thandi@example.org", "sipho@example.org"),
    "object": ("jobs/1", "jobs/2"),
    "actor": ("admin-1", "admin-2"),
}
"""Two values of each filter that is neither a choice nor a truth value."""


def filters(row: Row) -> dict[str, tuple[str, ...]]:
    """Two values of each parameter of a list that is neither `limit` nor `cursor` nor `view`, which filters nothing."""
    method, path = row.route.split()
    parameters = {one["name"]: one["schema"] for one in PATHS[path][method.lower()]["parameters"] if "name" in one}
    if "cursor" not in parameters:
        return {}
    return {
        name: tuple(choices[:2]) if (choices := _choices(schema)) else VALUES.get(name, ("true", "false"))
        for name, schema in parameters.items()
        if name not in ("limit", "cursor", "view") and f"{{{name}}}" not in path
    }


def _choices(schema: dict[str, Any]) -> list[str]:
    return [schema["const"]] if "const" in schema else schema.get("enum", [])


def lists() -> Iterator[Any]:
    for row, column in permitted_calls():
        if row.route.startswith("GET ") and filters(row):
            yield pytest.param(row, column, id=row.route)


@pytest.mark.parametrize(("row", "column"), [*lists()])
def test_each_filter_is_part_of_what_a_cursor_is_bound_to(
    row: Row, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes: list[tuple[str, ...]] = []
    real = Pipeline.page_request

    def noted(*arguments: Any, **more: Any) -> Any:
        page_request = real(*arguments, **more)
        scopes.append(page_request.scope)
        return page_request

    monkeypatch.setattr(Pipeline, "page_request", noted)
    scene = row.scene()
    person: Person = scene.person(column)
    known = filters(row)
    for name, values in known.items():
        scopes.clear()
        others = {"status": known["status"][0]} if "status" in known else {}
        for value in values:
            assert person.get(url(row.route, scene), query={**others, name: value}).status == 200
        assert len({*scopes}) == len(values), name
