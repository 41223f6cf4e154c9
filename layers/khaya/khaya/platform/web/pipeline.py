"""The request pipeline of the REST API.

In: check the request, stage by stage, then run the handler.
Out: commit the unit of work together with the response, or map the exception to problem+json.

The stages run in this order, so that a request with several faults gets the status of the first:

0. `503`: a write during maintenance (`_admit`)
1. `401`: the token. `403`: the role, the account, the age of the sign-in (`_admit`, with the account guard)
2. `413`, `415`, `400`: the body, then the `Idempotency-Key` and the cursor (`_read`)
3. `422`: the values of the body, repeated parameters (`_read`), parameters and body (Powertools), unknown
   parameters and a body that is not expected (`_check_route`)
4. `404` or `403`: the object (the handler)
5. `412`: `If-Match` (`check_version`, in `_commit`)
6. `409`: the state of the object (the handler, or the commit)
"""

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic.alias_generators import to_camel

from khaya.platform.base import claims, clock, observability
from khaya.platform.base.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    Stale,
    Unauthenticated,
    Unavailable,
    Unreadable,
)
from khaya.platform.base.ids import ID_PATTERN
from khaya.platform.base.json_text import compact, read_json
from khaya.platform.base.roles import roles_in
from khaya.platform.base.settings import settings
from khaya.platform.data.pages import DEFAULT_LIMIT, Page, PageRequest, PageResult, check_cursor
from khaya.platform.data.unit_of_work import (
    AlreadyAnswered,
    IdempotentRequest,
    RecordedAnswer,
    UnitOfWork,
    commit_with_retries,
)
from khaya.platform.web import preconditions, problems, responses
from khaya.platform.web.access import Access, AccountGuard, Caller, check_recent_sign_in
from khaya.platform.web.locations import relative_reference
from khaya.platform.web.request_bodies import check_no_body, check_values, checked_body, object_or_null, raw_body
from khaya.platform.web.tokens import verified_claims

Element = TypeVar("Element")

_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
MAINTENANCE_SECONDS = 300
"""`Retry-After` of requests that are refused during maintenance."""
_TAG_DIGITS = 32
"""Hexadecimal digits of the tag of a content: 128 bits."""
_HEADERS = {"X-Content-Type-Options": ["nosniff"], "Referrer-Policy": ["no-referrer"]}
"""Headers of every response."""


@dataclass
class _Request:
    """The current request."""

    event: Mapping[str, Any]
    access: Access
    caller: Caller | None
    now: str
    unit_of_work: UnitOfWork
    body: Any = None
    """The JSON value of the body."""
    raw_body: bytes = b""
    """The body as it was sent, on routes that read it so."""
    stale: Stale | None = None
    """The handler found that `If-Match` names another version."""

    def header(self, name: str) -> str | None:
        headers = self.event.get("headers") or {}
        return next((value for key, value in headers.items() if key.lower() == name.lower()), None)

    def header_list(self, name: str) -> str | None:
        """The value of a header that may be sent in several lines, which are one list."""
        lines = self.event.get("multiValueHeaders") or {}
        found = [value for key, values in lines.items() if key.lower() == name.lower() for value in values]
        return ", ".join(found) if found else self.header(name)


