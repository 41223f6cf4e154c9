"""Problems: stable codes, and a size that does not depend on the request."""

from __future__ import annotations

import ast
import json
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, Field, ValidationError

from khaya.platform.base import errors
from khaya.platform.base.errors import Conflict, FieldError, FieldProblem, Invalid, KhayaError, TooMany, Unavailable
from khaya.platform.base.fields import Prose, Title
from khaya.platform.base.models import RequestModel
from khaya.platform.base.problem_codes import FIELD_CODES, PROBLEM_CODES, param_names
from khaya.platform.web import problems
from tests.support.template import ROOT

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, KhayaError)]


def shown(error: Exception, path: str = "/jobs") -> dict[str, Any]:
    body: dict[str, Any] = json.loads(str(problems.response(error, path).body))
    return body


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_problem_has_a_code_of_the_list(kind: type[KhayaError]) -> None:
    assert kind.code in PROBLEM_CODES


def test_every_code_in_the_code_is_on_the_list() -> None:
    for path in [*(ROOT / "layers" / "khaya").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            given = {keyword.arg: keyword.value for keyword in call.keywords}.get("code")
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                assert given.value in (FIELD_CODES if name.startswith("Field") else PROBLEM_CODES), (path, given.value)
            if name in ("FieldProblem", "FieldError") and len(call.args) > (position := 2 - (name == "FieldError")):
                code = call.args[position]
                assert not isinstance(code, ast.Constant) or code.value in FIELD_CODES, (path, call.lineno)


def test_every_problem_has_the_parameters_that_its_code_names() -> None:
    names = param_names(PROBLEM_CODES)
    for path in [*(ROOT / "layers" / "khaya").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text())):
            given = {keyword.arg: keyword.value for keyword in call.keywords} if isinstance(call, ast.Call) else {}
            code = given.get("code")
            if not (isinstance(code, ast.Constant) and code.value in PROBLEM_CODES):
                continue
            params = given.get("params", ast.Dict(keys=[], values=[]))
            assert isinstance(params, ast.Dict), (path, code.value)
            sent = {key.value for key in params.keys if isinstance(key, ast.Constant)}
            later = {"retryAfterSeconds"} & {*names[str(code.value)]}  # what 429 and 503 add by themselves
            assert sorted(sent | later) == names[str(code.value)], (path, code.value)


@pytest.mark.parametrize("code", [code for code in PROBLEM_CODES if code.startswith("too_many_")])
def test_a_429_names_the_seconds_to_wait_among_its_parameters(code: str) -> None:
    assert (param_names(PROBLEM_CODES)[code] == ["retryAfterSeconds"]) == (code != "too_many_failed_cards")


def test_every_code_is_explained_and_none_is_used_for_both() -> None:
    for code, meaning in {**PROBLEM_CODES, **FIELD_CODES}.items():
        assert code.replace("_", "").isalpha()
        assert code.islower()
        assert meaning.endswith(".")
    assert not PROBLEM_CODES.keys() & FIELD_CODES.keys()


def test_a_problem_has_its_code_and_the_values_of_its_detail() -> None:
    found = shown(Conflict("There are 2 in stock.", code="conflict", params={"stock": 2}))
    assert (found["code"], found["params"], found["detail"]) == ("conflict", {"stock": 2}, "There are 2 in stock.")


@pytest.mark.parametrize("error", [TooMany("At most 20.", 7), TooMany("", 0), Unavailable(), Unavailable("", 3)])
def test_a_429_or_503_has_retry_after(error: KhayaError) -> None:
    seconds = int(problems.response(error, "/jobs").headers["Retry-After"])
    assert seconds >= 1
    assert shown(error)["params"] == {"retryAfterSeconds": seconds}


def refused(text: str) -> str:
    raise FieldError(f"must not be {text}", "not_an_option", options=["a", "b"])


class Part(RequestModel):
    number: Annotated[int, Field(strict=True, ge=2, le=9)] = 2


