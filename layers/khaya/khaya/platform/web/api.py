"""A function's part of the REST API: routes with who may call them, and one way in and out for every request.

In: read the caller, hold the route's access against them, pass the gate, let Powertools validate, run the handler.
Out: commit the unit of work with the answer known, or turn whatever was raised into problem+json. Nothing else does
either.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic.alias_generators import to_camel

from khaya.platform.base import clock, observability
from khaya.platform.base.errors import Invalid, NotFound, Stale, Unauthenticated, Unavailable, Unreadable, WriteConflict
from khaya.platform.base.settings import PoolSettings, settings
from khaya.platform.data import dynamo
from khaya.platform.data.pages import DEFAULT_LIMIT, PageRequest
from khaya.platform.data.unit_of_work import AlreadyAnswered, IdempotentRequest, RecordedAnswer, UnitOfWork
from khaya.platform.web import account_guard, problems
from khaya.platform.web.access import Access
from khaya.platform.web.identity import Caller, caller_of
from khaya.platform.web.request_bodies import checked_body, compact, read_fields

Handler = TypeVar("Handler", bound=Callable[..., Any])

JSON = "application/json"
RECENT_SECONDS = 600
"""How long after signing in a person may do what needs a recent sign-in."""
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_RERUN_SECONDS = 4
"""How long a use case is run again while others keep changing its objects; the gateway waits 29 seconds."""
_METHODS = "GET,POST,PUT,PATCH,DELETE"
_PREFLIGHT_SECONDS = 7200
"""How long a browser may remember a preflight's answer; no browser keeps it longer."""
LONGEST_ID = 128
"""Characters; no id is longer, and DynamoDB refuses keys that are much longer."""
_EXPOSED = ["ETag", "Location", "Retry-After", "Idempotency-Replayed", "X-Request-Id"]


@dataclass
class _Request:
    """What is known of the request in hand."""

    event: Mapping[str, Any]
    access: Access
    caller: Caller | None
    now: str
    unit_of_work: UnitOfWork

    def header(self, name: str) -> str | None:
        headers = self.event.get("headers") or {}
        return next((value for key, value in headers.items() if key.lower() == name.lower()), None)


