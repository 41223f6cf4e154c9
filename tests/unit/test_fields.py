"""Field types that several domains use: text, numbers, places, phones, upload keys."""

from __future__ import annotations

import json
import unicodedata
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from khaya.platform.base.fields import Coordinates, Line, Place, Prose, Title, match_key
from khaya.platform.base.models import RequestModel, omittable, sent_fields
from khaya.uploads.model import Photos, UploadKey
from khaya.users.model import normal_phone

LINE: TypeAdapter[str] = TypeAdapter(Line)
PROSE: TypeAdapter[str] = TypeAdapter(Prose)


class Note(RequestModel):
    """A small request."""

    some_text: Annotated[Line, Field(min_length=2, max_length=4)] = omittable()
    how_many: Annotated[int, Field(strict=True, ge=1, le=3)] | None = None


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "a\x00b",
        "a\x1bb",
        "a\x7fb",
        "a\x85b",
        "a\u2028b",
        "a\u202eb",
        "a\u2066b",
        "a\u2029b",
        "a\ufeffb",
        "a\uffffb",
        "a\x0bb",
        "a\x0cb",
    ],
)
def test_control_characters_are_refused(text: str) -> None:
    for kind in (LINE, PROSE):
        with pytest.raises(ValidationError) as refusal:
            kind.validate_python(text)
        assert "control characters" in str(refusal.value) or text == "\x00"


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ud83d rest"])
def test_lone_surrogates_are_refused(text: str) -> None:
    for kind in (LINE, PROSE):
        with pytest.raises(ValidationError):
            kind.validate_python(text)


def test_prose_may_have_several_lines_and_line_may_not() -> None:
    assert PROSE.validate_python("one\ntwo\r\n\tthree") == "one\ntwo\r\n\tthree"
    for text in ("one\ntwo", "one\rtwo", "one\ttwo"):
        with pytest.raises(ValidationError, match="single line"):
            LINE.validate_python(text)


def test_text_is_trimmed_before_it_is_measured() -> None:
    assert Note.model_validate({"someText": "  \n ab \u3000"}).some_text == "ab"
    assert Note.model_validate({"someText": " " * 1000 + "abcd" + " " * 1000}).some_text == "abcd"
    for text in ("   a   ", "     ", "abcde"):
        with pytest.raises(ValidationError):
            Note.model_validate({"someText": text})


def test_text_is_normalised_to_nfc() -> None:
    assert LINE.validate_python("Cafe\u0301") == "Café"
    assert Note.model_validate({"someText": "e\u0301" * 4}).some_text == "éééé"


@given(st.text(max_size=30))
def test_validation_is_idempotent(text: str) -> None:
    try:
        clean = PROSE.validate_python(text)
    except ValidationError:
        return
    assert clean == clean.strip() == unicodedata.normalize("NFC", clean)
    assert PROSE.validate_python(clean) == clean


@pytest.mark.parametrize(
    "text", ["🛠️ Isicelo", "Umgeni River – 3 km", "=SUM(A1)", "<script>", "ʻokina", "עברית", "👩🏽‍🔧"]
)
def test_ordinary_text_is_accepted_unchanged(text: str) -> None:
    assert LINE.validate_python(text) == text


def test_unknown_fields_are_refused_by_name() -> None:
    with pytest.raises(ValidationError) as refusal:
        Note.model_validate({"someText": "abc", "bidCount": 3})
    assert [error["loc"] for error in refusal.value.errors()] == [("bidCount",)]


@pytest.mark.parametrize("field", ["some_text", "SomeText", "sometext"])
def test_only_camel_case_field_names_are_accepted(field: str) -> None:
    with pytest.raises(ValidationError):
        Note.model_validate({field: "abc"})


@pytest.mark.parametrize("number", ["2", 2.0, True, 0, 4, -1, 10**30, float("inf"), [], {}])
def test_other_types_are_not_converted_to_numbers(number: Any) -> None:
    with pytest.raises(ValidationError):
        Note.model_validate({"howMany": number})


def test_omitted_fields_are_not_sent_and_null_is_refused() -> None:
    assert sent_fields(Note.model_validate({})) == {}
    assert sent_fields(Note.model_validate({"howMany": None})) == {"how_many": None}
    assert sent_fields(Note.model_validate({"someText": "abc"})) == {"some_text": "abc"}
    with pytest.raises(ValidationError):
        Note.model_validate({"someText": None})


