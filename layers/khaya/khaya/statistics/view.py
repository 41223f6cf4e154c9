"""The statistics as admins see them."""

from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.profiles.model import mean
from khaya.statistics.model import Day, Totals


class People(Model):
    """Members; who has left is none of them."""

    total: int
    verified: int
    suspended: int


class Jobs(Model):
    """Jobs by state, and what the bids that were accepted come to: of all, and of those completed."""

    open: int
    in_progress: int
    completed: int
    cancelled: int
    expired: int
    agreed_cents: Cents
    completed_cents: Cents


class Bids(Model):
    """Bids ever placed, and ever accepted."""

    placed: int
    accepted: int


class Listings(Model):
    """Listings by state."""

    pending: int
    active: int
    rejected: int
    inactive: int


class Reviews(Model):
    """Reviews that are not hidden, and their mean rating; null before the first."""

    count: int
    average: float | None


class Stories(Model):
    """Stories by state; deleted ones are in none."""

    pending: int
    approved: int
    rejected: int


class Referrals(Model):
    """Referrals by state."""

    pending: int
    completed: int
    rewarded: int


class Withdrawals(Model):
    """Withdrawals by state, and what has arrived."""

    pending: int
    paid: int
    failed: int
    paid_cents: Cents


class StatisticsView(Model):
    """How much there is of everything, and what happened on each day in South Africa."""

    people: People
    jobs: Jobs
    bids: Bids
    listings: Listings
    reviews: Reviews
    stories: Stories
    referrals: Referrals
    rewards_paid_cents: Cents
    withdrawals: Withdrawals
    open_reports: int
    days: list[Day]
    generated_at: str


def statistics_view(totals: Totals, days: list[Day], now: str) -> StatisticsView:
    """The statistics as the API shows them."""
    return StatisticsView(
        people=People(total=totals.people, verified=totals.verified, suspended=totals.suspended),
        jobs=Jobs(
            open=totals.jobs_open,
            in_progress=totals.jobs_in_progress,
            completed=totals.jobs_completed,
            cancelled=totals.jobs_cancelled,
            expired=totals.jobs_expired,
            agreed_cents=totals.agreed_cents,
            completed_cents=totals.completed_cents,
        ),
        bids=Bids(placed=totals.bids_placed, accepted=totals.bids_accepted),
        listings=Listings(
            pending=totals.listings_pending,
            active=totals.listings_active,
            rejected=totals.listings_rejected,
            inactive=totals.listings_inactive,
        ),
        reviews=Reviews(count=totals.reviews, average=mean(totals.rating_sum, totals.reviews)),
        stories=Stories(
            pending=totals.stories_pending, approved=totals.stories_approved, rejected=totals.stories_rejected
        ),
        referrals=Referrals(
            pending=totals.referrals_pending,
            completed=totals.referrals_completed,
            rewarded=totals.referrals_rewarded,
        ),
        rewards_paid_cents=totals.rewards_paid_cents,
        withdrawals=Withdrawals(
            pending=totals.withdrawals_pending,
            paid=totals.withdrawals_paid,
            failed=totals.withdrawals_failed,
            paid_cents=totals.withdrawals_paid_cents,
        ),
        open_reports=totals.reports_open,
        days=days,
        generated_at=now,
    )
