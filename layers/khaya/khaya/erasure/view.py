"""A scheduled erasure in the API's responses."""

from khaya.platform.base.models import Model


class ScheduledErasureView(Model):
    """An account that is closed, and when the rest of its data is erased."""

    scheduled_for: str
