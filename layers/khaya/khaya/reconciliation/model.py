"""Differences that a reconciliation finds, and the figures of a day."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from khaya.ledger.model import Movement
from khaya.platform.base.errors import Conflict
from khaya.platform.base.fields import Count, Length, Prose
from khaya.platform.base.models import Model, RequestModel
from khaya.platform.base.money import Cents

Kind = Literal[
    "movement",
    "account",
    "escrow",
    "payout",
    "refund",
    "person",
    "collection",
    "chargeback",
    "settlement",
    "provider_balance",
]
Reason = Literal[
    "not_zero",
    "legs_missing",
    "balance_not_what_state_says",
    "item_missing",
    "not_in_our_books",
    "not_at_provider",
    "other_amount",
    "other_state",
    "other_currency",
    "not_live",
]
"""`not_zero`: the legs of a movement do not sum to zero. `legs_missing`: the legs of an account are not those of its
movements. `balance_not_what_state_says`: an escrow, a payout, a refund or a person holds another amount than its state.
The others compare with what the provider lists.
"""

Status = Literal["open", "closed"]

FLOWS: Final = (
    "collected",
    "settled",
    "earned",
    "refunded",
    "sentBack",
    "paidOut",
    "chargedBack",
    "platformFees",
    "providerFees",
    "losses",
    "rewards",
)
"""What is added up for each day."""


@dataclass(frozen=True)
class Finding:
    """Something that does not agree: ours and the other side's cents."""

    kind: Kind
    object: str
    reason: Reason
    ours_cents: int | None = None
    other_cents: int | None = None


class Difference(Model):
    """A finding that is kept until an admin closes it.

    Attributes:
        id: the same for the same finding, so that one that is found every night is one difference.
        object: the movement's source, the account, or the reference.
        ours_cents: what our books say.
        other_cents: what the movements, the item's state or the provider say.
    """

    id: str
    kind: Kind
    object: str
    reason: Reason
    ours_cents: Cents | None = None
    other_cents: Cents | None = None
    status: Status = "open"
    found_at: str
    closed_by: str | None = None
    closed_at: str | None = None
    closing_reason: str | None = None
    version: Count = 1

    def closed(self, reason: str, *, admin_id: str, now: str) -> "Difference":
        """The difference after an admin closed it.

        Raises:
            Conflict: it was closed before.
        """
        if self.status == "closed":
            raise Conflict("The difference was closed before.", code="difference_closed")
        changed = {"status": "closed", "closed_by": admin_id, "closed_at": now, "closing_reason": reason}
        return self.model_copy(update={**changed, "version": self.version + 1})


class DifferenceClosingRequest(RequestModel):
    """Why an admin closes a difference."""

    reason: Annotated[Prose, Length(10, 500)]


def difference_of(finding: Finding, now: str) -> Difference:
    """The difference that a finding is kept as."""
    facts = f"{finding.kind}#{finding.object}#{finding.reason}#{finding.ours_cents}#{finding.other_cents}"
    return Difference(
        id=hashlib.sha256(facts.encode()).hexdigest()[:26],
        kind=finding.kind,
        object=finding.object,
        reason=finding.reason,
        ours_cents=finding.ours_cents,
        other_cents=finding.other_cents,
        found_at=now,
    )


def flows_of(movement: Movement) -> Counter[str]:
    """What a movement moved, by name of flow."""
    found: Counter[str] = Counter()
    kind = movement.source.replace("-", ":").partition(":")[0]
    for leg in movement.legs:
        for name, cents in _flows(kind, leg.account, leg.cents):
            found[name] += cents
    return found


def _flows(kind: str, account: str, cents: int) -> Iterable[tuple[str, int]]:
    for name, sign in (*_BY_KIND.get((kind, account.partition("#")[0]), ()), *_BY_ACCOUNT.get(account, ())):
        yield name, sign * cents


_BY_KIND: Final[dict[tuple[str, str], tuple[tuple[str, int], ...]]] = {
    ("collection", "escrow"): (("collected", 1),),
    ("collection", "suspense"): (("collected", 1),),
    ("settlement", "providerBalance"): (("settled", -1),),
    ("settlement", "providerBank"): (("settled", -1),),
    ("escrow", "payout"): (("earned", 1),),
    ("escrow", "refund"): (("refunded", 1),),
    ("payout", "payout"): (("paidOut", -1),),
    ("refund", "refund"): (("sentBack", -1),),
    ("refund", "suspense"): (("sentBack", -1),),
    ("chargeback", "providerBalance"): (("chargedBack", 1),),
}
"""The flows that legs are part of, by the kind of the movement's source and the kind of account, and their sign."""

_BY_ACCOUNT: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "fees": (("platformFees", 1),),
    "providerFees": (("providerFees", -1),),
    "losses": (("losses", -1),),
    "rewards": (("rewards", -1),),
}
"""The flows that all legs of an account are part of."""
