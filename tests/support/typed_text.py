"""Requests whose every text field holds a word of its own, by the OpenAPI document, and where such words are stored."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from khaya.personal_data.catalogue import RECORDS
from khaya.personal_data.places import Place
from local.openapi import DOCUMENT
from tests.support import stand_in
from tests.support.client import Answer, Person, matched
from tests.support.template import function_environment

NOT_TYPED = frozenset(
    {
        *("phone", "email", "username", "password", "refreshToken"),
        *("challenge", "code", "token", "id", "userId", "dueAt", "startDate"),
        *("photos", "media", "photoUrl", "key"),
        *("bankCode", "accountNumber", "identityNumber"),
    }
)
"""Text fields for which a client sends a contact, a secret, an id, a number, a time or the key of an upload."""

_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst")

Field = tuple[str, str]
"""An operation, such as `POST /jobs`, and the path of a field in its body."""


def word(field: Field) -> str:
    """A word that occurs nowhere else, different for each field, which the search takes for one word."""
    return "zq" + hashlib.sha256(" ".join(field).encode()).hexdigest()[:14].translate(_LETTERS)


def text_fields() -> set[Field]:
    """All text fields in bodies of requests."""
    return {
        (f"{method.upper()} {path}", ".".join(names))
        for path, item in _document()["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "requestBody" in operation
        for names in _text_in(_body_schema(operation))
    }


def send(person: Person, method: str, path: str, body: Mapping[str, Any], **options: Any) -> Answer:
    """Make a request in which every text field of its operation holds its word; the answer must be a success."""
    resource, _ = matched(method, path)
    operation = f"{method} {resource}"
    filled = json.loads(json.dumps(body))
    for names in _text_in(_body_schema(_document()["paths"][resource][method.lower()])):
        _fill(filled, names, f"{word((operation, '.'.join(names)))} was typed here.")
    answer = person.call(method, path, filled, **options)
    assert answer.status < 300, f"{operation}: {answer.text}"
    return answer


def _fill(body: dict[str, Any], names: tuple[str, ...], text: str) -> None:
    first, rest = names[0], names[1:]
    name = first.removesuffix("[]")
    if not rest:
        body[name] = [text] if first.endswith("[]") else text
    elif first.endswith("[]"):
        _fill(body.setdefault(name, [{}])[0], rest, text)
    else:
        _fill(body.setdefault(name, {}), rest, text)


def _text_in(schema: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    schema = _resolved(schema)
    for form in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _text_in(form)
    if schema.get("type") == "string" and not {"enum", "const"} & schema.keys():
        yield ()
    for name, field in schema.get("properties", {}).items():
        if name not in NOT_TYPED:
            forms = _resolved(field)
            for form in map(_resolved, forms.get("anyOf", (forms,))):
                if form.get("type") == "array":
                    yield from ((f"{name}[]", *names) for names in _text_in(form["items"]))
                else:
                    yield from ((name, *names) for names in _text_in(form))


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = _document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _body_schema(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    return found


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return found


def stored_words(*texts: str) -> Iterator[tuple[str, str, str]]:
    """Each place in a table that holds one of the texts: table, path, and the text."""
    wanted = {text.casefold(): text for text in texts}
    for variable in function_environment():
        if variable.endswith("_TABLE"):
            table = variable.removesuffix("_TABLE").lower()
            for item in stand_in.stored(table):
                for path, value in _texts(item):
                    yield from ((table, path, text) for folded, text in wanted.items() if folded in value.casefold())


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(one, f"{path}.{name}" if path else name)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from _texts(one, f"{path}[]")


def listed(table: str, path: str) -> list[Place]:
    """The entries of the list for a place in a table; the most exact ones if several begin like it."""
    found = [
        place
        for record in RECORDS
        if record.store == table
        for place in record.places
        if re.match(re.escape(place.path).replace(r"\{\}", r"\.[^.]+") + r"($|\[|\.)", path)
    ]
    longest = max((len(place.path) for place in found), default=0)
    return [place for place in found if len(place.path) == longest]
