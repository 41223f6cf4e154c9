"""What holds for every message that goes to a phone number: where it may go, and how many a text message there may be.

The hour's count stands in the Challenges table under `sms#<hour>`, whoever sends. Codes may use up all of it; notices
leave a part to them, since people wait for codes.
"""

from __future__ import annotations

from khaya.channels import Channel
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import TooMany
from khaya.platform.base.settings import ChannelSettings, settings
from khaya.platform.data import dynamo, writes

NOTICES_SHARE = 0.5
"""As much of an hour's text messages as are gone when notices begin to wait for the next hour."""

_HOUR = 3600


def reaches(channel: Channel, destination: str) -> bool:
    """Whether the channel is offered, and goes to this number or address."""
    told = settings(ChannelSettings)
    if channel == "whatsapp":
        return bool(told.twilio_secret_arn)
    return channel != "sms" or destination.startswith(tuple(told.sms_prefixes.split(",")))


def count(channel: Channel, now: str, *, share: float = 1) -> None:
    """Count one message of this hour, where the channel's are counted, if not more than a `share` of them are gone.

    Raises:
        TooMany: the hour's are used up; its `Retry-After` says when the next hour begins.
    """
    most = settings(ChannelSettings).sms_per_hour
    if channel != "sms" or not most:
        return
    at = clock.epoch(now)
    hour = at // _HOUR
    left = (hour + 1) * _HOUR - at
    counted = writes.update(
        settings().challenges_table,
        {"id": f"sms#{hour}"},
        "SET #expiresAt = :expiresAt ADD #counted :one",
        condition="attribute_not_exists(#counted) OR #counted < :limit",
        refusal=lambda _: TooMany("No more text messages this hour.", left),
        values={"one": 1, "limit": max(1, int(most * share)), "expiresAt": at + 2 * _HOUR},
    )
    try:
        dynamo.update_now(counted)
    except TooMany:
        observability.logger().error("no more text messages this hour")
        observability.count("SmsCapReached")
        raise
