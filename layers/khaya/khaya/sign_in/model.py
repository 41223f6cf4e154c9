"""Challenges, which are answered with one-time codes, and the requests of the sign-in routes."""

import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from khaya.identities.model import ContactKind, Identity
from khaya.notifications.choices import Language
from khaya.platform.base import clock
from khaya.platform.base.emails import SCHEMA as EMAIL_SCHEMA
from khaya.platform.base.emails import Email, normal_email
from khaya.platform.base.errors import FieldError, Unauthenticated
from khaya.platform.base.models import Model, RequestModel, check_only_one_of, only_one_of
from khaya.platform.base.phones import SCHEMA as PHONE_SCHEMA
from khaya.platform.base.phones import Phone, normal_phone
from khaya.profiles.model import DisplayName
from khaya.sign_in.passwords import MAX_RAW_LENGTH, MIN_LENGTH, new_password, normal_password

Channel = Literal["sms", "whatsapp", "email"]
Spoken = Annotated[Language, Field(description="The language of the message; English by default.")]
Purpose = Literal["signIn", "signUp", "contact"]

CODE_DIGITS = 6
CODE_SECONDS = 600
"""Seconds for which a code is valid."""
ATTEMPTS = 3
"""Attempts to answer a challenge."""
SENDS = 3
"""Codes that may be requested for one phone or e-mail in `SEND_SECONDS`."""
SEND_SECONDS = 600
CLAIM_SECONDS = 25
"""Seconds for which a correct answer blocks others while tokens are issued; longer than the function's timeout."""


def normal_username(text: str) -> str:
    """A phone number or an e-mail address in its normal form.

    Raises:
        ValueError: it is neither.
    """
    return normal_email(text) if "@" in text else normal_phone(text)


Username = Annotated[str, AfterValidator(normal_username), WithJsonSchema({"anyOf": [PHONE_SCHEMA, EMAIL_SCHEMA]})]
Password = Annotated[
    str,
    Field(
        max_length=MAX_RAW_LENGTH,
        description="10 to 128 characters; blanks at the ends are removed. Common passwords are refused.",
        json_schema_extra={"minLength": MIN_LENGTH},
    ),
    AfterValidator(new_password),
]
GivenPassword = Annotated[str, Field(min_length=1, max_length=MAX_RAW_LENGTH), AfterValidator(normal_password)]
"""A password to be compared; no rule but its length tells a guesser anything."""
ChallengeId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{32}$")]
Code = Annotated[str, Field(pattern=rf"^[0-9]{{{CODE_DIGITS}}}$")]


@dataclass(frozen=True)
class ContactIdentity(Identity):
    """A phone number or an e-mail address, by which a person signs in."""

    kind: ContactKind

    @classmethod
    def of(cls, username: str) -> "ContactIdentity":
        """The identity in a normalised username."""
        return cls("email" if "@" in username else "phone", username)

    @property
    def channel(self) -> Channel:
        """The default channel for codes."""
        return "email" if self.kind == "email" else "sms"


