"""The JSON Schema of every kind of event, read off the catalogue: `make events` writes it, a test holds it fresh.

What was published once is a promise to whoever subscribed: a schema that would break it is not written.
"""

import json
import sys
from pathlib import Path
from typing import Any

from local import CannotRun
from local.folder import ROOT
from local.openapi import text

DOCUMENT = ROOT / "docs" / "events.schema.json"

Json = dict[str, Any]

ABOUT = """\
The schema of each kind of event on Khaya's event bus. docs/events.md describes the rest. \
Fields may be added; any other change makes a new version."""

_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"


def document() -> Json:
    """The schemas of all kinds in one document."""
    from khaya.events.catalogue import KINDS  # noqa: PLC0415 - the layer is found once the program runs

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events",
        "description": ABOUT,
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in KINDS],
        "$defs": {kind: _envelope(kind, detail) for kind, detail in KINDS.items()},
    }


def _envelope(kind: str, detail: Any) -> Json:
    properties = {
        "id": {
            "type": "string",
            "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$",
            "description": "The same in every repetition; sorts by time.",
        },
        "kind": {"const": kind},
        "version": {"const": detail.VERSION},
        "at": {"type": "string", "pattern": _TIME, "description": "When it happened, UTC."},
        "actor": {
            "type": "string",
            "description": "Who did it: a person's id, or `system:<function>`. Left out where that is not known.",
        },
        "object": {"type": "string", "pattern": "^[a-z]+/.+$", "description": "What it happened to: `jobs/<id>`."},
        "detail": _shape(detail),
    }
    required = [name for name in properties if name != "actor"]
    return {"type": "object", "title": kind, "properties": properties, "required": required}


def _shape(detail: Any) -> Json:
    """The model's schema. What has no value is left out of an event, so null is no value of any field."""
    schema: Json = detail.model_json_schema(by_alias=True, mode="validation")
    about = " ".join(schema["description"].split())
    fields = {name: _field(field) for name, field in schema["properties"].items()}
    return {"type": "object", "description": about, "properties": fields, "required": schema.get("required", [])}


def _field(field: Json) -> Json:
    kept = {name: value for name, value in field.items() if name not in ("title", "default")}
    if "anyOf" in kept:
        (kept,) = [one for one in kept["anyOf"] if one != {"type": "null"}]
    return kept


def broken_promises(was: Json, now: Json) -> list[str]:
    """What subscribers may rely on by `was` and could not by `now`."""
    found = []
    for kind, before in was["$defs"].items():
        after = now["$defs"].get(kind)
        if after is None:
            found.append(f"{kind} is gone")
        elif before["properties"]["version"] == after["properties"]["version"]:
            found += [f"{kind}: {problem}" for problem in _differences(before, after)]
    return found


def _differences(before: Json, after: Json) -> list[str]:
    old, new = before["properties"]["detail"], after["properties"]["detail"]
    found = [f"{name} is gone" for name in old["properties"] if name not in new["properties"]]
    found += [
        f"{name} is of another kind"
        for name, field in old["properties"].items()
        if name in new["properties"] and new["properties"][name] != field
    ]
    found += [f"{name} may be missing" for name in old["required"] if name not in new["required"]]
    return found


def main(path: Path = DOCUMENT) -> None:
    """Write the document.

    Raises:
        CannotRun: it would break what subscribers rely on.
    """
    whole = document()
    if path.exists():
        broken = broken_promises(json.loads(path.read_text(encoding="utf-8")), whole)
        if broken:
            raise CannotRun(
                f"Incompatible changes for subscribers ({len(broken)}): {'; '.join(broken)}. Give the kind a new "
                f"VERSION, or, if none of it was ever deployed, delete {path.name} first."
            )
    path.write_text(f"{text(whole)}\n", encoding="utf-8")
    print(f"{path.name}: {len(whole['$defs'])} kinds of event")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "layers" / "khaya"))
    try:
        main()
    except CannotRun as refusal:
        sys.exit(f"✗ {refusal}")
