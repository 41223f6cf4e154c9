"""The OpenAPI document of the whole API, read off the code: `make openapi` writes it, a test fails when it is stale.

Each function's resolver describes its own routes. Here they become one document, and what holds for all routes is
added: who may call them, the refusals, and the headers that come and go.
"""

import importlib.util
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from aws_lambda_powertools.event_handler.openapi.merge import OpenAPIMerge
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from local.folder import ROOT, TEMPLATE
from local.openapi_components import CURSOR, HEADERS, PARAMETERS, TOKEN, problems
from local.openapi_schemas import for_typed_clients

FUNCTIONS = ROOT / "functions"
DOCUMENT = FUNCTIONS / "platform" / "openapi.json"

WIDTH = 120

Json = dict[str, Any]

ABOUT = """\
The backend of a community marketplace for KwaZulu-Natal: buyers post jobs, workers bid on them and do the work,
sellers list building materials, and admins keep it safe.

**Money** is a whole number of cents in ZAR, in fields that end in `Cents`: R50 is `5000`. **Times** are UTC in ISO 8601
with milliseconds: `2026-11-21T08:00:00.000Z`. Text is trimmed. Unknown fields and unknown query parameters are refused.

**Lists** answer `{"items": […], "nextCursor": "…"}`. Ask again with `cursor` set to `nextCursor` until that is `null`.
A cursor works for the list and the filters that gave it out, and for nothing else.

**Refusals** are problem+json (RFC 9457), with a `code` and its `params` for programs. Something that the caller may not
see is `404`, as if it did not exist. A request with several faults gets the status of the first in this order: `401`,
`403` (role, account), `413`, `415`, `400`, `422`, `404` or `403` (object), `412`, `409`.

**Retries.** Every `POST` with a token takes an `Idempotency-Key`; where money moves it must have one. Sent again within
24 hours, the same request gets the first response, with `Idempotency-Replayed: true`, and has no other effect.

**Changes.** What its owner edits carries `version`, which is also its `ETag`. Sent back as `If-Match`, it keeps a
change from overwriting somebody else's. A change that changes nothing keeps the version.

Every response carries an `X-Request-Id`; include it when you report a problem.
"""


def document() -> Json:
    """The whole API's document."""
    from khaya import VERSION  # noqa: PLC0415 - the functions' settings come first

    modules = [module for module in _functions() if hasattr(module, "api")]
    parts = _distinct([_described(module.api) for module in modules], [module.api.tag for module in modules])
    merge = OpenAPIMerge(
        title="Khaya",
        version=VERSION,
        description=ABOUT,
        openapi_version="3.1.0",
        on_conflict="error",
    )
    for part in parts:
        merge.add_schema(part)
    whole = merge.get_openapi_schema()
    whole["servers"] = [{"url": ".", "description": "Where this document is."}]
    whole["tags"] = [{"name": module.api.tag, "description": _sentence(module)} for module in modules]
    whole["paths"] = {path: whole["paths"][path] for path in sorted(whole["paths"])}
    for_typed_clients(whole["paths"], whole["components"]["schemas"])
    _document_locations(whole["paths"])
    components = {
        "schemas": {**whole["components"]["schemas"], **problems()},
        "responses": {error.__name__: _refusal(error) for error in _errors().values()},
        "parameters": PARAMETERS,
        "headers": HEADERS,
    }
    whole["components"] = {**_used(components, whole["paths"]), "securitySchemes": {"token": TOKEN}}
    return whole


def _document_locations(paths: Json) -> None:
    """Add the `Location` of what is created, where a `GET` route shows it: `/bids/{bidId}` for `/jobs/{jobId}/bids`."""
    for path, item in paths.items():
        created: Json | None = item.get("post", {}).get("responses", {}).get("201")
        collection = path.rpartition("/")[2]
        shown = [other for other in paths if re.fullmatch(rf"/{collection}/{{\w+}}", other) and "get" in paths[other]]
        if created is not None and shown:
            created.setdefault("headers", {})["Location"] = _reference("headers", "Location")


