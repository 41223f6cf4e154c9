"""What every route checks before its handler: the body, the parameters, and in which order the faults count."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import urljoin

import pytest

from khaya.platform.aws import secrets
from khaya.platform.base.problem_codes import FIELD_CODES, PROBLEM_CODES, param_names
from khaya.platform.base.settings import settings
from khaya.users import store as users
from local.openapi import DOCUMENT
from tests.integration.matrix import Row, Scene, permitted_calls, url
from tests.support.client import SIGNED_IN_AT, VISITOR, Answer, Person, matched
from tests.support.records import POSTING, post_job
from tests.support.template import routes

PATHS: dict[str, Any] = json.loads(DOCUMENT.read_text())["paths"]
CALLS = [pytest.param(row, column, id=row.route) for row, column in permitted_calls()]
BODILESS = [one for one in CALLS if "requestBody" not in PATHS[one.id.split()[1]][one.id.split()[0].lower()]]
LISTS = [
    path
    for path, item in PATHS.items()
    if any(one["name"] == "cursor" for one in item.get("get", {}).get("parameters", []) if "name" in one)
]
PARAMS = param_names(PROBLEM_CODES)
EVERYBODY = Person("person-1", ("buyer", "worker", "seller", "admin"))
FORGED = base64.urlsafe_b64encode(b"x" * 40).decode().rstrip("=")


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit on the writes of a minute."""
    limits = settings().model_copy(update={"writes_per_minute": 0})
    monkeypatch.setattr(users, "settings", lambda: limits)


def operation(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = PATHS[row.route.split()[1]][row.route.split()[0].lower()]
    return found


def fresh(row: Row) -> Scene:
    return row.scene()


def call(row: Row, scene: Scene, person: Person, **options: Any) -> Answer:
    headers = {**scene.headers, **options.pop("headers", {})}
    body = {} if "raw" in options or "requestBody" not in operation(row) else {"body": scene.body}
    return person.call(row.route.split()[0], url(row.route, scene), headers=headers, **body, **options)


def check_problem(answer: Answer, *statuses: int) -> None:
    """A problem of a known code, small and printable."""
    assert answer.status in statuses, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert sorted(answer.body["params"]) == PARAMS[answer.body["code"]]
    assert len(answer.text) < 16_000
    assert len(answer.body["detail"]) <= 500
    errors = answer.body.get("errors", [])
    assert bool(errors) == (answer.status == 422)
    assert len(errors) <= 20
    for error in errors:
        assert error["code"] in FIELD_CODES
        assert error["field"].isprintable()
    if answer.status in (429, 503):
        assert int(answer.headers["Retry-After"]) >= 1


def check_headers(answer: Answer) -> None:
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("row", "column"), CALLS)
def test_a_good_request_gets_the_headers_of_every_answer_and_a_location_that_resolves(row: Row, column: str) -> None:
    scene = fresh(row)
    answer = call(row, scene, scene.person(column))
    assert str(answer.status) == row.expected[column]
    check_headers(answer)
    documented = operation(row)["responses"][str(answer.status)]
    if answer.status == 201:
        assert ("Location" in answer.headers) == ("Location" in documented.get("headers", {}))
    if "Location" in answer.headers and answer.status == 201:
        # then its Location is the address of a route that shows what was created, under any prefix
        for prefix in ("", "/prod", "/_aws/execute-api/abc/local"):
            address = urljoin(f"https://host{prefix}{url(row.route, scene)}", answer.headers["Location"])
            path = address.removeprefix(f"https://host{prefix}")
            assert ("GET", matched("GET", path)[0]) in routes()
            assert scene.person(column).get(path).body["id"] == answer.body["id"]


@pytest.mark.parametrize(("row", "column"), BODILESS)
def test_a_body_that_is_not_expected_is_refused(row: Row, column: str) -> None:
    scene = fresh(row)
    person = scene.person(column)
    for raw, status in (
        ('{"a": 1}', 422),
        ('{"": null, "b": {"c": [1]}}', 422),
        ("[1]", 422),
        ("5", 422),
        ('"text"', 422),
        ("not json", 400),
        ("{", 400),
        ("", None),
        ("{}", None),
    ):
        answer = call(row, scene, person, raw=raw)
        if status is None:
            assert answer.status < 300, raw
            scene = fresh(row)
            person = scene.person(column)
            continue
        check_problem(answer, status)
        check_headers(answer)


FAULTS: list[tuple[int, dict[str, Any]]] = [
    (413, {"raw": "x" * 300_000}),
    (415, {"raw": "{}", "headers": {"Content-Type": "text/plain"}}),
    (400, {"raw": "{"}),
    (422, {"raw": '{"noSuchField": 1}'}),
]
"""Ways of being wrong, in the order in which they count."""


