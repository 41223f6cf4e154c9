"""A challenge: somebody was sent a one-time code and may answer it. What may be asked, and what an answer is worth."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from khaya.platform.base import clock
from khaya.platform.base.errors import Unauthenticated
from khaya.platform.base.fields import Line
from khaya.platform.base.models import Model, RequestModel
from khaya.profiles.model import DisplayName
from khaya.users.model import normal_phone

Channel = Literal["sms", "whatsapp", "email"]
Kind = Literal["phone", "email"]
Purpose = Literal["signIn", "signUp", "contact"]

CODE_DIGITS = 6
CODE_SECONDS = 600
"""How long a code may be answered."""
ATTEMPTS = 3
"""How often a code may be tried."""
SENDS = 3
"""How many codes one phone or e-mail may ask for in `SEND_SECONDS`."""
SEND_SECONDS = 600
CLAIM_SECONDS = 25
"""How long a right answer holds off others while it is turned into tokens; longer than the function may run."""

_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\\\]]+@[^\s@.]+(\.[^\s@.]+)+")


def normal_email(text: str) -> str:
    """An e-mail address in small letters, as Cognito compares them.

    Raises:
        ValueError: it is none.
    """
    if not text.isascii() or not _EMAIL.fullmatch(text):
        raise ValueError("must be an e-mail address such as thandi@example.org")
    return text.lower()


def normal_username(text: str) -> str:
    """A phone number or an e-mail address.

    Raises:
        ValueError: it is neither.
    """
    return normal_email(text) if "@" in text else normal_phone(text)


Phone = Annotated[
    Line,
    Field(max_length=32, description="South African as 082 123 4567, any as +27821234567."),
    AfterValidator(normal_phone),
]
Email = Annotated[Line, Field(max_length=254), AfterValidator(normal_email)]
Username = Annotated[Line, Field(max_length=254), AfterValidator(normal_username)]
Password = Annotated[str, Field(min_length=10, max_length=256, pattern=r"^\S+$", description="Without blanks.")]
ChallengeId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{32}$")]
Code = Annotated[str, Field(pattern=rf"^[0-9]{{{CODE_DIGITS}}}$")]


@dataclass(frozen=True)
class Identity:
    """What a person is known by."""

    kind: Kind
    value: str

    @classmethod
    def of(cls, username: str) -> Identity:
        """The identity that a normal username is."""
        return cls("email" if "@" in username else "phone", username)

    @property
    def channel(self) -> Channel:
        """The channel that is used where none is named."""
        return "email" if self.kind == "email" else "sms"


class SignUp(RequestModel):
    """What a newcomer tells."""

    phone: Phone
    email: Email | None = None
    display_name: DisplayName
    password: Password | None = None
    channel: Channel | None = None

    @model_validator(mode="after")
    def _has_where_to_send(self) -> SignUp:
        if self.channel == "email" and self.email is None:
            raise ValueError("email is needed where the code is to go there")
        return self

    @property
    def proves(self) -> Identity:
        """What the code proves: the e-mail if it goes there, else the phone."""
        if self.channel == "email" and self.email is not None:
            return Identity("email", self.email)
        return Identity("phone", self.phone)


class CodeRequest(RequestModel):
    """Whom a code is wanted for."""

    username: Annotated[Username, Field(description="A phone number or an e-mail address.")]
    channel: Channel | None = None


class ContactChange(RequestModel):
    """A new phone or a new e-mail."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _names_one(self) -> ContactChange:
        if (self.phone is None) == (self.email is None):
            raise ValueError("send either a phone or an e-mail")
        return self

    @property
    def proves(self) -> Identity:
        """What the code is to prove."""
        return Identity("phone", self.phone) if self.phone else Identity("email", self.email or "")


class CodeAnswer(RequestModel):
    """The answer to a challenge."""

    challenge: ChallengeId
    code: Code


_SHAPES = (("challenge", "code"), ("username", "password"), ("refreshToken",))


class TokenRequest(RequestModel):
    """What tokens are asked for with: a code, a password or a refresh token, exactly one of the three."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [*shape], "maxProperties": len(shape)} for shape in _SHAPES]}
    )

    challenge: ChallengeId | None = None
    code: Code | None = None
    username: Username | None = None
    password: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    refresh_token: Annotated[str, Field(min_length=1, max_length=8192)] | None = None

    @model_validator(mode="after")
    def _is_one_of_three(self) -> TokenRequest:
        sent = {to_camel(name) for name in self.model_fields_set if getattr(self, name) is not None}
        if len(sent) != len(self.model_fields_set) or sent not in [{*shape} for shape in _SHAPES]:
            raise ValueError("send either challenge and code, or username and password, or refreshToken")
        return self


class Challenge(Model):
    """A code that was asked for. Nobody is told whether it was ever sent."""

    id: str
    purpose: Purpose
    identity: str
    """The phone or e-mail that was named."""
    channel: Channel
    requested_at: str
    expires_at: int
    """Seconds since 1970; also when DynamoDB may remove the record."""
    attempts: int = 0

    code_hash: str | None = None
    destination: str | None = None
    """Where the code went: what a right answer proves."""
    user_id: str | None = None
    """Whose the account is: of `signIn` known when the code is sent, of `contact` from the start."""
    sent_at: str | None = None
    claimed_until: int | None = None
    answered_at: str | None = None

    display_name: str | None = None
    sealed_password: str | None = None
    session_id: str | None = None

    @property
    def known_by(self) -> Identity:
        """The identity that was named."""
        return Identity.of(self.identity)

    @property
    def proves(self) -> Identity:
        """What a right answer proves.

        Raises:
            Unauthenticated: nothing, since nothing was sent.
        """
        if self.destination is None:
            raise wrong_code()
        return Identity.of(self.destination)

    def is_over(self, now: str) -> bool:
        """Whether it can no longer be answered."""
        return self.answered_at is not None or self.expires_at <= clock.epoch(now)


def challenged(purpose: Purpose, identity: Identity, channel: Channel | None, now: str, **about: Any) -> Challenge:
    """A new challenge; `about` holds the fields that its purpose has."""
    return Challenge(
        id=secrets.token_urlsafe(24),
        purpose=purpose,
        identity=identity.value,
        channel=channel or identity.channel,
        requested_at=now,
        expires_at=clock.epoch(now) + CODE_SECONDS,
        **about,
    )


def new_code() -> str:
    """A code that nobody can foresee."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def wrong_code() -> Unauthenticated:
    """The one answer to every code that does not do, whatever is wrong with it."""
    return Unauthenticated("The code is wrong, was used, or is no longer good. Please ask for a new one.")
