"""Domain exceptions. `khaya.platform.web.problems` maps each to a problem+json response."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Params = Mapping[str, "str | int | Sequence[str] | None"]
"""Values for a client's own wording of a problem, in camelCase."""

MAX_FIELD_PROBLEMS = 20
"""The most field problems in one response; the rest is left out."""


class KhayaError(Exception):
    """An error that a client sees.

    Attributes:
        status: HTTP status code of the response.
        title: the type of problem, the same for every occurrence.
        code: the problem for programs, one of `problem_codes.PROBLEM_CODES`; each class has a default.
        detail: this occurrence, in a sentence for users.
        params: the values in `detail`.
        headers: HTTP headers of the response.
    """

    status = 500
    title = "Internal error"
    code = "internal_error"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        params: Params | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.code = code or self.code
        self.params = params or {}
        self.headers = headers or {}


class Unreadable(KhayaError):
    """The request is malformed: invalid JSON, an invalid cursor, a missing Idempotency-Key."""

    status = 400
    title = "Unreadable request"
    code = "unreadable"


class Unauthenticated(KhayaError):
    """The token is missing or invalid."""

    status = 401
    title = "Not signed in"
    code = "unauthenticated"

    def __init__(self, detail: str = "", *, code: str | None = None, params: Params | None = None) -> None:
        super().__init__(detail, code=code, params=params, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(KhayaError):
    """The caller may see the object but not change it in this way, or lacks a role."""

    status = 403
    title = "Not allowed"
    code = "forbidden"


class NotFound(KhayaError):
    """The object does not exist, or the caller may not see it."""

    status = 404
    title = "Not found"
    code = "not_found"


class Conflict(KhayaError):
    """The current state of the object does not allow the operation."""

    status = 409
    title = "Conflict"
    code = "conflict"


class Stale(KhayaError):
    """`If-Match` names a version that is not the current one."""

    status = 412
    title = "Changed since you read it"
    code = "stale_version"


class TooLarge(KhayaError):
    """The body is larger than the API accepts."""

    status = 413
    title = "Too large"
    code = "too_large"


class UnsupportedMediaType(KhayaError):
    """The content type of the body is not JSON."""

    status = 415
    title = "Unsupported media type"
    code = "unsupported_media_type"


class FieldProblem(NamedTuple):
    """One invalid field: its path as the client sent it, a message, and a code of `problem_codes.FIELD_CODES`."""

    field: str
    message: str
    code: str
    params: Params = {}


class FieldError(ValueError):
    """What a pydantic validator raises to give the field a code of its own."""

    def __init__(self, message: str, code: str, **params: str | int | Sequence[str]) -> None:
        super().__init__(message)
        self.code = code
        self.params: Params = params


class Invalid(KhayaError):
    """Fields are invalid; `errors` lists each."""

    status = 422
    title = "Invalid fields"
    code = "invalid_fields"

    def __init__(self, errors: Sequence[FieldProblem]) -> None:
        self.errors = list(errors[:MAX_FIELD_PROBLEMS])
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in self.errors))


class TooMany(KhayaError):
    """The caller exceeded a rate limit."""

    status = 429
    title = "Too many requests"
    code = "too_many_requests"

    def __init__(self, detail: str, retry_after_seconds: int, *, code: str | None = None) -> None:
        seconds = max(1, retry_after_seconds)
        headers = {"Retry-After": str(seconds)}
        super().__init__(detail, code=code, params={"retryAfterSeconds": seconds}, headers=headers)


class Unavailable(KhayaError):
    """A dependency is throttled or down; the same request may be retried."""

    status = 503
    title = "Temporarily unavailable"
    code = "unavailable"

    def __init__(
        self,
        detail: str = "Please try again in a moment.",
        retry_after_seconds: int = 1,
        *,
        code: str | None = None,
        params: Params | None = None,
    ) -> None:
        headers = {"Retry-After": str(retry_after_seconds)}
        known = {**(params or {}), "retryAfterSeconds": retry_after_seconds}
        super().__init__(detail, code=code, params=known, headers=headers)


class WriteConflict(Exception):
    """Another writer changed the item between the read and the write; the operation can be retried on fresh data."""


class IndexBehind(Exception):
    """An index, which is eventually consistent, does not contain a write yet; it has to be read again later."""


class NotBegun(Exception):
    """There was no time left to begin a message of a queue, or a record of a stream."""


class RetryLater(Exception):
    """A queue's message cannot be handled now, and is to come again after `seconds`. The reason is written to the log.

    Raised by consumers, never behind the API.
    """

    def __init__(self, reason: str, seconds: int) -> None:
        super().__init__(reason)
        self.seconds = seconds