@pytest.mark.parametrize(("row", "column"), CALLS)
def test_a_request_that_is_wrong_in_several_ways_gets_the_status_of_the_first(row: Row, column: str) -> None:
    scene = fresh(row)
    allowed, public = scene.person(column), {} in operation(row)["security"]
    # whatever else is wrong, a missing token and a missing role count first
    everything = {
        "raw": "x" * 300_000,
        "headers": {"Content-Type": "text/plain", "If-Match": '"999"'},
        "query": {"x": "1"},
    }
    if not public:
        check_problem(call(row, scene, VISITOR, **everything), 401)
    for role in ("buyer", "worker", "seller", "admin"):
        if (roles := operation(row)["x-khaya-roles"]) and role not in roles:
            check_problem(call(row, scene, scene.person(role), **everything), 403)
    # then size, type, syntax and fields, also of an object that does not exist, in an old version
    for status, fault in FAULTS:
        sent = {**fault, "query": {"noSuchParameter": "1"}}
        sent["headers"] = {**fault.get("headers", {}), "If-Match": '"999"'}
        check_problem(call(row, scene, allowed, **sent), status)
        lost = Scene(dict.fromkeys(scene.path, "no-such-object"), scene.body, scene.headers, scene.people)
        check_problem(call(row, lost, allowed, **sent), status)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "cursor",
    ['{"x":1}', "eyJ4IjoxfQ", FORGED, "", "\ud800", "\x00", "é", "A" * 5000, "%00", "null", "[]", "0"],
    ids=ascii,
)
def test_a_broken_cursor_is_unreadable_also_where_another_parameter_is_wrong(path: str, cursor: str) -> None:
    place = path.replace("{jobId}", "1").replace("{userId}", "1")
    for query in ({"cursor": cursor}, {"cursor": cursor, "limit": "0"}, {"cursor": cursor, "no": "1"}):
        answer = EVERYBODY.get(place, query=query)
        check_problem(answer, 400)
        assert answer.body["code"] == "invalid_cursor"


@pytest.mark.parametrize("content", [b"{}", b'{"x":1}', b"null", b"[]", b"5", b"\xff", b"", b'{"id":5}'], ids=repr)
def test_even_a_signed_cursor_of_another_list_is_unreadable(content: bytes) -> None:
    signed = secrets.sign("cursor /jobs", b"12345678" + content)[:12] + b"12345678" + content
    answer = VISITOR.get("/jobs", query={"cursor": base64.urlsafe_b64encode(signed).decode().rstrip("=")})
    check_problem(answer, 400)


@pytest.mark.parametrize("path", [path for path in LISTS if "{" not in path])
def test_a_repeated_parameter_is_refused(path: str) -> None:
    for names in (["limit"], ["limit", "limit"], ["q"], ["\ud800"]):
        event = EVERYBODY.event("GET", path, path, {}, query=dict.fromkeys(names, "1"))
        event["multiValueQueryStringParameters"] = {name: ["1", "1"] for name in names}
        from tests.support.client import Context, app, function_of  # noqa: PLC0415

        answer = app(function_of("GET", path)).handler(event, Context())
        body = json.loads(answer["body"])
        assert (answer["statusCode"], body["errors"][0]["code"]) == (422, "repeated_parameter")


WRITES = [one for one in CALLS if one not in BODILESS]


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize(("row", "column"), WRITES)
def test_no_unpaired_surrogate_is_an_error_of_ours_and_none_is_kept(row: Row, column: str) -> None:
    scene = fresh(row)
    body = scene.body or {}
    wrong: list[Any] = [{**body, "\ud800": 1}, {**body, "a\udfffb": {"\ud83d": "\ude00"}}, "\ud800", ["\udbff"]]
    wrong += [{**body, name: "\ud800"} for name in body]
    wrong += [{**body, name: {"\ud800": ["\udfff"]}} for name in body]
    wrong += [{**body, name: ["\udfff"]} for name in body]
    for one in wrong:
        answer = call(row, scene, scene.person(column), raw=json.dumps(one))
        check_problem(answer, 422)
        assert "\\ud" not in answer.text
        answer.text.encode()


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize(("row", "column"), WRITES)
def test_any_json_is_an_error_of_the_client_at_most(row: Row, column: str) -> None:
    scene = fresh(row)
    body = scene.body or {}
    values = [None, True, 0, -1, 10**400, 1.5, 1e308, "", " ", "\x00", "\u2028", "x" * 70_000, [], [[]], {}, {"": {}}]
    for value in values:
        for name in body:
            answer = call(row, scene, scene.person(column), raw=json.dumps({**body, name: value}))
            assert answer.status < 500, (name, value)
    for raw in ("null", "[]", "true", '{"a":' * 31 + "1" + "}" * 31, "{}", '{"a": 1e999}', '{"a": ' + "9" * 4000 + "}"):
        assert call(row, scene, scene.person(column), raw=raw).status < 500, raw


