"""Adapts the schemas of the OpenAPI document to generators of typed clients."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def for_typed_clients(paths: Json, schemas: Json) -> None:
    """Adapt the schemas, in place.

    Generators take a field with a default for one that is always sent. So fields of requests lose their default, and
    the description says it. Responses have all their fields, and a union of them is of distinct schemas.
    """
    operations = [operation for item in paths.values() for operation in item.values()]
    responses = [operation["responses"] for operation in operations]
    requested = _reachable([operation.get("requestBody") for operation in operations], schemas)
    shown = _reachable(responses, schemas)
    for name in requested:
        for field in _properties(schemas[name]):
            if "default" in field:
                default = json.dumps(field.pop("default"))
                field["description"] = f"{field.get('description', '')} Default: `{default}`.".strip()
    for name in shown - requested:
        if fields := schemas[name].get("properties"):
            schemas[name]["required"] = [*fields]
            for field in fields.values():
                field.pop("default", None)
    for union in _unions([responses, [schemas[name] for name in shown]]):
        union["oneOf"] = union.pop("anyOf")
        for form in union["oneOf"]:
            schemas[name_of(form)]["additionalProperties"] = False


def name_of(reference: Json) -> str:
    """The name of the schema that a reference leads to."""
    name: str = reference["$ref"].rpartition("/")[2]
    return name


def _reachable(node: Any, schemas: Json) -> set[str]:
    """The names of the schemas that `node` refers to, directly or through others."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(waiting.pop())):
            if name not in found and name in schemas:
                found.add(name)
                waiting.append(schemas[name])
    return found


def _properties(schema: Json) -> Iterator[Json]:
    """The schemas of an object's fields, in each of its forms."""
    yield from schema.get("properties", {}).values()
    for form in schema.get("oneOf", []):
        yield from form.get("properties", {}).values()


def _unions(node: Any) -> Iterator[Json]:
    """The unions of named objects in a schema."""
    if isinstance(node, list):
        for part in node:
            yield from _unions(part)
    elif isinstance(node, dict):
        forms = node.get("anyOf", [])
        if len(forms) > 1 and all("$ref" in form for form in forms):
            yield node
        for part in list(node.values()):
            yield from _unions(part)
