"""The part of the list about payments: escrows, collections, payouts, refunds, chargebacks, and the books."""

from __future__ import annotations

from typing import Final

from khaya.chargebacks.model import Chargeback
from khaya.collections.model import Collection
from khaya.escrows.model import Escrow
from khaya.paper.model import InvoiceNumber
from khaya.payout_accounts.model import Banks, PayoutAccount
from khaya.payouts.model import Payout
from khaya.personal_data.places import (
    BUYER_OF_THE_JOB,
    DELETE,
    REMOVE,
    REMOVED_JOB,
    TEXT,
    Place,
    Record,
    delete,
    keep,
    replace,
)
from khaya.reconciliation.model import Difference
from khaya.refunds.model import Refund
from khaya.settlements.model import BookedSettlement
from khaya.suspense.model import Suspense

_MONEY: Final = "seven years, without a name"
_REASON_OF_AN_ADMIN: Final = keep("why an admin decided about money; money records stay seven years without a name")
_PROPOSAL: Final = keep("what an admin proposes, until another one decides; the parties do not see it")
_TITLE: Final = replace(REMOVED_JOB)
_EVIDENCE: Final = keep("evidence for the other party and for the payment provider")
_AT_THE_PROVIDER: Final = keep("the payment provider's code, which names nobody here: evidence of where money went")

PAYMENT_RECORDS: Final[tuple[Record, ...]] = (
    Record(
        "escrow",
        "escrows",
        Escrow,
        (
            Place("jobTitle", "typed text", "buyerId", _TITLE),
            Place("dispute.reason", "typed text", "dispute.by", TEXT),
            Place("dispute.evidence[].text", "typed text", "dispute.evidence[].by", TEXT),
            Place("dispute.evidence[].photos", "file", "dispute.evidence[].by", _EVIDENCE),
            Place("dispute.decisionReason", "typed text", "admin", _REASON_OF_AN_ADMIN),
            Place("dispute.note", "typed text", "admin", _REASON_OF_AN_ADMIN, "no"),
            Place("proposedResolution", "identifier", "proposedResolution.by", _PROPOSAL, "no"),
            Place("evidencePhotos", "file", "parties", _EVIDENCE, "no"),
            Place("pictures{}.folder", "file", "parties", _EVIDENCE, "no"),
        ),
        _MONEY,
    ),
    Record(
        "pair of a buyer and a worker whose jobs were counted",
        "escrows",
        None,
        (Place("id", "identifier", "parties", keep("ids, which name nobody after an erasure"), "no"),),
        _MONEY,
    ),
    Record(
        "collection",
        "collections",
        Collection,
        (
            Place("jobTitle", "typed text", "buyerId", _TITLE),
            Place(
                "cardHashes",
                "identifier",
                "buyerId",
                keep("keyed hashes, by which a card is recognised that several people use"),
                "no",
            ),
        ),
        _MONEY,
    ),
    Record(
        "payout",
        "payouts",
        Payout,
        (
            Place("jobTitle", "typed text", BUYER_OF_THE_JOB, _TITLE),
            Place("recipient", "identifier", "userId", _AT_THE_PROVIDER, "no"),
            Place("lastRecipient", "identifier", "userId", _AT_THE_PROVIDER, "no"),
            Place("decisionReason", "typed text", "decidedBy", _REASON_OF_AN_ADMIN),
            Place("proposal.reason", "typed text", "proposal.by", _REASON_OF_AN_ADMIN, "no"),
        ),
        _MONEY,
    ),
    Record(
        "payout account",
        "payouts",
        PayoutAccount,
        (
            Place("accountName", "name", "userId", DELETE, "to its owner"),
            Place("bankCode", "identifier", "userId", DELETE, "to its owner"),
            Place("bankName", "identifier", "userId", DELETE, "to its owner"),
            Place("lastDigits", "identifier", "userId", DELETE, "to its owner"),
            Place("sealed", "identifier", "userId", DELETE, "no"),
            Place("recipient", "identifier", "userId", DELETE, "no"),
            Place("fingerprints", "identifier", "userId", DELETE, "no"),
            Place(
                "identityHashes",
                "identifier",
                "userId",
                delete("an identity row with the hash stays, so that nobody uses the number afresh"),
                "no",
            ),
        ),
        "as long as the account",
    ),
    Record("list of banks", "payouts", Banks, (), "until it is fetched again"),
    Record(
        "refund",
        "refunds",
        Refund,
        (
            Place("jobTitle", "typed text", "buyerId", _TITLE),
            Place("sealed", "identifier", "buyerId", REMOVE, "no"),
            Place("decisionReason", "typed text", "decidedBy", _REASON_OF_AN_ADMIN, "no"),
            Place("proposal.reason", "typed text", "proposal.by", _REASON_OF_AN_ADMIN, "no"),
        ),
        _MONEY,
    ),
    Record(
        "money in suspense",
        "refunds",
        Suspense,
        (Place("decisionReason", "typed text", "decidedBy", _REASON_OF_AN_ADMIN, "no"),),
        _MONEY,
    ),
    Record(
        "chargeback",
        "chargebacks",
        Chargeback,
        (
            Place("jobTitle", "typed text", "buyerId", _EVIDENCE, "no"),
            Place("answer.reason", "typed text", "answer.by", _REASON_OF_AN_ADMIN, "no"),
            Place("evidenceKey", "file", "parties", _EVIDENCE, "no"),
        ),
        _MONEY,
    ),
    Record(
        "difference that a reconciliation found",
        "books",
        Difference,
        (
            Place("object", "identifier", "object", keep("ids, which name nobody after an erasure"), "no"),
            Place("closingReason", "typed text", "closedBy", _REASON_OF_AN_ADMIN, "no"),
        ),
        _MONEY,
    ),
    Record("settlement", "books", BookedSettlement, (), _MONEY),
    Record("number of a tax invoice", "books", InvoiceNumber, (), _MONEY),
)
"""The items of the tables Escrows, Collections, Payouts, Refunds, Chargebacks and Books."""
