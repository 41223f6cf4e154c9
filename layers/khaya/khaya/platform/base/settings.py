"""Settings from environment variables, which `template.yaml` sets."""

import os
from collections.abc import Collection
from functools import cache
from typing import Literal, TypeVar, overload

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Group = TypeVar("Group", bound=BaseModel)


class Settings(BaseModel):
    """Settings of all functions. The fields `*_table` hold table names."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    environment: str
    release_id: str
    """The hash of the deployed release."""

    users_table: str
    profiles_table: str
    directory_table: str
    jobs_table: str
    bids_table: str
    reviews_table: str
    reports_table: str
    audit_table: str
    listings_table: str
    enquiries_table: str
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
    escrows_table: str
    payouts_table: str
    refunds_table: str
    collections_table: str
    chargebacks_table: str
    books_table: str
    uploads_table: str
    media_bucket: str
    media_base_url: str
    """Where the CDN serves the bucket's `media/`, without a slash at the end; empty where there is none."""

    writes_per_minute: int = Field(ge=0)
    """Writes per person and minute; 0 means no limit."""
    maintenance: bool
    """Whether requests that write are refused."""
    allowed_origins: str
    """CORS origins that may call the API, separated by commas."""
    token_scope: str
    """The scope that access tokens must contain."""
    token_issuer_base: str
    """The issuer URL of tokens without the user pool's id."""
    token_keys_base: str
    """The URL of the public keys without the user pool's id."""


class PoolSettings(BaseModel):
    """The user pool and client whose tokens are accepted."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    user_pool_id: str
    user_pool_client_id: str


class KeySettings(BaseModel):
    """The service key, for functions that hash or encrypt with it."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    service_key_arn: str
    """ARN of the secret that holds the key."""


class SignInSettings(BaseModel):
    """Settings of the sign-in routes."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    sign_ins_per_identity: int = Field(ge=0)
    """Calls of sign-in routes per phone, e-mail or session and minute; 0 means no limit."""
    sign_ins_per_address: int = Field(ge=0)
    """Calls of sign-in routes per network address and minute; 0 means no limit."""
    twilio_secret_arn: str
    """ARN of Twilio's secret; empty if WhatsApp is not offered."""
    edge_secret: str
    """Name of the secret that the CDN sends; empty without a CDN, and then its headers are ignored."""


class PricingSettings(BaseModel):
    """The fees, shares and deadlines of escrows."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    escrow_terms: str
    """JSON object with the fields of `pricing.model.Terms` that differ from their defaults."""


class PayoutSettings(BaseModel):
    """The limits and waiting times of payouts."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    payout_terms: str
    """JSON object with the fields of `payouts.model.PayoutTerms` that differ from their defaults."""


class CheckoutSettings(BaseModel):
    """Where the browser goes after a checkout."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    app_url: str


class ClientSettings(BaseModel):
    """What the configuration for clients says of the deployment."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    payment_provider: Literal["paystack"]
    payment_base_url: str
    oldest_client: int = Field(ge=0)
    """The oldest build of the web client that may be used."""
    app_url: str
    """The address of the web client."""
    help_address: str
    """The operator's e-mail address for questions; empty if there is none."""


class PaperSettings(BaseModel):
    """The platform's name, address and VAT number on receipts and invoices."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    platform_name: str
    platform_address: str
    platform_vat_number: str


class ReferralSettings(BaseModel):
    """The rules of referrals."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    referral_cents: int = Field(ge=0)
    """What the qualifying jobs of a referred person add up to before both sides are rewarded."""


class StreamSettings(BaseModel):
    """Settings for reading the tables' streams."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    record_retry_seconds: int = Field(ge=0)
    """How long after its change a record is tried again before it is parked."""


class BusSettings(BaseModel):
    """Settings for publishing events."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    event_bus_name: str


