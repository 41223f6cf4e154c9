"""Maps exceptions to problem+json responses (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from khaya.platform.base import observability
from khaya.platform.base.errors import Invalid, KhayaError, NotFound, Unreadable
from khaya.platform.base.json_text import compact

CONTENT_TYPE = "application/problem+json"


def response(error: Exception, path: str) -> Response[str]:
    """The response for `error`. Unexpected errors are logged, and the client gets no details of them."""
    if isinstance(error, NotFoundError):
        error = NotFound("There is no such route.")
    if not isinstance(error, KhayaError):
        _log(error)
        error = KhayaError("Something went wrong on our side.")
    kind = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
    problem: dict[str, Any] = {
        "type": "about:blank" if type(error) is KhayaError else f"urn:khaya:problem:{kind}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": path,
        "requestId": observability.logger().get_correlation_id() or "",
    }
    if isinstance(error, Invalid):
        problem["errors"] = error.errors
    return Response(error.status, CONTENT_TYPE, compact(problem), dict(error.headers))


def invalid(found: Sequence[Mapping[str, Any]]) -> KhayaError:
    """The exception for pydantic's validation errors, with the field names as the client sent them, without values."""
    if any(tuple(error["loc"]) == ("body",) and error["type"] == "missing" for error in found):
        return Unreadable("This request needs a JSON body.")
    return Invalid([(_field_name(error["loc"]), _message(error)) for error in found])


def _field_name(loc: Sequence[Any]) -> str:
    parts = [str(part)[:64] for part in loc[1:]] or [str(loc[0])]
    return ".".join(parts)


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "is not a field of this request"
    message = str(error["msg"]).removeprefix("Value error, ")
    if isinstance(error.get("input"), str):
        message = message.replace("items after validation", "characters").replace("item after validation", "character")
    return message


def _log(error: Exception) -> None:
    """Log the type and the location of an error, without its message, which may contain user input."""
    trace, frames = error.__traceback__, []
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    observability.logger().error("unexpected error", extra={"error": type(error).__name__, "frames": frames[-8:]})
    observability.count("UnexpectedError")
