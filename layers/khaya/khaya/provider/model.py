"""What goes to a payment provider and what comes back. Account numbers and personal data are not in the `repr`."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from khaya.platform.base.money import ZAR

CollectionState = Literal["waiting", "paid", "failed", "abandoned", "reversed"]
"""`waiting`, `failed` and `abandoned` are not final: whoever has the page may pay late. `reversed` was paid."""

RefundState = Literal["pending", "paid", "failed", "needs_account"]
"""`needs_account` waits for `give_refund_account`."""

PayoutState = Literal["sent", "paid", "failed", "returned"]
"""`paid` is not final: the bank may return it days later. `failed` and `returned` are final."""

ChargebackState = Literal["open", "won", "lost"]

AccountProblem = Literal["somebody_else", "closed", "unknown"]
"""Why an account was not verified; `unknown` if the provider gives no reason that is known here."""

SettlementState = Literal["pending", "paid", "failed"]

SettlementDestination = Literal["balance", "bank"]
"""Where settled money goes: into the balance at the provider, or to our bank account."""

EventKind = Literal["collection", "refund", "payout", "chargeback"]

REFERENCE_PATTERN: Final = r"[a-z0-9_-]{16,50}"
"""The form of our references, which every provider's adapter takes."""

_REFERENCE: Final = re.compile(REFERENCE_PATTERN)


def is_reference(text: str) -> bool:
    """Whether a text can be a reference of ours."""
    return _REFERENCE.fullmatch(text) is not None


@dataclass(frozen=True)
class CheckoutRequest:
    """A checkout page that is to be opened.

    Attributes:
        reference: ours; see `is_reference`.
        person_id: who is to pay.
        return_url: where the browser goes afterwards.
        email: the person's address, if they have one.
    """

    reference: str
    amount_cents: int
    person_id: str
    return_url: str
    email: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check(self.reference, self.amount_cents)


@dataclass(frozen=True)
class Checkout:
    """A checkout page; whoever has its address can pay."""

    reference: str
    url: str


@dataclass(frozen=True)
class Collection:
    """Money that a person paid or was to pay.

    Attributes:
        amount_cents: what was paid, or is to be paid while it is not.
        fee_cents: what the provider keeps; None while that is not known.
        card: the provider's mark of the card, equal for two payments by it; None if it was no card.
        live: whether it is real money.
        under_way: whether the person has paid and the bank has not answered yet; a deadline waits for that.
    """

    reference: str
    state: CollectionState
    amount_cents: int
    currency: str
    live: bool
    fee_cents: int | None = None
    card: str | None = None
    paid_at: str | None = None
    under_way: bool = False


@dataclass(frozen=True)
class RefundRequest:
    """A refund that is to be made.

    Attributes:
        refund_id: our id of it, by which it is found again.
        collection: the reference of the collection.
    """

    refund_id: str
    collection: str
    amount_cents: int

    def __post_init__(self) -> None:
        _check(self.collection, self.amount_cents)


@dataclass(frozen=True)
class Refund:
    """A refund at the provider.

    Attributes:
        provider_id: the provider's id of it.
        refund_id: ours; None if it was not made by us.
        collection: the reference of the collection.
    """

    provider_id: str
    refund_id: str | None
    collection: str
    state: RefundState
    amount_cents: int
    currency: str
    live: bool


@dataclass(frozen=True)
class Bank:
    """A bank, by the code that accounts name."""

    code: str
    name: str


@dataclass(frozen=True)
class BankAccount:
    """A person's bank account.

    Attributes:
        identity_number: the holder's, which a check needs and nothing else does.
    """

    bank_code: str
    account_number: str = field(repr=False)
    account_name: str = field(repr=False)
    identity_number: str = field(default="", repr=False)


@dataclass(frozen=True)
class AccountCheck:
    """What the provider says of a bank account; `problem` is None if it is verified."""

    problem: AccountProblem | None

    @property
    def verified(self) -> bool:
        """Whether it is open and the person's own."""
        return self.problem is None


@dataclass(frozen=True)
class Recipient:
    """A bank account that the provider knows, by its code."""

    code: str


@dataclass(frozen=True)
class PayoutRequest:
    """A payout that is to be sent.

    Attributes:
        reference: ours; the payout is idempotent by it. See `is_reference`.
        recipient: the recipient's code.
        reason: what the recipient reads on the bank statement.
    """

    reference: str
    amount_cents: int
    recipient: str
    reason: str

    def __post_init__(self) -> None:
        _check(self.reference, self.amount_cents)


@dataclass(frozen=True)
class Payout:
    """A payout at the provider.

    Attributes:
        needs_approval: whether the provider waits until an operator approves it.
    """

    reference: str
    state: PayoutState
    amount_cents: int
    currency: str
    live: bool
    needs_approval: bool = False


@dataclass(frozen=True)
class Balance:
    """Money at the provider, in rand."""

    amount_cents: int
    currency: str = ZAR


@dataclass(frozen=True)
class SettledCollection:
    """A collection in a settlement, with what the provider kept of it."""

    reference: str
    amount_cents: int
    fee_cents: int


@dataclass(frozen=True)
class Settlement:
    """Collections that the provider paid out to us together.

    Attributes:
        amount_cents: what was paid out: the collections less fees and deductions.
        fee_cents: what the provider kept.
        destination: where it was paid.
        settled_on: its date.
    """

    provider_id: str
    state: SettlementState
    amount_cents: int
    fee_cents: int
    currency: str
    live: bool
    destination: SettlementDestination
    settled_on: str
    collections: tuple[SettledCollection, ...] = ()


@dataclass(frozen=True)
class Chargeback:
    """A payment that the buyer's bank takes back.

    Attributes:
        collection: the reference of the collection.
        answered: whether the provider waits for our answer no longer.
        due_at: when the provider must have our answer; None if it names no time.
    """

    provider_id: str
    collection: str
    state: ChargebackState
    amount_cents: int
    currency: str
    live: bool
    answered: bool
    due_at: str | None = None


@dataclass(frozen=True)
class ChargebackEvidence:
    """What speaks against a chargeback: whom we served, how, and a document with the rest.

    Attributes:
        customer_email: the person's address, if they have one; so is their number.
        customer_id: our id of the person.
        delivered_on: the date of the work's submission.
        document: the download of the evidence, of the type `document_type`.
    """

    service: str = field(repr=False)
    customer_name: str = field(repr=False)
    customer_email: str | None = field(repr=False)
    customer_phone: str | None = field(repr=False)
    document: bytes = field(repr=False)
    document_name: str = "evidence.pdf"
    document_type: str = "application/pdf"
    delivered_on: str | None = None
    customer_id: str = ""


@dataclass(frozen=True)
class ChargebackAnswer:
    """Our answer to a chargeback: it is contested with `evidence`, or accepted without.

    Attributes:
        amount_cents: how much is given back if it is accepted.
        message: why, for the provider.
    """

    provider_id: str
    amount_cents: int
    message: str = field(repr=False)
    evidence: ChargebackEvidence | None = None


@dataclass(frozen=True)
class Hint:
    """Something may have happened; look it up.

    Attributes:
        kind: what it is about.
        reference: ours; for a refund and a chargeback that of the collection.
        provider_id: the provider's id, where the event names one.
    """

    kind: EventKind
    reference: str | None = None
    provider_id: str | None = None


def _check(reference: str, amount_cents: int) -> None:
    if not is_reference(reference):
        raise ValueError("not a reference of ours")
    if amount_cents <= 0:
        raise ValueError("not an amount")
