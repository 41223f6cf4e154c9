"""`/demo`: the people of the demo, whom one press signs in. The page is the server's own, and part of no build."""

from __future__ import annotations

import html
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http import HTTPStatus

from local.people import DEMO_PASSWORD, PEOPLE, Person
from local.web.site import Answer

PATH = "/demo"
SIGN_IN = "/demo/sign-in"
WITHIN = 35.0  # seconds; more than any route may take
ATTEMPTS = 6

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Khaya · demo people</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 18px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 34rem; padding: 0 1rem; color: #222 }}
ul {{ list-style: none; padding: 0 }} li {{ margin: .5rem 0 }}
button {{ font: inherit; width: 100%; min-height: 3rem; padding: .4rem 1rem; text-align: left; border: 1px solid #888;
  border-radius: 6px; background: #fff; color: #222 }}
small {{ color: #555 }}
</style></head><body>
<h1>Demo people</h1>
{content}
<p><a href="/">Khaya without signing in</a></p>
<p><a href="{stand_ins}/outbox">Outbox</a>: the codes and messages that were sent<br>
<a href="{stand_ins}/">Payment provider</a>: what its stand-in can be told</p>
</body></html>
"""


def page(people: Sequence[Person], stand_ins: str) -> Answer:
    """The page with a button for each person. `stand_ins` is where the providers' stand-ins are."""
    rows = [
        f'<li><form method="post" action="{SIGN_IN}"><button name="phone" value="{html.escape(one.phone)}">'
        f"{html.escape(one.name)} <small>{html.escape(', '.join(one.roles))} · {html.escape(one.phone)}</small>"
        "</button></form></li>"
        for one in people
    ]
    content = "<p>Press a name to sign in. New here? Sign up in Khaya; the code is in the outbox.</p>"
    return _answer(HTTPStatus.OK, f"{content}<ul>{''.join(rows)}</ul>", stand_ins)


def sign_in(phone: str, api: str, stand_ins: str, client_address: str) -> Answer:
    """Sign a person of the demo in at the API: an answer with the API's cookie that leads to the app."""
    person = next((one for one in PEOPLE if one.phone == phone), None)
    if person is None:
        return _answer(HTTPStatus.NOT_FOUND, "<p>There is no such person in the demo.</p>", stand_ins)
    body = {"username": person.phone, "password": DEMO_PASSWORD, "cookie": True}
    headers = {"Content-Type": "application/json", "X-Device-Name": "demo", "X-Forwarded-For": client_address}
    asked = urllib.request.Request(f"{api}/auth/tokens", json.dumps(body).encode(), headers)  # noqa: S310
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(asked, timeout=WITHIN) as answer:  # noqa: S310  # nosec B310
                cookie = answer.headers["Set-Cookie"]
            return Answer(
                HTTPStatus.SEE_OTHER, {"Location": "/signed-in", "Set-Cookie": cookie, "Cache-Control": "no-store"}
            )
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or attempt == ATTEMPTS:
                said = html.escape(error.read(2000).decode(errors="replace"))
                return _answer(HTTPStatus.BAD_GATEWAY, f"<p>The API refused it: {error.code} {said}</p>", stand_ins)
            time.sleep(float(error.headers.get("Retry-After", "1")))  # a busy stand-in starts functions late
        except OSError as error:
            return _answer(
                HTTPStatus.BAD_GATEWAY, f"<p>The API does not answer: {html.escape(str(error))}</p>", stand_ins
            )
    raise AssertionError("the last attempt returns")


def _answer(status: HTTPStatus, content: str, stand_ins: str) -> Answer:
    page_text = _PAGE.format(content=content, stand_ins=html.escape(stand_ins))
    return Answer(status, _HEADERS, page_text.encode())