class Pipeline:
    """Handles the requests of one function; `Api` registers its routes."""

    def __init__(
        self,
        resolver: APIGatewayRestResolver,
        guard: AccountGuard,
        on_arrival: Callable[[], None] | None,
        on_body: Callable[[Any], None] | None,
    ) -> None:
        self.resolver = resolver
        self.access: dict[tuple[str, str], Access] = {}
        self.paged: set[tuple[str, str]] = set()
        """The routes with a `cursor`."""
        self._guard = guard
        self._on_arrival = on_arrival
        self._on_body = on_body
        self._request: _Request | None = None

        # A plain function, because Powertools sets attributes on middleware, which bound methods do not allow.
        def run_handler(resolver: APIGatewayRestResolver, proceed: Callable[..., Response[Any]]) -> Response[Any]:
            return self._run_handler(resolver, proceed)

        self.resolver.use([run_handler])
        self.resolver.exception_handler(Exception)(self._problem)

    # The current request, as handlers read it.

    @property
    def caller(self) -> Caller:
        """The signed-in caller, on routes that are not public."""
        caller = self._current.caller
        if caller is None:
            raise RuntimeError("a public route must use `visitor` instead of `caller`")
        return caller

    @property
    def visitor(self) -> Caller | None:
        """The caller; None without a token."""
        return self._current.caller

    @property
    def event(self) -> Mapping[str, Any]:
        """The API Gateway event of the request."""
        return self._current.event

    @property
    def now(self) -> str:
        """The time of the request."""
        return self._current.now

    @property
    def raw_body(self) -> bytes:
        """The body as it was sent, on routes with `Access.raw_body`."""
        return self._current.raw_body

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the request."""
        return self._current.event.get("headers") or {}

    def header(self, name: str) -> str | None:
        """The value of a header, whose name may have any case; None if it was not sent."""
        return self._current.header(name)

    @property
    def unit_of_work(self) -> UnitOfWork:
        """The unit of work, which is committed after the handler has returned."""
        return self._current.unit_of_work

    def count(self, name: str) -> None:
        """Add one to a count in the log after the commit."""
        self.unit_of_work.after_commit(lambda: observability.count(name))

    def guard_write(self) -> None:
        """Run the account guard for a `GET` that writes; it has already run for other methods that write.

        Raises:
            Unauthenticated: the session was ended.
            Forbidden: the caller is suspended.
            TooMany: the caller wrote too often in this minute.
            Unavailable: the environment is in maintenance.
        """
        _check_maintenance()
        self.unit_of_work.once("guard", lambda: self._guard(self.caller, self._current.access, self.now, counted=True))

    def check_version(self, version: int) -> None:
        """Compare the request's `If-Match`, if there is one, with the object's current version.

        If they differ, the response is `412` unless the handler finds that the request is invalid, or may not be made.
        """
        if_match = self._current.header_list("If-Match")
        if if_match is not None and not preconditions.matches(if_match, version):
            self._current.stale = Stale(f"The current version is {version}.", params={"current": version})

    def page_request(
        self, limit: int | None, cursor: str | None, *scope: str | None, private: bool = False
    ) -> PageRequest:
        """The requested page of a list; `scope` holds the list's filters."""
        owner = self.caller.user_id if private else ""
        route = self._current.event["resource"]
        parts = (route, owner, *("\x00" if part is None else part for part in scope))
        return PageRequest(parts, limit or DEFAULT_LIMIT, cursor)

    def answer(
        self, body: Any, *, status: int = 200, location: str | None = None, version: int | None = None
    ) -> Response[Any]:
        """The response to the current request.

        Args:
            body: the model that the route documents, or None.
            status: the status.
            location: the path of a `GET` route for what was created.
            version: the version of the object in `body`, for its `ETag`.
        """
        headers: dict[str, Any] = {}
        if location is not None:
            headers["Location"] = relative_reference(location, self._current.event["path"])
        if version is not None:
            headers["ETag"] = f'"{version}"'
        return Response(
            status, responses.JSON if body is not None else None, None if body is None else compact(body), headers
        )

    def answer_page(
        self, result: PageResult[Element], page_request: PageRequest, view: Callable[[Element], Any]
    ) -> Response[Any]:
        """The response with the requested page of a list; `view` shows one item."""
        items = [view(item) for item in result.items]
        return self.answer(Page(items=items, next_cursor=page_request.cursor_after(result.after)))

    def answer_unless_known(self, body: Any, *, cache_control: str = "no-store") -> Response[Any]:
        """The response with an `ETag` of its content; `304` without content if `If-None-Match` names that tag.

        The tag of a private answer is its caller's own. By default no cache keeps the answer: a client that keeps the
        content itself sends the tag.
        """
        text = compact(body)
        reader = "" if self._current.access.public else self.caller.user_id
        content = f"{reader}\n{text}".encode("utf-8", "surrogatepass")
        tag = f'"{hashlib.sha256(content).hexdigest()[:_TAG_DIGITS]}"'
        headers: dict[str, Any] = {"ETag": tag, "Cache-Control": cache_control}
        known = self._current.header_list("If-None-Match")
        if known is not None and preconditions.is_known(known, tag):
            return Response(304, None, None, headers)
        return Response(200, responses.JSON, text, headers)

    # The stages of a request.

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The response to an API Gateway request."""
        started = time.perf_counter()
        now = clock.now()
        log = observability.logger()
        request_id = (event.get("requestContext") or {}).get("requestId") or context.aws_request_id
        log.set_correlation_id(request_id)
        try:
            self._request = self._admit(event, now)
            event = self._read(self._request)
        except Exception as error:  # noqa: BLE001 - every error becomes problem+json
            built: dict[str, Any] = responses.unrouted(self._problem(error, event), self.resolver, event)
        else:
            preflight = event["httpMethod"] == "OPTIONS"
            built = responses.preflight(self.resolver, event) if preflight else self.resolver.resolve(event, context)
        finally:
            request, self._request = self._request, None
        built["multiValueHeaders"].setdefault("Cache-Control", [_cache_control(request, built["statusCode"])])
        built["multiValueHeaders"] |= {"X-Request-Id": [request_id], "Vary": ["Authorization, Origin"], **_HEADERS}
        built["body"] = built["body"] or ""  # API Gateway accepts an empty text as no body, for example with 204
        log.info(
            "request",
            extra={
                "method": event.get("httpMethod"),
                "route": event.get("resource"),
                "status": built["statusCode"],
                "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                "person": request.caller.user_id if request and request.caller else None,
            },
        )
        observability.flush()
        return built

    def _admit(self, event: dict[str, Any], now: str) -> _Request:
        """Read the caller, check the route's access, and run the account guard."""
        method = event["httpMethod"].upper()
        access = self.access.get((method, event.get("resource", "")))
        if access is None:
            return _Request(event, Access(public=True, who="nobody"), None, now, UnitOfWork())
        if method in _WRITES:
            _check_maintenance()
        caller = caller_of(event)
        if not access.public:
            if caller is None:
                raise Unauthenticated("This needs an access token.", code="token_required")
            if access.roles and not caller.roles & {*access.roles}:
                detail = f"This needs the role {' or '.join(access.roles)}."
                raise Forbidden(detail, code="role_required", params={"roles": access.roles})
        writes = method in _WRITES and not access.public
        if caller is not None:
            caller = self._guard(caller, access, now, counted=writes)
        if caller is not None and access.recent_sign_in:
            check_recent_sign_in(caller, now)
        return _Request(event, access, caller, now, UnitOfWork(actor=caller.user_id if caller else None))

    def _read(self, request: _Request) -> dict[str, Any]:
        """Read the body, the `Idempotency-Key` and the form of the cursor; the event as Powertools gets it."""
        event, access, caller = request.event, request.access, request.caller
        text = None
        if event["httpMethod"] != "OPTIONS":
            if self._on_arrival is not None:
                self._on_arrival()
            if access.raw_body:
                request.raw_body = raw_body(event)
            elif event.get("body"):
                text = checked_body(event)
                request.body = read_json(text)
                if self._on_body is not None:
                    self._on_body(request.body)
            if event["httpMethod"] == "POST" and caller is not None and access.recorded:
                request.unit_of_work.idempotent_request = self._idempotent_request(request, caller, text)
            cursor = (event.get("queryStringParameters") or {}).get("cursor")
            if cursor is not None and (event["httpMethod"], event["resource"]) in self.paged:
                check_cursor(cursor, event["resource"])
            if request.body is not None:
                check_values(request.body)
            _check_single_parameters(event)
        request.event = {**event, "body": text, "isBase64Encoded": False}
        read = {name: _for_powertools(event, name) for name in ("headers", "multiValueHeaders")}
        return {**request.event, **read}

    def _idempotent_request(self, request: _Request, caller: Caller, body: str | None) -> IdempotentRequest | None:
        key = request.header("Idempotency-Key")
        if key is None:
            if request.access.moves_money:
                detail = "This request moves money and needs an Idempotency-Key header."
                raise Unreadable(detail, code="idempotency_key_required")
            return None
        operation = f"{request.event['httpMethod']} {request.event['path']}"
        return IdempotentRequest.of(key, user_id=caller.user_id, operation=operation, body=body)

    def parsed_body(self, _: str) -> Any:
        """The body of the current request, for Powertools, which would take the first element of a list as the body.

        Raises:
            Invalid: it is neither an object nor null.
        """
        return object_or_null(self._current.body)

    def _run_handler(self, resolver: APIGatewayRestResolver, proceed: Callable[..., Response[Any]]) -> Response[Any]:
        """Run the handler and commit its unit of work; replay the recorded response of a repeated request."""
        request = self._current
        self._check_route(resolver, request)
        idempotent_request = request.unit_of_work.idempotent_request
        try:
            return _commit(request, lambda: proceed(resolver))
        except AlreadyAnswered as repeated:
            return responses.replayed(repeated.answer)
        except Unavailable:
            raise
        except Exception:
            answer = idempotent_request.earlier_answer() if idempotent_request else None
            if answer is None:
                raise
            return responses.replayed(answer)

    def _check_route(self, resolver: APIGatewayRestResolver, request: _Request) -> None:
        """Check that the matched route is the admitted one, and what Powertools does not: names, no body, ids."""
        route = resolver.context["_route"]
        access = self.access.get((route.method, resource_of(route.path)))
        if access is None:
            raise NotFound("There is no such route.", code="no_such_route")
        if access is not request.access:
            raise RuntimeError(f"{route.method} {route.path} does not match {request.event.get('resource')}")
        known = {parameter.alias for parameter in route.dependant.query_params}
        unknown = sorted(set(request.event.get("queryStringParameters") or {}) - known)
        if unknown:
            message = "is not a parameter of this route"
            raise Invalid([FieldProblem(name[:64], message, "unknown_parameter") for name in unknown])
        if not route.dependant.body_params and request.event.get("body") is not None:
            check_no_body(request.body)
        ids = (request.event.get("pathParameters") or {}).values()
        if not all(re.fullmatch(ID_PATTERN, value) for value in ids):
            raise NotFound("There is nothing with such an id.")

    def _problem(self, error: Exception, event: Mapping[str, Any] | None = None) -> Response[Any]:
        if isinstance(error, RequestValidationError):
            error = problems.invalid(error.errors())
        path = (event or self.resolver.current_event.raw_event).get("path", "")
        return problems.response(error, path)

    @property
    def _current(self) -> _Request:
        if self._request is None:
            raise RuntimeError("there is no current request")
        return self._request


