"""The keys by which a person is found: the account in Cognito, the phone and the e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["subject", "phone", "email"]


@dataclass(frozen=True)
class Identity:
    """A key of one person: Cognito's `sub` (`subject`), a phone in E.164, or an e-mail in its normal form."""

    kind: Kind
    value: str
