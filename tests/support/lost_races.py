"""Makes the handler of a request run again after a lost race, and records its calls outside of DynamoDB."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
import requests
from botocore.client import BaseClient

from khaya.platform.base import backoff
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import RecordedAnswer, UnitOfWork
from tests.support.permissions import running

READS = ("Get", "List", "Head", "Describe", "AdminGet", "AdminList")
"""How operations without an effect begin. They may be repeated."""


class LostRace:
    """The first commit of a request meets somebody else's write.

    Attributes:
        effects: the calls of other services with an effect, and of providers by HTTP, with their number.
        commits: how often the handler came to its commit.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.effects: Counter[str] = Counter()
        self.commits = 0
        really_call = BaseClient._make_api_call  # type: ignore[attr-defined]
        really_send = requests.Session.send
        really_commit = UnitOfWork.commit

        def call(client: Any, operation: str, request: Any) -> Any:
            service = client.meta.service_model.service_name
            if running.get() is not None and service != "dynamodb" and not operation.startswith(READS):
                self.effects[f"{service} {operation} {json.dumps(request, default=str, sort_keys=True)}"] += 1
            return really_call(client, operation, request)

        def commit(unit: UnitOfWork, answer: RecordedAnswer | None = None) -> None:
            if answer is not None:
                self.commits += 1
                if self.commits == 1:
                    raise WriteConflict
            really_commit(unit, answer)

        def send(session: Any, request: Any, **options: Any) -> Any:
            if running.get() is not None:
                self.effects[f"{request.method} {request.url} {request.body!r}"] += 1
            return really_send(session, request, **options)

        monkeypatch.setattr(BaseClient, "_make_api_call", call)
        monkeypatch.setattr(requests.Session, "send", send)
        monkeypatch.setattr(UnitOfWork, "commit", commit)
        monkeypatch.setattr(backoff, "sleep", lambda _: None)

    def check(self) -> None:
        """Check that the handler ran again, and made each call with an effect once."""
        assert self.commits == 2, "the handler did not run again"
        assert [call for call, times in self.effects.items() if times > 1] == []