def caller_of(event: Mapping[str, Any]) -> Caller | None:
    """The caller of an API Gateway request; None without a token.

    API Gateway's authorizer leaves verified claims; where it did not run, the token is verified here.

    Raises:
        Unauthenticated: the token is not valid for this API.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    found = authorizer.get("claims")
    if found is None:
        found = verified_claims(event.get("headers") or {})
        if found is None:
            return None
    claims.check(found)
    return Caller(
        user_id=found[claims.USER_ID],
        roles=roles_in(found.get("cognito:groups")),
        session_id=found.get("origin_jti", found.get("jti", "")),
        signed_in_at=claims.seconds(found.get("auth_time", 0)),
        subject=found["sub"],
    )


def _check_maintenance() -> None:
    """Refuse a request that writes while tables are being restored or moved.

    Raises:
        Unavailable: the environment is in maintenance.
    """
    if settings().maintenance:
        raise Unavailable("Khaya is being maintained. Reading works; please try again later.", MAINTENANCE_SECONDS)


def _check_single_parameters(event: Mapping[str, Any]) -> None:
    """Check that no query parameter occurs twice.

    Raises:
        Invalid: one does.
    """
    sent = event.get("multiValueQueryStringParameters") or {}
    repeated = [name for name, values in sent.items() if len(values) > 1]
    if repeated:
        message = "occurs more than once"
        raise Invalid([FieldProblem(name[:64], message, "repeated_parameter") for name in repeated])


@cache
def resource_of(path: str) -> str:
    """API Gateway's name of a route: `/jobs/{jobId}` for `/jobs/<job_id>`."""
    return re.sub(r"<(\w+)>", lambda name: f"{{{to_camel(name[1])}}}", path)


