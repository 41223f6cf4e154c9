"""The texts of messages with a code, in the languages that people choose from. They use the SMS alphabet only."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from khaya.channels.segments import parts
from khaya.notifications.choices import Language
from khaya.sign_in.model import CODE_SECONDS

_MINUTES: Final = CODE_SECONDS // 60

_TEXTS: Final[dict[Language, str]] = {
    "en": "{code} is your Khaya code. It works for {minutes} minutes. Give it to nobody: Khaya never asks for it.",
    "zu": "{code} yikhodi yakho ye-Khaya. Isebenza imizuzu engu-{minutes}. Ungayiniki muntu: i-Khaya ayiyiceli.",
}
_SUBJECTS: Final[dict[Language, str]] = {"en": "Your Khaya code", "zu": "Ikhodi yakho ye-Khaya"}


def code_text(code: str, language: Language) -> str:
    """The message with a code."""
    return _TEXTS[language].format(code=code, minutes=_MINUTES)


def code_subject(language: Language) -> str:
    """The subject of an e-mail with a code."""
    return _SUBJECTS[language]


def text_message(code: str, language: Language, app_url: str) -> str:
    """The text message with a code. Its last line lets a browser enter the code in the app (WebOTP).

    The line is left out where the host is so long that the message would have two parts.
    """
    text = code_text(code, language)
    bound = f"{text}\n\n@{urlsplit(app_url).hostname} #{code}"
    return bound if parts(bound) == 1 else text
