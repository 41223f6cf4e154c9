"""The enquiry of a buyer about a listing, and its end: an answer of the seller, or a closing."""

from typing import Annotated, Final, Literal

from pydantic import Field

from khaya.listings.model import MAX_STOCK, Listing
from khaya.platform.base.errors import Conflict, Forbidden
from khaya.platform.base.fields import Length, Prose
from khaya.platform.base.ids import new_id
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.numbers import Whole

Side = Literal["buyer", "seller"]
SIDES: Final[tuple[Side, ...]] = ("buyer", "seller")
Status = Literal["open", "answered", "closed"]
"""`open → answered | closed`. There is no other move."""

ENQUIRIES_PER_DAY: Final = 10
"""The maximum number of enquiries of one person in a day (South Africa)."""

Quantity = Annotated[
    Whole, Field(ge=1, le=MAX_STOCK, description="How many units the buyer wants. It may be more than the stock.")
]


class EnquiryRequest(RequestModel):
    """The request to ask a seller about a listing."""

    text: Annotated[Prose, Length(10, 500)]
    quantity: Quantity | None = None


class AnswerRequest(RequestModel):
    """The seller's answer."""

    text: Annotated[Prose, Length(1, 500)]


class EnquiryAnswer(Model):
    """What the seller answered, and when."""

    text: str
    at: str


class Enquiry(Model):
    """A question of a buyer about a listing. Names, phone and title are read where they are kept, not copied."""

    id: str
    listing_id: str
    seller_id: str
    buyer_id: str
    text: str
    quantity: int | None = None
    status: Status = "open"
    answer: EnquiryAnswer | None = None
    closed_at: str | None = None
    created_at: str
    updated_at: str

    def visible_to(self, person: str) -> bool:
        """Whether the person may see the enquiry: its buyer and its seller."""
        return person in (self.buyer_id, self.seller_id)

    def require_seller(self, person: str) -> "Enquiry":
        """This enquiry, after checking that the person is its seller.

        Raises:
            Forbidden: another person is the seller.
        """
        if person != self.seller_id:
            raise Forbidden("Only the seller of the listing may do this.", code="not_the_seller")
        return self

    def answered(self, request: AnswerRequest, now: str) -> "Enquiry":
        """The answered enquiry.

        Raises:
            Conflict: the enquiry is not open.
        """
        answer = EnquiryAnswer(text=request.text, at=now)
        return self._require_open().model_copy(update={"status": "answered", "answer": answer, "updated_at": now})

    def closed(self, now: str) -> "Enquiry":
        """The closed enquiry.

        Raises:
            Conflict: the enquiry is not open.
        """
        return self._require_open().model_copy(update={"status": "closed", "closed_at": now, "updated_at": now})

    def _require_open(self) -> "Enquiry":
        if self.status != "open":
            raise Conflict(f"The enquiry is {self.status}.", code="enquiry_status", params={"status": self.status})
        return self


def new_enquiry(request: EnquiryRequest, listing: Listing, *, buyer_id: str, now: str) -> Enquiry:
    """A new open enquiry about `listing`.

    Raises:
        Forbidden: the buyer is the seller.
        Conflict: the listing is not active.
    """
    if buyer_id == listing.seller_id:
        raise Forbidden("Nobody asks about their own listing.", code="own_listing")
    if not listing.is_public:
        raise no_enquiries(listing.status)
    return Enquiry(
        id=new_id(),
        listing_id=listing.id,
        seller_id=listing.seller_id,
        buyer_id=buyer_id,
        text=request.text,
        quantity=request.quantity,
        created_at=now,
        updated_at=now,
    )


def no_enquiries(status: str) -> Conflict:
    """The refusal of an enquiry about a listing with this status, or about a hidden one."""
    if status == "active":
        return Conflict("The listing takes no enquiries at the moment.", code="listing_hidden")
    return Conflict(
        f"The listing is {status}, so it takes no enquiries.", code="listing_status", params={"status": status}
    )
