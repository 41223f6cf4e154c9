"""The CSV statement: all entries, safe for spreadsheets, and a file if it exceeds the size of a response."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from khaya.ledger import store
from khaya.platform.base.csv_text import BYTE_ORDER_MARK
from khaya.platform.base.errors import Unavailable
from tests.conftest import Clock
from tests.support.client import Answer, Person
from tests.support.money import REASON, adjust, entries, grant, known
from tests.support.stand_in import client
from tests.support.template import function_environment

WORKER = Person("worker-1", ("worker",))
COLUMNS = ["id", "createdAt", "type", "amountCents", "balanceAfterCents", "source", "reason"]


def test_the_statement_has_all_entries_oldest_first() -> None:
    # given
    for cents in (500, -20, 3):
        grant("worker-1", cents)
    grant("worker-2", 999)
    # when
    answer = WORKER.get("/credits/statement.csv")
    # then
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="khaya-statement-2026-11-21.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    heading, *rows = _rows(answer.text)
    assert heading == COLUMNS
    assert rows == [[str(entry[column]) for column in COLUMNS] for entry in reversed(entries("worker-1"))]


def test_the_statement_of_somebody_new_is_its_heading() -> None:
    assert WORKER.get("/credits/statement.csv").text == BYTE_ORDER_MARK + ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d"])
def test_a_reason_is_never_a_formula(start: str) -> None:
    # given
    known("worker-1")
    reason = f'{start}HYPERLINK("http://example.org","click")'
    assert adjust("worker-1", 500, reason=reason).status == 201
    assert adjust("worker-1", -100, reason=REASON).status == 201
    # when
    _, first, second = _rows(WORKER.get("/credits/statement.csv").text)
    # then the text is quoted, and amounts stay numbers
    assert first[COLUMNS.index("reason")] == "'" + reason
    assert second[COLUMNS.index("amountCents")] == "-100"
    assert second[COLUMNS.index("reason")] == REASON


def test_commas_quotes_and_line_ends_are_escaped() -> None:
    known("worker-1")
    reason = 'One, "two"\nand =three'
    assert adjust("worker-1", 500, reason=reason).status == 201
    assert _rows(WORKER.get("/credits/statement.csv").text)[1][COLUMNS.index("reason")] == reason.replace("=", "'=")


def test_a_statement_holds_every_page_of_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BATCH_SIZE", 2)
    for cents in (5, 4, 3, 2):
        grant("worker-1", cents)
    assert len(_rows(WORKER.get("/credits/statement.csv").text)) == 5


def test_a_statement_of_100_000_entries_is_a_file(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    # given

    monkeypatch.setattr(store, "every_entry", lambda *_: _many_entries(100_000))
    # when
    answer = WORKER.get("/credits/statement.csv")
    # then
    link = urlparse(answer.headers["Location"])
    assert (answer.status, answer.text) == (303, "")
    assert parse_qs(link.query)["response-content-disposition"] == [
        'attachment; filename="khaya-statement-2026-11-21.csv"'
    ]
    assert "X-Amz-Signature" in parse_qs(link.query)
    stored = client("s3").get_object(Bucket=function_environment()["MEDIA_BUCKET"], Key=_key_in(link.path))
    assert stored["ContentType"] == "text/csv; charset=utf-8"
    assert _key_in(link.path).startswith("statements/worker-1/")
    rows = _rows(stored["Body"].read().decode())
    assert [row[COLUMNS.index("balanceAfterCents")] for row in rows[1:]] == [str(n) for n in range(1, 100_001)]


@pytest.mark.parametrize("reason", ["x" * 480, '"' * 480, "\u00e9" * 480])
def test_a_statement_stays_within_the_size_limit_of_a_response(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (2_000, 5_000, 8_000, 11_000):
        monkeypatch.setattr(store, "every_entry", lambda _, __, number=number: _many_entries(number, reason))
        answer: Answer = WORKER.get("/credits/statement.csv")
        if answer.status == 200:
            assert len(json.dumps({"body": answer.text})) < 6_000_000
            assert len(answer.text.encode()) <= 5_000_000
        else:
            assert answer.status == 303
            assert number > 2_000 or not reason.isascii()


def test_an_unfinished_file_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a failure while entries are read

    def broken(user_id: str, columns: Any) -> Iterator[dict[str, Any]]:
        yield from _many_entries(80_000)
        raise Unavailable

    monkeypatch.setattr(store, "every_entry", broken)
    # when
    answer = WORKER.get("/credits/statement.csv")
    # then neither a file nor an open upload is left
    bucket = function_environment()["MEDIA_BUCKET"]
    assert answer.status == 503
    assert "Uploads" not in client("s3").list_multipart_uploads(Bucket=bucket)
    assert "Contents" not in client("s3").list_objects_v2(Bucket=bucket)


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


def _many_entries(number: int, reason: str = REASON) -> Iterator[dict[str, Any]]:
    for count in range(1, number + 1):
        yield {
            "id": f"{count:026}",
            "createdAt": "2026-11-21T08:00:00.000Z",
            "type": "adjustment",
            "amountCents": 1,
            "balanceAfterCents": count,
            "source": f"adjustment:{count:026}",
            "reason": reason,
        }


def _key_in(path: str) -> str:
    return "statements/" + path.split("/statements/")[1] if "/statements/" in path else path.lstrip("/")
