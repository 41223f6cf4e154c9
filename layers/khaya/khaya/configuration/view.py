"""The configuration and the places, as the API shows them."""

from typing import Annotated

from pydantic import Field

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class LimitsView(Model):
    """How many and how long; 0 means no limit."""

    photos: Annotated[int, Field(description="Photos of a job, a submission or a listing.")]
    upload_bytes: int
    upload_seconds: Annotated[int, Field(description="How long a form for an upload works.")]
    uploads_together: Annotated[int, Field(description="Files of one request for uploads.")]
    listings: Annotated[int, Field(description="Active and pending listings of a seller.")]
    bids_again: Annotated[int, Field(description="Bids on one job after withdrawals.")]
    changes: Annotated[int, Field(description="How often a submission may be sent back.")]
    open_days: Annotated[int, Field(description="Days until an open job expires.")]
    self_completion_days: Annotated[int, Field(description="Days until a submitted cash job completes by itself.")]
    reminders: int
    devices: int
    writes_per_minute: int


class AmountsView(Model):
    """The least and largest amounts, in cents."""

    budget_min_cents: Cents
    budget_max_cents: Cents
    bid_min_cents: Cents
    bid_max_cents: Cents
    escrow_min_cents: Cents
    escrow_max_cents: Cents
    withdrawal_min_cents: Cents


class EscrowTermsView(Model):
    """The shares and deadlines of escrows of jobs that are posted now."""

    fee_percent: Annotated[int, Field(description="Of the agreed amount, from each side.")]
    deposit_percent: Annotated[int, Field(description="Of the buyer's total, due at acceptance.")]
    all_at_once_below_cents: Annotated[Cents, Field(description="Below it, everything is due at acceptance.")]
    deposit_hours: int
    balance_hours: int
    release_hours: int


class RewardsView(Model):
    """What an invitation is worth, and from when on."""

    referral_cents: Annotated[Cents, Field(description="What each side gets.")]
    referral_jobs_cents: Annotated[
        Cents, Field(description="What the invited person's paid and released jobs have to add up to.")
    ]


class ProviderView(Model):
    """The payment provider, and the hosts of its pages, to which alone a client may send the browser."""

    name: str
    hosts: list[str]


class ConfigurationView(Model):
    """What a client has to know of the deployment."""

    limits: LimitsView
    amounts: AmountsView
    escrow: EscrowTermsView
    rewards: RewardsView
    provider: ProviderView
    web_push_key: Annotated[
        str | None,
        Field(
            description="The `applicationServerKey` of a subscription, in base64url. A client subscribes anew when it "
            "differs from that of its subscription. null where the deployment sends no web push."
        ),
    ]
    help_address: Annotated[
        str | None, Field(description="The operator's e-mail address for questions. null where nobody reads any.")
    ]
    oldest_client: Annotated[int, Field(description="The oldest build of the web client that may be used.")]


class PlaceView(Model):
    """A town or suburb, and its other names and spellings."""

    name: str
    aliases: list[str]


class PlaceSourceView(Model):
    """Where the names come from."""

    name: str
    url: str
    licence: str


class PlacesView(Model):
    """The towns and suburbs of KwaZulu-Natal. A location is free text all the same."""

    items: list[PlaceView]
    sources: list[PlaceSourceView]
