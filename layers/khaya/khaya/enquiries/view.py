"""An enquiry as the API shows it to its buyer and its seller."""

from typing import Annotated, Any

from pydantic import Field

from khaya.enquiries.model import Enquiry, EnquiryAnswer, Status
from khaya.enquiries.service import Related
from khaya.platform.base.models import Model
from khaya.profiles.model import FORMER_NAME, NEW_NAME
from khaya.users.model import User


class BuyerContact(Model):
    """The present name and phone number of the buyer, by which the seller reaches them."""

    display_name: str
    phone: str | None


class EnquiryView(Model):
    """An enquiry. Buyer and seller see the same."""

    id: str
    listing_id: str
    listing_title: Annotated[str, Field(description="The present title of the listing.")]
    seller_id: str
    seller_name: str
    buyer_id: str
    buyer_name: str
    contact: BuyerContact
    text: str
    quantity: int | None
    status: Status
    answer: EnquiryAnswer | None
    closed_at: str | None
    created_at: str
    updated_at: str


def enquiry_view(enquiry: Enquiry, related: Related) -> EnquiryView:
    """The enquiry with the present title, names and phone."""
    listing, buyer = related.listing, _contact(related.buyer)
    shown: dict[str, Any] = {
        "listing_title": listing.title if listing else "",
        "seller_name": listing.seller_name if listing else FORMER_NAME,
        "buyer_name": buyer.display_name,
        "contact": buyer,
    }
    own = {name: getattr(enquiry, name) for name in EnquiryView.model_fields if name not in shown}
    return EnquiryView(**own, **shown)


def _contact(buyer: User) -> BuyerContact:
    if buyer.status == "erased":
        return BuyerContact(display_name=FORMER_NAME, phone=None)
    return BuyerContact(display_name=buyer.display_name or NEW_NAME, phone=buyer.phone)
