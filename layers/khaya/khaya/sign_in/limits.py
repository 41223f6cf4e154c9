"""Limits of sign-in: calls in a minute, and a growing delay after wrong passwords.

They count a network address, or an identity together with an address, never an identity alone, so that nobody can lock
somebody else out. The device's name comes from a header, so it only makes a delay narrower, never the address's wider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from khaya.platform.aws import secrets
from khaya.platform.aws.cognito import Origin
from khaya.platform.base import clock
from khaya.platform.base.errors import TooMany, WriteConflict
from khaya.platform.base.settings import SignInSettings, settings
from khaya.platform.data.unit_of_work import commit_now
from khaya.platform.web.client_address import network_of
from khaya.platform.work.retries import retry_on_conflict
from khaya.sign_in import store
from khaya.sign_in.model import normal_username
from khaya.sign_in.store import WrongPasswords

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


DEVICE_RULE: Final = DelayRule(free=3, first=10, longest=960, kept=6 * 3600)
"""For an identity, an address and a device.

The longest delay exceeds the fifteen minutes after which Cognito forgets wrong passwords, so that tries from one
address never make Cognito's own lock of the person longer than 32 seconds.
"""
ADDRESS_RULE: Final = DelayRule(free=10, first=10, longest=60, kept=3600)
"""For an address, whatever the identity and the device. Many people may share one, so the delay stays short."""


@dataclass(frozen=True)
class _Counted:
    """One try, as one rule counts it."""

    rule: DelayRule
    before: WrongPasswords
    after: WrongPasswords


def count_address(origin: Origin, now: str) -> None:
    """Count a call of a sign-in route for its network address.

    Raises:
        TooMany: the limit of this minute is used up.
    """
    limit = settings(SignInSettings).sign_ins_per_address
    if limit:
        store.count_call(secrets.keyed_hash("address", network_of(origin.address)), limit, now)


def count_call(name: str, origin: Origin, now: str) -> None:
    """Count a call of a sign-in route for an identity and its address; `name` is a phone, an e-mail or a session.

    Raises:
        TooMany: the limit of this minute is used up.
    """
    limit = settings(SignInSettings).sign_ins_per_identity
    if limit:
        store.count_call(secrets.keyed_hash("identity", name, network_of(origin.address)), limit, now)


def identities_in(body: Any) -> Iterator[str]:
    """The phones and e-mails that a request names, each once, whether or not the rest of its body is valid."""
    values = [body.get(name) for name in _NAMES] if isinstance(body, dict) else []
    found = set()
    for value in values:
        if isinstance(value, str) and len(value) <= _MAX_NAME_LENGTH:
            with suppress(ValueError):
                found.add(normal_username(value))
    yield from sorted(found)


def guess(name: str, origin: Origin, now: str, check: Callable[[], Result | None]) -> Result | None:
    """The result of `check`, which compares a password and returns None if it is wrong.

    The try is counted before the password is compared, so that concurrent tries do not get around the delay. A right
    password, or a failure of ours, takes it back.

    Raises:
        TooMany: the delay after earlier wrong passwords is not over. The password is not compared.
    """
    rules = _rules(name, origin)
    if not rules:
        return check()
    counted = retry_on_conflict(lambda: _count_guess(rules, clock.epoch(now)), _ATTEMPTS)
    try:
        result = check()
    except Exception:
        _take_back(counted, is_right=False)
        raise
    if result is not None:
        _take_back(counted, is_right=True)
    return result


def _rules(name: str, origin: Origin) -> dict[str, DelayRule]:
    """The rules that apply, by the hash of what they count. Limits of zero switch them off."""
    config, network = settings(SignInSettings), network_of(origin.address)
    rules = {}
    if config.sign_ins_per_identity:
        rules[secrets.keyed_hash("wrongPasswords", name, network, origin.device)] = DEVICE_RULE
    if config.sign_ins_per_address:
        rules[secrets.keyed_hash("wrongPasswords", network)] = ADDRESS_RULE
    return rules


def _count_guess(rules: dict[str, DelayRule], now: int) -> list[_Counted]:
    """Count a try for each rule, and return the counts before and after it."""
    before = store.wrong_passwords(list(rules))
    until = max(one.until for one in before)
    if until > now:
        raise TooMany("Too many wrong passwords. Please wait a little.", until - now, code="too_many_wrong_passwords")
    counted = []
    for one, rule in zip(before, rules.values(), strict=True):
        count = (one.count if one.expires_at > now else 0) + 1
        after = WrongPasswords(one.name, count, now + rule.delay(count), now + rule.kept)
        counted.append(_Counted(rule, one, after))
    commit_now(*(store.set_wrong_passwords(one.before, one.after) for one in counted))
    return counted


def _take_back(counted: list[_Counted], *, is_right: bool) -> None:
    """Undo a counted try. After a right password, those of the device are forgotten; the address's stay counted."""
    for one in counted:
        rest = WrongPasswords(one.before.name) if is_right and one.rule is DEVICE_RULE else one.before
        with suppress(WriteConflict):  # another try was counted meanwhile, and its delay stands
            commit_now(store.set_wrong_passwords(one.after, rest))