class Wanted(RequestModel):
    title: Title = "A fitting title"
    text: Annotated[Prose, Field(min_length=3, max_length=5)] = "four"
    kind: Literal["a", "b"] = "a"
    number: Annotated[int, Field(strict=True)] = 1
    real: Annotated[float, Field(strict=True, allow_inf_nan=False)] = 1.0
    truth: Annotated[bool, Field(strict=True)] = True
    names: Annotated[list[str], Field(min_length=1, max_length=2)] = ["x"]
    word: Annotated[str, Field(pattern="^x$")] = "x"
    own: Annotated[str, AfterValidator(refused)] = "c"
    part: Part = Part()


@pytest.mark.parametrize(
    ("body", "field", "code", "params"),
    [
        ({"unknown": 1}, "unknown", "unknown_field", {}),
        ({"text": "ab"}, "text", "too_short", {"min": 3}),
        ({"text": "abcdef"}, "text", "too_long", {"max": 5}),
        ({"text": 5}, "text", "wrong_type", {"expected": "string"}),
        ({"text": None}, "text", "wrong_type", {"expected": "string"}),
        ({"kind": "c"}, "kind", "not_an_option", {"options": ["a", "b"]}),
        ({"kind": 5}, "kind", "not_an_option", {"options": ["a", "b"]}),
        ({"number": "5"}, "number", "wrong_type", {"expected": "integer"}),
        ({"number": 1.5}, "number", "wrong_type", {"expected": "integer"}),
        ({"number": True}, "number", "wrong_type", {"expected": "integer"}),
        ({"real": float("inf")}, "real", "wrong_type", {"expected": "number"}),
        ({"truth": 1}, "truth", "wrong_type", {"expected": "boolean"}),
        ({"names": []}, "names", "too_few", {"min": 1}),
        ({"names": ["a", "b", "c"]}, "names", "too_many", {"max": 2}),
        ({"names": "a"}, "names", "wrong_type", {"expected": "array"}),
        ({"names": ["a", 2]}, "names.1", "wrong_type", {"expected": "string"}),
        ({"word": "y"}, "word", "wrong_format", {}),
        ({"own": "c"}, "own", "not_an_option", {"options": ["a", "b"]}),
        ({"part": {"number": 1}}, "part.number", "too_small", {"min": 2}),
        ({"part": {"number": 10}}, "part.number", "too_big", {"max": 9}),
        ({"part": []}, "part", "wrong_type", {"expected": "object"}),
    ],
    ids=str,
)
def test_a_wrong_field_has_a_code_of_ours(body: Any, field: str, code: str, params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        Wanted.model_validate(body)
    found = [{**one, "loc": ("body", *one["loc"])} for one in error.value.errors()]
    (problem,) = shown(problems.invalid(found))["errors"]
    assert (problem["field"], problem["code"], problem["params"]) == (field, code, params)
    assert code in FIELD_CODES
    assert problem["message"]


def printable(node: Any) -> bool:
    if isinstance(node, dict):
        return all(printable(part) for pair in node.items() for part in pair)
    if isinstance(node, list):
        return all(printable(part) for part in node)
    return not isinstance(node, str) or (node.isprintable() and node.encode().decode() == node)


@given(
    st.text(max_size=600) | st.text(min_size=600, max_size=5000),
    st.lists(st.text(max_size=300), min_size=1, max_size=60),
    st.text(max_size=400).map(lambda text: f"/jobs/{text}"),
)
def test_a_response_is_small_and_printable_whatever_was_sent(detail: str, names: list[str], path: str) -> None:
    for error in (Conflict(detail), Invalid([FieldProblem(name, detail, "wrong_format") for name in names])):
        found = shown(error, path)
        assert len(found["detail"]) <= 500
        assert len(found.get("errors", [])) <= 20
        assert all(len(part) <= 64 for part in found["instance"].split("/"))
        assert all(len(one["message"]) <= 500 for one in found.get("errors", []))
        assert printable(found)
        assert len(json.dumps(found)) < 200_000


@pytest.mark.parametrize(
    "path", ["/jobs/\ud800", "/jobs/\x00\n", "/jobs/é ü", f"/jobs/{'x' * 9000}", "/" * 9000, "", "*"]
)
def test_the_instance_is_a_short_uri_reference(path: str) -> None:
    instance = shown(Conflict(), path)["instance"]
    assert instance.isascii()
    assert len(instance) <= 700
    assert not set(instance) & set(' "<>\\^`{|}#?')
