"""Lists of payments and earnings, out of the tables of collections, refunds and payouts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Final, TypeVar

from khaya.collections import store as collections
from khaya.collections.model import Collection
from khaya.escrows import store as escrows
from khaya.payment_records.model import REFUND_PREFIX, Earning, Payment, earning_of, payment_of, payment_of_refund
from khaya.payouts import store as payouts
from khaya.payouts.model import Payout
from khaya.platform.base.errors import NotFound
from khaya.platform.data.pages import PageRequest, PageResult
from khaya.platform.data.unit_of_work import read_together
from khaya.refunds import store as refunds
from khaya.refunds.model import Refund
from khaya.suspense import store as suspense

Span = tuple[str, str]
Shown = TypeVar("Shown", Payment, Earning)

_BATCH: Final = 50


def payments(buyer_id: str, span: Span, page_request: PageRequest) -> PageResult[Payment]:
    """A page of what a buyer paid and got back, newest first."""
    span, before = _rest_of(span, page_request)
    rows = _rows(buyer_id, span, page_request.limit + 2, newest_first=True)
    wanted = list(islice((row for row in rows if _order(row) != before), page_request.limit + 1))
    found = _payments(wanted[: page_request.limit])
    return _page(found, more=len(wanted) > page_request.limit)


def every_payment(buyer_id: str, span: Span) -> Iterator[Payment]:
    """What a buyer paid and got back, oldest first."""
    rows = _rows(buyer_id, span, _BATCH, newest_first=False)
    while group := list(islice(rows, _BATCH)):
        yield from _payments(group)


def earnings(worker_id: str, span: Span, page_request: PageRequest) -> PageResult[Earning]:
    """A page of what a worker earned, newest first."""
    span, before = _rest_of(span, page_request)
    rows = payouts.earned_by(worker_id, span, batch=page_request.limit + 2)
    wanted = list(islice((row for row in rows if _order(row) != before), page_request.limit + 1))
    found = [earning_of(payout) for payout in wanted[: page_request.limit]]
    return _page(found, more=len(wanted) > page_request.limit)


def every_earning(worker_id: str, span: Span) -> Iterator[Earning]:
    """What a worker earned, oldest first."""
    return map(earning_of, payouts.earned_by(worker_id, span, batch=_BATCH, newest_first=False))


def own_payment(payment_id: str, buyer_id: str) -> Payment:
    """A payment or refund of the buyer.

    Raises:
        NotFound: there is none, or it is another person's.
    """
    row: Collection | Refund | None
    if payment_id.startswith(REFUND_PREFIX):
        row = refunds.find(payment_id.removeprefix(REFUND_PREFIX))
    else:
        row = collections.find(payment_id)
    if row is None or row.buyer_id != buyer_id or (isinstance(row, Collection) and row.paid_cents is None):
        raise NotFound("There is no such payment.")
    return _payments([row])[0]


def own_earning(earning_id: str, worker_id: str) -> Earning:
    """An earning of the worker.

    Raises:
        NotFound: there is none, or it is another person's.
    """
    payout = payouts.find(earning_id)
    if payout is None or payout.user_id != worker_id or payout.kind != "earning":
        raise NotFound("There is no such earning.")
    return earning_of(payout)


def _rows(buyer_id: str, span: Span, batch: int, *, newest_first: bool) -> Iterator[Collection | Refund]:
    """Payments and refunds of a buyer, in order."""
    paid = collections.paid_between(buyer_id, span, batch=batch, newest_first=newest_first)
    back = refunds.of_buyer(buyer_id, span, batch=batch, newest_first=newest_first)
    return merge(paid, back, key=_order, reverse=newest_first)


def _order(row: Collection | Refund | Payout) -> str:
    at = row.paid_at if isinstance(row, Collection) else row.created_at
    return f"{at}#{row.id}"


def _payments(rows: Iterable[Collection | Refund]) -> list[Payment]:
    """The payments of rows, with what their escrows and suspense say, in one read."""
    rows = list(rows)
    keys = {
        row.id: suspense.key(row.id) if isinstance(row, Collection) else escrows.key(row.id)
        for row in rows
        if isinstance(row, Refund) or row.status == "returned"
    }
    items = dict(zip(keys, read_together(list(keys.values())) if keys else [], strict=True))
    return [
        payment_of(row, suspense.read(items.get(row.id)))
        if isinstance(row, Collection)
        else payment_of_refund(row, escrows.read(items.get(row.id)))
        for row in rows
    ]


def _rest_of(span: Span, page_request: PageRequest) -> tuple[Span, str | None]:
    """The bounds of a page, and the order of the last item of the page before it."""
    start = page_request.start()
    before = str(start["before"]) if start else None
    return (span[0], before if before is not None else span[1]), before


def _page(found: list[Shown], *, more: bool) -> PageResult[Shown]:
    return PageResult(found, {"before": found[-1].order} if more else None)
