"""The one cache of AWS clients, each made when it is first used.

Before botocore makes a client it lists all of its about four hundred services, which takes longer than making the
client. The loader below skips the listing. It also replaces botocore's list of the endpoints of all services, which
takes half of the time to make a client; the endpoint itself comes from the service's own rules. All clients share one
session.

Where Lambda starts functions from a snapshot (SnapStart, off by default), clients are made anew after each restore,
since their credentials and connections are those of the snapshot.
"""

from __future__ import annotations

import importlib
import os
import random
from functools import cache
from threading import Lock
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

_ENDPOINTS: Final = {
    "version": 3,
    "partitions": [
        {
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "regionRegex": r"^(us|eu|ap|sa|ca|me|af|il|mx)\-\w+\-\d+$",
            "defaults": {
                "hostname": "{service}.{region}.{dnsSuffix}",
                "protocols": ["https"],
                "signatureVersions": ["v4"],
            },
            "regions": {},
            "services": {"s3": {"defaults": {"signatureVersions": ["s3v4"]}, "endpoints": {}}},
        }
    ],
}
"""The part of botocore's endpoint list for the services used here."""

_making = Lock()
"""Held while a client is made: botocore's session is not made for several threads."""


class _KnownServices(Loader):  # type: ignore[misc, unused-ignore] # botocore has no types
    """Loads the descriptions of the services that were asked for, without listing all services."""

    def __init__(self) -> None:
        super().__init__()
        self.services: set[str] = set()

    def list_available_services(self, type_name: str) -> list[str]:
        """The services that were asked for, for every type of description."""
        del type_name
        return [*self.services]

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """A description and its file."""
        found: tuple[Any, str] = (
            (_ENDPOINTS, self.BUILTIN_DATA_PATH) if name == "endpoints" else super().load_data_with_path(name)
        )
        return found


@cache
def client(
    service: str,
    *,
    connect_timeout: float | None = None,
    read_timeout: float | None = None,
    attempts: int | None = None,
    s3_addressing: str | None = None,
) -> Any:
    """The client for `service`; equal calls return the same client.

    It is botocore's client, without boto3 on top: boto3's resources are not used.

    Args:
        service: AWS's name of the service, such as `sqs`.
        connect_timeout: seconds until a connection is given up.
        read_timeout: seconds until an answer is given up.
        attempts: how often a call is tried in all.
        s3_addressing: how S3's URLs name the bucket.
    """
    wanted: dict[str, Any] = {
        "connect_timeout": connect_timeout,
        "read_timeout": read_timeout,
        "retries": {"mode": "standard", "total_max_attempts": attempts} if attempts else None,
        "s3": {"addressing_style": s3_addressing} if s3_addressing else None,
    }
    config = Config(**{name: value for name, value in wanted.items() if value is not None})
    with _making:
        session = _session()
        session.get_component("data_loader").services.add(service)
        return session.create_client(service, config=config)


@cache
def _session() -> Any:
    session = botocore.session.get_session()
    session.register_component("data_loader", _KnownServices())
    return session


def clear() -> None:
    """Forget all clients. Tests call this when the environment or the stand-in for AWS has changed."""
    client.cache_clear()
    _session.cache_clear()


def renew() -> None:
    """Make anew what must not be equal in all environments that are restored from one snapshot."""
    clear()
    random.seed()  # spreads load and retries; ids and secrets come from the operating system


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    importlib.import_module("snapshot_restore_py").register_after_restore(renew)  # a part of Lambda's runtime
