"""The rules of destinations, and the hourly limit of text messages.

The count is the item `sms#<hour>` in the Challenges table. Codes may use all of the hour's text messages, notifications
only a part, since people wait for codes.
"""

from __future__ import annotations

from khaya.channels import Channel
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import TooMany
from khaya.platform.base.settings import ChannelSettings, settings
from khaya.platform.data import dynamo, writes

NOTIFICATIONS_SHARE = 0.5
"""The share of an hour's text messages that notifications may use."""

_HOUR_SECONDS = 3600


def reaches(channel: Channel, destination: str) -> bool:
    """Whether the channel is configured and may send to this number or address."""
    config = settings(ChannelSettings)
    if channel == "whatsapp":
        return bool(config.twilio_secret_arn)
    return channel != "sms" or destination.startswith(tuple(config.sms_prefixes.split(",")))


def count(channel: Channel, now: str, *, share: float = 1) -> None:
    """Count one text message, if no more than a `share` of the hour's limit is used. Other channels have no limit here.

    Raises:
        TooMany: the limit is reached; `Retry-After` is the time until the next hour.
    """
    limit = settings(ChannelSettings).sms_per_hour
    if channel != "sms" or not limit:
        return
        return
    at = clock.epoch(now)
    hour = at // _HOUR_SECONDS
    seconds_left = (hour + 1) * _HOUR_SECONDS - at
    counted = writes.update(
        settings().challenges_table,
        {"id": f"sms#{hour}"},
        "SET #expiresAt = :expiresAt ADD #counted :one",
        condition="attribute_not_exists(#counted) OR #counted < :limit",
        refusal=lambda _: TooMany("No more text messages this hour.", seconds_left),
        values={"one": 1, "limit": max(1, int(limit * share)), "expiresAt": at + 2 * _HOUR_SECONDS},
    )
    try:
        dynamo.update_now(counted)
    except TooMany:
        observability.logger().error("hourly limit of text messages reached")
        observability.count("SmsCapReached")
        raise
