"""Sends the codes that were asked for. It runs apart from the request, whose duration so tells nothing of accounts."""

from __future__ import annotations

from khaya.channels import ChannelDown
from khaya.platform.base import clock, observability
from khaya.platform.work.consumers import Message
from khaya.sign_in import delivery

NAME = "codes"


def handle(message: Message) -> None:
    """Send one code.

    Raises:
        ChannelDown: the provider does not take it now.
    """
    try:
        delivery.send(message.body["challengeId"], clock.now())
    except ChannelDown as error:
        observability.logger().warning("channel down", extra={"reason": str(error)})
        observability.count("ChannelDown")
        raise
