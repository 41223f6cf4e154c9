"""The rules of destinations, and the limits of text messages and WhatsApp messages: in an hour, and in rand in a month.

The counts are the items `<channel>#<hour>` and `<channel>#<month>` in the Challenges table. Codes may use all of a
limit, notifications only a part, since people wait for codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from khaya.channels import Channel, ChannelDown, Undeliverable, Unsure
from khaya.channels.segments import parts
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import TooMany, Unavailable, WriteConflict
from khaya.platform.base.money import RAND
from khaya.platform.base.phones import has_calling_code
from khaya.platform.base.settings import ChannelSettings, MessageLimits, settings
from khaya.platform.data import dynamo, writes
from khaya.platform.data.unit_of_work import commit_now

NOTIFICATIONS_SHARE: Final = 0.5
"""The share of a limit that notifications may use."""

_HOUR_SECONDS: Final = 3600
_NAMES: Final = {"sms": "text message", "whatsapp": "WhatsApp message"}


class BudgetSpent(Exception):
    """The rand of this month for a channel are spent; `seconds` until the next month."""

    def __init__(self, seconds: int) -> None:
        super().__init__("budget spent")
        self.seconds = seconds


def reaches(channel: Channel, destination: str) -> bool:
    """Whether the channel is configured and may send to this number or address."""
    if channel == "email":
        return True
    if channel == "whatsapp" and not settings(ChannelSettings).twilio_secret_arn:
        return False
    return has_calling_code(destination, settings(MessageLimits).calling_codes)


def count(channel: Channel, text: str, now: str, *, share: float = 1) -> None:
    """Count one message and its price, if no more than a `share` of the limits is used. E-mail has no limit here.

    Raises:
        TooMany: the hour's limit is reached; `Retry-After` is the time until the next hour.
        BudgetSpent: the month's rand are spent.
    """
    per_hour, per_month, _ = _limits(channel)
    counted = []
    if per_hour:
        left = _seconds_of_hour(now)
        refusal = TooMany(f"No more {_NAMES[channel]}s this hour.", left)
        counted.append(_count(_hour_key(channel, now), 1, max(1, int(per_hour * share)), left, refusal, now))
    if per_month:
        left = _seconds_of_month(now)
        limit = int(per_month * share)
        counted.append(_count(_month_key(channel, now), _cents(channel, text), limit, left, BudgetSpent(left), now))
    try:
        commit_now(*counted)
    except (TooMany, BudgetSpent) as error:
        _report(channel, hourly=isinstance(error, TooMany), for_codes=share == 1)
        raise


@contextmanager
def given_back_if_unsent(channel: Channel, text: str, now: str) -> Iterator[None]:
    """Give back what `count` counted for a message, with the same arguments, if it is certain that nothing was sent."""
    try:
        yield
    except Unsure:
        raise
    except (ChannelDown, Undeliverable, WriteConflict, Unavailable):
        _give_back(channel, text, now)
        raise


def _give_back(channel: Channel, text: str, now: str) -> None:
    per_hour, per_month, _ = _limits(channel)
    counted = [(_hour_key(channel, now), 1)] if per_hour else []
    if per_month:
        counted.append((_month_key(channel, now), _cents(channel, text)))
    for key, step in counted:
        less = writes.update(
            *key,
            "ADD #counted :less",
            condition="#counted >= :step",
            refusal=lambda _: WriteConflict(),
            values={"less": -step, "step": step},
        )
        with suppress(WriteConflict, Unavailable):  # it stays counted
            commit_now(less)


def require_left(channel: Channel, now: str) -> None:
    """Check that another code can be sent by the channel.

    Raises:
        Unavailable: a limit is reached; its detail names the way that is left.
    """
    per_hour, per_month, price = _limits(channel)
    if not per_hour and not per_month:
        return
    hour, month = dynamo.get_many([_hour_key(channel, now), _month_key(channel, now)])
    hour_is_over = bool(per_hour) and (hour or {}).get("counted", 0) >= per_hour
    month_is_over = bool(per_month) and (month or {}).get("counted", 0) + price > per_month
    if hour_is_over or month_is_over:
        _report(channel, hourly=not month_is_over, for_codes=True)
        raise Unavailable(
            f"No more {_NAMES[channel]}s can be sent {'this month' if month_is_over else 'this hour'}. "
            "Please ask for the code by e-mail.",
            _seconds_of_month(now) if month_is_over else _seconds_of_hour(now),
            code="channel_exhausted",
            params={"channel": channel},
        )


def _cents(channel: Channel, text: str) -> int:
    """The price of a message."""
    return _limits(channel)[2] * (parts(text) if channel == "sms" else 1)


def _limits(channel: Channel) -> tuple[int, int, int]:
    """Messages in an hour, cents in a month, and cents of a message; 0 is no limit."""
    limits = settings(MessageLimits)
    match channel:
        case "sms":
            return limits.sms_per_hour, limits.sms_rand_per_month * RAND, limits.sms_price_cents
        case "whatsapp":
            return limits.whatsapp_per_hour, limits.whatsapp_rand_per_month * RAND, limits.whatsapp_price_cents
    return 0, 0, 0


def _count(
    key: tuple[str, dict[str, str]], step: int, limit: int, seconds_left: int, refusal: Exception, now: str
) -> writes.Write:
    return writes.update(
        *key,
        "SET #expiresAt = :expiresAt ADD #counted :step",
        condition="attribute_not_exists(#counted) OR #counted <= :most",
        refusal=lambda _: refusal,
        values={"step": step, "most": limit - step, "expiresAt": clock.epoch(now) + seconds_left + _HOUR_SECONDS},
    )


def _hour_key(channel: Channel, now: str) -> tuple[str, dict[str, str]]:
    return settings().challenges_table, {"id": f"{channel}#{clock.epoch(now) // _HOUR_SECONDS}"}


def _month_key(channel: Channel, now: str) -> tuple[str, dict[str, str]]:
    return settings().challenges_table, {"id": f"{channel}#{clock.local_day(now)[:7]}"}


def _seconds_of_hour(now: str) -> int:
    """Seconds until the next hour."""
    return _HOUR_SECONDS - clock.epoch(now) % _HOUR_SECONDS


def _seconds_of_month(now: str) -> int:
    """Seconds until the next month in South Africa."""
    local = clock.parse(now).astimezone(clock.SOUTH_AFRICA)
    next_month: datetime = (local.replace(day=28) + timedelta(days=4)).replace(day=1, hour=0, minute=0, second=0)
    return max(1, int((next_month - local).total_seconds()))


def _report(channel: Channel, *, hourly: bool, for_codes: bool) -> None:
    """Log that a limit is reached, and call an operator when people are refused codes."""
    observability.logger().error("limit of messages reached", extra={"channel": channel, "hourly": hourly})
    if for_codes:
        observability.call_operator(f"{channel}_cap_reached" if hourly else f"{channel}_budget_spent")
