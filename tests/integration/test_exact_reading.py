"""What is written in another form than the contract's is refused on its field, through the whole request pipeline."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaya.platform.base.phones import normal_phone
from tests.support.client import VISITOR, Person
from tests.support.records import POSTING, post_job


@pytest.mark.parametrize(
    "number", ["5000.0", "5e3", "100.00000000000000001", "1e400", "-1e400", "9" * 4000, "9" * 5000, "-" + "9" * 5000]
)
def test_given_an_amount_that_is_no_integer_then_its_field_is_refused(buyer: Person, number: str) -> None:
    raw = json.dumps(POSTING | {"budgetCents": 1}).replace('"budgetCents": 1', f'"budgetCents": {number}')
    answer = buyer.post("/jobs", raw=raw)
    assert answer.status == 422
    assert {error["field"] for error in answer.body["errors"]} == {"budgetCents"}


@pytest.mark.parametrize("limit", ["1_0", "+1", " 1", "01", "1.0", "\u0661", "1e1", "", "0", "51", "9" * 5000])
def test_given_a_limit_in_another_form_then_it_is_refused(limit: str) -> None:
    answer = VISITOR.get("/jobs", query={"limit": limit})
    assert answer.status == 422
    assert [error["field"] for error in answer.body["errors"]] == ["limit"]


def test_given_a_limit_in_digits_then_it_is_taken() -> None:
    assert VISITOR.get("/jobs", query={"limit": "50"}).status == 200


@pytest.mark.parametrize("path", ["/admin/escrows", "/admin/payouts"])
@pytest.mark.parametrize("flag", ["True", "TRUE", "1", "0", "yes", "on", "t", "Y", "", " true", "true ", "null"])
def test_given_a_truth_value_in_another_form_then_it_is_refused(admin: Person, path: str, flag: str) -> None:
    answer = admin.get(path, query={"waiting": flag})
    assert answer.status == 422
    (error,) = answer.body["errors"]
    assert (error["field"], error["code"], error["params"]) == ("waiting", "wrong_type", {"expected": "boolean"})
    assert (
        admin.get(path, query={"waiting": "true"}).status == admin.get(path, query={"waiting": "false"}).status == 200
    )


@pytest.mark.parametrize("day", ["2026-W48-3", "0001-01-01", "20261201", "2026-335", "2026-12-01 08:00:00Z"])
def test_given_a_date_in_another_form_then_it_is_refused(buyer: Person, day: str) -> None:
    answer = buyer.post("/jobs", {**POSTING, "startDate": day})
    assert answer.status == 422
    assert {error["field"] for error in answer.body["errors"]} == {"startDate"}


@pytest.mark.parametrize(
    "fields",
    [{"title": "\u200b" * 12}, {"title": "\u3164" * 12}, {"title": "\u2800" * 12}, {"location": "\u200b" * 4}, {"description": "x" + "\u0301" * 40}],
)  # fmt: skip
def test_given_text_that_shows_nothing_then_it_is_too_short(buyer: Person, fields: dict[str, Any]) -> None:
    answer = buyer.post("/jobs", {**POSTING, **fields})
    assert answer.status == 422
    assert {error["field"] for error in answer.body["errors"]} == {*fields}


def test_given_a_place_in_another_spelling_then_its_jobs_are_found(buyer: Person) -> None:
    answer = buyer.post("/jobs", {**POSTING, "location": " Pen\u0303\u00f3n\u200b Bay "})
    assert answer.body["location"] == "Peñón Bay"
    for location in ("penon bay", "PEÑÓN\u00a0BAY", "\ufeffPeñon  Bay"):
        found = VISITOR.get("/jobs", query={"location": location}).body["items"]
        assert [job["id"] for job in found] == [answer.body["id"]]


NO_BODY = [
    ("POST", "/jobs/{job}/completion"),
    ("GET", "/jobs"),
    ("GET", "/jobs/{job}"),
    ("DELETE", "/sessions"),
    ("PUT", "/stories/{job}/like"),
    ("POST", "/notifications/read"),
    ("DELETE", "/reminders/{job}"),
]


@pytest.mark.parametrize("sent", ["null", "[]", "0", "false", '""', '"x"', "[1]", '{"x": 1}', '{"": null}'])
@pytest.mark.parametrize(("method", "path"), NO_BODY)
def test_given_a_body_where_none_is_expected_then_it_is_refused_like_an_unknown_field(
    buyer: Person, method: str, path: str, sent: str
) -> None:
    job = post_job(buyer)
    answer = buyer.call(method, path.format(job=job), raw=sent)
    assert (answer.status, answer.body["code"]) == (422, "invalid_fields")
    (error,) = answer.body["errors"]
    assert error["code"] in ("body_not_expected", "unknown_field")


@pytest.mark.parametrize("sent", ["", "{}"])
def test_given_an_empty_body_where_none_is_expected_then_it_counts_as_none(buyer: Person, sent: str) -> None:
    post_job(buyer)
    assert buyer.call("GET", "/jobs/mine", raw=sent).status == 200


ALIKE = {
    "+27712345678": [
        "+27-(0)-71-234-5678",
        "[071] 234 5678",
        "\u202a+27712345678\u202c",
        "071\u2013234\u20135678",
        "\uff0b27 71 234 5678",
        "(+27) 71 234 5678",
        "27 (0)71 234 5678",
        "0027 071 234 5678",
        "\u0660\u0667\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        "071\u200b2345678",
    ],
}


@pytest.mark.parametrize(("normal", "written"), [(one, other) for one, many in ALIKE.items() for other in many])
def test_a_phone_number_has_one_form_whatever_way_it_was_written(normal: str, written: str) -> None:
    assert normal_phone(written) == normal
