"""Which jobs between the same buyer and worker count as paid, so that nobody makes a good name by inventing jobs."""

from typing import Final

from khaya.platform.base import clock
from khaya.platform.base.models import Model

MAX_COUNTED: Final = 3
"""Jobs of one pair that count, in all."""

DAYS_BETWEEN: Final = 30
"""Days in which one job of a pair counts."""


class Pair(Model):
    """The times at which jobs between one buyer and one worker were counted."""

    paid_at: tuple[str, ...] = ()

    def counts(self, now: str) -> bool:
        """Whether a job that is released now counts."""
        recent = bool(self.paid_at) and clock.plus(max(self.paid_at), days=DAYS_BETWEEN) > now
        return len(self.paid_at) < MAX_COUNTED and not recent

    def with_job(self, now: str) -> "Pair":
        """The pair with one more counted job."""
        return self.model_copy(update={"paid_at": (*self.paid_at, now)})

    def without_job(self, paid_at: str) -> "Pair":
        """The pair without the job that was counted at `paid_at`."""
        return self.model_copy(update={"paid_at": tuple(at for at in self.paid_at if at != paid_at)})
