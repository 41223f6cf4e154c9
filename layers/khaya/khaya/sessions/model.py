"""A session: where somebody is signed in, and which refresh tokens still renew it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from khaya.platform.base import clock
from khaya.platform.base.models import Model

SESSION_DAYS = 30
GRACE_SECONDS = 60
"""How long a refresh token that was just replaced works once more, for clients that lost the answer. Cognito's most."""
UNKNOWN_DEVICE = "unknown device"
LONGEST_DEVICE = 120


@dataclass(frozen=True)
class RefreshToken:
    """The refresh token that a client holds: Cognito's own with the session it belongs to, and never the same twice."""

    session_id: str
    cognito: str
    text: str

    @classmethod
    def issued(cls, session_id: str, cognito: str) -> RefreshToken:
        """A new one around a token of Cognito's."""
        return cls(session_id, cognito, f"{session_id}.{secrets.token_urlsafe(16)}.{cognito}")

    @classmethod
    def read(cls, text: str) -> RefreshToken | None:
        """The token that a client sent; None where it has not even the form."""
        parts = text.split(".", 2)
        return cls(parts[0], parts[2], text) if len(parts) == 3 and all(parts) else None

    @property
    def hash(self) -> str:
        """What is kept of it. It is long and random, so that a plain hash gives nothing away."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Session(Model):
    """One sign-in."""

    id: str
    user_id: str
    device: str
    created_at: str
    last_used_at: str
    expires_at: str
    refresh: set[str]
    """Hashes of the refresh tokens that renew it."""
    replaced: set[str] = set()
    """Hashes of those that these replaced at `refreshed_at`."""
    refreshed_at: str

    def is_live(self, now: str, ended_before: int | None) -> bool:
        """Whether it can still be renewed: neither expired nor ended with all others."""
        return self.expires_at > now and (ended_before is None or clock.epoch(self.created_at) > ended_before)

    def accepts(self, token: RefreshToken, now: str) -> bool:
        """Whether a refresh token renews it."""
        return token.hash in self.refresh or (token.hash in self.replaced and self._in_grace(now))

    def gave_away(self, token: RefreshToken) -> bool:
        """Whether it knows the token as one that was replaced: used again, it is in two hands."""
        return token.hash in self.replaced

    def renewed(self, used: RefreshToken, new: RefreshToken, now: str) -> Session:
        """The session with a new refresh token in place of the used one, or beside that which had replaced it."""
        if used.hash in self.refresh:
            fresh = {"refresh": {new.hash}, "replaced": {used.hash}, "refreshed_at": now}
        else:
            fresh = {"refresh": self.refresh | {new.hash}}
        return self.model_copy(update={**fresh, "last_used_at": now})

    def _in_grace(self, now: str) -> bool:
        return clock.seconds_between(self.refreshed_at, now) <= GRACE_SECONDS


def opened(session_id: str, user_id: str, device: str, token: RefreshToken, now: str) -> Session:
    """The session of a sign-in."""
    return Session(
        id=session_id,
        user_id=user_id,
        device=device,
        created_at=now,
        last_used_at=now,
        expires_at=clock.plus(now, days=SESSION_DAYS),
        refresh={token.hash},
        refreshed_at=now,
    )