@pytest.mark.parametrize("length", [5, 200])
def test_titles_within_limits_are_accepted(length: int) -> None:
    assert TypeAdapter(Title).validate_python("é" * length) == "é" * length


@pytest.mark.parametrize("length", [0, 4, 201])
def test_titles_beyond_limits_are_refused(length: int) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Title).validate_python("é" * length)


@pytest.mark.parametrize("point", [{"lat": -90, "lng": 180}, {"lat": 90.0, "lng": -180.0}, {"lat": 0, "lng": 0}])
def test_coordinates_within_range_are_accepted(point: dict[str, float]) -> None:
    assert Coordinates.model_validate(point).model_dump() == point


@pytest.mark.parametrize(
    "point",
    [
        {"lat": 90.1, "lng": 0},
        {"lat": 0, "lng": -180.1},
        {"lat": "1", "lng": 0},
        {"lat": 1},
        {"lat": float("nan"), "lng": 0},
        {"lat": float("inf"), "lng": 0},
        {"lat": True, "lng": 0},
        {"lat": 1, "lng": 1, "alt": 1},
    ],
)
def test_coordinates_out_of_range_are_refused(point: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Coordinates.model_validate(point)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_coordinates_fit_into_dynamodb_numbers(lat: float, lng: float) -> None:
    point = Coordinates.model_validate(json.loads(json.dumps({"lat": lat, "lng": lng})))
    for number, given_number in ((point.lat, lat), (point.lng, lng)):
        assert number == 0 or abs(number) >= 1e-130
        assert abs(number - given_number) < 1e-5, "a metre"
    assert Coordinates.model_validate(point.model_dump()) == point


@pytest.mark.parametrize("key", ["uploads/person-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg"])
def test_upload_keys_are_accepted(key: str) -> None:
    assert TypeAdapter(UploadKey).validate_python(key) == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "uploads/person-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg\n",
        "uploads/person-1/../other/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg",
        "uploads//job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg",
        "https://example.com/uploads/person-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg",
        "uploads/person-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KD.jpg",
        "/uploads/person-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg",
        "uploads/person-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE",
    ],
)
def test_malformed_upload_keys_are_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(UploadKey).validate_python(key)


def test_more_than_five_photos_are_refused() -> None:
    key = "uploads/person-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KDE.jpg"
    assert TypeAdapter(Photos).validate_python([key] * 5)
    with pytest.raises(ValidationError):
        TypeAdapter(Photos).validate_python([key] * 6)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Durban", "  durban "),
        ("DURBAN  North", "durban north"),
        ("Straße", "STRASSE"),
        ("Ｄｕｒｂａｎ", "durban"),
        ("Café", "CAFE\u0301"),
    ],
)
def test_places_match_case_insensitively(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


@given(st.text(max_size=200))
def test_match_keys_are_idempotent(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)


@pytest.mark.parametrize("character", ["\ufdfa", "𝟘", "ﬃ", "é", "İ", "ΐ"])
def test_match_keys_fit_into_dynamodb_keys(character: str) -> None:
    place = TypeAdapter(Place).validate_python(character * 200)
    assert len(f"construction#{match_key(place)}".encode()) <= 1024


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("0821234567", "+27821234567"),
        ("082 123 4567", "+27821234567"),
        ("(061) 123-4567", "+27611234567"),
        ("071.123.4567", "+27711234567"),
        ("+27821234567", "+27821234567"),
        ("+27 82 123 4567", "+27821234567"),
        ("+15551234567", "+15551234567"),
        ("+1234567", "+1234567"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_phone_numbers_are_normalised_to_e164(text: str, phone: str) -> None:
    assert normal_phone(text) == phone
    assert normal_phone(phone) == phone


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "082123456", "08212345678", "0521234567", "0921234567", "821234567", "27821234567", "+0821234567", "+123456",
        "+1234567890123456", "+27821234567x", "082123456a", "++27821234567", "+27+821234567", "082 123 4567 ext 5", "٠٨٢١٢٣٤٥٦٧", "0٨٢1234567", "+27٨٢1234567",  # pragma: allowlist secret
    ],
)  # fmt: skip
def test_invalid_phone_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="South African number"):
        normal_phone(text)