class SignUp(RequestModel):
    """A sign-up."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"channel": {"const": "email"}}, "required": ["channel"]},
            "then": {"properties": {"email": {"type": "string"}}, "required": ["email"]},
        }
    )

    phone: Phone
    email: Email | None = None
    display_name: DisplayName | None = None
    language: Spoken | None = None
    password: Password | None = None
    channel: Channel | None = None

    @model_validator(mode="after")
    def _has_destination(self) -> "SignUp":
        if self.channel == "email" and self.email is None:
            raise FieldError("email is needed where the code is to go there", "email_required")
        return self

    @property
    def to_verify(self) -> ContactIdentity:
        """The identity that the code verifies: the e-mail if the code is sent there, else the phone."""
        if self.channel == "email" and self.email is not None:
            return ContactIdentity("email", self.email)
        return ContactIdentity("phone", self.phone)


class CodeRequest(RequestModel):
    """A request for a code to sign in."""

    username: Annotated[Username, Field(description="A phone number or an e-mail address.")]
    channel: Channel | None = None
    language: Spoken | None = None


_CONTACTS = (("phone",), ("email",))
_WITH_LANGUAGE = ("language",)


class ContactChange(RequestModel):
    """A new phone or a new e-mail."""

    model_config = ConfigDict(json_schema_extra=only_one_of(*_CONTACTS, optional=_WITH_LANGUAGE))

    phone: Phone | None = None
    email: Email | None = None
    language: Spoken | None = None

    @model_validator(mode="after")
    def _has_one(self) -> "ContactChange":
        check_only_one_of(self, *_CONTACTS, optional=_WITH_LANGUAGE)
        return self

    @property
    def to_verify(self) -> ContactIdentity:
        """The identity that the code verifies."""
        return ContactIdentity("phone", self.phone) if self.phone else ContactIdentity("email", self.email or "")


class CodeAnswer(RequestModel):
    """The answer to a challenge."""

    challenge: ChallengeId
    code: Code


_FIELD_SETS = (("challenge", "code"), ("username", "password"), ("refreshToken",), ("refreshCookie",))
_WITH_COOKIE = ("cookie",)


class TokenRequest(RequestModel):
    """A request for tokens with a code, a password, a refresh token or its cookie: exactly one of them."""

    model_config = ConfigDict(json_schema_extra=only_one_of(*_FIELD_SETS, optional=_WITH_COOKIE))

    challenge: ChallengeId | None = None
    code: Code | None = None
    username: Username | None = None
    password: GivenPassword | None = None
    refresh_token: Annotated[str, Field(min_length=1, max_length=8192)] | None = None
    refresh_cookie: Annotated[Literal[True], Field(description="The refresh token is that of the cookie.")] | None = (
        None
    )
    cookie: Annotated[
        bool, Field(strict=True, description="Whether the refresh token is to come as a cookie, and not in the body.")
    ] = False

    @model_validator(mode="after")
    def _is_one_of_four(self) -> "TokenRequest":
        check_only_one_of(self, *_FIELD_SETS, optional=_WITH_COOKIE)
        return self


_STEP_UPS = (("challenge", "code"), ("password",))


class StepUp(RequestModel):
    """A proof of who the caller is: an answered code, or the password."""

    model_config = ConfigDict(json_schema_extra=only_one_of(*_STEP_UPS))

    challenge: ChallengeId | None = None
    code: Code | None = None
    password: GivenPassword | None = None

    @model_validator(mode="after")
    def _has_one(self) -> "StepUp":
        check_only_one_of(self, *_STEP_UPS)
        return self


class Challenge(Model):
    """A request for a code. The client does not learn whether a code was sent."""

    id: str
    purpose: Purpose
    identity: str
    """The phone or e-mail in the request."""
    channel: Channel
    requested_at: str
    expires_at: int
    """Seconds since 1970; also DynamoDB's time to live."""
    attempts: int = 0

    code_hash: str | None = None
    destination: str | None = None
    """The phone or e-mail that got the code, which a correct answer verifies."""
    user_id: str | None = None
    """The person whose contact is to change (`contact`)."""
    subject: str | None = None
    """The Cognito account to sign in to, known when the code is sent (`signIn`)."""
    sent_at: str | None = None
    claimed_until: int | None = None
    answered_at: str | None = None

    display_name: str | None = None
    language: Language | None = None
    encrypted_password: str | None = None
    session_id: str | None = None

    @property
    def requested(self) -> ContactIdentity:
        """The identity in the request."""
        return ContactIdentity.of(self.identity)

    @property
    def verified(self) -> ContactIdentity:
        """The identity that a correct answer verifies.

        Raises:
            Unauthenticated: no code was sent.
        """
        if self.destination is None:
            raise wrong_code()
        return ContactIdentity.of(self.destination)

    def is_closed(self, now: str) -> bool:
        """Whether the challenge was answered or has expired."""
        return self.answered_at is not None or self.expires_at <= clock.epoch(now)


def new_challenge(
    purpose: Purpose, identity: ContactIdentity, channel: Channel | None, now: str, **fields: Any
) -> Challenge:
    """A new challenge; `fields` are the further fields of its purpose."""
    return Challenge(
        id=secrets.token_urlsafe(24),
        purpose=purpose,
        identity=identity.value,
        channel=channel or identity.channel,
        requested_at=now,
        expires_at=clock.epoch(now) + CODE_SECONDS,
        **fields,
    )


def new_code() -> str:
    """A random code."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def wrong_code() -> Unauthenticated:
    """The error for every code that is not accepted. It is always the same, so that it reveals no reason."""
    return Unauthenticated(
        "The code is wrong, was used, or is no longer good. Please ask for a new one.", code="wrong_code"
    )
