"""The API's representations of a job: public, and for its parties and admins."""

from typing import Annotated, Any

from pydantic import Field

from khaya.jobs.model import Cancellation, Category, ChangeRequest, Contact, Job, JobClosing, PaymentMethod, Status
from khaya.platform.base.feeds import EXCERPT_LENGTH
from khaya.platform.base.fields import Coordinates
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents
from khaya.platform.base.text import excerpt
from khaya.platform.web.access import Caller
from khaya.profiles.model import Reputation
from khaya.profiles.view import Rating
from khaya.uploads.view import Picture, pictures


class SubmissionView(Model):
    """The submitted work."""

    note: str | None
    photos: list[Picture]
    submitted_at: str


class BuyerView(Model):
    """The reputation of the person who posted a job."""

    verified: bool
    rating: Rating


class JobView(Model):
    """The public representation of a job."""

    id: str
    buyer_id: str
    buyer_name: str
    buyer: Annotated[
        BuyerView | None, Field(description="Null only in the answer to an acceptance, which reads no profile.")
    ]
    title: str
    description: str
    category: Category
    budget_cents: Cents
    location: str
    start_date: str | None
    photos: list[Picture]
    payment: PaymentMethod
    status: Status
    bid_count: int
    completed_at: str | None
    expires_at: str
    created_at: str
    updated_at: str
    version: int


class JobCard(Model):
    """A job in a list of cards: the same for everybody."""

    id: str
    buyer_id: str
    buyer_name: str
    buyer: BuyerView
    title: str
    excerpt: str
    category: Category
    budget_cents: Cents
    location: str
    start_date: str | None
    photos: Annotated[list[Picture], Field(description="The first one, if there is any.")]
    payment: PaymentMethod
    bid_count: int
    created_at: str


class SharesView(Model):
    """Who got what of the money when a dispute about the job was decided."""

    decision: Annotated[str, Field(description="`agreement` of the parties, `admin`, or `deadline`.")]
    worker_cents: Cents
    refund_cents: Cents
    platform_cents: Cents


class EscrowSummaryView(Model):
    """What a party has to know of the job's escrow; `GET /jobs/{jobId}/escrow` has all of it."""

    status: str
    due_now_cents: Cents
    due_at: str | None
    release_at: str | None
    shares: Annotated[SharesView | None, Field(description="Null unless a dispute ended it.")]


class PartyJobView(JobView):
    """The representation of a job for its owner, its selected worker and admins."""

    coordinates: Coordinates | None
    worker_id: str | None
    accepted_bid_id: str | None
    agreed_cents: Cents | None
    accepted_at: str | None
    hand_in_by: Annotated[
        str | None,
        Field(
            description="Until when the work is to be handed in: the days of the accepted bid after its acceptance; "
            "with escrow, after the payment of the deposit."
        ),
    ]
    started_at: str | None
    submission: SubmissionView | None
    cancellation: Cancellation | None
    changes: list[ChangeRequest]
    closing: JobClosing | None
    completes_at: Annotated[str | None, Field(description="When a submitted cash job completes by itself.")]
    worker_name: str | None
    contact: Annotated[
        Contact | None,
        Field(description="The other party's, once a bid is accepted; with escrow, once the deposit is paid."),
    ]
    escrow: EscrowSummaryView | None
    reviewed: Annotated[bool, Field(description="Whether the caller has reviewed the other party.")]


def job_view(job: Job, visitor: Caller | None, buyer: Reputation, *, reviewed: bool = False) -> PartyJobView | JobView:
    """The representation of the job that `visitor` may see; `buyer` is the reputation of its owner."""
    if visitor is not None and (visitor.is_admin or job.party(visitor.user_id)):
        return party_job_view(job, visitor.user_id, buyer, reviewed=reviewed)
    return JobView.model_validate(_public(job, None, buyer))


def party_job_view(job: Job, person: str, buyer: Reputation | None, *, reviewed: bool = False) -> PartyJobView:
    """The representation of the job for a party or an admin; without the buyer's reputation if it is None."""
    work = job.submission
    submission = (
        None
        if work is None
        else SubmissionView(
            note=work.note,
            photos=pictures(work.photos, job.pictures, own=person == job.worker_id),
            submitted_at=work.submitted_at,
        )
    )
    contact = {"buyer": job.worker_contact, "worker": job.buyer_contact, None: None}[job.party(person)]
    if job.escrow is not None and job.escrow.deposit_paid_at is None:
        contact = None
    return PartyJobView.model_validate(
        _public(job, person, buyer)
        | {
            "worker_name": job.worker_name,
            "hand_in_by": job.hand_in_by,
            "submission": submission,
            "contact": contact,
            "escrow": _escrow(job),
            "reviewed": reviewed,
        }
    )


def job_card(job: Job, buyer: Reputation) -> JobCard:
    """The job in a list of cards; `buyer` is the reputation of its owner."""
    return JobCard.model_validate(
        vars(job)
        | {
            "buyer": _reputation(buyer),
            "excerpt": excerpt(job.description, EXCERPT_LENGTH),
            "photos": pictures(job.photos[:1], job.pictures, own=False, public=True),
        }
    )


def _escrow(job: Job) -> EscrowSummaryView | None:
    return EscrowSummaryView.model_validate(job.escrow, from_attributes=True) if job.escrow else None


def _public(job: Job, person: str | None, buyer: Reputation | None) -> dict[str, Any]:
    """All fields of the job, of which a view takes those that it has, and what is shown in another form."""
    own, public = person == job.buyer_id, job.status == "open"
    photos = pictures(job.photos, job.pictures, own=own, public=public) if job.photos else []
    return vars(job) | {"photos": photos, "buyer": _reputation(buyer) if buyer else None}


def _reputation(buyer: Reputation) -> dict[str, Any]:
    """The fields of `BuyerView`, which is made with the view that holds it, because that takes half the time."""
    rating = {"average": buyer.rating_average, "count": buyer.rating_count}
    return {"verified": buyer.verified, "rating": rating}
