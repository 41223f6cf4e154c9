"""A collection: one checkout for a part of an escrow, under a reference of ours."""

from typing import Final, Literal

from khaya.platform.base import clock
from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import Cents
from khaya.pricing.model import Part

Status = Literal["opening", "waiting", "paid", "failed", "abandoned", "returned"]
"""Its checkout is being made; can be paid; was paid; failed or was left, which a late payment may change; was paid when
nothing was due, and goes back."""

LINK_HOURS: Final = 24
"""Hours for which a checkout is given again."""

LINKS_PER_HOUR: Final = 5
"""New checkouts that a person may open in an hour."""

MAX_FAILED_CARDS: Final = 5
"""Failed card payments of one job after which no checkout is made."""

OPENING_SECONDS: Final = 30
"""Seconds after which a checkout that is still being made counts as interrupted."""


class CheckoutRequest(RequestModel):
    """The part of the escrow that is to be paid."""

    part: Part


class Collection(Model):
    """A collection.

    Attributes:
        id: the reference at the provider.
        attempt: the number of the checkout for this part.
        checkout_url: where to pay.
        expires_at: until when the checkout is given again.
        paid_cents: what was paid, which may differ from what was due.
        fee_cents: what the provider keeps.
        card_hashes: keyed hashes of the card, one for each valid service key; empty if it was paid without a card.
        charged_back_cents: what the buyer's bank took back of it.
        next_at: when the provider is asked again.
    """

    id: str
    job_id: str
    job_title: str
    buyer_id: str
    part: Part
    attempt: Count
    amount_cents: Cents
    status: Status = "opening"
    checkout_url: str | None = None
    expires_at: str
    paid_cents: Cents | None = None
    fee_cents: Cents | None = None
    card_hashes: tuple[str, ...] = ()
    paid_at: str | None = None
    settled_at: str | None = None
    charged_back_cents: Cents = 0
    next_at: str | None = None
    created_at: str
    updated_at: str
    version: Count = 1

    @property
    def is_by_card(self) -> bool:
        """Whether it was paid by card."""
        return bool(self.card_hashes)

    def shares_card_with(self, other: "Collection") -> bool:
        """Whether both were paid by the same card."""
        return not {*self.card_hashes}.isdisjoint(other.card_hashes)

    def is_live(self, now: str) -> bool:
        """Whether the checkout can be given again."""
        return self.status == "waiting" and self.expires_at > now

    def is_interrupted(self, now: str) -> bool:
        """Whether the checkout was begun and its outcome is not known."""
        return self.status == "opening" and clock.plus(self.created_at, seconds=OPENING_SECONDS) <= now

    def opened(self, url: str, now: str) -> "Collection":
        """The collection after the provider opened its checkout."""
        next_at = clock.plus(now, minutes=_FIRST_LOOK_MINUTES)
        return self._updated(now, status="waiting", checkout_url=url, next_at=next_at)

    def looked_up(self, status: Status, now: str) -> "Collection":
        """The collection after the provider said that it is not paid; it is asked again, ever less often."""
        age = clock.seconds_between(self.created_at, now)
        ends = age > _LAST_LOOK_DAYS * 24 * 3600
        next_at = None if ends else clock.plus(now, seconds=round(max(60.0, age / 2)))
        return self._updated(now, status=status, next_at=next_at)

    def paid(
        self,
        cents: int,
        *,
        fee_cents: int,
        card_hashes: tuple[str, ...],
        paid_at: str,
        now: str,
        returned: bool = False,
    ) -> "Collection":
        """The collection after it was paid; `returned` if nothing was due any more.

        Raises:
            Conflict: it was paid before.
        """
        if self.status in ("paid", "returned"):
            raise Conflict("This was paid before.", code="already_paid")
        return self._updated(
            now,
            status="returned" if returned else "paid",
            paid_cents=cents,
            fee_cents=fee_cents,
            card_hashes=card_hashes,
            paid_at=paid_at,
            next_at=None,
        )

    @property
    def refundable_cents(self) -> int:
        """What can still be given back of it: the provider refuses what the bank took back."""
        return (self.paid_cents or 0) - self.charged_back_cents

    def charged_back(self, cents: int, now: str) -> "Collection":
        """The collection after the buyer's bank took `cents` of it back."""
        return self._updated(now, charged_back_cents=self.charged_back_cents + cents)

    def settled(self, now: str) -> "Collection":
        """The collection after the provider paid it out to us."""
        return self._updated(now, settled_at=now)

    def _updated(self, now: str, **changed: object) -> "Collection":
        return self.model_copy(update={**changed, "updated_at": now, "version": self.version + 1})


_FIRST_LOOK_MINUTES: Final = 2
_LAST_LOOK_DAYS: Final = 7


def reference_of(job_id: str, part: Part, attempt: int) -> str:
    """The reference of a checkout: job, part and number of the attempt."""
    return f"{job_id.lower()}-{part}-{attempt}"


def new_collection(
    *, job_id: str, job_title: str, buyer_id: str, part: Part, attempt: int, amount_cents: int, now: str
) -> Collection:
    """A collection whose checkout is about to be opened."""
    return Collection(
        id=reference_of(job_id, part, attempt),
        job_id=job_id,
        job_title=job_title,
        buyer_id=buyer_id,
        part=part,
        attempt=attempt,
        amount_cents=amount_cents,
        expires_at=clock.plus(now, hours=LINK_HOURS),
        next_at=clock.plus(now, minutes=_FIRST_LOOK_MINUTES),
        created_at=now,
        updated_at=now,
    )
