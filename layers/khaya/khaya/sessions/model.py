"""A session: the device that is signed in, and the refresh tokens that renew it."""

from dataclasses import dataclass
from typing import Literal

from khaya.platform.base import clock
from khaya.platform.base.models import Model

SESSION_DAYS = 30
MAX_SESSIONS = 20
"""The largest number of sessions of a person; a further sign-in ends the oldest."""
GRACE_SECONDS = 60
"""Seconds after its first use in which a refresh token still works, for lost responses; also Cognito's maximum."""
MAX_LIVE = 10
"""The largest number of refresh tokens of a session that were not used yet."""
MAX_DROPPED = 100
"""Generations of dropped refresh tokens that are remembered; an older one counts as used."""
UNKNOWN_DEVICE = "unknown device"
MAX_DEVICE_LENGTH = 120

Verdict = Literal["good", "refused", "copied"]
"""Whether a genuine refresh token renews its session, is refused, or must have been copied."""


@dataclass(frozen=True)
class RefreshToken:
    """A client's refresh token: the session, the generation in it, and Cognito's refresh token, encrypted.

    The encryption authenticates session and generation, so that nobody can make a token up.
    """

    session_id: str
    generation: int
    sealed: str

    @classmethod
    def read(cls, text: str) -> "RefreshToken | None":
        """The refresh token in `text`; None if it is malformed."""
        session_id, _, rest = text.partition(".")
        generation, _, sealed = rest.partition(".")
        if not (session_id and sealed and generation.isascii() and generation.isdecimal() and len(generation) < 10):
            return None
        return cls(session_id, int(generation), sealed)

    @property
    def text(self) -> str:
        """The token as the client holds it."""
        return f"{self.session_id}.{self.generation}.{self.sealed}"


class Session(Model):
    """One sign-in."""

    id: str
    user_id: str
    device: str
    created_at: str
    last_used_at: str
    expires_at: str
    latest: int = 1
    """The generation of the newest refresh token; also the version of the session."""
    live: list[int] = [1]
    """Generations of the refresh tokens that were not used yet, oldest first."""
    used: dict[str, str] = {}
    """The times at which generations were first used, as long as they may be used again."""
    dropped: list[int] = []
    """Generations that ended unused, because there were too many."""
    sealed: str
    """Cognito's newest refresh token, encrypted, with which the session can be revoked."""

    def is_live(self, now: str, ended_before: int | None) -> bool:
        """Whether the session can be renewed: it has not expired, and was not ended together with all others."""
        return self.expires_at > now and (ended_before is None or clock.epoch(self.created_at) > ended_before)

    def verdict(self, generation: int, now: str) -> Verdict:
        """Whether the genuine token of a generation renews the session.

        A token was copied if it is used again more than a minute after its first use.
        """
        if generation in self.live or str(generation) in self._reusable(now):
            return "good"
        if generation in self.dropped or generation > self.latest:  # or a token whose session was not written
            return "refused"
        return "copied"

    def renewed(self, used: int, sealed: str, now: str) -> "Session":
        """The session with one more refresh token, issued for the generation `used`."""
        reusable = self._reusable(now)
        reusable.setdefault(str(used), now)
        live = [*(one for one in self.live if one != used), self.latest + 1]
        changes = {
            "latest": self.latest + 1,
            "live": live[-MAX_LIVE:],
            "used": reusable,
            "dropped": [*self.dropped, *live[:-MAX_LIVE]][-MAX_DROPPED:],
            "sealed": sealed,
            "last_used_at": now,
        }
        return self.model_copy(update=changes)

    def _reusable(self, now: str) -> dict[str, str]:
        return {
            generation: first
            for generation, first in self.used.items()
            if clock.seconds_between(first, now) <= GRACE_SECONDS
        }


def new_session(session_id: str, user_id: str, device: str, sealed: str, now: str) -> Session:
    """The session of a new sign-in."""
    return Session(
        id=session_id,
        user_id=user_id,
        device=device,
        created_at=now,
        last_used_at=now,
        expires_at=clock.plus(now, days=SESSION_DAYS),
        sealed=sealed,
    )