def text(node: Any, depth: int = 0) -> str:
    """The document as it is kept: what fits in a line in one, so that it is small and shows well what has changed."""
    flat = json.dumps(node, ensure_ascii=False)
    if len(flat) + depth <= WIDTH or not isinstance(node, dict | list):
        return flat
    if isinstance(node, list):
        (opening, closing), lines = "[]", [text(one, depth + 1) for one in node]
    else:
        (opening, closing), lines = "{}", [f"{json.dumps(key)}: {text(one, depth + 1)}" for key, one in node.items()]
    inner = ",\n".join(f"{' ' * (depth + 1)}{line}" for line in lines)
    return f"{opening}\n{inner}\n{' ' * depth}{closing}"


def _functions() -> Iterator[ModuleType]:
    """The module of each function, by the function's name; what they read from the environment is made up here."""
    _make_up_settings()
    for path in sorted(FUNCTIONS.glob("*/app.py")):
        name = f"functions.{path.parent.name}.app"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, path)
            if spec is None or spec.loader is None:
                raise ImportError(f"{path} cannot be loaded")
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        yield sys.modules[name]


def _make_up_settings() -> None:
    """Give every setting that is missing a value that reads as text and as a number: none ends up in the document."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "af-south-1")
    from khaya.platform.base import settings  # noqa: PLC0415 - after `khaya` is on the path

    for model in vars(settings).values():
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, field in model.model_fields.items():
                choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
                choices = ("false",) if field.annotation is bool else choices
                os.environ.setdefault(name.upper(), choices[0] if choices else "00000000")
    for name in re.findall(r"\b[A-Z_]+_QUEUE_URL\b", TEMPLATE.read_text()):
        os.environ.setdefault(name, "00000000")


def _sentence(module: ModuleType) -> str:
    """What the routes of a function are for: its docstring's first line, less the words that all of them begin with."""
    first = (module.__doc__ or "").partition("\n")[0]
    said = first.partition(": ")[2] or first
    return said[:1].upper() + said[1:]


# One function's routes


def _described(api: Any) -> Json:
    """The routes of one function as its resolver describes them, with what the resolver does not know."""
    found: Json = json.loads(api.resolver.get_openapi_json_schema())
    schemas = found["components"]["schemas"]
    paths: Json = {}
    for path, item in found["paths"].items():
        resource = re.sub(r"{(\w+)}", lambda name: f"{{{to_camel(name[1])}}}", path)
        for method, operation in item.items():
            access = api.access[method.upper(), resource]
            paths.setdefault(resource, {})[method] = _completed(operation, method, resource, access, schemas)
    described: Json = _plain({"paths": paths, "components": {"schemas": schemas}})
    return described


def _completed(operation: Json, method: str, path: str, access: Any, schemas: Json) -> Json:
    """An operation with its parameters as the contract has them, its caller, its headers and its refusals."""
    if_match = operation.pop("x-khaya-if-match")
    revalidated = operation.pop("x-khaya-revalidated")
    role = f" Role: {' or '.join(access.roles)}." if access.roles else ""
    told = " ".join(operation.get("description", "").split())
    parameters = [_parameter(parameter) for parameter in operation.get("parameters", [])]
    remembered = method == "post" and not access.public and access.recorded
    if remembered:
        parameters.append(
            _reference("parameters", "RequiredIdempotencyKey" if access.moves_money else "IdempotencyKey")
        )
    if if_match:
        parameters.append(_reference("parameters", "IfMatch"))
    if revalidated:
        parameters.append(_reference("parameters", "IfNoneMatch"))
    answers = {
        status: _success(int(status), answer, schemas, remembered=remembered, revalidated=revalidated)
        for status, answer in operation["responses"].items()
        if int(status) < 400
    }
    body = operation.get("requestBody")
    if method == "patch" and body:
        for field in _fields(body["content"]["application/json"]["schema"], schemas).values():
            field.pop("default", None)  # what is left out stays
    named = {int(status) for status in operation["responses"] if int(status) >= 400}
    for status in named.union(_refusals(method, path, body, schemas, if_match=if_match, public=access.public)):
        answers[str(status)] = _reference("responses", _errors()[status].__name__)
    completed = {
        "tags": operation["tags"],
        "operationId": operation_id(method, path),
        "summary": operation["summary"],
        "description": f"{told}\n\n**Who:** {access.who}.{role}".strip(),
        "x-khaya-who": access.who,
        "x-khaya-roles": list(access.roles),
        "security": [{}, {"token": []}] if access.public else [{"token": []}],
        "parameters": parameters,
        "requestBody": body,
        "responses": dict(sorted(answers.items())),
    }
    return {name: value for name, value in completed.items() if value is not None}


