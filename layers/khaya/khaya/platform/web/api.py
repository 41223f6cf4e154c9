"""Registers the routes of one function of the REST API, with their access rules and their API documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, CORSConfig
from aws_lambda_powertools.event_handler.middlewares import openapi_validation
from aws_lambda_powertools.event_handler.openapi import compat
from aws_lambda_powertools.event_handler.openapi.params import Query

from khaya.platform.base.fields import Place
from khaya.platform.base.json_text import compact
from khaya.platform.base.settings import KeySettings, PoolSettings, require, settings
from khaya.platform.data import unit_of_work
from khaya.platform.data.pages import Limit
from khaya.platform.web.access import Access, AccountGuard
from khaya.platform.web.pipeline import Pipeline, resource_of
from khaya.platform.web.responses import JSON

Handler = TypeVar("Handler", bound=Callable[..., Any])

PageLimit = Annotated[Limit | None, Query()]
Cursor = Annotated[str | None, Query()]
"""Parameters of every list, for `page_request`."""
PlaceFilter = Annotated[
    Place | None,
    Query(description="A town or suburb, or an alias of `GET /places`. Case and surrounding spaces are ignored."),
]
"""A parameter of the public lists."""

_ACCEPTED = 202
_PREFLIGHT_SECONDS = 7200
"""Seconds for which a browser may keep the answer to a preflight; no browser keeps it longer."""
_EXPOSED = ["Date", "ETag", "Location", "Retry-After", "Idempotency-Replayed", "X-Request-Id"]

# Powertools looks through the type of each parameter in every request, which is a tenth of the work for a list.
openapi_validation.is_scalar_field = cache(compat.is_scalar_field)  # type: ignore[attr-defined, unused-ignore]


class Api(Pipeline):
    """The routes of one function.

    Example:
        >>> api = Api("Jobs", account_guard)
        >>> @api.get("/jobs/<job_id>", PUBLIC, "One job")
        ... def job(job_id: str) -> Response[JobView]: ...
        >>> def handler(event, context): return api.handle(event, context)
    """

    def __init__(
        self,
        tag: str,
        guard: AccountGuard,
        *,
        on_arrival: Callable[[], None] | None = None,
        on_body: Callable[[Any], None] | None = None,
    ) -> None:
        """Prepare the function's routes.

        Args:
            tag: the heading of the routes in the API document.
            guard: checks each caller's account.
            on_arrival: called once for each admitted request, before its body is read.
            on_body: called once with the JSON value of the body, before it is validated.
        """
        require(PoolSettings, KeySettings)
        unit_of_work.connect()  # Lambda has more processor time during initialisation than in a request
        origins = [origin.strip() for origin in settings().allowed_origins.split(",") if origin.strip()]
        cors = CORSConfig(
            allow_origin=origins[0],
            extra_origins=origins[1:],
            expose_headers=_EXPOSED,
            allow_headers=["Idempotency-Key", "If-Match", "If-None-Match", "X-Device-Name"],
            max_age=_PREFLIGHT_SECONDS,
        )
        resolver = APIGatewayRestResolver(
            cors=cors, enable_validation=True, serializer=compact, json_body_deserializer=self.parsed_body
        )
        super().__init__(resolver, guard, on_arrival, on_body)
        self.tag = tag
        self.get, self.post, self.put, self.patch, self.delete = (
            self._verb(verb) for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")
        )

    def _verb(self, method: str) -> Callable[..., Callable[[Handler], Handler]]:
        def route(path: str, access: Access, summary: str, **documented: Any) -> Any:
            """Register a handler for `path`; see `_register`."""
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
        accepted: Any = None,
        revalidated: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Register a handler.

        Args:
            method: the HTTP method.
            path: the path, its variable parts as `<job_id>`.
            access: who may call it.
            summary: the route in a few words; the handler's docstring is the description.
            status: status of the successful response.
            body: the model of the response body; None for text or an empty body.
            content: the content type of the response.
            if_match: whether the handler checks `If-Match`; by default for `PATCH` and `PUT` of versioned objects.
            answers: other responses, and problems that no other route of its kind has: a sentence for each status.
            accepted: the model of the response 202 among `answers`, of what is carried out later.
            revalidated: whether the handler answers with `answer_unless_known`.
        """
        self.access[method, resource_of(path)] = access
        shape: Any = {"model": body} if body is not None else {"schema": {"type": "string"}}
        later: Any = {JSON: {"model": accepted}} if accepted is not None else {}
        if revalidated:
            answers = {**(answers or {}), 304: "The client has it: `If-None-Match` named its `ETag`."}
        if if_match is None:
            if_match = method in ("PATCH", "PUT") and "version" in getattr(body, "model_fields", {})

        def register(handler: Handler) -> Handler:
            if "cursor" in handler.__annotations__:
                self.paged.add((method, resource_of(path)))
            # Without the return type, Powertools does not validate and serialise the response a second time. The API
            # document takes the type from `responses`.
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
                    **{
                        other: {"description": text, "content": later if other == _ACCEPTED else {}}
                        for other, text in (answers or {}).items()
                    },
                },
                openapi_extensions={"x-khaya-if-match": if_match, "x-khaya-revalidated": revalidated},
            )(handler)
            return registered

        return register
