"""The rules of passwords: one Unicode form (RFC 8265, OpaqueString), length, and none that is easy to guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from khaya.platform.base.errors import FieldError, FieldProblem, Invalid
from khaya.platform.base.phones import normal_phone

MIN_LENGTH = 10
MAX_LENGTH = 128
MAX_RAW_LENGTH = 512
"""The most characters of a password as it is sent, with blanks at its ends and before normalisation."""

_COMMON = Path(__file__).with_name("common_passwords.txt")
_NOT_WORD = re.compile(r"[\W_]+")


def normal_password(text: str) -> str:
    """The password in the form in which it is stored and compared: NFC, every blank as U+0020, none at the ends."""
    blanks = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in text)
    return unicodedata.normalize("NFC", blanks).strip(" ")


def new_password(text: str) -> str:
    """A new password in its normal form.

    Raises:
        FieldError: it is too short, too long, common, or contains control characters.
    """
    password = normal_password(text)
    if len(password) < MIN_LENGTH:
        raise FieldError(f"must have at least {MIN_LENGTH} characters", "too_short", min=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise FieldError(f"must have at most {MAX_LENGTH} characters", "too_long", max=MAX_LENGTH)
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Cn") for sign in password):
        raise FieldError("must have no control characters", "control_characters")
    if _folded(password) in _common() or len(set(_folded(password) or password)) <= 2:
        raise FieldError("is one of the most common passwords", "common_password")
    return password


def check_not_own(
    password: str, *, names: Iterable[str | None], phones: Iterable[str | None], emails: Iterable[str | None]
) -> None:
    """Check that a password is not the person's name, phone (however written) or e-mail (or its local part).

    Raises:
        Invalid: it is.
    """
    words = [name for name in names if name]
    for email in emails:
        words += [email, email.partition("@")[0]] if email else []
    own = {_folded(word) for word in words}
    if (_folded(password) or password) in own or _phone(password) in {phone for phone in phones if phone}:
        message = "must not be your name, phone or e-mail"
        raise Invalid([FieldProblem("password", message, "personal_password")])


def _phone(password: str) -> str | None:
    try:
        return normal_phone(password)
    except ValueError:
        return None


def _folded(text: str) -> str:
    """Letters and digits only, without case."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """The common passwords, read when the first new password is checked."""
    return frozenset(_folded(line) for line in _COMMON.read_text(encoding="utf-8").splitlines() if line)
