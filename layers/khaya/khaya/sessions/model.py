"""A session: the device that is signed in, and the refresh tokens that renew it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from khaya.platform.base import clock
from khaya.platform.base.models import Model

SESSION_DAYS = 30
GRACE_SECONDS = 60
"""Seconds for which a replaced refresh token still works, for clients that lost the response; Cognito's maximum."""
UNKNOWN_DEVICE = "unknown device"
MAX_DEVICE_LENGTH = 120


@dataclass(frozen=True)
class RefreshToken:
    """A client's refresh token: the session id, a random part, and Cognito's refresh token."""

    session_id: str
    cognito: str
    text: str

    @classmethod
    def issued(cls, session_id: str, cognito: str) -> RefreshToken:
        """A new refresh token with a token of Cognito's."""
        return cls(session_id, cognito, f"{session_id}.{secrets.token_urlsafe(16)}.{cognito}")

    @classmethod
    def read(cls, text: str) -> RefreshToken | None:
        """The refresh token in `text`; None if it is malformed."""
        parts = text.split(".", 2)
        return cls(parts[0], parts[2], text) if len(parts) == 3 and all(parts) else None

    @property
    def hash(self) -> str:
        """The stored hash. The token is long and random, so that a hash without a key is safe."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Session(Model):
    """One sign-in."""

    id: str
    user_id: str
    device: str
    created_at: str
    last_used_at: str
    expires_at: str
    refresh_hashes: set[str]
    """Hashes of the current refresh tokens."""
    replaced_hashes: set[str] = set()
    """Hashes of the refresh tokens that were replaced at `refreshed_at`."""
    refreshed_at: str

    def is_live(self, now: str, ended_before: int | None) -> bool:
        """Whether the session can be renewed: it has not expired, and was not ended together with all others."""
        return self.expires_at > now and (ended_before is None or clock.epoch(self.created_at) > ended_before)

    def accepts(self, token: RefreshToken, now: str) -> bool:
        """Whether the refresh token renews the session."""
        return token.hash in self.refresh_hashes or (token.hash in self.replaced_hashes and self._in_grace(now))

    def was_replaced(self, token: RefreshToken) -> bool:
        """Whether the token was replaced; if it is used again later, it was copied."""
        return token.hash in self.replaced_hashes

    def renewed(self, used: RefreshToken, new: RefreshToken, now: str) -> Session:
        """The session with the new refresh token, which replaces the used one, or is added if that was replaced."""
        if used.hash in self.refresh_hashes:
            changes = {"refresh_hashes": {new.hash}, "replaced_hashes": {used.hash}, "refreshed_at": now}
        else:
            changes = {"refresh_hashes": self.refresh_hashes | {new.hash}}
        return self.model_copy(update={**changes, "last_used_at": now})

    def _in_grace(self, now: str) -> bool:
        return clock.seconds_between(self.refreshed_at, now) <= GRACE_SECONDS


def new_session(session_id: str, user_id: str, device: str, token: RefreshToken, now: str) -> Session:
    """The session of a new sign-in."""
    return Session(
        id=session_id,
        user_id=user_id,
        device=device,
        created_at=now,
        last_used_at=now,
        expires_at=clock.plus(now, days=SESSION_DAYS),
        refresh_hashes={token.hash},
        refreshed_at=now,
    )
