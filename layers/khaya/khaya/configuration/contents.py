"""Collects the limits and amounts from the domains that keep them."""

from __future__ import annotations

from khaya.bids.model import MAX_BIDS_AGAIN
from khaya.channels import vapid
from khaya.configuration.view import (
    AmountsView,
    ConfigurationView,
    EscrowTermsView,
    LimitsView,
    PlaceSourceView,
    PlacesView,
    PlaceView,
    ProviderView,
    RewardsView,
)
from khaya.credits.model import MIN_WITHDRAWAL_CENTS
from khaya.jobs.model import LARGEST_BUDGET_CENTS, LEAST_BUDGET_CENTS, MAX_CHANGES, OPEN_DAYS, SELF_COMPLETION_DAYS
from khaya.listings.model import LISTING_LIMIT
from khaya.notifications.model import MAX_DEVICES
from khaya.platform.aws.files import FORM_SECONDS
from khaya.platform.base.places import known_places, place_sources
from khaya.platform.base.settings import ClientSettings, ReferralSettings, WebPushSettings, settings
from khaya.pricing.terms import present_terms
from khaya.provider.pages import checkout_pages
from khaya.referrals.model import REWARD_CENTS
from khaya.reminders.model import MAX_WAITING
from khaya.uploads.model import LARGEST_BYTES, MAX_PHOTOS, MAX_UPLOADS_TOGETHER


def configuration() -> ConfigurationView:
    """The limits, shares and least amounts of today, the provider, and what clients the deployment allows."""
    terms = present_terms()
    client = settings(ClientSettings)
    pages = checkout_pages(client.payment_provider, client.payment_base_url)
    return ConfigurationView(
        limits=LimitsView(
            photos=MAX_PHOTOS,
            upload_bytes=LARGEST_BYTES,
            upload_seconds=FORM_SECONDS,
            uploads_together=MAX_UPLOADS_TOGETHER,
            listings=LISTING_LIMIT,
            bids_again=MAX_BIDS_AGAIN,
            changes=MAX_CHANGES,
            open_days=OPEN_DAYS,
            self_completion_days=SELF_COMPLETION_DAYS,
            reminders=MAX_WAITING,
            devices=MAX_DEVICES,
            writes_per_minute=settings().writes_per_minute,
        ),
        amounts=AmountsView(
            budget_min_cents=LEAST_BUDGET_CENTS,
            budget_max_cents=LARGEST_BUDGET_CENTS,
            bid_min_cents=LEAST_BUDGET_CENTS,
            bid_max_cents=LARGEST_BUDGET_CENTS,
            escrow_min_cents=terms.min_cents,
            escrow_max_cents=terms.max_cents,
            withdrawal_min_cents=MIN_WITHDRAWAL_CENTS,
        ),
        escrow=EscrowTermsView(**{name: getattr(terms, name) for name in EscrowTermsView.model_fields}),
        rewards=RewardsView(referral_cents=REWARD_CENTS, referral_jobs_cents=settings(ReferralSettings).referral_cents),
        provider=ProviderView(name=pages.name, hosts=list(pages.hosts)),
        web_push_key=vapid.public_key() if settings(WebPushSettings).web_push_services else None,
        help_address=client.help_address or None,
        oldest_client=client.oldest_client,
    )


def places() -> PlacesView:
    """The towns and suburbs by name, and where the names come from."""
    return PlacesView(
        items=[PlaceView(name=one.name, aliases=list(one.aliases)) for one in known_places()],
        sources=[PlaceSourceView(name=one.name, url=one.url, licence=one.licence) for one in place_sources()],
    )
