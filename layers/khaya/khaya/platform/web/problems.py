"""Maps exceptions to problem+json responses (RFC 9457). The size of a response does not depend on the request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from khaya.platform.base import observability
from khaya.platform.base.errors import (
    MAX_FIELD_PROBLEMS,
    FieldProblem,
    Invalid,
    KhayaError,
    NotFound,
    Unreadable,
)
from khaya.platform.base.json_text import compact
from khaya.platform.web.validation_errors import field_problem

CONTENT_TYPE = "application/problem+json"
MAX_ECHO = 64
"""Characters of one piece of client text in a response."""
MAX_DETAIL = 500
"""Characters of `detail`, and of one message."""


def response(error: Exception, path: str) -> Response[str]:
    """The response for `error`. Unexpected errors are logged, and the client gets no details of them."""
    if isinstance(error, NotFoundError):
        error = NotFound("There is no such route.", code="no_such_route")
    if not isinstance(error, KhayaError):
        _log(error)
        error = KhayaError("Something went wrong on our side.")
    kind = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    problem: dict[str, Any] = {
        "type": "about:blank" if type(error) is KhayaError else f"urn:khaya:problem:{kind}",
        "title": error.title,
        "status": error.status,
        "detail": printable(error.detail, MAX_DETAIL),
        "instance": _instance(path),
        "requestId": observability.logger().get_correlation_id() or "",
        "code": error.code,
        "params": dict(error.params),
    }
    if isinstance(error, Invalid):
        problem["errors"] = [_shown(one) for one in error.errors]
    return Response(error.status, CONTENT_TYPE, compact(problem), dict(error.headers))


def invalid(found: Sequence[Mapping[str, Any]]) -> KhayaError:
    """The exception for pydantic's validation errors, with the field names as the client sent them, without values."""
    if any(tuple(error["loc"]) == ("body",) and error["type"] == "missing" for error in found):
        return Unreadable("This request needs a JSON body.", code="body_required")
    return Invalid([field_problem(error) for error in found[:MAX_FIELD_PROBLEMS]])


def printable(text: str, most: int) -> str:
    """`text` with unprintable characters replaced, cut to `most` characters."""
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:most])
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _shown(problem: FieldProblem) -> dict[str, Any]:
    return {
        "field": ".".join(printable(part, MAX_ECHO) for part in problem.field.split(".")[:8]),
        "message": printable(problem.message, MAX_DETAIL),
        "code": problem.code,
        "params": dict(problem.params),
    }


def _instance(path: str) -> str:
    """The path as a URI reference, each part cut to `MAX_ECHO` characters."""
    return "/".join(_quoted(part) for part in path.split("/")[:10])


def _quoted(part: str) -> str:
    cut = quote(part[:MAX_ECHO], safe="!$&'()*+,;=:@-._~", errors="replace")[:MAX_ECHO]
    return re.sub(r"%.?$", "", cut)


def _log(error: Exception) -> None:
    """Log the type and the location of an error, without its message, which may contain user input."""
    trace, frames = error.__traceback__, []
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    observability.logger().error("unexpected error", extra={"error": type(error).__name__, "frames": frames[-8:]})
    observability.count("UnexpectedError")
