"""Unicode text: invisible characters, visible length, the form for comparison, and search words.

Sources: Unicode property Default_Ignorable_Code_Point (DerivedCoreProperties.txt), grapheme clusters (UAX #29), emoji
sequences (UTS #51), joiners in scripts (RFC 5892, appendix A).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

BLANK: Final = r"\t\n\x0b\x0c\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""White space, as part of a character class: `\\s` of ECMA-262 without the byte order mark."""

_BIDI: Final = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_OTHER_INVISIBLE: Final = (
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufff8\U00013430-\U00013442\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
INVISIBLE: Final = _BIDI + _OTHER_INVISIBLE
"""Characters that show nothing, as part of a character class.

Default_Ignorable_Code_Point, and the characters that are drawn as an empty space: the Braille pattern blank, the
fillers of Hangul, Khitan and musical notes, the controls and blanks of Egyptian hieroglyphs.
"""

# Expressions are compiled when a text beyond ASCII first needs them, which keeps 4 ms out of a cold start.
_INVISIBLE: Final = f"[{INVISIBLE}]"
_ENDS: Final = f"^[{BLANK}{INVISIBLE}]+|[{BLANK}{INVISIBLE}]+$"
_BLANKS: Final = f"[{BLANK}]+"

_EMOJI: Final = (
    r"\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u21aa\u2300-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    r"\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
)
"""Extended_Pictographic without the skin tones, in ranges that also hold a few neighbouring signs."""
_FUTURE_EMOJI: Final = r"[\U0001f000-\U0001faff\U0001fc00-\U0001fffd]"
"""Where Unicode reserves code points for emoji that telephones may show before this Python knows them."""
_SKIN_TONES: Final = r"\U0001f3fb-\U0001f3ff"
_IDEOGRAPHS: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"

_PICTURE: Final = rf"[{_EMOJI}][{_SKIN_TONES}]?[\ufe0e\ufe0f]?\u20e3?"
_KEPT: Final = (
    rf"\U0001f3f4\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
    rf"|\U000e0077\U000e006c\U000e0073)\U000e007f"  # the flags of England, Scotland and Wales
    rf"|{_PICTURE}(?:\u200d{_PICTURE})*"
    r"|[0-9#*]\ufe0f?\u20e3"  # keycaps
    rf"|[{_IDEOGRAPHS}][\ufe00-\ufe02\U000e0100-\U000e01ef]?"
    r"|[\u1820-\u18aa][\u180b-\u180d\u180f]?(?:\u180e(?=[\u1820\u1821]))?"
)
"""Sequences whose invisible characters change what is shown: emoji, keycaps, forms of ideographs and of Mongolian."""

_DIACRITICS: Final = (
    r"[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    r"\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
"""Combining marks that belong to no script of their own, and the points of Hebrew and Arabic, which few people write.

Those of Indic scripts are vowels and stay.
"""
_OTHER_LATIN: Final = {"\u0131": "i", "ð": "d", "æ": "ae", "œ": "oe"}
_LATIN_WITH: Final = r"LATIN SMALL LETTER ([A-Z]{1,2}) WITH "
"""The name of a letter whose diacritic is part of it, such as ø or ɓ, so that Unicode does not decompose it."""

_EMOJI_FORM: Final = rf"[{_EMOJI}]\ufe0f|[0-9#*]\ufe0f?\u20e3"
_LEAD, _VOWEL, _TAIL = r"\u1100-\u115f\ua960-\ua97c", r"\u1160-\u11a7\ud7b0-\ud7c6", r"\u11a8-\u11ff\ud7cb-\ud7fb"
_SYLLABLE: Final = r"\uac00-\ud7a3"
_OPEN_SYLLABLE: Final = "".join(map(chr, range(0xAC00, 0xD7A4, 28)))
_HANGUL_PAIR: Final = (
    rf"[{_LEAD}][{_LEAD}{_VOWEL}{_SYLLABLE}]|[{_VOWEL}{_SYLLABLE}{_TAIL}][{_TAIL}]|[{_VOWEL}{_OPEN_SYLLABLE}][{_VOWEL}]"
)
_PREPENDED: Final = (
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd\U000111c2\U000111c3"
    "\U0001193f\U00011941\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46\U00011f02"
)
"""Signs that begin the grapheme cluster of the character after them, such as those above Arabic numbers."""
_CONJUNCT_LINKERS: Final = "\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d"

_LONGEST_WORD: Final = 64
"""Characters of a word that are compared; DynamoDB limits the length of a key."""
LONGEST_COMPARABLE: Final = 200
"""Characters of a comparable form; compatibility decomposition can make a text longer, and keys have a limit."""


def trimmed(text: str) -> str:
    """`text` without white space and invisible characters at its ends; a sequence such as an emoji stays whole."""
    if text.isascii():
        return text.strip("\t\n\x0b\x0c\r ")
    start = re.match(_ENDS, text)
    text = text[start.end() :] if start else text
    end = len(text)
    while end and re.match(_ENDS, text[end - 1]):
        end -= 1
    return text[:end] + (_kept_tail(text, end) if end < len(text) else "")


def without_invisible(text: str) -> str:
    """`text` without characters that show nothing, in Unicode form NFC.

    Kept are those that change what is shown: inside an emoji, after an ideograph, and joiners where their script needs
    them. Combining marks without a base character are dropped too.
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    if re.search(_INVISIBLE, text):
        text = _drop_invisible(text)
    return unicodedata.normalize("NFC", _drop_lone_marks(text))


def has_unknown(text: str) -> bool:
    """Whether a character of `text` stands for nothing: unassigned, a noncharacter, a surrogate or for private use.

    Reserved code points for emoji do not count.
    """
    return not text.isascii() and any(map(_is_unknown, text))


def visible_length(text: str) -> int:
    """Number of characters that a reader sees: grapheme clusters with a visible base.

    White space between two of them counts as one character, however long; white space at the ends counts nothing.
    """
    text = re.sub(_BLANKS, " ", trimmed(without_invisible(text)))
    if text.isascii():
        return len(text)
    length, before, in_flag = 0, "", False
    for character in text:
        in_flag = "\U0001f1e6" <= character <= "\U0001f1ff" and not in_flag
        second_of_flag = not in_flag and "\U0001f1e6" <= character <= "\U0001f1ff"
        length += not (second_of_flag or _extends(character, before))
        before = character
    return length


def excerpt(text: str, limit: int) -> str:
    """The beginning of `text` on one line: at most `limit` characters, cut between words with an ellipsis.

    A word that is longer than half of the limit is cut too, but not inside a character that a reader sees.
    """
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    end = limit - 1
    blank = flat.rfind(" ", 0, end + 1)
    if blank >= limit // 2:
        end = blank
    else:
        while end > 1 and _extends(flat[end], flat[end - 1]):
            end -= 1
    return f"{flat[:end].rstrip()}\u2026"


def comparable(text: str) -> str:
    """The form in which places, names and trades are compared.

    Without case, diacritics, invisible and unknown characters and outer white space; inner white space is one blank;
    compatibility forms such as full-width letters are their plain ones. At most `LONGEST_COMPARABLE` characters.
    """
    return " ".join(_folded(text).split())[:LONGEST_COMPARABLE].rstrip()


def words(text: str) -> list[str]:
    """The different words in `text` in their order: letters and digits of any script, in comparable form.

    Punctuation, signs and emoji separate words. Invisible characters are dropped.
    """
    folded = _folded("".join(_sign_to_blank(character) for character in re.sub(_EMOJI_FORM, _emoji_to_blank, text)))
    parted = "".join(character if unicodedata.category(character)[0] in "LNM" else " " for character in folded)
    if not parted.isascii():
        parted = _drop_lone_marks(parted)  # those that stood on punctuation
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in parted.split()))


def index_words(text: str) -> list[str]:
    """The words by which a title is found: `words`, and those that an invisible character separates."""
    return list(dict.fromkeys([*words(text), *words(re.sub(_INVISIBLE, " ", text))]))


def _drop_invisible(text: str) -> str:
    parts, end = [], 0
    for kept in re.finditer(_KEPT, text):
        parts += [_drop_outside_sequences(text[end : kept.start()], text, end), kept[0]]
        end = kept.end()
    return "".join([*parts, _drop_outside_sequences(text[end:], text, end)])


def _drop_outside_sequences(part: str, text: str, offset: int) -> str:
    return re.sub(_INVISIBLE, lambda found: found[0] if _joins(text, offset + found.start()) else "", part)


def _joins(text: str, position: int) -> bool:
    """Whether the character is a joiner that its script needs, by RFC 5892: after a virama, or in Arabic letters."""
    if text[position] not in "\u200c\u200d" or position + 1 == len(text) or position == 0:
        return False
    from idna import valid_contextj  # noqa: PLC0415 - its tables take 10 ms to load, and joiners are rare

    near = text[max(0, position - 16) : position + 17]
    try:
        return valid_contextj(near, min(position, 16)) and unicodedata.category(text[position + 1])[0] in "LM"
    except ValueError:  # an unassigned character
        return False


def _drop_lone_marks(text: str) -> str:
    """`text` without combining marks that have no base: at the start, after white space or a control character."""
    kept = []
    has_base = False
    for character in text:
        category = unicodedata.category(character)
        if category[0] == "M" and not has_base:
            continue
        has_base = category[0] not in "ZC" or category == "Cf"
        kept.append(character)
    return "".join(kept)


def _kept_tail(text: str, end: int) -> str:
    """The invisible end of a sequence that begins before `end`."""
    for kept in re.compile(_KEPT).finditer(text, max(0, end - 64)):
        if kept.start() < end < kept.end():
            return kept[0][end - kept.start() :]
    return ""


def _extends(character: str, before: str) -> bool:
    """Whether `character` belongs to the grapheme cluster of the character before it (UAX #29, GB6 to GB9c, GB11)."""
    if before in ("", " "):
        return False
    category = unicodedata.category(character)
    return (
        category[0] == "M"
        or re.match(_INVISIBLE, character) is not None
        or (before == "\u200d" and category[0] == "S")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or character in "\u0e33\u0eb3\uff9e\uff9f"
        or re.match(_HANGUL_PAIR, before + character) is not None
        or before in _PREPENDED
        or (before in _CONJUNCT_LINKERS and category == "Lo" and ord(character) // 128 == ord(before) // 128)
    )


def _is_unknown(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Co", "Cs") or (category == "Cn" and re.match(_FUTURE_EMOJI, character) is None)


def _folded(text: str) -> str:
    if text.isascii():
        return text.casefold()
    known = "".join(character for character in text if not _is_unknown(character))
    text = _drop_lone_marks(re.sub(_INVISIBLE, "", known))
    text = re.sub(_DIACRITICS, "", unicodedata.normalize("NFKD", text)).casefold()
    text = re.sub(_DIACRITICS, "", unicodedata.normalize("NFKD", "".join(map(_plain_letter, text))))
    # A decomposition may leave a mark without a base, as of the Thai vowel sara am or of a mark that stands on a blank.
    return unicodedata.normalize("NFC", _drop_lone_marks(re.sub(_INVISIBLE, "", text)))


def _plain_letter(character: str) -> str:
    """A small Latin letter without the stroke, hook or tail that is part of it."""
    if character.isascii():
        return character
    named = re.match(_LATIN_WITH, unicodedata.name(character, ""))
    return named[1].lower() if named else _OTHER_LATIN.get(character, character)


def _emoji_to_blank(found: re.Match[str]) -> str:
    return f" {found[0][0]} " if found[0][0] in "0123456789" else " "


def _sign_to_blank(character: str) -> str:
    sign = unicodedata.category(character) in ("So", "Me") and not re.match(_INVISIBLE, character)
    return " " if sign else character
