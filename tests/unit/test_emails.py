"""E-mail addresses: one form, and nothing that no server would deliver to."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.emails import PATTERN, normal_email
from tests.support.invisible import INVISIBLE_CHARACTERS

VALID = [
    ("thandi@example.org", "thandi@example.org"),
    ("Thandi.Nkosi+khaya@Example.CO.ZA", "thandi.nkosi+khaya@example.co.za"),
    ("  thandi@example.org\n", "thandi@example.org"),
    ("a@b.co", "a@b.co"),
    ("a-b_c@d-e.co.za", "a-b_c@d-e.co.za"),
    ("1@2.co", "1@2.co"),
    ("!#$%&'*+/=?^_`{|}~-@example.org", "!#$%&'*+/=?^_`{|}~-@example.org"),
    ("-a-@example.org", "-a-@example.org"),
    ("_@example.org", "_@example.org"),
    ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ("x@" + "y" * 63 + ".org", "x@" + "y" * 63 + ".org"),
    ("x@a.b.c.d.e.museum", "x@a.b.c.d.e.museum"),
    ("x@1and1.com", "x@1and1.com"),
]
INTERNATIONAL = [
    ("a@bücher.example", "a@xn--bcher-kva.example"),
    ("A@BÜCHER.example", "a@xn--bcher-kva.example"),
    ("a@bu\u0308cher.example", "a@xn--bcher-kva.example"),
    ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
    ("a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example"),
    ("a@straße.de", "a@xn--strae-oqa.de"),
    ("a@例え.jp", "a@xn--r8jz45g.jp"),
    ("a@例え。jp", "a@xn--r8jz45g.jp"),
    ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
    ("a@ｅｘａｍｐｌｅ.org", "a@example.org"),
]
INVALID = [
    "", "@", "a", "a@", "@b.co", "thandi", "thandi@localhost", "a@b", "a..b@c.co.za", ".a@b.co", "a.@b.co", "a@-b.co.za", "a@b-.co.za", "a@b_c.co.za",
    "a@b..co", "a@.b.co", "a@b.co.", "a@b.co..", "a@b.c", "a@b.123", "a@1.2.3.4", "a@[1.2.3.4]", "a@[IPv6:::1]", "a@127.0.0.1", "a@::1", '"a"@b.co', '"a b"@b.co', "a b@c.co",
    "a@b c.co", "a@b@c.co", "a@@b.co", "a@b.co,c@d.co", "a@b.co;c@d.co", "<a@b.co>", "A <a@b.co>", "mailto:a@b.co", "a(comment)@b.co", "a@(x)b.co", "a\\@b.co", "a:b@c.co", "a,b@c.co",
    "a[b]@c.co", "a\n@b.co", "a@b\n.co", "a@b.co\nc", "a@b.co\x00", "\x00a@b.co", "a\x00@b.co", "a\x7f@b.co", "a\t@b.co", "tħandi@example.org", "é@example.org", "ａ@example.org", "a＠b.co",
    "x" * 65 + "@b.co", "a@" + "x" * 64 + ".co", "a@" + ".".join(["x" * 60] * 5) + ".co", "a@b.c_o", "a@b.c-", "a@b.-co", "a@b!.co", "a@b$.co", "a@b/c.co", "a@b.co/c", "a@b.co?x=1", "a@b.co:25", "a@xn--.co",
    "a@xn--a.co", "a@xn--0.co", "a@ab--cd.co", "a@\u0301b.co", "a@b\u202ec.co", "a@ex\u2044ample.org", "a@☃\ufe0f.example", "a@b.co\ud800", "a@\ud800.co", "a@é" + "é" * 80 + ".co", "a@xn--example.org", "K@\u2126\u2126\x85.org", "a@" + "." * 300 + "co",
]  # fmt: skip


@pytest.mark.parametrize(("written", "canonical"), VALID + INTERNATIONAL)
def test_an_address_has_one_form(written: str, canonical: str) -> None:
    assert normal_email(written) == canonical
    assert normal_email(canonical) == canonical


@pytest.mark.parametrize("written", INVALID, ids=ascii)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="must be an e-mail address"):
        normal_email(written)


@pytest.mark.parametrize("character", INVISIBLE_CHARACTERS, ids=ascii)
@pytest.mark.parametrize("form", ["{}a@example.org", "a{}@example.org", "a@{}example.org", "a@exa{}mple.org", "a@example.o{}rg", "a@example.org{}", "a@b{}ü.org"])  # fmt: skip
def test_an_invisible_character_anywhere_is_refused(form: str, character: str) -> None:
    with pytest.raises(ValueError, match="must be an e-mail address"):
        normal_email(form.format(character))


def test_the_whole_address_may_have_254_characters() -> None:
    domain = ".".join(["x" * 62] * 3) + ".co"
    longest = "a" * (254 - 1 - len(domain)) + "@" + domain
    assert len(longest) == 254
    assert normal_email(longest) == longest
    with pytest.raises(ValueError, match="must be"):
        normal_email("a" + longest)


@given(st.emails())
def test_given_any_address_its_form_is_its_own_and_needs_no_case(written: str) -> None:
    try:
        canonical = normal_email(written)
    except ValueError:
        return
    assert normal_email(canonical) == normal_email(written.upper()) == canonical


@given(st.text(max_size=40) | st.from_regex(r"[^@]{1,5}@[^@]{1,5}\.[a-z]{2}", fullmatch=True))
def test_given_any_text_it_is_refused_or_has_one_form(text: str) -> None:
    try:
        canonical = normal_email(text)
    except ValueError:
        return
    assert canonical.isascii()
    assert normal_email(canonical) == canonical


@given(st.from_regex(PATTERN, fullmatch=True).filter(lambda text: len(text) <= 254 and text.index("@") <= 64))
def test_given_a_text_that_the_document_describes_it_is_accepted(text: str) -> None:
    assert normal_email(text)


@pytest.mark.parametrize("written", [written for written, _ in VALID])
def test_the_document_describes_ascii_addresses(written: str) -> None:
    assert re.search(PATTERN, written)


@pytest.mark.parametrize("written", [text for text in INVALID if len(text) < 200], ids=ascii)
def test_the_document_refuses_what_the_code_refuses(written: str) -> None:
    assert not re.search(PATTERN, written)
