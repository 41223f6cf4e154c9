"""Rendered notifications: complete catalogues in both languages, and formats of amounts and days."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.bids.model import Reason
from khaya.channels.segments import parts
from khaya.deliveries.links import with_link
from khaya.identities.model import ContactKind
from khaya.jobs.model import Party, PaymentMethod
from khaya.notifications.choices import LANGUAGES, Language
from khaya.notifications.kinds import KINDS
from khaya.notifications.messages import REASONS, catalogue, placeholders_in, render, render_outside
from khaya.notifications.model import CONFIGURABLE_KINDS, Recipient
from khaya.payout_accounts.model import Problem
from khaya.reports.model import Decision

LINK = "https://app.khaya.africa/deals/01KAJWZ8S2V6R4T0N3M5P7Q9XY"
LONG_LINK = f"https://{'long-name.' * 9}example.org/deals/01KAJWZ8S2V6R4T0N3M5P7Q9XY"

SMS_ALPHABET = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The SMS alphabet (GSM 03.38). A character outside it halves the length of a message."""

TRANSLATED_VALUES: dict[str, set[str]] = {
    "rejectionReason": set(get_args(Reason)),
    "payment": set(get_args(PaymentMethod)),
    "by": {*get_args(Party), "system", "agreement"},
    "side": {"referrer", "referred"},
    "decision": set(get_args(Decision)),
    "problem": set(get_args(Problem)),
    "contact": set(get_args(ContactKind)),
}
"""The possible values of each placeholder that the catalogue translates."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_templates_for_exactly_the_known_kinds(language: Language) -> None:
    assert set(catalogue(language).kinds) == set(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_has_exactly_the_placeholders_of_its_kind(language: Language, kind: str) -> None:
    message = catalogue(language).kinds[kind]
    assert placeholders_in(message.title) | placeholders_in(message.text) == KINDS[kind].placeholders
    for template in filter(None, (message, message.gathered)):
        assert template.title.strip() == template.title != ""
        assert template.text.strip() == template.text != ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_for_several_at_once_has_their_count_and_exists_in_both_languages(kind: str) -> None:
    english, zulu = (catalogue(language).kinds[kind].gathered for language in LANGUAGES)
    assert (english is None) == (zulu is None)
    for template in filter(None, (english, zulu)):
        assert KINDS[kind].gathered
        found = placeholders_in(template.title) | placeholders_in(template.text)
        assert "count" in found
        assert found <= KINDS[kind].placeholders | {"count"}


@pytest.mark.parametrize(
    ("count", "english", "zulu"),
    [
        (1, "New bid of R450", "Isiphakamiso esisha esingu-R450"),
        (2, "2 new bids", "Iziphakamiso ezintsha ezingu-2"),
        (137, "137 new bids", "Iziphakamiso ezintsha ezingu-137"),
    ],
)
def test_one_and_several_are_said_as_the_language_says_them(count: int, english: str, zulu: str) -> None:
    params = {"jobTitle": "Fix a leaking tap", "amountCents": 45_000}
    assert render("bidReceived", params, "en", count=count).title == english
    assert render("bidReceived", params, "zu", count=count).title == zulu


def test_a_kind_without_a_text_for_several_says_the_same_again() -> None:
    params = {"jobTitle": "Fix a leaking tap"}
    assert render("workSubmitted", params, "en", count=3) == render("workSubmitted", params, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [name for name, about in KINDS.items() if "jobTitle" in about.placeholders])
def test_outside_the_inbox_a_title_carries_no_link_and_no_number(kind: str, language: Language) -> None:
    params: dict[str, str | int] = {
        "jobTitle": "WIN at https://evil.example/x or wa.me/27821234567, 082 123 4567 now",
        "amountCents": 45_000,
        "agreedCents": 45_000,
        "dueAt": "2026-11-24T08:00:00.000Z",
        "expiresAt": "2026-11-24T08:00:00.000Z",
        "payment": "cash",
        "by": "buyer",
        "rejectionReason": "by_owner",
        "rating": 5,
        "timelineDays": 3,
        "reason": "Nobody answers.",
        "decisionReason": "Half a wall.",
        "workerPartCents": 45_000,
        "buyerPartCents": 45_000,
        "platformPartCents": 45_000,
    }
    for count in (1, 3):
        text = " ".join(render_outside(kind, params, language, count=count))
        assert "evil" not in text
        assert "wa.me" not in text
        assert "082" not in text
        assert "WIN at" in text
        assert "082 123 4567" in " ".join(render(kind, params, language, count=count))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_translates_every_value_of_a_placeholder(language: Language) -> None:
    words = catalogue(language).words
    assert {place: set(said) for place, said in words.items()} == TRANSLATED_VALUES
    assert set(words) <= set().union(*(about.placeholders for about in KINDS.values())), (
        "translations without a template"
    )


def test_no_text_is_the_same_in_both_languages() -> None:
    english, zulu = catalogue("en"), catalogue("zu")
    for kind, message in english.kinds.items():
        other = zulu.kinds[kind]
        assert message.title != other.title, kind
        assert message.text != other.text or message.text == "{text}", kind
    for place, said in english.words.items():
        assert not set(said.values()) & set(zulu.words[place].values()), place
    assert len(english.months) == len(zulu.months) == 12


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_message_has_two_parts_at_most_whatever_it_says_and_no_link_adds_one(
    kind: str, language: Language
) -> None:
    words = catalogue(language)
    params: dict[str, str | int] = {}
    for name in KINDS[kind].placeholders:
        if name.endswith("Title"):
            params[name] = "Wwwwwwww " * 20
        elif name.endswith("Cents"):
            params[name] = -123_456_789
        elif name.endswith("At"):
            params[name] = "2026-09-22T08:00:00.000Z"
        elif name in words.words:
            params[name] = max(words.words[name], key=lambda value: len(words.words[name][value]))
        elif name == "text":
            params[name] = "word " * 40
        else:
            params[name] = "Because of what the photos show. " * 60 if name in REASONS else 365
    for count in (1, 137):
        text = f"Khaya: {render_outside(kind, params, language, count=count).text}"
        assert parts(text) <= 2
        for link in (LINK, LONG_LINK):
            assert parts(with_link(text, link, "sms")) == parts(text)
            assert with_link(text, link, "whatsapp").endswith(link)


def test_a_text_message_takes_a_link_for_which_it_has_room() -> None:
    assert with_link("Khaya: your bid was accepted.", LINK, "sms") == f"Khaya: your bid was accepted. {LINK}"
    full = "Khaya: " + "a" * 150
    assert with_link(full, LINK, "sms") == full


@pytest.mark.parametrize("kind", [name for name, about in KINDS.items() if about.chosen_with])
def test_a_kind_whose_channels_are_chosen_with_another_uses_what_was_chosen_for_that(kind: str) -> None:
    other = KINDS[kind].chosen_with
    assert kind not in CONFIGURABLE_KINDS
    assert other in CONFIGURABLE_KINDS
    chosen = Recipient(user_id="person", channels={other: ("sms",)})
    assert chosen.channels_for(kind) == ("sms",)
    assert Recipient(user_id="person").channels_for(kind) == KINDS[other].channels
    assert KINDS[kind].urgent == KINDS[other].urgent


def test_outside_the_inbox_only_the_beginning_of_a_reason_is_sent() -> None:
    params = {"jobTitle": "Fix a leaking tap", "reason": "Nobody answers. " * 20}
    assert len(render("jobClosedAsDone", params, "en").text) > 300
    outside = render_outside("jobClosedAsDone", params, "en").text
    assert outside.endswith("...")
    assert "Nobody answers." in outside


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_use_only_the_sms_alphabet(language: Language) -> None:
    words = catalogue(language)
    texts = [part for message in words.kinds.values() for part in (message.title, message.text)]
    texts += [said for place in words.words.values() for said in place.values()]
    texts += [*words.months, words.thousands, words.decimal]
    for text in texts:
        assert set(text) - {"{", "}"} <= SMS_ALPHABET, text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (5_000, "R50"),
        (5_005, "R50.05"),
        (123_450, "R1 234.50"),
        (100_000_000, "R1 000 000"),
        (0, "R0"),
        (-123_456, "-R1 234.56"),
    ],
)
def test_amounts_are_formatted_as_in_south_africa(language: Language, cents: int, written: str) -> None:
    assert catalogue(language).amount(cents) == written


@pytest.mark.parametrize(
    ("at", "english", "zulu"),
    [
        ("2026-12-05T08:00:00.000Z", "5 December 2026", "5 Disemba 2026"),
        ("2026-12-31T21:59:59.999Z", "31 December 2026", "31 Disemba 2026"),
        ("2026-12-31T22:00:00.000Z", "1 January 2027", "1 Januwari 2027"),
        ("2026-07-01T22:00:00.000Z", "2 July 2026", "2 Julayi 2026"),
    ],
)
def test_days_are_those_of_south_africa_all_year(at: str, english: str, zulu: str) -> None:
    assert (catalogue("en").day(at), catalogue("zu").day(at)) == (english, zulu)


def test_a_notice_reads_well_in_both_languages() -> None:
    # given a bid that was accepted
    params: dict[str, str | int] = {
        "jobTitle": "Fix a leaking tap",
        "agreedCents": 123_450,
        "dueAt": "2026-11-24T22:30:00.000Z",
        "payment": "escrow",
    }
    # when its notification is rendered
    english, zulu = render("bidAccepted", params, "en"), render("bidAccepted", params, "zu")
    # then it is in the language
    assert english.title == "Your bid was accepted"
    assert english.text == (
        'You have the job "Fix a leaking tap" for R1 234.50, to be done by 25 November 2026. '
        "The buyer pays through Khaya. Start only once the deposit has been paid."
    )
    assert zulu.title == "Isiphakamiso sakho samukelwe"
    assert zulu.text == (
        'Uwutholile umsebenzi othi "Fix a leaking tap" ngo-R1 234.50. '
        "Kumele uwuqede ngomhla ka-25 Novemba 2026 noma ngaphambi kwawo. "
        "Umthengi ukhokha nge-Khaya. Qala kuphela uma idiphozithi isikhokhiwe."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@given(title=st.text(min_size=1, max_size=200))
def test_text_that_people_wrote_is_not_altered(language: Language, title: str) -> None:
    assert f'"{title}"' in render("jobStarted", {"jobTitle": title}, language).text
    assert render("reminder", {"text": title}, language).text.endswith(f": {title}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("title", ["{jobTitle}", "{0}", "{", "100% {amountCents!r:>9}", "{by}"])
def test_braces_in_a_title_are_not_placeholders(language: Language, title: str) -> None:
    rendered = render("jobCancelled", {"jobTitle": title, "by": "buyer"}, language).text
    assert f'"{title}"' in rendered


def test_a_missing_or_unknown_parameter_is_refused() -> None:
    with pytest.raises(KeyError):
        render("bidReceived", {"jobTitle": "Fix a leaking tap"}, "en")
    with pytest.raises(KeyError):
        render("jobCancelled", {"jobTitle": "Fix a leaking tap", "by": "nobody"}, "en")


def test_security_notices_are_urgent_and_use_every_channel() -> None:
    for kind in ("accountSuspended", "accountReinstated", "passwordChanged", "payoutAccountChanged"):
        about = KINDS[kind]
        assert about.urgent
        assert not about.limited
        assert not about.configurable
        assert set(about.channels) == {"whatsapp", "sms", "email", "push"}
