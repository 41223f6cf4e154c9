"""Numbers of tax invoices: one after the other in each year, without gaps.

The number and the counter are written in one transaction, and a number is kept with what it is for, so an invoice that
is made again has the same number. Items `invoice#<subject>` and `invoices#<year>` of the Books table.
"""

from __future__ import annotations

from typing import Final

from khaya.paper.model import InvoiceNumber
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item
from khaya.platform.base.settings import settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.unit_of_work import commit_now
from khaya.platform.work.retries import retry_on_conflict

_ATTEMPTS: Final = 20
_DIGITS: Final = 6


def number_of(subject: str, now: str) -> InvoiceNumber:
    """The number of the invoice for a subject, given on the first call."""
    return retry_on_conflict(lambda: _number(subject, now), _ATTEMPTS)


def _number(subject: str, now: str) -> InvoiceNumber:
    year = clock.local_day(now)[:4]
    known, counter = dynamo.get_many([_key(f"invoice#{subject}"), _key(f"invoices#{year}")])
    if known is not None:
        return InvoiceNumber.model_validate(known)
    last = int(counter["last"]) if counter else 0
    given = InvoiceNumber(number=f"{year}-{last + 1:0{_DIGITS}}", issued_at=now)
    commit_now(*_writes(subject, year, last, given))
    return given


def _writes(subject: str, year: str, last: int, given: InvoiceNumber) -> list[writes.Write]:
    table, key = _key(f"invoice#{subject}")
    item: Item = {**key, "number": given.number, "issuedAt": given.issued_at}
    return [
        writes.create(table, item),
        writes.update(
            *_key(f"invoices#{year}"),
            "SET #last = :next",
            condition="#last = :last" if last else "attribute_not_exists(#last)",
            refusal=lambda _: WriteConflict(),
            values={"next": last + 1, **({"last": last} if last else {})},
        ),
    ]


def _key(name: str) -> tuple[str, dict[str, str]]:
    return settings().books_table, {"id": name}
