"""Domain exceptions. `khaya.platform.web.problems` maps each to a problem+json response."""

from __future__ import annotations


class KhayaError(Exception):
    """An error that a client sees.

    Attributes:
        status: HTTP status code of the response.
        title: the type of problem, the same for every occurrence.
        detail: this occurrence, in a sentence for users.
        headers: HTTP headers of the response.
    """

    status = 500
    title = "Internal error"

    def __init__(self, detail: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.headers = headers or {}


class Unreadable(KhayaError):
    """The request is malformed: invalid JSON, an invalid cursor, a missing Idempotency-Key."""

    status = 400
    title = "Unreadable request"


class Unauthenticated(KhayaError):
    """The token is missing or invalid."""

    status = 401
    title = "Not signed in"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, {"WWW-Authenticate": "Bearer"})


class Forbidden(KhayaError):
    """The caller may see the object but not change it in this way, or lacks a role."""

    status = 403
    title = "Not allowed"


class NotFound(KhayaError):
    """The object does not exist, or the caller may not see it."""

    status = 404
    title = "Not found"


class Conflict(KhayaError):
    """The current state of the object does not allow the operation."""

    status = 409
    title = "Conflict"


class Stale(KhayaError):
    """`If-Match` names a version that is not the current one."""

    status = 412
    title = "Changed since you read it"


class TooLarge(KhayaError):
    """The body is larger than the API accepts."""

    status = 413
    title = "Too large"


class UnsupportedMediaType(KhayaError):
    """The content type of the body is not JSON."""

    status = 415
    title = "Unsupported media type"


class Invalid(KhayaError):
    """Fields are invalid; `errors` lists each with a message."""

    status = 422
    title = "Invalid fields"

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = [{"field": field, "message": message} for field, message in errors]


class TooMany(KhayaError):
    """The caller exceeded a rate limit."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, retry_after_seconds: int) -> None:
        super().__init__(detail, {"Retry-After": str(max(1, retry_after_seconds))})


class Unavailable(KhayaError):
    """A dependency is throttled or down; the same request may be retried."""

    status = 503
    title = "Temporarily unavailable"

    def __init__(self, detail: str = "Please try again in a moment.", retry_after_seconds: int = 1) -> None:
        super().__init__(detail, {"Retry-After": str(retry_after_seconds)})


class WriteConflict(Exception):
    """Another writer changed the item between the read and the write; the operation can be retried on fresh data."""


class RetryLater(Exception):
    """A queue's message cannot be handled now, and is to come again after `seconds`. The reason is written to the log.

    Raised by consumers, never behind the API.
    """

    def __init__(self, reason: str, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds
