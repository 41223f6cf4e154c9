"""A listing, its states, and when an admin has to look at it first."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import REMOVED, Description, Line, Place, Prose, Title, Whole
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel, left_out, named
from khaya.platform.base.money import RAND, Cents
from khaya.uploads.model import Photos

Category = Literal["bricks", "cement", "timber", "roofing", "plumbing", "electrical", "paint", "tools", "other"]
Status = Literal["pending", "active", "inactive", "rejected"]
Decision = Literal["approve", "reject"]
Approval = Literal["none", "approved", "refused"]

MOST_HELD = 20
"""How many listings one seller may have active and pending together."""

MOST_IN_STOCK: Final = 1_000_000_000

_READ_BY_ADMINS: Final = ("title", "description", "unit", "location", "photos")
"""What a seller words or shows freely; a change of it wants a new look."""

Price = Annotated[Cents, Field(ge=1, le=100_000_000 * RAND, description="Cents for one unit, up to R100,000,000.")]
Measure = Annotated[Line, Field(min_length=1, max_length=50, description="What the price is for: a bag, a metre.")]
Stock = Annotated[Whole, Field(ge=0, le=MOST_IN_STOCK)]
StockDelta = Annotated[Whole, Field(ge=-MOST_IN_STOCK, le=MOST_IN_STOCK, description="How many more, or fewer.")]


class ListingOffer(RequestModel):
    """What a seller writes to list materials."""

    title: Title
    description: Description
    category: Category
    price_cents: Price
    unit: Measure
    stock: Stock
    location: Place
    photos: Photos = []


class ListingChanges(RequestModel):
    """What the seller may change; what is left out stays. Stock moves by its own route."""

    title: Title = left_out()
    description: Description = left_out()
    category: Category = left_out()
    price_cents: Price = left_out()
    unit: Measure = left_out()
    location: Place = left_out()
    photos: Photos = left_out()
    active: Annotated[bool, Field(strict=True)] = left_out()


class ModerationRequest(RequestModel):
    """An admin's decision; to turn a listing down, they say why."""

    decision: Decision
    reason: Annotated[Prose, Field(min_length=3, max_length=500)] | None = None


class Moderation(Model):
    """What was decided on a listing, why, by whom and when."""

    decision: Decision
    reason: str | None = None
    moderator_id: str
    at: str


class Listing(Model):
    """Materials on offer."""

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
    status: Status
    moderation: Moderation | None = None
    created_at: str
    updated_at: str
    version: int = 1

    approval: Approval = "none"
    """What an admin has decided on the listing's present text and photos."""
    pending_since: str | None = None
    """Since when the listing waits for an admin."""

    @property
    def held(self) -> bool:
        """Whether it counts towards what its seller may hold."""
        return self.status in ("active", "pending")

    def seen_by(self, person: str | None, *, admin: bool) -> bool:
        """Whether the person may see it: anybody an active one; others its seller and admins."""
        return self.status == "active" or admin or person == self.seller_id

    def owned_by(self, person: str) -> Listing:
        """The listing itself, if it is the person's own.

        Raises:
            Forbidden: it is somebody else's.
        """
        if person != self.seller_id:
            raise Forbidden("Only the seller who listed it may do this.")
        return self

    def edited(self, changes: ListingChanges, *, verified: bool, now: str) -> Listing:
        """The listing with the named fields changed; itself, where nothing is different.

        `verified` says whether the seller is. New text or photos of one who is not wait for an admin; also those of a
        listing that is inactive, as soon as it is reactivated.

        Raises:
            Conflict: it would be reactivated, but an admin has rejected its text or photos as they stand.
        """
        wanted = named(changes)
        active = wanted.pop("active", None)
        reworded = any(wanted.get(name, getattr(self, name)) != getattr(self, name) for name in _READ_BY_ADMINS)
        approval: Approval = "none" if reworded else self.approval
        status = self._standing(active, approval, reworded=reworded, verified=verified)
        return self._next(now, **wanted, approval=approval, status=status)

    def deactivated(self, now: str) -> Listing:
        """The listing taken off the market; itself, where it was off already."""
        return self._next(now, status="inactive")

    def forgotten(self, name: str, now: str) -> Listing:
        """The listing of somebody who has left: off the market, without what tells who they were."""
        return self._next(now, status="inactive", seller_name=name, description=REMOVED, photos=[])

    def moderated(self, decision: Decision, reason: str | None, *, moderator_id: str, now: str) -> Listing:
        """The listing after an admin has looked at it.

        Raises:
            Forbidden: it is the admin's own.
            Conflict: it does not wait for a decision.
        """
        if moderator_id == self.seller_id:
            raise Forbidden("No admin moderates their own listing.")
        if self.status != "pending":
            raise Conflict(f"The listing is {self.status}, so it does not wait for a decision.")
        moderation = Moderation(decision=decision, reason=reason, moderator_id=moderator_id, at=now)
        if decision == "approve":
            return self._next(now, status="active", approval="approved", moderation=moderation)
        return self._next(now, status="rejected", approval="refused", moderation=moderation)

    def restocked(self, delta: int, now: str) -> Listing:
        """The listing with more or less in stock; itself, where `delta` is zero.

        Raises:
            Conflict: fewer than nothing would be left, or more than anybody has.
        """
        left = self.stock + delta
        if left < 0:
            raise Conflict(f"There are {self.stock} in stock, so {-delta} cannot be taken out.")
        if left > MOST_IN_STOCK:
            raise Conflict(f"There are {self.stock} in stock; {MOST_IN_STOCK} is the most there can be.")
        return self._next(now, stock=left)

    def _standing(self, active: bool | None, approval: Approval, *, reworded: bool, verified: bool) -> Status:
        """The state after an edit; `active` is what the seller asks for, None for nothing."""
        if active is False:
            return "inactive"
        offered: Status = "active" if verified or approval == "approved" else "pending"
        if reworded and self.status != "inactive":
            return offered
        if not active or self.held:
            return self.status
        if approval == "refused":
            raise Conflict(
                "The listing was rejected as it stands, so it cannot be made active; change its text or photos first."
            )
        return offered

    def _next(self, now: str, **changed: Any) -> Listing:
        """The listing with what is `changed`, in its next version; itself, where nothing is different."""
        status = changed.get("status", self.status)
        since = (self.pending_since or now) if status == "pending" else None
        after = self.model_copy(update={**changed, "pending_since": since})
        if after == self:
            return self
        return after.model_copy(update={"updated_at": now, "version": self.version + 1})


def offered(offer: ListingOffer, *, seller_id: str, seller_name: str, verified: bool, now: str) -> Listing:
    """A new listing: on the market at once if its seller is verified, else waiting for an admin."""
    return Listing(
        id=new_id(),
        seller_id=seller_id,
        seller_name=seller_name,
        status="active" if verified else "pending",
        pending_since=None if verified else now,
        created_at=now,
        updated_at=now,
        **{name: getattr(offer, name) for name in ListingOffer.model_fields},
    )
