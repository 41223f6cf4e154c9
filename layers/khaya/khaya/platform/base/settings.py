"""What a function is told by its environment; every variable is set by `template.yaml`."""

from __future__ import annotations

import os
from functools import cache
from typing import TypeVar, overload

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Group = TypeVar("Group", bound=BaseModel)


class Settings(BaseModel):
    """What every function is told. Table fields hold table names."""

    model_config = ConfigDict(frozen=True)

    environment: str
    users_table: str
    profiles_table: str
    directory_table: str
    jobs_table: str
    bids_table: str
    reviews_table: str
    reports_table: str
    audit_table: str
    listings_table: str
    search_table: str
    stories_table: str
    credits_table: str
    referrals_table: str
    challenges_table: str
    sessions_table: str
    notifications_table: str
    reminders_table: str
    idempotency_table: str
    statistics_table: str
    tasks_table: str
    media_bucket: str

    cursor_key: str = Field(min_length=8)
    writes_per_minute: int = Field(ge=0)
    """Writes one person may make in a minute; 0 lifts the limit."""
    allowed_origins: str
    """Origins of web pages that may call the API, separated by commas."""
    token_scope: str
    """The scope that access tokens for this API carry."""
    token_issuer_base: str
    """The address before the pool's id in the issuer of tokens."""
    token_keys_base: str
    """The address before the pool's id where its public keys are."""


class PoolSettings(BaseModel):
    """What the functions behind the API are told besides: whose tokens they take."""

    model_config = ConfigDict(frozen=True)

    user_pool_id: str
    user_pool_client_id: str


class KeySettings(BaseModel):
    """What functions are told that hash or hide something with the service's own key."""

    model_config = ConfigDict(frozen=True)

    service_key_arn: str
    """The secret that holds the key."""


class SignInSettings(BaseModel):
    """What the function behind sign-in is told besides."""

    model_config = ConfigDict(frozen=True)

    codes_queue_url: str
    sign_ins_per_identity: int = Field(ge=0)
    """Calls of sign-in routes in a minute for one phone, e-mail or session; 0 lifts the limit."""
    sign_ins_per_address: int = Field(ge=0)
    """Calls of sign-in routes in a minute from one network address; 0 lifts the limit."""
    sms_prefixes: str
    """How phone numbers begin that get text messages, separated by commas."""
    twilio_secret_arn: str
    """Twilio's secret; empty where WhatsApp is not offered."""
    edge_secret_arn: str
    """The secret by which the CDN proves itself; empty where there is none, and then no header is believed."""


class BusSettings(BaseModel):
    """What the function is told that publishes events."""

    model_config = ConfigDict(frozen=True)

    event_bus_name: str


class ChannelSettings(BaseModel):
    """What functions are told that send messages to people."""

    model_config = ConfigDict(frozen=True)

    sms_prefixes: str
    sms_per_hour: int = Field(ge=0)
    """Text messages that may go out in an hour, to everybody together; 0 lifts the limit."""
    email_sender: str
    twilio_base_url: str
    twilio_secret_arn: str
    """The secret with Twilio's `accountSid` and `authToken`; empty where WhatsApp is not offered."""
    whatsapp_sender: str


class CodeSettings(BaseModel):
    """What the function is told besides that sends codes."""

    model_config = ConfigDict(frozen=True)

    whatsapp_code_template: str
    """The id of the approved template for codes; empty sends plain text, which WhatsApp allows only in its sandbox."""


class ChannelQueueSettings(BaseModel):
    """Where functions put what is to be delivered to people."""

    model_config = ConfigDict(frozen=True)

    whatsapp_queue_url: str
    sms_queue_url: str
    email_queue_url: str
    push_queue_url: str


class QuietSettings(BaseModel):
    """When functions let wait what is not urgent."""

    model_config = ConfigDict(frozen=True)

    quiet_from_hour: int = Field(ge=0, le=23)
    """The hour in South Africa at which the quiet hours begin."""
    quiet_until_hour: int = Field(ge=0, le=23)
    """The hour at which they end; the same as they begin at where there are none."""


class DeliverySettings(BaseModel):
    """What the function is told besides that delivers notifications."""

    model_config = ConfigDict(frozen=True)

    receipts_queue_url: str
    """Where pushes wait whose receipts are to be looked at."""
    whatsapp_notice_template_en: str
    """The id of the approved template for notices, with a title and a text; empty as with that for codes."""
    whatsapp_notice_template_zu: str


class PushSettings(BaseModel):
    """How functions reach Expo."""

    model_config = ConfigDict(frozen=True)

    expo_base_url: str
    expo_secret_arn: str
    """The secret with Expo's `accessToken`; empty where the project asks for none."""


class MissingSetting(RuntimeError):
    """The function's environment lacks a variable or holds a wrong one; the message names it."""


@overload
def settings() -> Settings: ...
@overload
def settings(group: type[Group]) -> Group: ...
@cache
def settings(group: type[BaseModel] = Settings) -> BaseModel:
    """The values of one group of settings, read from the environment once; by default those of every function.

    Raises:
        MissingSetting: a variable is missing or invalid.
    """
    try:
        return group.model_validate({name: os.environ.get(name.upper()) for name in group.model_fields})
    except ValidationError as error:
        names = ", ".join(str(problem["loc"][0]).upper() for problem in error.errors())
        raise MissingSetting(f"environment variables missing or invalid: {names}") from error


def require(*groups: type[BaseModel]) -> None:
    """Check at import that the environment holds the groups of settings that a function uses.

    Raises:
        MissingSetting: a variable is missing or invalid.
    """
    wanted: tuple[type[BaseModel], ...] = (Settings, *groups)
    for group in wanted:
        settings(group)
