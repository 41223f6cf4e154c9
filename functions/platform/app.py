"""Routes of the platform: health, the OpenAPI document, configuration, places, pages to share, and CORS preflights."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import aws_lambda_powertools
from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from khaya import VERSION
from khaya.configuration.view import ConfigurationView, PlacesView
from khaya.notifications.choices import Language
from khaya.platform.base.models import Model
from khaya.platform.base.settings import (
    ClientSettings,
    KeySettings,
    PricingSettings,
    ReferralSettings,
    WebPushSettings,
    require,
    settings,
)
from khaya.platform.data.health import check_database
from khaya.platform.web.access import Access
from khaya.platform.web.api import Api
from khaya.share_pages.page import STYLE_HASH, Kind, html_of
from khaya.share_pages.words import WORDS
from khaya.users.store import pass_account_guard

require(ClientSettings, KeySettings, PricingSettings, ReferralSettings, WebPushSettings)
api = Api("Platform", pass_account_guard)

HERE = Path(__file__).parent
SWAGGER = Path(aws_lambda_powertools.__file__).parent / "event_handler" / "openapi" / "swagger_ui"
"""Powertools' copy of the Swagger UI, so that the page loads nothing from other hosts."""
CACHE_CONTROL = "public, max-age=300"
SHARE_CACHE_CONTROL = "public, max-age=60"

ANYBODY = Access("anybody", public=True)


class Checks(Model):
    """The state of the dependencies."""

    database: Literal["ok"]


class Health(Model):
    """The state, version, release and environment of the service."""

    status: Literal["ok"]
    version: str
    release: str
    environment: str
    checks: Checks


@api.get("/health", ANYBODY, "Whether the marketplace is up", body=Health)
def health() -> Response[Health]:
    """Reads from the database; `503` if that fails."""
    check_database()
    checks = Checks(database="ok")
    deployed = settings()
    return api.answer(
        Health(
            status="ok",
            version=VERSION,
            release=deployed.release_id,
            environment=deployed.environment,
            checks=checks,
        )
    )


@api.get("/openapi.json", ANYBODY, "This document", body=dict[str, Any])
def document() -> Response[Any]:
    """The whole API in OpenAPI 3.1."""
    return Response(200, "application/json", _text(HERE / "openapi.json"), {"Cache-Control": CACHE_CONTROL})


@api.get("/docs", ANYBODY, "This document as a page", content="text/html")
def page() -> Response[Any]:
    """Each route can be tried with an access token."""
    html, policy = _page()
    return Response(
        200, "text/html; charset=utf-8", html, {"Cache-Control": CACHE_CONTROL, "Content-Security-Policy": policy}
    )


@api.get("/config", ANYBODY, "What a client has to know", body=ConfigurationView, revalidated=True)
def configuration() -> Response[ConfigurationView]:
    """Limits, shares, least amounts, the payment provider's hosts, and the oldest client that is allowed."""
    from khaya.configuration import contents  # noqa: PLC0415 - it imports many domains, and health needs none

    return api.answer_unless_known(contents.configuration(), cache_control=CACHE_CONTROL)


@api.get("/places", ANYBODY, "Towns and suburbs of KwaZulu-Natal", body=PlacesView, revalidated=True)
def places() -> Response[PlacesView]:
    """With other names and spellings: each of them is its place wherever locations are compared."""
    from khaya.configuration import contents  # noqa: PLC0415 - as above

    return api.answer_unless_known(contents.places(), cache_control=CACHE_CONTROL)


@api.get("/s/<kind>/<id>", ANYBODY, "A page to share", content="text/html")
def share_page(
    kind: Kind,
    id: str,  # noqa: A002 - the contract's name
    language: Annotated[Language, Query(description="The language of the page.")] = "en",
) -> Response[Any]:
    """The facts of a job, a listing, a person, a story or an invitation, for messengers and slow phones.

    What is closed, and what is unknown, gets the same page, which no search engine keeps.
    """
    from khaya.share_pages import service  # noqa: PLC0415 - as above

    app_url = settings(ClientSettings).app_url
    page = service.page_of(kind, id, language)
    own = f"{app_url}/s/{kind}/{id}" + ("" if language == "en" else f"?language={language}")
    policy = (
        f"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Cache-Control": SHARE_CACHE_CONTROL, "Content-Security-Policy": policy}
    return Response(
        200,
        "text/html; charset=utf-8",
        html_of(page, own, app_url, language, WORDS[language]["open"]),
        headers if page.is_open else {**headers, "X-Robots-Tag": "noindex"},
    )


@lru_cache(maxsize=1)
def _page() -> tuple[str, str]:
    """The page, and its content security policy, which allows only its own two scripts and its own origin."""
    bundle, start = _text(SWAGGER / "swagger-ui-bundle.min.js"), _text(HERE / "docs.js")
    html = _text(HERE / "docs.html")
    for name, text in {"style": _text(SWAGGER / "swagger-ui.min.css"), "bundle": bundle, "start": start}.items():
        html = html.replace(f"<!-- {name} -->", text)
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in (bundle, start))
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return html, policy


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@lru_cache(maxsize=8)
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
