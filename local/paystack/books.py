"""The stand-in's books: collections, transfers, refunds, chargebacks, settlements and the balance, kept in a file."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CURRENCY = "ZAR"
DECIDED_AFTER = 1.0  # seconds until a transfer or refund succeeds, unless something else was said
TRANSFER_FEE = 345  # R3 and VAT
VAT_PERCENT = 15
OVERDRAFT = 1_000_000
"""How far refunds may bring the balance below zero; transfers may not."""
DISPUTE_HOURS = 48
NO_REFUND = "no refund"
"""How the text of a card ends whose bank refuses the first refund of each payment; a second one arrives."""
NO_TRANSFER = "3"
"""How the number of a bank account ends that verifies, and whose bank takes no transfer."""


@dataclass
class Collection:
    """A transaction: a checkout page, and what was paid on it."""

    id: int
    reference: str
    amount: int
    currency: str
    email: str
    callback_url: str
    created_at: str
    access_code: str
    status: str = "abandoned"
    """As Paystack has it from the beginning, until somebody pays."""
    attempts: int = 0
    card: str | None = None
    fees: int | None = None
    paid_at: str | None = None
    settlement: int | None = None


@dataclass
class Recipient:
    """A bank account that transfers go to."""

    id: int
    code: str
    name: str
    account_number: str
    bank_code: str
    created_at: str


@dataclass
class Transfer:
    """Money on its way to a recipient."""

    id: int
    code: str
    reference: str
    amount: int
    recipient: str
    reason: str
    created_at: str
    status: str = "pending"
    transferred_at: str | None = None


@dataclass
class Refund:
    """Money on its way back to whoever paid."""

    id: int
    reference: str
    """The collection's."""
    amount: int
    note: str
    created_at: str
    tried_at: str
    status: str = "pending"
    refunded_at: str | None = None


@dataclass
class Chargeback:
    """A dispute about a collection."""

    id: int
    reference: str
    """The collection's."""
    amount: int
    created_at: str
    due_at: str
    status: str = "awaiting-merchant-feedback"
    resolution: str | None = None
    resolved_at: str | None = None
    reminded: bool = False
    evidence: int | None = None


@dataclass
class Settlement:
    """Collections that were settled together, less what was kept."""

    id: int
    reference: str
    amount: int
    fees: int
    currency: str
    created_at: str
    collections: list[str] = field(default_factory=list)
    status: str = "success"


Event = Callable[[str, Any], None]
"""Is told of each event by its name, with the thing that it is about."""


class CannotDo(Exception):
    """What is asked for does not fit the state of the thing."""


