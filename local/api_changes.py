"""What in the API document breaks clients that were written for an earlier one.

A client must bear with new routes, fields and words in answers. It must not bear with anything that is gone, that is
newly required, or that is accepted no longer. The API refuses unknown fields and query parameters, so a field or a
parameter that is gone from requests breaks clients too. With a higher major version changes may break.

    python -m local.api_changes origin/main
"""

import json
import sys
from collections.abc import Iterator
from typing import Any, Literal

from local import CannotRun, earlier
from local.folder import ROOT
from local.openapi import DOCUMENT

Json = dict[str, Any]
Side = Literal["request", "answer"]

LOWER_IS_STRICTER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
HIGHER_IS_STRICTER = ("minimum", "exclusiveMinimum", "minLength", "minItems")


class Comparison:
    """Two API documents.

    Args:
        before: the document that clients know.
        after: the new one.
    """

    def __init__(self, before: Json, after: Json) -> None:
        self._before = before
        self._after = after
        self._seen: set[tuple[str, str, Side]] = set()

    def allowed(self) -> bool:
        """Whether changes may break clients: the major version is higher."""
        old, new = (int(one["info"]["version"].split(".")[0]) for one in (self._before, self._after))
        return new > old

    def breaking(self) -> list[str]:
        """What breaks clients, one line each."""
        found: list[str] = []
        for path, item in self._before["paths"].items():
            for method, old in item.items():
                name = f"{method.upper()} {path}"
                new = self._after["paths"].get(path, {}).get(method)
                found += [f"{name} is gone"] if new is None else list(self._operation(name, old, new))
        return found

    def _operation(self, name: str, old: Json, new: Json) -> Iterator[str]:
        if {} in old.get("security", []) and {} not in new.get("security", []):
            yield f"{name} needs a token"
        yield from self._parameters(name, old, new)
        was, now = (self._body(one.get("requestBody"), document) for one, document in self._both(old, new))
        if now and now.get("required") and not (was and was.get("required")):
            yield f"{name} needs a body"
        yield from self._contents(f"{name} request", was, now, "request")
        for status, answer in old["responses"].items():
            if not status.startswith("2"):
                continue
            if status not in new["responses"]:
                yield f"{name} does not answer {status} any more"
                continue
            was = _resolved(answer, self._before)
            now = _resolved(new["responses"][status], self._after)
            yield from self._contents(f"{name} {status}", was, now, "answer")

    def _both(self, old: Json, new: Json) -> list[tuple[Json, Json]]:
        return [(old, self._before), (new, self._after)]

    @staticmethod
    def _body(body: Json | None, document: Json) -> Json | None:
        return _resolved(body, document) if body else None

    def _parameters(self, name: str, old: Json, new: Json) -> Iterator[str]:
        was, now = (
            {(one["in"], one["name"]): one for one in (_resolved(raw, document) for raw in side.get("parameters", []))}
            for side, document in self._both(old, new)
        )
        for key, one in now.items():
            if one.get("required") and not was.get(key, {}).get("required"):
                yield f"{name} needs the {key[0]} parameter {key[1]}"
        for key, one in was.items():
            if key not in now:
                yield f"{name} takes the {key[0]} parameter {key[1]} no longer"
            else:
                where = f"{name} {key[0]} parameter {key[1]}"
                yield from self._schema(where, one.get("schema", {}), now[key].get("schema", {}), "request")

    def _contents(self, where: str, old: Json | None, new: Json | None, side: Side) -> Iterator[str]:
        now = (new or {}).get("content", {})
        for kind, content in (old or {}).get("content", {}).items():
            if kind not in now:
                yield f"{where} has no {kind} any more"
            elif "schema" in content and "schema" in now[kind]:
                yield from self._schema(where, content["schema"], now[kind]["schema"], side)

    def _schema(self, where: str, old: Json, new: Json, side: Side) -> Iterator[str]:
        """What breaks between two schemas. A pair of references is compared once, where it is met first."""
        pair = (old.get("$ref", ""), new.get("$ref", ""), side)
        if all(pair[:2]):
            if pair in self._seen:
                return
            self._seen.add(pair)
        old, new = _resolved(old, self._before), _resolved(new, self._after)
        choices, offered = _choices(old), _choices(new)
        if len(choices) > 1 or len(offered) > 1:
            yield from self._union(where, choices, offered, side)
            return
        yield from _kinds(where, old, new, side)
        if side == "request":
            yield from _limits(where, old, new)
        yield from self._fields(where, old, new, side)
        for name in ("items", "additionalProperties"):
            if isinstance(old.get(name), dict) and isinstance(new.get(name), dict):
                yield from self._schema(f"{where}[]", old[name], new[name], side)

    def _union(self, where: str, old: list[Json], new: list[Json], side: Side) -> Iterator[str]:
        """A request's old forms must still be accepted; an answer's new forms must have been possible before."""
        if side == "request":
            for one in old:
                if all(self._differ(one, other, side) for other in new):
                    yield f"{where} does not take {_name(one)} any more"
        else:
            for other in new:
                if all(self._differ(one, other, side) for one in old):
                    yield f"{where} may be {_name(other)}"

    def _differ(self, old: Json, new: Json, side: Side) -> bool:
        apart = Comparison(self._before, self._after)
        apart._seen = set(self._seen)  # so that a schema that contains itself ends
        return any(apart._schema("", old, new, side))

    def _fields(self, where: str, old: Json, new: Json, side: Side) -> Iterator[str]:
        was, now = old.get("properties", {}), new.get("properties", {})
        required_before, required_now = set(old.get("required", [])), set(new.get("required", []))
        for field in sorted(was.keys() - now.keys()):
            yield f"{where}.{field} is gone"
        if side == "request":
            yield from (f"{where}.{field} is required" for field in sorted(required_now - required_before))
        else:
            yield from (
                f"{where}.{field} may be missing" for field in sorted((required_before - required_now) & now.keys())
            )
        for field in was.keys() & now.keys():
            yield from self._schema(f"{where}.{field}", was[field], now[field], side)


