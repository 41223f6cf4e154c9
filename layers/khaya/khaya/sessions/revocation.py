"""Revokes Cognito's refresh tokens of ended sessions."""

from __future__ import annotations

from collections.abc import Mapping

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
        _queue({session_id: sealed})
    except Unavailable:
        try:
            revoke(session_id, sealed)
        except Unavailable:
            _report([session_id])


def request_all(sealed: Mapping[str, str]) -> None:
    """Have sessions revoked at Cognito by the consumer; `sealed` are their tokens by session. It never fails.

    The messages are sent in batches. If the queue is unavailable, the tokens at Cognito stay until they expire.
    """
    try:
        _queue(sealed)
    except Unavailable:
        _report([*sealed])


def revoke(session_id: str, sealed: str) -> None:
    """Revoke the session at Cognito. Idempotent.

    Raises:
        Unavailable: Cognito is unavailable; call it again later.
    """
    token = secrets.try_decrypt(sealed, _context(session_id))
    if token is not None:  # else the service key was replaced, and the token expires by itself
        cognito.revoke(token)


def _queue(sealed: Mapping[str, str]) -> None:
    bodies = [{"sessionId": session_id, "sealed": token} for session_id, token in sealed.items()]
    queues.send("code_delivery", [OutgoingMessage(CONSUMER, body) for body in bodies])


def _report(session_ids: list[str]) -> None:
    observability.count("SessionNotRevoked", len(session_ids))
    observability.logger().warning("sessions not revoked at Cognito", extra={"sessions": session_ids})


def _context(session_id: str) -> str:
    return f"session {session_id}"
