"""Revokes Cognito's refresh tokens of ended sessions."""

from __future__ import annotations

from khaya.platform.aws import cognito, queues, secrets
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import observability
from khaya.platform.base.errors import Unavailable

CONSUMER = "revocations"


def seal(session_id: str, cognito_token: str) -> str:
    """Cognito's refresh token, encrypted for the session's record."""
    return secrets.encrypt(cognito_token, _context(session_id))


def request(session_id: str, sealed: str) -> None:
    """Have the session revoked at Cognito by the consumer. It never fails, because the session has already ended here.

    If the queue is unavailable, the session is revoked at once.
    """
    try:
        queues.send("code_delivery", [OutgoingMessage(CONSUMER, {"sessionId": session_id, "sealed": sealed})])
    except Unavailable:
        try:
            revoke(session_id, sealed)
        except Unavailable:
            observability.count("SessionNotRevoked")
            observability.logger().warning("session not revoked at Cognito", extra={"session": session_id})


def revoke(session_id: str, sealed: str) -> None:
    """Revoke the session at Cognito. Idempotent.

    Raises:
        Unavailable: Cognito is unavailable; call it again later.
    """
    token = secrets.try_decrypt(sealed, _context(session_id))
    if token is not None:  # else the service key was replaced, and the token expires by itself
        cognito.revoke(token)


def _context(session_id: str) -> str:
    return f"session {session_id}"