@pytest.mark.parametrize(
    ("person", "path"),
    [(VISITOR, "/auth/sign-up"), (VISITOR, "/auth/tokens"), (EVERYBODY, "/jobs"), (EVERYBODY, "/reports")],
)
@pytest.mark.parametrize(
    "body",
    [
        {f"f{number}": 1 for number in range(20_000)},
        {"x" * 64 + str(number): None for number in range(3_000)},
        {"x" * 240_000: 1},
        {"title": "x" * 240_000},
        {"photos": [1] * 60_000, "certifications": [{}] * 10_000},
        {"coordinates": {f"f{number}": 1 for number in range(20_000)}},
        {"\x01" * 30_000: {"\u202e": 1}},
    ],
    ids=lambda body: f"{next(iter(body))[:9]!a}-{len(body)}",
)
def test_a_very_wrong_request_costs_and_answers_little(person: Person, path: str, body: Any) -> None:
    started = time.process_time()
    answer = person.post(path, raw=json.dumps(body))
    assert time.process_time() - started < 1
    check_problem(answer, 422)


ODD_IDS = [
    "\x00",
    "\ud800",
    "é",
    " ",
    "a b",
    "x" * 129,
    "%00",
    "..",
    ".",
    "%2e%2e",
    "a\nb",
    "\u202e",
    "'\"<>",
    "0" * 128,
    "*",
]


@pytest.mark.parametrize("identifier", ODD_IDS, ids=ascii)
@pytest.mark.parametrize("template", sorted(path for path in PATHS if "{" in path))
def test_a_malformed_id_is_not_found(template: str, identifier: str) -> None:
    from tests.support.client import Context, app, function_of  # noqa: PLC0415

    for method in PATHS[template]:
        names = [part[1:-1] for part in template.split("/") if part.startswith("{")]
        path = template
        for name in names:
            path = path.replace(f"{{{name}}}", identifier)
        person = Person("person-1", ("buyer", "worker", "seller", "admin"), signed_in_at=SIGNED_IN_AT + 10**9)
        event = person.event(
            method.upper(), path, template, dict.fromkeys(names, identifier), headers={"Idempotency-Key": "k"}
        )
        answer = app(function_of(method.upper(), template)).handler(event, Context())
        assert answer["statusCode"] < 500, answer["body"]
        answer["body"].encode()
        if answer["statusCode"] >= 400:
            assert json.loads(answer["body"])["instance"].isascii()


ODD_HEADERS = ["", " ", "\ud800", "é", "x" * 65, "x" * 10_000, "\x00", "a\nb", "\u202e", ",", '"']


@pytest.mark.parametrize("value", ODD_HEADERS, ids=lambda value: ascii(value[:9]))
@pytest.mark.parametrize(
    "name",
    ["Idempotency-Key", "If-Match", "X-Device-Name", "User-Agent", "Origin", "Authorization", "Content-Encoding"],
)
def test_an_odd_header_is_an_error_of_the_client_at_most(buyer: Person, name: str, value: str) -> None:
    job = post_job(buyer)
    sent = {name: value}
    for answer in (
        buyer.post("/jobs", POSTING, headers=sent),
        buyer.patch(f"/jobs/{job}", {"title": "Fix two taps"}, headers=sent),
        VISITOR.get("/jobs", headers=sent),
        VISITOR.post("/auth/tokens", {"refreshToken": "x"}, headers=sent),
    ):
        assert answer.status < 500
        if answer.status >= 400:
            check_problem(answer, answer.status)


def test_a_sign_in_that_is_too_old_is_403_with_its_code_before_the_body_is_looked_at(buyer: Person) -> None:
    old = Person("buyer-1", ("buyer",), signed_in_at=SIGNED_IN_AT - 10**6)
    for method, path in (
        ("PUT", "/auth/password"),
        ("POST", "/auth/contacts"),
        ("POST", "/credits/withdrawals"),
        ("DELETE", "/profiles/me"),
    ):
        for raw in ("{", '{"x": 1}', "x" * 300_000):
            answer = old.call(method, path, raw=raw)
            check_problem(answer, 403)
            assert (answer.body["code"], answer.body["params"]) == ("recent_sign_in_required", {"withinSeconds": 600})
            assert "WWW-Authenticate" not in answer.headers
