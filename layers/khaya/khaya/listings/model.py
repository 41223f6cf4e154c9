"""The listing, its states, and the rules of moderation."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from khaya.moderation.model import Moderation, ModerationRequest
from khaya.platform.base.errors import Conflict, Forbidden, Stale
from khaya.platform.base.fields import Description, Length, Line, Place, Title, Whole
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, next_version, omittable, sent_fields
from khaya.platform.base.money import RAND, Cents
from khaya.platform.base.numbers import StoredCount
from khaya.uploads.model import Photos, Pictures

Category = Literal["bricks", "cement", "timber", "roofing", "plumbing", "electrical", "paint", "tools", "other"]
Status = Literal["pending", "active", "inactive", "rejected"]
Approval = Literal["none", "approved", "refused"]

LISTING_LIMIT = 20
"""The maximum number of active and pending listings of one seller."""

MAX_STOCK: Final = 1_000_000_000

_MODERATED_FIELDS: Final = ("title", "description", "unit", "location", "photos")
"""Free text and photos. A change to one of these fields requires moderation."""

Price = Annotated[Cents, Field(ge=1, le=100_000_000 * RAND, description="Cents for one unit, up to R100,000,000.")]
Measure = Annotated[Line, Length(1, 50), Field(description="What the price is for: a bag, a metre.")]
Stock = Annotated[Whole, Field(ge=0, le=MAX_STOCK)]
StockDelta = Annotated[Whole, Field(ge=-MAX_STOCK, le=MAX_STOCK, description="How many more, or fewer.")]


class ListingOffer(RequestModel):
    """The request to list materials."""

    title: Title
    description: Description
    category: Category
    price_cents: Price
    unit: Measure
    stock: Stock
    location: Place
    photos: Photos = []


class ListingChanges(RequestModel):
    """The request to edit a listing. Fields that are left out do not change. Stock has its own route."""

    title: Title = omittable()
    description: Description = omittable()
    category: Category = omittable()
    price_cents: Price = omittable()
    unit: Measure = omittable()
    location: Place = omittable()
    photos: Photos = omittable()
    active: Annotated[bool, Field(strict=True)] = omittable()


class Listing(Model):
    """Building materials for sale."""

    id: str
    seller_id: str
    seller_name: str
    title: str
    description: str
    category: Category
    price_cents: Cents
    unit: str
    stock: int
    location: str
    photos: list[str] = []
    pictures: Pictures = {}
    status: Status
    moderation: Moderation | None = None
    created_at: str
    updated_at: str
    version: int = 1

    approval: Approval = "none"
    """The moderation result of the current text and photos."""
    pending_since: str | None = None
    """When the listing became pending."""
    hidden: bool | None = None
    """Whether the seller is suspended: the listing is not public."""
    open_enquiries: StoredCount = 0
    """The number of enquiries that wait for the seller's answer."""

    @property
    def is_public(self) -> bool:
        """Whether everybody may see the listing."""
        return self.status == "active" and not self.hidden

    @property
    def counts_towards_limit(self) -> bool:
        """Whether the listing counts towards `LISTING_LIMIT`."""
        return self.status in ("active", "pending")

    def visible_to(self, person: str | None, *, admin: bool) -> bool:
        """Whether the person may see the listing: everybody if it is public, otherwise its seller and admins."""
        return self.is_public or admin or person == self.seller_id

    def require_owner(self, person: str) -> "Listing":
        """This listing, after checking that the person is its seller.

        Raises:
            Forbidden: another person is the seller.
        """
        if person != self.seller_id:
            raise Forbidden("Only the seller who listed it may do this.", code="not_the_owner")
        return self

    def edited(self, changes: ListingChanges, *, verified: bool, now: str) -> "Listing":
        """The listing after an edit; this listing if nothing changes.

        New text or photos of an unverified seller make the listing pending; for an inactive listing, when it is
        reactivated. `verified` is whether the seller is verified.

        Raises:
            Conflict: the edit reactivates a listing whose text and photos an admin rejected.
        """
        wanted = sent_fields(changes)
        active = wanted.pop("active", None)
        reworded = any(wanted.get(name, getattr(self, name)) != getattr(self, name) for name in _MODERATED_FIELDS)
        approval: Approval = "none" if reworded else self.approval
        status = self._status_after_edit(active, approval, reworded=reworded, verified=verified)
        return self._updated(now, **wanted, approval=approval, status=status)

    def deactivated(self, now: str) -> "Listing":
        """The inactive listing; this listing if it is inactive already."""
        return self._updated(now, status="inactive")

    def moderated(self, request: ModerationRequest, *, moderator_id: str, now: str) -> "Listing":
        """The listing after an admin's decision.

        Raises:
            Forbidden: the admin is the seller.
            Stale: there is a newer version than the one that the admin has read.
            Conflict: the listing is not pending.
        """
        if moderator_id == self.seller_id:
            raise Forbidden("No admin moderates their own listing.", code="own_affair")
        if request.version != self.version:
            raise Stale(f"The present version is {self.version}.")
        if self.status != "pending":
            raise Conflict(
                f"The listing is {self.status}, so it does not wait for a decision.",
                code="listing_status",
                params={"status": self.status},
            )
        moderation = Moderation(decision=request.decision, reason=request.reason, moderator_id=moderator_id, at=now)
        if request.decision == "approve":
            return self._updated(now, status="active", approval="approved", moderation=moderation)
        return self._updated(now, status="rejected", approval="refused", moderation=moderation)

    def restocked(self, delta: int, now: str) -> "Listing":
        """The listing after a stock movement; this listing if `delta` is zero.

        Raises:
            Conflict: the stock would be negative or exceed `MAX_STOCK`.
        """
        left = self.stock + delta
        if left < 0:
            raise Conflict(
                f"There are {self.stock} in stock, so {-delta} cannot be taken out.",
                code="not_enough_stock",
                params={"stock": self.stock},
            )
        if left > MAX_STOCK:
            raise Conflict(
                f"There are {self.stock} in stock; {MAX_STOCK} is the most there can be.",
                code="too_much_stock",
                params={"stock": self.stock, "max": MAX_STOCK},
            )
        return self._updated(now, stock=left)

    def _status_after_edit(self, active: bool | None, approval: Approval, *, reworded: bool, verified: bool) -> Status:
        """The status after an edit. `active` is the requested state, None if the request leaves it out."""
        if active is False:
            return "inactive"
        published: Status = "active" if verified or approval == "approved" else "pending"
        if reworded and self.status != "inactive":
            return published
        if not active or self.counts_towards_limit:
            return self.status
        if approval == "refused":
            raise Conflict(
                "The listing was rejected as it stands, so it cannot be made active; change its text or photos first.",
                code="listing_rejected",
            )
        return published

    def _updated(self, now: str, **changed: Any) -> "Listing":
        """The next version of the listing with the `changed` fields; this listing if nothing differs."""
        status = changed.get("status", self.status)
        since = (self.pending_since or now) if status == "pending" else None
        return next_version(self, {**changed, "pending_since": since}, updated_at=now)


def new_listing(
    offer: ListingOffer, *, seller_id: str, seller_name: str, verified: bool, now: str, hidden: bool | None = None
) -> Listing:
    """A new listing: active if its seller is verified, otherwise pending. `hidden`: see `Listing`."""
    return Listing(
        id=new_id(),
        seller_id=seller_id,
        seller_name=seller_name,
        hidden=hidden,
        status="active" if verified else "pending",
        pending_since=None if verified else now,
        created_at=now,
        updated_at=now,
        **{name: getattr(offer, name) for name in ListingOffer.model_fields},
    )
