"""What a payment provider does for the marketplace, in the marketplace's words. Each provider has an adapter.

Amounts are whole cents. Times are texts as `platform.base.clock` writes them. A look-up that raises has told nothing:
neither that a thing exists nor that it does not.
"""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from khaya.provider.model import (
        AccountCheck,
        Balance,
        Bank,
        BankAccount,
        Chargeback,
        ChargebackAnswer,
        Checkout,
        CheckoutRequest,
        Collection,
        Hint,
        Payout,
        PayoutRequest,
        Recipient,
        Refund,
        RefundRequest,
        Settlement,
    )


class PaymentProvider(Protocol):
    """A payment provider.

    Every method may raise `ProviderUnavailable`: the provider was not reached or cannot answer now, and nothing was
    done; `RateLimited` and `WrongMode` are kinds of it. A method that only reads raises nothing else, unless it says
    so. A method that changes something may also raise `Unclear`: it may or may not have been done.
    """

    def check_key(self) -> None:
        """Check our key without asking the provider; for functions that start.

        Raises:
            WrongMode: it is a key of the test mode in prod, or of the live mode elsewhere.
        """

    def collect(self, request: CheckoutRequest) -> Checkout:
        """Open a checkout page on which a person pays an amount under our reference.

        Not idempotent: a reference is good for one checkout. After `Unclear` or `DuplicateReference` look the
        collection up by `find_collection`, then open another checkout under the next reference.

        Raises:
            DuplicateReference: the reference was used before.
            Refused: the provider does not take the request.
            Unclear: the checkout may exist; its address is lost.
        """

    def find_collection(self, reference: str) -> Collection | None:
        """What became of a checkout; None if the provider does not know the reference."""

    def find_collections(self, since: str) -> tuple[Collection, ...]:
        """The collections of the days since the date `since`, which took money, in no certain order."""

    def refund(self, request: RefundRequest) -> Refund:
        """Give an amount of a collection back.

        Not idempotent: the provider knows no key. After `Unclear` look for our refund id by `find_refunds` before
        another attempt.

        Raises:
            Refused: it is not possible, for example more than what is left of the collection.
            TooLittleBalance: there is not enough money at the provider; nothing was done.
            Unclear: the refund may have been made.
        """

    def find_refund(self, provider_id: str) -> Refund | None:
        """One refund by the provider's id; None if it does not exist."""

    def find_refunds(self, since: str, refund_id: str | None = None) -> tuple[Refund, ...]:
        """The refunds made since the date `since`, all of them or only those with our `refund_id`."""

    def give_refund_account(self, provider_id: str, account: BankAccount) -> None:
        """Name the bank account for a refund in the state `needs_account`.

        Repeating it is harmless: once the refund goes on, the provider refuses another account.

        Raises:
            Refused: the account is not taken, or the refund needs none.
            Unclear: the account may have been taken.
        """

    def banks(self) -> tuple[Bank, ...]:
        """The banks whose accounts can be checked and paid, by name."""

    def check_account(self, account: BankAccount) -> AccountCheck:
        """Ask whether a bank account is open and belongs to the person with this identity number.

        Idempotent, but each check costs a fee.

        Raises:
            Refused: the provider does not take the details, for example an account number that cannot exist.
        """

    def make_recipient(self, account: BankAccount) -> Recipient:
        """Register a bank account for payouts; afterwards only the recipient's code is needed.

        Idempotent: the same account again gives the same code.

        Raises:
            Refused: the provider does not take the account.
            Unclear: it may be registered; register it again.
        """

    def pay_out(self, request: PayoutRequest) -> Payout:
        """Send money to a recipient under our reference.

        Idempotent by reference: the same reference again sends nothing more and returns what became of the first.
        After `Unclear` send the same reference again; after a final failure use a new one.

        Raises:
            Refused: the provider does not send it; nothing was sent.
            TooLittleBalance: there is not enough money at the provider; nothing was sent.
            Unclear: it may have been sent.
        """

    def find_payout(self, reference: str) -> Payout | None:
        """What became of a payout; None if the provider does not know it, or does not know it yet."""

    def find_payouts(self, since: str) -> tuple[Payout, ...]:
        """The payouts of the days since the date `since`, in no certain order."""

    def balance(self) -> Balance:
        """The money at the provider out of which payouts and refunds are paid."""

    def settlements(self, since: str, known: Group[str] = ()) -> tuple[Settlement, ...]:
        """The settlements dated since the date `since`, each with its collections; those whose ids are `known` not."""

    def find_chargeback(self, provider_id: str) -> Chargeback | None:
        """One chargeback; None if it does not exist."""

    def find_chargebacks(self, since: str) -> tuple[Chargeback, ...]:
        """The chargebacks opened since the date `since`, in no certain order."""

    def contest(self, answer: ChargebackAnswer) -> None:
        """Answer a chargeback: accept it, or contest it with evidence.

        Repeating it is harmless: the provider keeps the first decision and refuses another.

        Raises:
            Refused: the provider does not take the answer, for example because it is decided or too late.
            Unclear: the answer may have been taken; look the chargeback up.
        """

    def events_of(self, body: bytes, headers: Mapping[str, str]) -> tuple[Hint, ...]:
        """What a request from the provider hints at; nothing if it is about nothing that is known here.

        A hint may be repeated, late or out of order: look the thing up.

        Args:
            body: the body, byte for byte.
            headers: the headers, with names in any case.

        Raises:
            WrongSignature: the request is not signed with a key of ours. Nothing of it was read.
        """
