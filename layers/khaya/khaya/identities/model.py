"""What belongs to one person at most: the account in Cognito, the phone, the e-mail, and the identity number."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["subject", "phone", "email", "identity"]
ContactKind = Literal["phone", "email"]


@dataclass(frozen=True)
class Identity:
    """A key of one person.

    Attributes:
        value: Cognito's `sub`, a phone in E.164, an e-mail in its normal form, or a keyed hash of an identity number.
    """

    kind: Kind
    value: str
