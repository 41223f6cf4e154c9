"""What can go wrong, in the marketplace's words. `api` turns each into one problem+json answer, nothing else does."""

from __future__ import annotations


class KhayaError(Exception):
    """A refusal that a client is told about.

    Attributes:
        status: HTTP status code of the answer.
        title: the kind of problem, the same for every occurrence.
        detail: this occurrence, in a sentence for people.
        headers: HTTP headers that belong to the answer.
    """

    status = 500
    title = "Internal error"

    def __init__(self, detail: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.headers = headers or {}


class Unreadable(KhayaError):
    """The request cannot be read at all: broken JSON, a broken cursor, a missing Idempotency-Key."""

    status = 400
    title = "Unreadable request"


class Unauthenticated(KhayaError):
    """No token, or one that does not hold."""

    status = 401
    title = "Not signed in"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, {"WWW-Authenticate": "Bearer"})


class Forbidden(KhayaError):
    """The caller may see the object, but not do this to it; or lacks the role."""

    status = 403
    title = "Not allowed"


class NotFound(KhayaError):
    """The object does not exist, or the caller may not know that it does."""

    status = 404
    title = "Not found"


class Conflict(KhayaError):
    """The present state of the object does not permit this."""

    status = 409
    title = "Conflict"


class Stale(KhayaError):
    """`If-Match` names a version that is no longer the present one."""

    status = 412
    title = "Changed since you read it"


class TooLarge(KhayaError):
    """The body is larger than the API takes."""

    status = 413
    title = "Too large"


class UnsupportedMediaType(KhayaError):
    """The body is not JSON by its own word."""

    status = 415
    title = "Unsupported media type"


class Invalid(KhayaError):
    """Fields break rules; `errors` names each with a message."""

    status = 422
    title = "Invalid fields"

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = [{"field": field, "message": message} for field, message in errors]


class TooMany(KhayaError):
    """The caller has used up the present allowance."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, retry_after_seconds: int) -> None:
        super().__init__(detail, {"Retry-After": str(max(1, retry_after_seconds))})


class Unavailable(KhayaError):
    """Something the marketplace rests on is throttled or down; the same request may be sent again."""

    status = 503
    title = "Temporarily unavailable"

    def __init__(self, detail: str = "Please try again in a moment.", retry_after_seconds: int = 1) -> None:
        super().__init__(detail, {"Retry-After": str(retry_after_seconds)})


class WriteConflict(Exception):
    """Somebody else changed the item between reading and writing; the use case is run again on fresh data."""
