"""What the stand-in can be told, by tests and people: see its start page."""

from collections.abc import Callable
from typing import Any

from local.paystack.books import CURRENCY, Books, CannotDo

Answer = tuple[int, dict[str, Any]]


def collection(books: Books, reference: str, told: dict[str, Any]) -> Answer:
    """End a checkout as a person would have."""
    outcome, amount, currency = told.get("outcome"), told.get("amountCents"), told.get("currency")
    card = told.get("card", "card")
    if outcome not in ("success", "failed", "abandoned", "ongoing") or not isinstance(card, str | None):
        return wrong("outcome is success, failed, abandoned or ongoing; card is a text or null")
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int) or amount < 1):
        return wrong("amountCents is a whole number above 0")
    if currency is not None and not (isinstance(currency, str) and len(currency) == 3 and currency.isupper()):
        return wrong("currency is a code of three letters")
    found = books.collections.get(reference)
    if found is None and amount is None:
        return missing()
    if found is None:
        found = books.open_checkout(reference, amount or 0, currency or CURRENCY, "somebody@khaya.example", "")
    return _do(lambda: books.end_checkout(found, outcome, amount=amount, currency=currency, card=card))


def transfer(books: Books, reference: str, told: dict[str, Any]) -> Answer:
    """Decide a transfer."""
    outcome, found = told.get("outcome"), books.transfers.get(reference)
    if outcome not in ("success", "failed", "reversed"):
        return wrong("outcome is success, failed or reversed")
    return _do(lambda: books.decide_transfer(found, outcome)) if found else missing()


def refund(books: Books, number: str, told: dict[str, Any]) -> Answer:
    """Decide a refund."""
    outcome, found = told.get("outcome"), books.refunds.get(_number(number))
    if outcome not in ("processed", "failed", "needs-attention"):
        return wrong("outcome is processed, failed or needs-attention")
    return _do(lambda: books.decide_refund(found, outcome)) if found else missing()


def open_chargeback(books: Books, told: dict[str, Any]) -> Answer:
    """Open a chargeback."""
    found = books.collections.get(str(told.get("reference")))
    if found is None:
        return missing()
    try:
        made = books.charge_back(found)
    except CannotDo as error:
        return 409, {"message": str(error)}
    return 201, {"id": made.id, "reference": made.reference, "dueAt": made.due_at}


def chargeback(books: Books, number: str, told: dict[str, Any]) -> Answer:
    """Decide a chargeback."""
    outcome, found = told.get("outcome"), books.chargebacks.get(_number(number))
    if outcome not in ("won", "lost"):
        return wrong("outcome is won or lost")
    return _do(lambda: books.decide_chargeback(found, outcome)) if found else missing()


def settle(books: Books) -> Answer:
    """Settle what was collected so far."""
    return 200, {"settlements": [{"id": one.id, "amountCents": one.amount} for one in books.settle()]}


def age(books: Books, told: dict[str, Any]) -> Answer:
    """Make the books older."""
    hours = told.get("hours")
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours < 100_000:
        return wrong("hours is a number above 0")
    books.age(hours)
    return 200, {}


def books_of(books: Books) -> dict[str, Any]:
    """Everything in the books."""
    collections = [
        {
            **_item(one, reference),
            "id": one.id,
            "currency": one.currency,
            "settled": one.settlement is not None,
            "feeCents": one.fees,
        }
        for reference, one in books.collections.items()
    ]
    refunds = [{**_item(one, one.reference), "id": one.id, "note": one.note} for one in books.refunds.values()]
    chargebacks = [
        {**_item(one, one.reference), "id": one.id, "resolution": one.resolution, "dueAt": one.due_at}
        for one in books.chargebacks.values()
    ]
    settlements = [
        {
            **_item(one, one.reference),
            "id": one.id,
            "currency": one.currency,
            "feeCents": one.fees,
            "collections": one.collections,
        }
        for one in books.settlements.values()
    ]
    transfers = [
        {**_item(one, reference), "id": one.id, "recipient": one.recipient}
        for reference, one in books.transfers.items()
    ]
    return {
        "collections": collections,
        "transfers": transfers,
        "refunds": refunds,
        "chargebacks": chargebacks,
        "settlements": settlements,
        "balanceCents": books.balance,
    }


def wrong(message: str) -> Answer:
    """The body does not say what is known."""
    return 400, {"message": message}


def missing() -> Answer:
    """There is no such thing."""
    return 404, {"message": "There is no such thing."}


def _do(change: Callable[[], None]) -> Answer:
    try:
        change()
    except CannotDo as error:
        return 409, {"message": str(error)}
    return 200, {}


def _item(one: Any, reference: str) -> dict[str, Any]:
    return {"reference": reference, "amountCents": one.amount, "status": one.status}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
