"""The rules of wrong passwords: growing delays, and the token bucket of a network. Times are in seconds since 1970."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class DelayRule:
    """The delay after wrong passwords: none after the first `free` ones, then doubled with each up to `longest`.

    Times are in seconds. Wrong passwords are forgotten `kept` after the last one.
    """

    free: int
    first: int
    longest: int
    kept: int

    def delay(self, wrong: int) -> int:
        """Seconds until the next try, after this number of wrong passwords."""
        return 0 if wrong < self.free else min(self.longest, self.first << min(wrong - self.free, 20))


@dataclass(frozen=True)
class Bucket:
    """A token bucket: `size` wrong passwords at once, and one more every `seconds`."""

    size: int
    seconds: int


IDENTITY_RULE: Final = DelayRule(free=3, first=10, longest=960, kept=6 * 3600)
"""For an identity and a network, whatever the device.

The longest delay exceeds the fifteen minutes after which Cognito forgets wrong passwords, so that tries from one
network never make Cognito's own lock of the person longer than 32 seconds.
"""
LOCK_RULE: Final = DelayRule(free=5, first=1, longest=900, kept=900)
"""For an identity without an account: Cognito's own lock of a person, which would else reveal who has an account."""
NETWORK_BUCKET: Final = Bucket(size=30, seconds=10)
"""For a network. People who signed in from it before do not need it, so no guesser of their network slows them."""
IN_FLIGHT_SECONDS: Final = 30
"""Seconds after which a try is no longer under way; longer than the function's timeout."""
KNOWN_SECONDS: Final = 30 * 24 * 3600
"""How long a network is remembered from which a person signed in."""


@dataclass(frozen=True)
class WrongPasswords:
    """The wrong passwords of an identity from a network, under a keyed hash.

    Attributes:
        count: wrong passwords, and tries under way, which count as wrong until they turn out to be right.
        until: until when no further password is compared.
        kept_until: when they are forgotten.
        known_until: until when it is remembered that the person signed in from this network.
        in_flight: tries whose password is being compared.
        in_flight_until: until when they may be.
        is_stored: whether there is an item.
    """

    name: str
    count: int = 0
    until: int = 0
    kept_until: int = 0
    known_until: int = 0
    in_flight: int = 0
    in_flight_until: int = 0
    is_stored: bool = False

    def has_tries_in_flight(self, now: int) -> bool:
        """Whether passwords are being compared, so that the delay ends at once if they are right."""
        return self.in_flight > 0 and self.in_flight_until > now

    def one_more(self, rule: DelayRule, now: int) -> "WrongPasswords":
        """The count with another try at `now`."""
        count = (self.count if self.kept_until > now else 0) + 1
        return WrongPasswords(
            self.name,
            count=count,
            until=now + rule.delay(count),
            kept_until=now + rule.kept,
            known_until=self.known_until,
            in_flight=(self.in_flight if self.has_tries_in_flight(now) else 0) + 1,
            in_flight_until=now + IN_FLIGHT_SECONDS,
        )