class MessageLimits(BaseModel):
    """The limits of messages to phone numbers, of all recipients together; 0 means no limit."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    calling_codes: str
    """Calling codes of the numbers that may sign up and get messages, with `+`, separated by commas."""
    sms_per_hour: int = Field(ge=0)
    sms_rand_per_month: int = Field(ge=0)
    sms_price_cents: int = Field(ge=0)
    """Price of one part of a text message."""
    whatsapp_per_hour: int = Field(ge=0)
    whatsapp_rand_per_month: int = Field(ge=0)
    whatsapp_price_cents: int = Field(ge=0)


class ChannelSettings(BaseModel):
    """Settings for sending messages to people."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    email_sender: str
    twilio_base_url: str
    twilio_secret_arn: str
    """ARN of the secret with Twilio's `accountSid` and `authToken`; empty if WhatsApp is not offered."""
    whatsapp_sender: str


class CodeSettings(BaseModel):
    """Settings for sending codes."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    whatsapp_code_template: str
    """Id of the approved template for codes; empty sends plain text, which WhatsApp allows only in its sandbox."""
    app_url: str
    """The address of the web client, whose host stands in text messages with a code."""


class QuietSettings(BaseModel):
    """The quiet hours, in which messages that are not urgent wait."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    quiet_from_hour: int = Field(ge=0, le=23)
    """Hour in South Africa at which the quiet hours begin."""
    quiet_until_hour: int = Field(ge=0, le=23)
    """Hour at which the quiet hours end; equal to the first hour if there are none."""


class DeliverySettings(BaseModel):
    """Settings for delivering notifications."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    messages_per_day: int = Field(ge=0)
    """Messages outside the inbox per person and day, urgent ones apart; 0 means no limit."""
    push_receipt_delay_seconds: int = Field(ge=0, le=900)
    """How long after a push its receipts are asked for."""
    whatsapp_notice_template_en: str
    """The id of the approved template for notices, with a title and a text; empty as with that for codes."""
    whatsapp_notice_template_zu: str


class WebPushSettings(BaseModel):
    """Settings of the push services of browsers."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    web_push_services: str
    """Origins to which alone web pushes are sent, separated by commas; `https://*.` stands for subdomains."""


class WebPushSenderSettings(WebPushSettings):
    """Settings for sending web pushes."""

    app_url: str
    """The address of the web client: who sends, for a push service, and the beginning of links in messages."""


class PushSettings(BaseModel):
    """Settings of Expo, the push service."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    expo_base_url: str
    expo_secret_arn: str
    """ARN of the secret with Expo's `accessToken`; empty if the project needs none."""


class ProviderSettings(BaseModel):
    """Settings of the payment provider."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    payment_provider: Literal["paystack"]
    """Which adapter is used."""
    payment_base_url: str
    payment_secret_arn: str
    """ARN of the secret with the provider's `secretKey`."""
    payment_email_domain: str
    """The domain of the addresses that are made for people without e-mail, since the provider asks for one."""
    payment_settles_to: Literal["balance", "bank"]
    """Where the provider settles to: our balance with it, or our bank account."""


class MissingSetting(RuntimeError):
    """An environment variable is missing or invalid; the message names it."""


@overload
def settings() -> Settings: ...
@overload
def settings(group: type[Group]) -> Group: ...
@cache
def settings(group: type[BaseModel] = Settings) -> BaseModel:
    """One group of settings, read from the environment once; by default the settings of all functions.

    Raises:
        MissingSetting: a variable is missing or invalid.
    """
    try:
        return group.model_validate({name: os.environ.get(name.upper()) for name in group.model_fields})
    except ValidationError as error:
        names = ", ".join(str(problem["loc"][0]).upper() for problem in error.errors())
        raise MissingSetting(f"environment variables missing or invalid: {names}") from error


def queue_url(queue: str) -> str:
    """The URL of a queue, by the queue's name in the template: `records` is `RECORDS_QUEUE_URL`.

    Raises:
        MissingSetting: the environment has no URL for the queue.
    """
    variable = f"{queue.upper()}_QUEUE_URL"
    if variable not in os.environ:
        raise MissingSetting(f"environment variables missing or invalid: {variable}")
    return os.environ[variable]


def require(*groups: type[BaseModel], queues: Collection[str] = ()) -> None:
    """Check at import that the environment holds the groups of settings and the queues that a function uses.

    Raises:
        MissingSetting: a variable is missing or invalid.
    """
    for queue in queues:
        queue_url(queue)
    required: tuple[type[BaseModel], ...] = (Settings, *groups)
    for group in required:
        settings(group)