def operation_id(method: str, path: str) -> str:
    """A name for a route that follows from the contract alone: `GET /jobs/{jobId}/bids` is `getJobBids`."""
    parts = path.strip("/").split("/")
    words = [
        _singular(part) if following.startswith("{") else part
        for part, following in zip(parts, [*parts[1:], ""], strict=True)
        if not part.startswith("{")
    ]
    return method + "".join(word.capitalize() for word in re.split(r"\W+", ".".join(words)))


def _singular(word: str) -> str:
    if len(word) == 1:
        return word
    return word.removesuffix("ies") + "y" if word.endswith("ies") else word.removesuffix("s")


def _parameter(parameter: Json) -> Json:
    """A parameter under the contract's name. None is ever null: it is left out."""
    from khaya.platform.base.ids import ID_PATTERN  # noqa: PLC0415
    from khaya.platform.data.pages import DEFAULT_LIMIT  # noqa: PLC0415

    schema = parameter["schema"]
    known = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if len(known) == 1:
        schema = {**known[0], **{name: value for name, value in schema.items() if name not in ("anyOf", "title")}}
    said = parameter.get("description") or schema.get("description")
    schema.pop("description", None)
    name = parameter["name"]
    if parameter["in"] == "path":
        name = to_camel(name)
        schema = {"type": "string", "pattern": ID_PATTERN, **schema}
    elif name == "limit":
        schema["default"] = DEFAULT_LIMIT
    elif name == "cursor":
        said = CURSOR
    told = {"description": said} if said else {}
    return {"name": name, "in": parameter["in"], "required": parameter["required"], **told, "schema": schema}


def _success(status: int, answer: Json, schemas: Json, *, remembered: bool, revalidated: bool) -> Json:
    """An answer that is no refusal, with the headers it carries."""
    content = answer.get("content") or {}
    names = []
    shown = _fields(content.get("application/json", {}).get("schema", {}), schemas)
    if revalidated or (status < 300 and shown.get("version", {}).get("type") == "integer"):
        names.append("ETag")
    if status == 303:
        names.append("Location")
    if status < 300 and remembered:
        names.append("Idempotency-Replayed")
    success: Json = {"description": answer["description"]}
    if names:
        success["headers"] = {name: _reference("headers", name) for name in names}
    if content and status not in (204, 304):
        success["content"] = content
    return success


def _refusals(method: str, path: str, body: Json | None, schemas: Json, *, if_match: bool, public: bool) -> list[int]:
    """The error statuses of a route."""
    writes = method != "get"
    asked = _fields(body["content"]["application/json"]["schema"], schemas) if body else {}
    names_something = "{" in path or any(name == "code" or name.lower().endswith("id") for name in asked)
    may = {
        400: True,
        401: True,
        403: not public,
        404: names_something,
        409: writes,
        412: if_match or "version" in asked,
        413: True,
        415: True,
        422: True,
        429: True,
        503: True,
    }
    return [status for status, given in may.items() if given]


