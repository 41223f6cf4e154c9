"""AWS clients, quickly made.

botocore lists all of the some four hundred services it knows before it makes a client for one, which takes longer than
making the client. Here the one that is wanted is named, and nothing is listed.
"""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader


class _OneService(Loader):  # type: ignore[misc, unused-ignore] # botocore has no types
    """Loads the description of one service, and takes its word that it is there."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def list_available_services(self, type_name: str) -> list[str]:
        """The one service, whichever kind of description is asked for."""
        del type_name
        return [self._service]


def client(service: str, **config: Any) -> Any:
    """A client for `service`, with botocore's `Config` of the given values.

    botocore's, without boto3 on top: it is the same client, and boto3's resources are not used.
    """
    session = botocore.session.get_session()
    session.register_component("data_loader", _OneService(service))
    return session.create_client(service, config=Config(**config))
