"""Devices that no longer exist, found by the hash of their push token or endpoint."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from khaya.notifications import store as notifications
from khaya.platform.base import observability
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.unit_of_work import commit_now
from khaya.platform.work.retries import retry_on_conflict

_ATTEMPTS: Final = 5


def token_hash(token: str) -> str:
    """The hash of a push token or endpoint, as it stands in the key of its holder."""
    return notifications.token_key(token)[1]["id"].partition("#")[2]


def remove(user_id: str, hash_of_token: str) -> None:
    """Remove a device by its push token, since its id may have a new token by now. It stays if every attempt fails."""

    def remove_once() -> bool:
        recipient = notifications.recipient(user_id)
        found = (one.token for one in recipient.devices.values() if token_hash(one.token) == hash_of_token)
        token = next(found, None)
        if token is not None:
            commit_now(*notifications.remove_device(recipient, token))
        return token is not None

    with suppress(WriteConflict):
        if retry_on_conflict(remove_once, _ATTEMPTS):
            observability.count("DeviceGone")