def _for_powertools(event: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The headers that Powertools reads, for CORS; it copies all that it gets several times.

    The content type is checked already, and Powertools accepts fewer spellings.
    """
    return {name: value for name, value in (event.get(field) or {}).items() if name.lower() == "origin"}


def _commit(request: _Request, run: Callable[[], Response[Any]]) -> Response[Any]:
    """Run the handler and commit its unit of work; its response.

    Raises:
        Unavailable: other writers changed the same items until the time was up.
    """

    def run_with(unit_of_work: UnitOfWork) -> tuple[Response[Any], RecordedAnswer | None]:
        request.unit_of_work, request.stale = unit_of_work, None
        response = run()
        if request.stale is not None:
            raise request.stale
        return response, _answer_to_record(response)

    try:
        return commit_with_retries(request.unit_of_work, run_with)
    except Conflict as conflict:
        raise request.stale or conflict from None


def _answer_to_record(response: Response[Any]) -> RecordedAnswer | None:
    """The response to keep for an `Idempotency-Key`; None unless it is a success."""
    if not 200 <= response.status_code < 300:
        return None
    headers = {name: str(value) for name, value in response.headers.items() if name in ("Location", "ETag")}
    return RecordedAnswer(response.status_code, "" if response.body is None else compact(response.body), headers)


def _cache_control(request: _Request | None, status: int) -> str:
    """The `Cache-Control` header: an edge cache may keep public responses for the route's seconds."""
    if request and request.caller is None and request.access.cache_seconds and status == 200:
        return f"public, max-age=0, s-maxage={request.access.cache_seconds}"
    return "no-store"
