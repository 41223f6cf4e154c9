"""Revokes ended sessions at Cognito, outside of the requests that ended them."""

from __future__ import annotations

from khaya.platform.work.consumers import Message
from khaya.sessions import revocation

NAME = revocation.CONSUMER


def handle(message: Message) -> None:
    """Revoke one session.

    Raises:
        Unavailable: Cognito is unavailable.
    """
    revocation.revoke(message.body["sessionId"], message.body["sealed"])