class Books:
    """Everything, and the changes to it. The caller holds a lock."""

    def __init__(self, tell: Event, now: Callable[[], datetime], file: Path | None = None) -> None:
        self._tell = tell
        self._now = now
        self._file = file
        self._last_id = 4_099_260_000
        self.balance = 0
        self.webhook = ""
        """Where events are sent."""
        self.collections: dict[str, Collection] = {}
        self.recipients: dict[str, Recipient] = {}
        self.transfers: dict[str, Transfer] = {}
        self.refunds: dict[int, Refund] = {}
        self.chargebacks: dict[int, Chargeback] = {}
        self.settlements: dict[int, Settlement] = {}
        if file is not None and file.exists():
            self._load(json.loads(file.read_text()))

    def time(self, **later: float) -> str:
        """The time now, or some time later."""
        return text_of(self._now() + timedelta(**later))

    def next_id(self) -> int:
        """A new id."""
        self._last_id += 1
        return self._last_id

    def open_checkout(self, reference: str, amount: int, currency: str, email: str, callback_url: str) -> Collection:
        """A new collection, that nobody has paid yet."""
        number = self.next_id()
        code = f"{number:x}"[::-1]
        made = Collection(number, reference, amount, currency, email, callback_url, self.time(), code)
        self.collections[reference] = made
        return made

    def end_checkout(
        self,
        one: Collection,
        outcome: str,
        *,
        amount: int | None = None,
        currency: str | None = None,
        card: str | None = "c1",
    ) -> None:
        """Do what a person does: pay, fail to, leave, or pay while the bank takes its time (`ongoing`).

        Without a card it is a bank transfer.
        """
        if one.paid_at is not None:
            raise CannotDo("It is paid already.")
        one.status, one.attempts = outcome, one.attempts + 1
        if outcome == "success":
            one.amount = one.amount if amount is None else amount
            one.currency = currency or one.currency
            one.card, one.paid_at = card, self.time()
            one.fees = fees_of(one.amount, is_card=card is not None)
            self._tell("charge.success", one)

    def send(self, reference: str, amount: int, recipient: str, reason: str) -> Transfer:
        """A new transfer out of the balance."""
        if amount + TRANSFER_FEE > self.balance:
            raise CannotDo("Your balance is not enough to fulfil this request")
        number = self.next_id()
        made = Transfer(number, f"TRF_{number:x}", reference, amount, recipient, reason, self.time())
        self.transfers[reference] = made
        self.balance -= amount + TRANSFER_FEE
        return made

    def decide_transfer(self, one: Transfer, outcome: str) -> None:
        """End a transfer; one that succeeded can still come back."""
        allowed = {"pending": ("success", "failed", "reversed"), "success": ("reversed",)}
        if outcome not in allowed.get(one.status, ()):
            raise CannotDo(f"It is {one.status} already.")
        if outcome == "success":
            one.transferred_at = self.time()
        else:  # the fee of one that arrived is kept
            self.balance += one.amount + (TRANSFER_FEE if one.status == "pending" else 0)
        one.status = outcome
        self._tell(f"transfer.{outcome}", one)

    def give_back(self, one: Collection, amount: int, note: str) -> Refund:
        """A new refund; what the balance lacks is taken out of the next settlement, within a limit."""
        if amount > self.left_of(one):
            raise CannotDo("Refund amount cannot be more than what is left of the transaction amount")
        is_ours = one.currency == CURRENCY  # other currencies have balances of their own, which nothing here asks for
        if is_ours and amount > self.balance + OVERDRAFT:
            raise CannotDo("Your balance is not enough to fulfil this request")
        made = Refund(self.next_id(), one.reference, amount, note, self.time(), self.time())
        self.refunds[made.id] = made
        self.balance -= amount if is_ours else 0
        self._tell("refund.pending", made)
        return made

    def decide_refund(self, one: Refund, outcome: str) -> None:
        """End a refund, or have it wait for the buyer's account."""
        if one.status in ("failed", outcome):
            raise CannotDo(f"It is {one.status} already.")
        one.status = outcome
        one.refunded_at = self.time() if outcome == "processed" else None
        if outcome == "failed" and self.collections[one.reference].currency == CURRENCY:
            self.balance += one.amount
        self._tell(f"refund.{outcome}", one)

    def retry_refund(self, one: Refund) -> None:
        """Go on with a refund that waited for the buyer's account."""
        if one.status != "needs-attention":
            raise CannotDo("Refund does not need attention")
        one.status, one.tried_at = "processing", self.time()
        self._tell("refund.processing", one)

    def charge_back(self, one: Collection) -> Chargeback:
        """Open a chargeback of all that was paid."""
        if one.paid_at is None:
            raise CannotDo("It is not paid.")
        made = Chargeback(self.next_id(), one.reference, one.amount, self.time(), self.time(hours=DISPUTE_HOURS))
        self.chargebacks[made.id] = made
        self._tell("charge.dispute.create", made)
        return made

    def answer_chargeback(self, one: Chargeback, resolution: str) -> None:
        """Take our answer: accepted is lost at once, declined goes to the bank."""
        if one.status != "awaiting-merchant-feedback":
            raise CannotDo("Dispute has been answered")
        one.resolution = resolution
        if resolution == "declined":
            one.status = "awaiting-bank-feedback"
        else:
            self._end_chargeback(one, resolution)

    def decide_chargeback(self, one: Chargeback, outcome: str) -> None:
        """End a chargeback as the bank does."""
        if one.status == "resolved":
            raise CannotDo("It is resolved already.")
        lost = one.resolution if one.resolution in ("merchant-accepted", "auto-accepted") else "auto-accepted"
        self._end_chargeback(one, "declined" if outcome == "won" else lost)

    def _end_chargeback(self, one: Chargeback, resolution: str) -> None:
        one.status, one.resolution, one.resolved_at = "resolved", resolution, self.time()
        if resolution != "declined":
            self.balance -= one.amount
            self.collections[one.reference].status = "reversed"
        self._tell("charge.dispute.resolve", one)

    def settle(self) -> list[Settlement]:
        """Settle everything that was paid and is not settled yet, each currency by itself."""
        made = []
        for currency in sorted({one.currency for one in self._unsettled()}):
            paid = [one for one in self._unsettled() if one.currency == currency]
            fees = sum(one.fees or 0 for one in paid)
            number = self.next_id()
            amount = sum(one.amount for one in paid) - fees
            names = [one.reference for one in paid]
            self.settlements[number] = Settlement(number, str(number), amount, fees, currency, self.time(), names)
            for one in paid:
                one.settlement = number
            if currency == CURRENCY:
                self.balance += amount
            made.append(self.settlements[number])
        return made

    def go_on(self) -> int:
        """Do what time brings: what nobody decided succeeds, and chargebacks fall due. How many things changed."""
        before = self.time(seconds=-DECIDED_AFTER)
        transfers = [one for one in self.transfers.values() if one.status == "pending" and one.created_at <= before]
        refunds = [
            one for one in self.refunds.values() if one.status in ("pending", "processing") and one.tried_at <= before
        ]
        waiting = [one for one in self.chargebacks.values() if one.status == "awaiting-merchant-feedback"]
        late = [one for one in waiting if one.due_at <= self.time()]
        soon = self.time(hours=DISPUTE_HOURS / 2)
        due = [one for one in waiting if not one.reminded and self.time() < one.due_at <= soon]
        for transfer in transfers:
            self.decide_transfer(transfer, "success" if self._takes(transfer) else "failed")
        for refund in refunds:
            self.decide_refund(refund, "failed" if self._is_refused(refund) else "processed")
        for chargeback in late:
            self._end_chargeback(chargeback, "auto-accepted")
        for chargeback in due:
            chargeback.reminded = True
            self._tell("charge.dispute.remind", chargeback)
        return len([*transfers, *refunds, *late, *due])

    def age(self, hours: float) -> None:
        """Make everything older."""
        for thing in self._things():
            for name, value in asdict(thing).items():
                if name.endswith("_at") and value is not None:
                    setattr(thing, name, text_of(datetime.fromisoformat(value) - timedelta(hours=hours)))

    def left_of(self, one: Collection) -> int:
        """What can still be given back of a collection."""
        if one.paid_at is None or one.status == "reversed":
            return 0
        back = sum(
            refund.amount
            for refund in self.refunds.values()
            if refund.reference == one.reference and refund.status != "failed"
        )
        return one.amount - back

    def _takes(self, one: Transfer) -> bool:
        return not self.recipients[one.recipient].account_number.endswith(NO_TRANSFER)

    def _is_refused(self, one: Refund) -> bool:
        first = next(refund for refund in self.refunds.values() if refund.reference == one.reference)
        return first is one and (self.collections[one.reference].card or "").endswith(NO_REFUND)

    def _unsettled(self) -> list[Collection]:
        return [one for one in self.collections.values() if one.paid_at and one.settlement is None]

    def _things(self) -> Iterator[Any]:
        for group in _GROUPS:
            yield from getattr(self, group).values()

    def save(self) -> None:
        """Write everything to the file, if there is one."""
        if self._file is None:
            return
        kept = {group: [asdict(one) for one in getattr(self, group).values()] for group in _GROUPS}
        whole = {"lastId": self._last_id, "balance": self.balance, "webhook": self.webhook, **kept}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        half = self._file.with_suffix(".new")
        half.write_text(json.dumps(whole))
        half.replace(self._file)

    def _load(self, whole: dict[str, Any]) -> None:
        self._last_id, self.balance, self.webhook = whole["lastId"], whole["balance"], whole["webhook"]
        for group, (kind, key) in _GROUPS.items():
            found = [kind(**one) for one in whole[group]]
            getattr(self, group).update({getattr(one, key): one for one in found})


_GROUPS: dict[str, tuple[Any, str]] = {
    "collections": (Collection, "reference"),
    "recipients": (Recipient, "code"),
    "transfers": (Transfer, "reference"),
    "refunds": (Refund, "id"),
    "chargebacks": (Chargeback, "id"),
    "settlements": (Settlement, "id"),
}


def fees_of(amount: int, *, is_card: bool) -> int:
    """What Paystack keeps of a payment in South Africa: by card 2.9 % and R1, by bank transfer 2 %, and VAT on it."""
    return round((amount * 0.029 + 100 if is_card else amount * 0.02) * (100 + VAT_PERCENT) / 100)


def text_of(moment: datetime) -> str:
    """A time as Paystack writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
