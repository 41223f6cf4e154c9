"""Limits of sign-in: calls in a minute, and a growing delay after wrong passwords.

They count a network, or an identity together with a network, never an identity that has an account alone, so that
nobody can lock somebody else out. The device counts nowhere: its name comes from a header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from khaya.platform.aws import secrets
from khaya.platform.aws.cognito import Origin, TooManyWrongPasswords
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.settings import SignInSettings, settings
from khaya.platform.data.unit_of_work import Write, commit_now
from khaya.platform.web.client_address import network_of
from khaya.platform.work.retries import retry_on_conflict
from khaya.sign_in import wrong_passwords as store
from khaya.sign_in.model import normal_username
from khaya.sign_in.store import count_call as count_in_minute
from khaya.sign_in.wrong_passwords import Bucket, WrongPasswords

_NAMES = ("username", "phone", "email")
_MAX_NAME_LENGTH = 320
"""Characters of a name that is read for the limits; longer ones are refused anyway."""
_ATTEMPTS = 10

Result = TypeVar("Result")


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


IDENTITY_RULE: Final = DelayRule(free=3, first=10, longest=960, kept=6 * 3600)
"""For an identity and a network, whatever the device.

The longest delay exceeds the fifteen minutes after which Cognito forgets wrong passwords, so that tries from one
network never make Cognito's own lock of the person longer than 32 seconds.
"""
LOCK_RULE: Final = DelayRule(free=5, first=1, longest=900, kept=900)
"""For an identity without an account: Cognito's own lock of a person, which would else reveal who has an account."""
NETWORK_BUCKET: Final = Bucket(size=30, seconds=10)
"""For a network. People who signed in from it before do not need it, so no guesser of their network slows them."""
KNOWN_SECONDS: Final = 30 * 24 * 3600
"""How long a network is remembered from which a person signed in."""


@dataclass(frozen=True)
class _Counted:
    """One try, as it was counted: the counts before and after it, and the network whose bucket it used."""

    delays: list[tuple[WrongPasswords, WrongPasswords]]
    network: str | None


def count_address(origin: Origin, now: str) -> None:
    """Count a call of a sign-in route for its network address.

    Raises:
        TooMany: the limit of this minute is used up.
    """
    limit = settings(SignInSettings).sign_ins_per_address
    if limit:
        count_in_minute(secrets.keyed_hash("address", network_of(origin.address)), limit, now)


def count_call(name: str, origin: Origin, now: str) -> None:
    """Count a call of a sign-in route for an identity and its address.

    `name` is a phone, an e-mail, a person, a challenge or a session.

    Raises:
        TooMany: the limit of this minute is used up.
    """
    limit = settings(SignInSettings).sign_ins_per_identity
    if limit:
        count_in_minute(secrets.keyed_hash("identity", name, network_of(origin.address)), limit, now)


def identities_in(body: Any) -> Iterator[str]:
    """What a request names, each once, whether or not the rest of its body is valid.

    These are phones, e-mails, the challenge that it answers, and the session of its refresh token.
    """
    fields = body if isinstance(body, dict) else {}
    found = set()
    for value in map(fields.get, _NAMES):
        if isinstance(value, str) and len(value) <= _MAX_NAME_LENGTH:
            with suppress(ValueError):
                found.add(normal_username(value))
    challenge, token = fields.get("challenge"), fields.get("refreshToken")
    if isinstance(challenge, str):
        found.add(challenge)
    if isinstance(token, str):
        found.add(token.partition(".")[0])
    yield from sorted(found - {""})


def guess(
    identity: str, origin: Origin, now: str, check: Callable[[], Result | None], *, has_account: bool = True
) -> Result | None:
    """The result of `check`, which compares a password and returns None if it is wrong.

    The try is counted before the password is compared, so that concurrent tries do not get around the delay. A right
    password, or a failure of ours, takes it back.

    Args:
        identity: the person, or the phone or e-mail that belongs to nobody.
        origin: the network.
        now: the time.
        check: the comparison.
        has_account: whether the identity belongs to somebody.

    Raises:
        TooMany: the delay after earlier wrong passwords is not over. The password is not compared.
    """
    counted = retry_on_conflict(lambda: _count_guess(identity, origin, clock.epoch(now), has_account), _ATTEMPTS)
    try:
        result = check()
    except Exception:
        _take_back(counted, now)
        raise
    if result is not None:
        _take_back(counted, now, *remember(identity, origin, now))
    return result


def remember(identity: str, origin: Origin, now: str) -> list[Write]:
    """Remember that a person signed in from a network, and forget their wrong passwords from there."""
    if not settings(SignInSettings).sign_ins_per_identity:
        return []
    until = clock.epoch(now) + KNOWN_SECONDS
    return [store.overwrite(WrongPasswords(_hash(identity, network_of(origin.address)), known_until=until))]


def _count_guess(identity: str, origin: Origin, now: int, has_account: bool) -> _Counted:
    """Count a try for each rule that applies. Limits of zero switch the rules off."""
    config, network = settings(SignInSettings), network_of(origin.address)
    rules = {}
    if config.sign_ins_per_identity:
        rules[_hash(identity, network)] = IDENTITY_RULE
        if not has_account:
            rules[_hash(identity)] = LOCK_RULE
    bucket = secrets.keyed_hash("passwordBucket", network) if config.sign_ins_per_address else None
    before, full_at = store.read(list(rules), bucket)
    _check_delays(before, now)
    delays = [(one, _one_more(one, rule, now)) for one, rule in zip(before, rules.values(), strict=True)]
    if any(one.known_until > now for one in before):
        bucket = None
    writes = [store.replace(*delay) for delay in delays]
    if bucket is not None:
        writes.append(store.take_token(bucket, NETWORK_BUCKET, full_at, now))
    commit_now(*writes)
    return _Counted(delays, bucket)


def _check_delays(counts: list[WrongPasswords], now: int) -> None:
    """Check that no delay is running: first that of the network, then that of Cognito's lock.

    Raises:
        TooMany: one is.
    """
    own, *lock = counts or [WrongPasswords("")]
    if own.until > now:
        raise TooManyWrongPasswords(own.until - now)
    if lock and lock[0].until > now:
        raise TooManyWrongPasswords


def _one_more(one: WrongPasswords, rule: DelayRule, now: int) -> WrongPasswords:
    count = (one.count if one.kept_until > now else 0) + 1
    return WrongPasswords(one.name, count, now + rule.delay(count), now + rule.kept, one.known_until)


def _take_back(counted: _Counted, now: str, *forgetting: Write) -> None:
    """Undo a counted try, whatever was counted since; `forgetting` are the writes that forget wrong passwords."""
    given_back = [store.give_back(counted.network, NETWORK_BUCKET, clock.epoch(now))] if counted.network else []
    commit_now(*forgetting, *given_back)
    forgotten = 1 if forgetting else 0
    for before, after in counted.delays[forgotten:]:
        # The delay stays if another try was counted meanwhile; the count itself is corrected in any case.
        for write in (store.take_back_with_delay(before, after), store.take_back(after)):
            with suppress(WriteConflict):
                commit_now(write)
                break


def _hash(*parts: str) -> str:
    return secrets.keyed_hash("wrongPasswords", *parts)
