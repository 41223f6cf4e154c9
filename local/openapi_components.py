"""What the routes of the OpenAPI document share: the token, headers, parameters and problems."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token. Routes that anybody may call read one if it is sent.",
}

HEADERS: Json = {
    "ETag": {
        "required": True,
        "description": "The object's version, or a digest of the content.",
        "schema": {"type": "string"},
    },
    "Location": {
        "required": True,
        "description": "A reference relative to the address of the request: what was created, or the file.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Idempotency-Replayed": {
        "description": "Present where this is the answer to an earlier request with the same key.",
        "schema": {"const": "true"},
    },
    "Retry-After": {
        "required": True,
        "description": "Seconds to wait before the request is sent again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {"required": True, "description": "How to sign in.", "schema": {"const": "Bearer"}},
}

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Any text that names this request among the caller's own, so that it can be sent again safely.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "pattern": "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$",
    },
}
PARAMETERS: Json = {
    "IdempotencyKey": {**_KEY, "required": False},
    "RequiredIdempotencyKey": {**_KEY, "required": True},
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of the version that the change is meant for; another one is `412`.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of the answer that the client has; if it is still the same, the answer is `304`.",
        "schema": {"type": "string"},
    },
}


_PARAMS: Json = {
    "type": "object",
    "description": "The values that the code's meaning names in backticks, for a message in the client's own language; "
    "`x-khaya-params` of `code` lists their names.",
    "additionalProperties": {
        "anyOf": [
            {"type": "string"},
            {"type": "number"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "null"},
        ]
    },
}
CURSOR = "The `nextCursor` of the page before; none for the first page."


def _code(codes: dict[str, str], about: str) -> Json:
    """The schema of a code from a closed list, with the meaning of each."""
    from khaya.platform.base.problem_codes import param_names  # noqa: PLC0415 - `khaya` is not on the path at first

    meanings = "\n".join(f"* `{code}`: {meaning}" for code, meaning in codes.items())
    names = {code: names for code, names in param_names(codes).items() if names}
    return {"type": "string", "enum": [*codes], "description": f"{about}\n\n{meanings}", "x-khaya-params": names}


def problems() -> Json:
    """The schemas of problems, with the closed lists of codes."""
    from khaya.platform.base.errors import MAX_FIELD_PROBLEMS  # noqa: PLC0415 - `khaya` is not on the path at first
    from khaya.platform.base.problem_codes import FIELD_CODES, PROBLEM_CODES  # noqa: PLC0415

    field_problem: Json = {
        "type": "object",
        "title": "FieldProblem",
        "description": "What is wrong with one field or parameter.",
        "required": ["field", "message", "code", "params"],
        "additionalProperties": False,
        "properties": {
            "field": {"type": "string", "description": "Its path, for example `coordinates.lat`."},
            "message": {"type": "string", "maxLength": 500},
            "code": _code(FIELD_CODES, "What is wrong, for programs. A code never changes its meaning."),
            "params": _PARAMS,
        },
    }
    return {
        "Problem": {
            "type": "object",
            "title": "Problem",
            "description": "A refusal, after RFC 9457.",
            "required": ["type", "title", "status", "detail", "instance", "requestId", "code", "params"],
            "properties": {
                "type": {"type": "string", "description": "The kind of problem, as a URI that never changes."},
                "title": {"type": "string", "description": "The kind of problem, in words."},
                "status": {"type": "integer", "description": "The HTTP status."},
                "detail": {
                    "type": "string",
                    "maxLength": 500,
                    "description": "This occurrence, in a sentence for people.",
                },
                "instance": {
                    "type": "string",
                    "description": "The path that was asked for, long parts cut; a URN where API Gateway refused it.",
                },
                "requestId": {"type": "string", "description": "Names the request in the logs."},
                "code": _code(PROBLEM_CODES, "The kind of problem, for programs. A code never changes its meaning."),
                "params": _PARAMS,
            },
        },
        "FieldProblem": field_problem,
        "FieldProblems": {
            "title": "FieldProblems",
            "description": "A refusal that names the fields or parameters in which it lies.",
            "allOf": [{"$ref": "#/components/schemas/Problem"}],
            "type": "object",
            "required": ["errors"],
            "properties": {
                "errors": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MAX_FIELD_PROBLEMS,
                    "items": {"$ref": "#/components/schemas/FieldProblem"},
                }
            },
        },
    }