def _kinds(where: str, old: Json, new: Json, side: Side) -> Iterator[str]:
    """Changes of a type, and words that a request may use no longer."""
    was, now = _types(old), _types(new)
    wider, narrower = (now, was) if side == "request" else (was, now)
    if wider and not narrower <= wider | ({"integer"} if "number" in wider else set()):
        yield f"{where} is {_name(new)}, not {_name(old)}"
    if side == "request":
        words, allowed = _words(old), _words(new)
        if allowed is not None and (words is None or not words <= allowed):
            gone = sorted(map(str, words - allowed)) if words else ["free text"]
            yield f"{where} does not take {', '.join(gone)} any more"


def _limits(where: str, old: Json, new: Json) -> Iterator[str]:
    """Limits that refuse what was accepted."""
    for name in LOWER_IS_STRICTER:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{where} has {name} {new[name]}"
    for name in HIGHER_IS_STRICTER:
        if name in new and new[name] > old.get(name, float("-inf")):
            yield f"{where} has {name} {new[name]}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{where} has the pattern {new['pattern']}"


def _resolved(one: Json, document: Json) -> Json:
    while "$ref" in one:
        found: Any = document
        for part in one["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        one = found
    return one


def _choices(schema: Json) -> list[Json]:
    found: list[Json] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return found


def _types(schema: Json) -> set[str]:
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _words(schema: Json) -> set[Any] | None:
    """The values that are listed; None if any value goes."""
    return {schema["const"]} if "const" in schema else set(schema["enum"]) if "enum" in schema else None


def _name(schema: Json) -> str:
    reference: str = schema.get("$ref", "")
    return reference.rsplit("/", 1)[-1] or schema.get("title") or " or ".join(sorted(_types(schema))) or "anything"


def main(base: str) -> int:
    """Show what breaks clients of `base`; returns the exit status."""
    text = earlier.file(base, DOCUMENT.relative_to(ROOT).as_posix())
    if text is None:
        print(f"{base} has no API document.")
        return 0
    compared = Comparison(json.loads(text), json.loads(DOCUMENT.read_text()))
    found = compared.breaking()
    for line in found:
        print(f"- {line}")
    if not found:
        print(f"Nothing breaks clients of {base}.")
    elif compared.allowed():
        print("The major version is higher, so clients expect it.")
    else:
        print(
            "✗ This breaks clients. Keep what they use, or raise the major version in layers/khaya/khaya/__init__.py."
        )
    return 1 if found and not compared.allowed() else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
