"""Field types that several domains use: text, numbers, places, phones, upload keys."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Annotated, Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from khaya.platform.base.fields import Coordinates, Length, Line, Name, Place, Prose, Title
from khaya.platform.base.json_text import read_json
from khaya.platform.base.models import RequestModel, omittable, sent_fields
from khaya.platform.base.money import Cents
from khaya.platform.base.numbers import Count, Whole
from khaya.platform.base.text import INVISIBLE, comparable, trimmed, visible_length, words
from khaya.platform.data.pages import Limit
from khaya.uploads.model import Photos, UploadKey
from tests.support.invisible import INVISIBLE_CHARACTERS

LINE: TypeAdapter[str] = TypeAdapter(Line)
PROSE: TypeAdapter[str] = TypeAdapter(Prose)


class Note(RequestModel):
    """A small request."""

    some_text: Annotated[Line, Length(2, 4)] = omittable()
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
    keys = [f"uploads/person-1/job/01JCZX3V9T6V5Y8Q2M4N7B1KD{sign}.jpg" for sign in "ABCDEF"]
    assert TypeAdapter(Photos).validate_python(keys[:5])
    for refused in (keys, [keys[0]] * 2):
        with pytest.raises(ValidationError):
            TypeAdapter(Photos).validate_python(refused)


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
    assert comparable(one) == comparable(other)


def decomposed_and_marks() -> str:
    """Characters that change in a comparable form, and marks and blanks that may stand beside them."""
    every = (chr(point) for point in range(0x20, 0x2FA20) if not 0xAC00 <= point < 0xF900)
    kinds = ("Mn", "Mc", "Me", "Zs", "Cf")
    return "".join(one for one in every if unicodedata.decomposition(one) or unicodedata.category(one) in kinds)


@given(
    st.text(max_size=250) | st.text(st.sampled_from(decomposed_and_marks()) | st.sampled_from("a ก\u0e32क"), max_size=8)
)
@example("\u0e33")  # the Thai vowel sara am: a mark and a letter
@example("\u0eb3")  # its Lao sister
@example("x \u0e33")
@example("ก\xa8\u0e48")  # a sign that is a blank with a mark, before another mark
@example("\u309b")  # a blank with a mark of kana
@example("a\ufe70\u064b")
@example("\ufc5e")
def test_comparables_are_idempotent(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)
    assert all(words(word) == [word] for word in words(text))


@pytest.mark.parametrize("character", ["\ufdfa", "𝟘", "ﬃ", "é", "İ", "ΐ"])
def test_comparables_fit_into_dynamodb_keys(character: str) -> None:
    place = TypeAdapter(Place).validate_python(character * 200)
    assert len(f"construction#{comparable(place)}".encode()) <= 1024


NAME: TypeAdapter[str] = TypeAdapter(Name)
FIELDS = {"title": TypeAdapter(Title), "place": TypeAdapter(Place), "prose": TypeAdapter(Annotated[Prose, Length(3, 500)]), "short": TypeAdapter(Annotated[Line, Length(1, 50)])}  # fmt: skip
DESCRIBED = {name: jsonschema_rs.validator_for(adapter.json_schema()) for name, adapter in FIELDS.items()}


UNKNOWN = [
    *"\u0378\u0379\u038b\u05ff\u2fe0\ufdd0\ufdd1\ufdef",
    *"\ue000\uf8ff\U000f0000\U000ffffd\U00100000\U0010fffd",
    *(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)),
    *"\U000e1000\U000efffd",
]


@pytest.mark.parametrize("character", UNKNOWN, ids=ascii)
@pytest.mark.parametrize("field", sorted(FIELDS))
def test_characters_that_stand_for_nothing_are_refused_and_do_not_count_in_comparisons(
    field: str, character: str
) -> None:
    for text in (character * 12, f"Fix {character} a tap", f"Durban{character}", f"{character}Durban"):
        with pytest.raises(ValidationError) as refusal:
            FIELDS[field].validate_python(text)
        assert [error["type"] for error in refusal.value.errors()] == ["unknown_characters"]
        assert DESCRIBED[field].is_valid(text) == _is_refused_by_code_alone(character)
    assert comparable(f"{character}Dur{character}ban {character}") == "durban"


@given(st.text(alphabet=st.characters(categories=["Cn", "Co"]), min_size=1, max_size=12))
def test_given_characters_that_stand_for_nothing_then_no_text_is_accepted_but_reserved_emoji(text: str) -> None:
    emoji = all("\U0001f000" <= sign <= "\U0001fffd" for sign in text)
    for adapter in (LINE, PROSE, NAME):
        try:
            kept = adapter.validate_python(text)
        except ValidationError:
            assert not emoji
        else:
            assert emoji or not kept, "invisible ones at the ends are dropped, as all invisible characters"


@pytest.mark.parametrize("emoji", ["\U0001fa77", "\U0001fae9", "\U0001faff", "\U0001f6d9", "\U0001fc00"])
def test_emoji_that_are_newer_than_this_python_are_accepted(emoji: str) -> None:
    title = f"Fix the tap {emoji}"
    assert FIELDS["title"].validate_python(title) == title
    assert DESCRIBED["title"].is_valid(title)


@pytest.mark.parametrize("character", INVISIBLE_CHARACTERS, ids=ascii)
def test_invisible_characters_count_for_no_minimum_and_are_dropped_from_names(character: str) -> None:
    for adapter in FIELDS.values():
        for text in (character * 12, f"  {character * 40}  ", f"{character} {character}\u3000{character}"):
            with pytest.raises(ValidationError):
                adapter.validate_python(text)
    assert NAME.validate_python(f"{character}Tha{character}ndi {character} Nkosi{character}") == "Thandi Nkosi"
    assert FIELDS["place"].validate_python(f" Dur{character}ban {character}") == "Durban"
    assert FIELDS["title"].validate_python(f"{character}Fix a tap {character}") == "Fix a tap"


@pytest.mark.parametrize(
    "text",
    [
        "Fix a",
        "ab cd",
        "👩\u200d🔧👩\u200d🔧👩\u200d🔧👩\u200d🔧👩\u200d🔧",
        "éééé\u200bé",
        "x" * 200,
        " " * 300 + "x" * 200 + "\u200b" * 300,
    ],
)
def test_a_minimum_counts_what_is_seen_and_a_maximum_code_points_after_trimming(text: str) -> None:
    assert FIELDS["title"].validate_python(text) == trimmed(text)


@pytest.mark.parametrize(
    "text",
    [
        "a  b",
        "a\u3000\u3000\u3000b",
        "👩\u200d👩\u200d👧\u200d👦",
        "e\u0301\u0301\u0301\u0301",
        "\u0301" * 5,
        "abcd\u200b",
        "x" * 201,
        "x\u200b" * 101,
    ],
)
def test_a_title_that_is_too_short_to_see_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        FIELDS["title"].validate_python(text)
    assert refusal.value.errors()[0]["type"] in ("string_too_short", "string_too_long")


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=12) | st.text(alphabet=[*"ab \n\té\u0301\u3000", *INVISIBLE_CHARACTERS, "\x00", "\x1f", "\x85", *UNKNOWN], max_size=12))  # fmt: skip
def test_given_any_text_the_document_and_the_code_agree_but_for_sequences(field: str, text: str) -> None:
    # given a text without what no expression can tell: sequences that are one character, and controls at the ends
    # and characters that no pattern names
    if any(_is_refused_by_code_alone(sign) for sign in text) or (_CONTROLS.search(text) and text != text.strip()):
        return
    taken = True
    try:
        FIELDS[field].validate_python(text)
    except ValidationError:
        taken = False
    # then
    if taken and not DESCRIBED[field].is_valid(text):
        assert _INVISIBLE_OR_LONG.search(text) or visible_length(text) < len(text)
    if DESCRIBED[field].is_valid(text) and not taken:
        assert visible_length(text) < len(text), "only sequences are more than they look"


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _is_refused_by_code_alone(sign: str) -> bool:
    """Whether no pattern of the document names the character: it is unassigned, or for private use above U+FFFF."""
    category = unicodedata.category(sign)
    return (category == "Cn" and not "\ufdd0" <= sign <= "\ufdef") or (category == "Co" and sign > "\uffff")


_INVISIBLE_OR_LONG = re.compile(f"[{INVISIBLE}]|.{{50}}")


@pytest.mark.parametrize(
    "number",
    [
        "5000.0",
        "5e3",
        "5E3",
        "100.00000000000000001",
        "1e-400",
        "1e400",
        "9007199254740993",
        "-9007199254740993",
        "1" * 4000,
        '"5"',
        "true",
        "2.5",
        "-0.0",
    ],
)
def test_an_integer_is_written_without_fraction_and_exponent_and_read_exactly(number: str) -> None:
    for kind in (Whole, Count, Cents):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(read_json(number))


@pytest.mark.parametrize(
    ("number", "value"), [("0", 0), ("-0", 0), ("5000", 5000), ("9007199254740991", 9007199254740991)]
)
def test_a_whole_number_is_read_as_it_is_written(number: str, value: int) -> None:
    assert TypeAdapter(Count).validate_python(read_json(number)) == value


@pytest.mark.parametrize("text", ["1", "20", "50"])
def test_a_limit_is_digits(text: str) -> None:
    assert TypeAdapter(Limit).validate_python(text) == int(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "51",
        "1_0",
        "+1",
        "-1",
        " 1",
        "1 ",
        "01",
        "010",
        "1.0",
        "1e1",
        "0x10",
        "\u0661",
        "\uff11",
        "1\n",
        "ten",
        "\u00b2",
        "9" * 5000,
        "1,0",
        "null",
        "true",
    ],
)
def test_a_limit_in_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Limit).validate_python(text)
