"""What a person has to do, as the API shows it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from khaya.actions.model import Action, Kind, OpenAction
from khaya.platform.base.models import Model
from khaya.platform.base.money import Cents


class ActionView(Model):
    """Something that the caller has to do."""

    kind: Annotated[Kind, Field(description="The side on which the caller is.")]
    job_id: str | None
    listing_id: str | None
    title: Annotated[str, Field(description="The title of the job or listing.")]
    action: Action
    due_at: Annotated[str | None, Field(description="Until when; null if nothing happens by itself.")]
    amount_cents: Annotated[Cents | None, Field(description="What is to be paid; null for all but `pay`.")]


class ActionsView(Model):
    """All that the caller has to do."""

    items: list[ActionView]


def actions_view(actions: Sequence[OpenAction]) -> ActionsView:
    """The actions in their order."""
    return ActionsView(
        items=[ActionView(**{name: getattr(one, name) for name in ActionView.model_fields}) for one in actions]
    )
