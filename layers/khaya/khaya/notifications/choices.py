"""The channels and languages that people choose from."""

from __future__ import annotations

from typing import Final, Literal

Channel = Literal["whatsapp", "sms", "email", "push"]
CHANNELS: Final[tuple[Channel, ...]] = ("whatsapp", "sms", "email", "push")
"""All channels besides the inbox, which holds every notification."""

Language = Literal["en", "zu"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zu")
