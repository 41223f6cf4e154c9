"""The words of pages to share, in each language."""

from __future__ import annotations

from typing import Final

from khaya.notifications.choices import Language

WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "open": "Open in Khaya",
        "closed": "This is closed",
        "closedText": "It is closed, was removed, or is not for everybody.",
        "place": "Place",
        "budget": "Budget",
        "bids": "Bids",
        "start": "Start",
        "until": "Open until",
        "postedBy": "Posted by",
        "price": "Price",
        "inStock": "In stock",
        "seller": "Seller",
        "trades": "Trades",
        "rating": "Rating",
        "reviews": "{count} reviews",
        "noReviews": "no reviews yet",
        "jobsDone": "Jobs done",
        "verified": "Verified",
        "yes": "yes",
        "person": "Find people for your job on Khaya.",
        "author": "Told by",
        "invite": "{name} invites you to Khaya",
        "inviteText": "Find work, people and building materials near you.",
    },
    "zu": {
        "open": "Vula ku-Khaya",
        "closed": "Lokhu kuvaliwe",
        "closedText": "Kuvaliwe, kususiwe, noma akuvulelekile kubo bonke.",
        "place": "Indawo",
        "budget": "Isabelomali",
        "bids": "Iziphakamiso",
        "start": "Ukuqala",
        "until": "Kuvuliwe kuze kube",
        "postedBy": "Kufakwe ngu",
        "price": "Intengo",
        "inStock": "Okukhona",
        "seller": "Umthengisi",
        "trades": "Imisebenzi",
        "rating": "Isilinganiso",
        "reviews": "izibuyekezo ezingu-{count}",
        "noReviews": "azikho izibuyekezo okwamanje",
        "jobsDone": "Imisebenzi eqediwe",
        "verified": "Uqinisekisiwe",
        "yes": "yebo",
        "person": "Thola abantu bomsebenzi wakho ku-Khaya.",
        "author": "Ixoxwe ngu",
        "invite": "U-{name} ukumema ku-Khaya",
        "inviteText": "Thola umsebenzi, abantu nezinto zokwakha eduze kwakho.",
    },
}
"""No native speaker has read those in isiZulu yet."""
