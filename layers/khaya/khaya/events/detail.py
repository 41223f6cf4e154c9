"""What the schemas of all events have in common."""

from typing import ClassVar

from khaya.platform.base.models import Model


class Detail(Model):
    """The detail of an event.

    Attributes:
        VERSION: the schema's version.
    """

    VERSION: ClassVar[int] = 1
