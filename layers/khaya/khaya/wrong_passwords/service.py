"""Compares a password, and slows down those who send wrong ones.

Tries are counted per network, and per identity and network. They are never counted per identity alone if it has an
account, so that nobody can lock somebody else out. The device is not counted: its name comes from a header.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from khaya.platform.aws import secrets
from khaya.platform.aws.cognito import Origin, TooManyWrongPasswords
from khaya.platform.base import clock
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.settings import SignInSettings, settings
from khaya.platform.data.unit_of_work import Write, commit_now
from khaya.platform.web.client_address import network_of
from khaya.platform.work.retries import retry_on_conflict
from khaya.wrong_passwords import store
from khaya.wrong_passwords.model import IDENTITY_RULE, KNOWN_SECONDS, LOCK_RULE, NETWORK_BUCKET, WrongPasswords

_ATTEMPTS = 16
"""Attempts to count a try: about two seconds, so that tries under way end."""

Result = TypeVar("Result")


class _OthersInFlight(TooManyWrongPasswords):
    """The delay is that of tries under way, and ends at once if their password is right."""


@dataclass(frozen=True)
class _Counted:
    """One try, as it was counted: the counts before and after it, and the network whose bucket it used."""

    delays: list[tuple[WrongPasswords, WrongPasswords]]
    network: str | None


def guess(
    identity: str, origin: Origin, now: str, check: Callable[[], Result | None], *, has_account: bool = True
) -> Result | None:
    """The result of `check`, which compares a password and returns None if it is wrong.

    The try is counted before the password is compared, so that concurrent tries do not get around the delay. A right
    password, or a failure of ours, takes it back. A try that meets the delay of others under way waits for their end,
    so that right passwords of several clients at one moment all succeed.

    Args:
        identity: the person, or the phone or e-mail that belongs to nobody.
        origin: the network.
        now: the time.
        check: the comparison.
        has_account: whether the identity belongs to somebody.

    Raises:
        TooMany: the delay after earlier wrong passwords is not over. The password is not compared.
    """
    counted = retry_on_conflict(
        lambda: _count_guess(identity, origin, clock.epoch(now), has_account),
        _ATTEMPTS,
        conflicts=(WriteConflict, _OthersInFlight),
    )
    try:
        result = check()
    except Exception:
        _take_back(counted, now)
        raise
    if result is not None:
        _take_back(counted, now, *remember(identity, origin, now))
    else:
        with suppress(WriteConflict):  # a right password has forgotten this one meanwhile
            commit_now(*(store.settle(after) for _, after in counted.delays))
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
    delays = [(one, one.one_more(rule, now)) for one, rule in zip(before, rules.values(), strict=True)]
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
        raise (_OthersInFlight if own.has_tries_in_flight(now) else TooManyWrongPasswords)(own.until - now)
    if lock and lock[0].until > now:
        raise TooManyWrongPasswords


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
