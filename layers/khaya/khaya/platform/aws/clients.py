"""AWS clients, quickly made.

Before botocore makes a client it lists all of its about four hundred services, which takes longer than making the
client. The loader below skips the listing.
"""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader


class _OneService(Loader):  # type: ignore[misc, unused-ignore] # botocore has no types
    """Loads the description of one service without listing all services."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def list_available_services(self, type_name: str) -> list[str]:
        """The one service, for every type of description."""
        del type_name
        return [self._service]


def client(service: str, **config: Any) -> Any:
    """A client for `service`, with botocore's `Config` of the given values.

    botocore's, without boto3 on top: it is the same client, and boto3's resources are not used.
    """
    session = botocore.session.get_session()
    session.register_component("data_loader", _OneService(service))
    return session.create_client(service, config=Config(**config))
