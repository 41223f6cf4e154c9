"""Reminders of money that waits for a person, for payouts and refunds alike."""

from collections.abc import Sequence
from typing import Final

from khaya.platform.base import clock
from khaya.platform.base.fields import Count
from khaya.platform.base.models import Model

REMINDER_DAYS: Final = (1, 7, 30)
"""Days after which the person is reminded. After the last reminder an admin takes over."""

SHORTEST_HOURS: Final = 1
LONGEST_HOURS: Final = 24


class Waiting(Model):
    """Since when something waits for its person, and how often they were reminded."""

    since: str
    reminded: Count = 0

    def looked_at(self, now: str, days: Sequence[int] = REMINDER_DAYS) -> "Waiting":
        """With one more reminder if one is due. Reminders that were missed are not caught up."""
        due = sum(clock.plus(self.since, days=day) <= now for day in days)
        return self if due <= self.reminded else self.model_copy(update={"reminded": due})

    def is_for_admin(self, days: Sequence[int] = REMINDER_DAYS) -> bool:
        """Whether all reminders were sent, so that an admin has to act."""
        return self.reminded >= len(days)

    def next_look(self, now: str, days: Sequence[int] = REMINDER_DAYS) -> str:
        """When it is looked at again: at the next reminder at the latest, and less often the longer it waits."""
        hours = min(LONGEST_HOURS, max(SHORTEST_HOURS, clock.seconds_between(self.since, now) / 3600 / 8))
        upcoming = [at for day in days if (at := clock.plus(self.since, days=day)) > now]
        return min([clock.plus(now, hours=hours), *upcoming])