class Api:
    """The routes of one function.

    Example:
        >>> api = Api("Jobs")
        >>> @api.get("/jobs/<job_id>", PUBLIC, "One job")
        ... def job(job_id: str) -> Response[JobView]: ...
        >>> def handler(event, context): return api.handle(event, context)
    """

    def __init__(self, tag: str) -> None:
        """`tag` is the heading under which the OpenAPI document lists the routes."""
        origins = [origin.strip() for origin in settings().allowed_origins.split(",") if origin.strip()]
        cors = CORSConfig(
            allow_origin=origins[0],
            extra_origins=origins[1:],
            expose_headers=_EXPOSED,
            allow_headers=["Idempotency-Key", "If-Match", "X-Device-Name"],
            max_age=_PREFLIGHT_SECONDS,
        )
        settings(PoolSettings)
        dynamo.client()  # while Lambda makes the environment, with a whole processor, rather than in the first request
        self.tag = tag
        self.resolver = APIGatewayRestResolver(
            cors=cors, enable_validation=True, serializer=compact, json_body_deserializer=read_fields
        )

        # Not the bound method itself: Powertools keeps what it finds out about a function on it, for later requests.
        def work(resolver: APIGatewayRestResolver, proceed: Callable[..., Response[Any]]) -> Response[Any]:
            return self._work(resolver, proceed)

        self.resolver.use([work])
        self.resolver.exception_handler(Exception)(self._refuse)
        self.access: dict[tuple[str, str], Access] = {}
        self._request: _Request | None = None
        self.get, self.post, self.put, self.patch, self.delete = (
            self._verb(verb) for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")
        )

    def _verb(self, method: str) -> Callable[..., Callable[[Handler], Handler]]:
        def route(path: str, access: Access, summary: str, **documented: Any) -> Any:
            """Register a handler for `path`; `_register` tells of the rest."""
            return self._register(method, path, access, summary, **documented)

        return route

    def _register(
        self,
        method: str,
        path: str,
        access: Access,
        summary: str,
        *,
        status: int = 200,
        body: Any = None,
        content: str = JSON,
        if_match: bool | None = None,
        answers: Mapping[int, str] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Register a handler.

        Args:
            method: the HTTP method.
            path: the path, its variable parts as `<job_id>`.
            access: who may call it.
            summary: the route in a few words; the handler's docstring tells more.
            status: of the successful answer.
            body: the model of its body; without one it is text, or nothing.
            content: its content type.
            if_match: whether the handler holds `If-Match` against the version. A `PATCH` of what has one does.
            answers: other answers that the route may give besides refusals, by status, each in a sentence.
        """
        self.access[method, resource_of(path)] = access
        shape: Any = {"model": body} if body is not None else {"schema": {"type": "string"}}
        if if_match is None:
            if_match = method == "PATCH" and "version" in getattr(body, "model_fields", {})

        def register(handler: Handler) -> Handler:
            # An answer is a model, valid when it is made and written as JSON once, by `answer`. Told of its type,
            # Powertools would check it and write it again; the document takes the type from `responses`.
            handler.__annotations__.pop("return", None)
            registered: Handler = self.resolver.route(
                path,
                method,
                summary=summary,
                description=handler.__doc__,
                status_code=status,
                tags=[self.tag],
                responses={
                    status: {"description": "Success", "content": {content: shape}},
                    **{other: {"description": text, "content": {}} for other, text in (answers or {}).items()},
                },
                openapi_extensions={"x-khaya-if-match": if_match},
            )(handler)
            return registered

        return register

    # What handlers ask about the request in hand.

    @property
    def caller(self) -> Caller:
        """The signed-in caller. Only on routes that are not public."""
        caller = self._current.caller
        if caller is None:
            raise RuntimeError("a public route asked for a caller that it may not have")
        return caller

    @property
    def visitor(self) -> Caller | None:
        """The caller, if they signed in."""
        return self._current.caller

    @property
    def now(self) -> str:
        """The moment of the request."""
        return self._current.now

    @property
    def unit_of_work(self) -> UnitOfWork:
        """The unit of work that is committed when the handler has answered."""
        return self._current.unit_of_work

    def count(self, name: str) -> None:
        """Count something that matters to the marketplace, once the changes are made."""
        self.unit_of_work.afterwards(lambda: observability.count(name))

    def pass_account_guard(self) -> None:
        """Pass the gate, as a `GET` must that finds it has to write; other writes have passed it already.

        Raises:
            Unauthenticated: the session was ended.
            Forbidden: the caller is suspended.
            TooMany: they have written too often in this minute.
        """
        account_guard.pass_account_guard(self.caller, (), self.now, counted=True)

    def require_recent_sign_in(self) -> None:
        """Hold that the caller signed in less than ten minutes ago.

        Raises:
            Unauthenticated: it was longer ago.
        """
        if clock.epoch(self.now) - self.caller.signed_in_at >= RECENT_SECONDS:
            raise Unauthenticated("Please sign in again: this needs a sign-in less than ten minutes old.")

    def check_version(self, version: int) -> None:
        """Hold the request's `If-Match`, if it has one, against the object's present version.

        Raises:
            Stale: they differ.
        """
        wanted = self._current.header("If-Match")
        if wanted is not None and wanted.strip() != "*":
            tags = {tag.strip().removeprefix("W/").strip('"') for tag in wanted.split(",")}
            if str(version) not in tags:
                raise Stale(f"The present version is {version}.")

    def page_request(
        self, limit: int | None, cursor: str | None, *scope: str | None, private: bool = False
    ) -> PageRequest:
        """Which page the caller asked for; `scope` holds the list's filters."""
        owner = self.caller.user_id if private else ""
        route = self._current.event["resource"]
        parts = (route, owner, *("\x00" if part is None else part for part in scope))
        return PageRequest(parts, limit or DEFAULT_LIMIT, cursor)

    def answer(
        self, body: Any, *, status: int = 200, location: str | None = None, version: int | None = None
    ) -> Response[Any]:
        """The answer to the request in hand; `body` is the model that the route documents, or None."""
        headers: dict[str, Any] = {}
        if location is not None:
            headers["Location"] = location
        if version is not None:
            headers["ETag"] = f'"{version}"'
        return Response(status, JSON if body is not None else None, None if body is None else compact(body), headers)

    # The way through.

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Answer an API Gateway request."""
        started = time.perf_counter()
        now = clock.now()
        log = observability.logger()
        request_id = (event.get("requestContext") or {}).get("requestId") or context.aws_request_id
        log.set_correlation_id(request_id)
        try:
            event = {**event, "body": checked_body(event), "isBase64Encoded": False, "headers": _without_kind(event)}
            self._request = self._admit(event, now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told in problem+json
            answer = self._refuse(error, event)
            built: dict[str, Any] = self._plain(event, answer)
        else:
            preflight = event["httpMethod"] == "OPTIONS"
            built = self._preflight(event) if preflight else self.resolver.resolve(event, context)
        finally:
            request, self._request = self._request, None
        built["multiValueHeaders"].setdefault("Cache-Control", [_cache(request, built["statusCode"])])
        built["multiValueHeaders"] |= {"X-Request-Id": [request_id], "Vary": ["Authorization, Origin"]}
        built["body"] = built["body"] or ""  # an answer without a body, such as 204, is an empty text to every gateway
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
        """Who is it, may they call this route at all, and does the gate let them through."""
        method = event["httpMethod"].upper()
        access = self.access.get((method, event.get("resource", "")))
        if access is None:
            return _Request(event, Access(public=True, who="nobody"), None, now, UnitOfWork())
        caller = caller_of(event)
        roles = access.admit(caller)
        writes = method in _WRITES and not access.public
        if caller is not None and (writes or caller.is_admin):
            caller = account_guard.pass_account_guard(caller, roles, now, counted=writes, erased_too=access.also_erased)
        request = _Request(event, access, caller, now, UnitOfWork())
        if method == "POST" and caller is not None and access.remembered:
            request.unit_of_work.once = self._once(request, caller)
        return request

    def _once(self, request: _Request, caller: Caller) -> IdempotentRequest | None:
        key = request.header("Idempotency-Key")
        if key is None:
            if request.access.moves_money:
                raise Unreadable("This request moves money and needs an Idempotency-Key header.")
            return None
        operation = f"{request.event['httpMethod']} {request.event['path']}"
        return IdempotentRequest.of(key, user_id=caller.user_id, operation=operation, body=request.event.get("body"))

    def _work(self, resolver: APIGatewayRestResolver, proceed: Callable[..., Response[Any]]) -> Response[Any]:
        """Run the handler and commit what it decided, again on fresh data where somebody was faster."""
        request = self._current
        self._check_route(resolver, request)
        once = request.unit_of_work.once
        try:
            return self._rerun(request, once, lambda: proceed(resolver))
        except AlreadyAnswered as earlier:
            return _replayed(earlier.answer)
        except Unavailable:
            raise
        except Exception:
            answer = once.earlier_answer() if once else None
            if answer is None:
                raise
            return _replayed(answer)

    def _rerun(
        self, request: _Request, once: IdempotentRequest | None, run: Callable[[], Response[Any]]
    ) -> Response[Any]:
        give_up_at = time.monotonic() + _RERUN_SECONDS
        attempt = 0
        while time.monotonic() < give_up_at:
            request.unit_of_work = UnitOfWork(once, request.caller.user_id if request.caller else None)
            try:
                response = run()
                request.unit_of_work.commit(_answered(response))
            except WriteConflict:
                dynamo.pause(min(attempt, 5))
                attempt += 1
            else:
                return response
        raise Unavailable("Many people are changing this at once. Please try again in a moment.")

    def _check_route(self, resolver: APIGatewayRestResolver, request: _Request) -> None:
        """What runs must be what was admitted; ids may be ids, and the query names only what the route knows."""
        route = resolver.context["_route"]
        access = self.access.get((route.method, resource_of(route.path)))
        if access is None:
            raise NotFound("There is no such route.")
        if access is not request.access:
            raise RuntimeError(f"{route.method} {route.path} was reached as {request.event.get('resource')}")
        if any(len(value) > LONGEST_ID for value in (request.event.get("pathParameters") or {}).values()):
            raise NotFound("There is nothing with so long an id.")
        known = {parameter.alias for parameter in route.dependant.query_params}
        unknown = sorted(set(request.event.get("queryStringParameters") or {}) - known)
        if unknown:
            raise Invalid([(name[:64], "is not a parameter of this route") for name in unknown])

    def _refuse(self, error: Exception, event: Mapping[str, Any] | None = None) -> Response[Any]:
        if isinstance(error, RequestValidationError):
            error = problems.invalid(error.errors())
        path = (event or self.resolver.current_event.raw_event).get("path", "")
        return problems.response(error, path)

    def _preflight(self, event: dict[str, Any]) -> dict[str, Any]:
        """Tell a browser what pages of an allowed origin may send; to others it says nothing."""
        built = self._plain(event, Response(204))
        if "Access-Control-Allow-Origin" in built["multiValueHeaders"]:
            built["multiValueHeaders"]["Access-Control-Allow-Methods"] = [_METHODS]
        return built

    def _plain(self, event: dict[str, Any], response: Response[Any]) -> dict[str, Any]:
        """Build an answer that was given before the resolver saw the request, with the resolver's CORS headers."""
        headers = {name: [str(value)] for name, value in response.headers.items()}
        cors = self.resolver._cors  # noqa: SLF001 - Powertools adds these headers only to what it routed itself
        origin = next((v for k, v in (event.get("headers") or {}).items() if k.lower() == "origin"), None)
        if cors is not None:
            headers |= {name: [value] for name, value in cors.to_dict(origin).items()}
        return {
            "statusCode": response.status_code,
            "body": response.body,
            "isBase64Encoded": False,
            "multiValueHeaders": headers,
        }

    @property
    def _current(self) -> _Request:
        if self._request is None:
            raise RuntimeError("no request in hand")
        return self._request


@cache
def resource_of(path: str) -> str:
    """The gateway's name of a route: `/jobs/<job_id>` is `/jobs/{jobId}` there and in the contract."""
    return re.sub(r"<(\w+)>", lambda name: f"{{{to_camel(name[1])}}}", path)


def _without_kind(event: Mapping[str, Any]) -> dict[str, str]:
    """The headers without the content type: it was checked, and Powertools knows fewer ways of writing it."""
    return {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}


def _answered(response: Response[Any]) -> RecordedAnswer | None:
    """The answer to remember; only success is."""
    if not 200 <= response.status_code < 300:
        return None
    headers = {name: str(value) for name, value in response.headers.items() if name in ("Location", "ETag")}
    return RecordedAnswer(response.status_code, "" if response.body is None else compact(response.body), headers)


def _replayed(answer: RecordedAnswer) -> Response[Any]:
    headers: dict[str, Any] = {**answer.headers, "Idempotency-Replayed": "true"}
    return Response(answer.status, JSON if answer.body else None, answer.body or None, headers)


def _cache(request: _Request | None, status: int) -> str:
    """Answers to visitors may be kept by an edge cache for the route's few seconds; all others by nobody."""
    if request and request.caller is None and request.access.cache_seconds and status == 200:
        return f"public, max-age=0, s-maxage={request.access.cache_seconds}"
    return "no-store"
