"""The admins' queues in the API's responses."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from khaya.admin_queues.model import MOST, QueueName, QueueState
from khaya.platform.base.models import Model


class QueueView(Model):
    """How many entries of one kind wait for an admin."""

    queue: Annotated[QueueName, Field(description="`disputes` are those of escrows; `adjustments` includes reversals.")]
    count: Annotated[int, Field(ge=0, le=MOST)]
    more: Annotated[bool, Field(description=f"Whether there may be more than `count`; at most {MOST} are counted.")]
    oldest_at: Annotated[str | None, Field(description="Since when the oldest waits; null where nothing waits.")]


class QueuesView(Model):
    """All queues, also empty ones."""

    items: list[QueueView]


def queues_view(states: Sequence[QueueState]) -> QueuesView:
    """The queues in their order."""
    return QueuesView(items=[QueueView(**dict(one)) for one in states])
