"""Calls of the API in somebody's name."""

from collections.abc import Iterator
from typing import Any

import requests

from local import CannotRun
from local.accounts import SignedIn
from local.people import Person

WAIT = 35.0  # seconds; more than any route may take


class Visit:
    """One signed-in person at the API."""

    def __init__(self, api_url: str, who: SignedIn) -> None:
        self.api_url = api_url
        self.who = who
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy stands between us and this machine
        self.http.headers["Authorization"] = f"Bearer {who.token}"

    def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None, **query: str | int
    ) -> dict[str, Any]:
        """Send a request, with an `Idempotency-Key` where one is given, and return the answer's object.

        Raises:
            CannotRun: the API refused it; the message holds the problem it answered with.
        """
        headers = {"Idempotency-Key": key} if key else None
        answer = self.http.request(method, self.api_url + path, json=body, params=query, headers=headers, timeout=WAIT)
        if not answer.ok:
            raise CannotRun(
                f"Demo data: {method} {path} for {self.who.person.name}: {answer.status_code} {answer.text}"
            )
        found: dict[str, Any] = answer.json()
        return found

    def everything(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """All items of a list, page after page."""
        cursor: dict[str, str | int] = {}
        while True:
            page = self.call("GET", path, None, None, limit=50, **query, **cursor)
            yield from page["items"]
            if page["nextCursor"] is None:
                return
            cursor = {"cursor": page["nextCursor"]}


class Visits:
    """The visits of all people of the demo to the marketplace on a port."""

    def __init__(self, api_url: str, people: list[SignedIn], port: int) -> None:
        self.port = port
        self.visits = {who.person: Visit(api_url, who) for who in people}

    def of(self, person: Person) -> Visit:
        """The visit of one person."""
        return self.visits[person]
