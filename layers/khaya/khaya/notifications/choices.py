"""What people choose between: the ways by which they are told of things, and the language."""

from __future__ import annotations

from typing import Final, Literal

Channel = Literal["whatsapp", "sms", "email", "push"]
CHANNELS: Final[tuple[Channel, ...]] = ("whatsapp", "sms", "email", "push")
"""Every way by which a notification leaves the house. All of them also stand in the inbox."""

Language = Literal["en", "zu"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zu")