def _fields(schema: Json, schemas: Json) -> Json:
    """The fields that every form of an object has."""
    if "$ref" in schema:
        return _fields(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    unions: list[Json] = schema.get("anyOf") or schema.get("oneOf") or []
    forms = [_fields(form, schemas) for form in unions if form != {"type": "null"}]
    if not forms:
        return dict(schema.get("properties", {}))
    return {name: field for name, field in forms[0].items() if all(name in form for form in forms)}


# The refusals


def _errors() -> dict[int, type[Exception]]:
    """The kinds of refusal by status."""
    from khaya.platform.base.errors import KhayaError  # noqa: PLC0415

    return {kind.status: kind for kind in sorted(KhayaError.__subclasses__(), key=lambda kind: kind.status)}


def _refusal(error: Any) -> Json:
    names = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}.get(error.status, [])
    schema = "FieldProblems" if error.status == 422 else "Problem"
    refusal: Json = {"description": " ".join((error.__doc__ or "").split())}
    if names:
        refusal["headers"] = {name: _reference("headers", name) for name in names}
    refusal["content"] = {"application/problem+json": {"schema": _reference("schemas", schema)}}
    return refusal


# Schemas


def _reference(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _plain(node: Any) -> Any:
    """A schema without the titles that only repeat a field's name, whole numbers whole, and times known as times."""
    if isinstance(node, list):
        return [_plain(one) for one in node]
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if not isinstance(node, dict):
        return node
    plain = {name: _plain(value) for name, value in node.items() if not (name == "title" and isinstance(value, str))}
    for name, field in plain.get("properties", {}).items():
        if name.endswith("At"):
            for form in field.get("anyOf", [field]):
                if form.get("type") == "string":
                    form["format"] = "date-time"
    return plain


def _distinct(parts: list[Json], tags: list[str]) -> list[Json]:
    """The parts with every schema's name meaning one thing: where two differ, each is named after its function too."""
    clashing: set[str] = set()
    while True:
        named = [_renamed(part, clashing, tag) for part, tag in zip(parts, tags, strict=True)]
        seen: Json = {}
        found = {
            name
            for part in named
            for name, schema in part["components"]["schemas"].items()
            if seen.setdefault(name, schema) != schema
        }
        if not found:
            return named
        clashing |= found


def _renamed(part: Json, names: set[str], tag: str) -> Json:
    """The part with `tag` before some of its schemas' names, and the names of pages made readable."""

    def name(old: str) -> str:
        new = re.sub(r"^Page_(?:Union_)?(\w+?)_*$", lambda one: f"{'Or'.join(re.split('_+', one[1]))}Page", old)
        return f"{tag}{new}" if new in names else new

    renamed = json.loads(
        re.sub(r'(#/components/schemas/)([^"]+)', lambda found: f"{found[1]}{name(found[2])}", json.dumps(part))
    )
    schemas = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {name(old): schema for old, schema in schemas.items()}
    return dict(renamed)


def _used(components: Json, paths: Json) -> Json:
    """The components that the paths refer to, directly or through others, by name."""
    used: set[tuple[str, str]] = set()
    waiting: list[Any] = [paths]
    while waiting:
        for kind, name in _references(waiting.pop()):
            if (kind, name) not in used:
                used.add((kind, name))
                waiting.append(components[kind][name])
    return {kind: {name: of[name] for name in sorted(of) if (kind, name) in used} for kind, of in components.items()}


def _references(node: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(node))
    return found


def main(path: Path = DOCUMENT) -> None:
    """Write the document."""
    whole = document()
    path.write_text(f"{text(whole)}\n", encoding="utf-8")
    routes = sum(len(item) for item in whole["paths"].values())
    print(f"{path.relative_to(ROOT)}: {routes} routes, {len(whole['components']['schemas'])} schemas")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "layers" / "khaya"))
    main()
