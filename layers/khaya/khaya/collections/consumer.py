"""Looks collections up after a hint of the payment provider."""

from __future__ import annotations

from khaya.collections import service
from khaya.platform.base import clock
from khaya.platform.base.errors import RetryLater
from khaya.platform.work.consumers import Message
from khaya.provider.errors import ProviderUnavailable

NAME = "collections"


def handle(message: Message) -> None:
    """Ask the provider about one collection, and book what was paid.

    Raises:
        RetryLater: the provider does not answer.
    """
    try:
        service.apply(message.body["reference"], clock.now())
    except ProviderUnavailable as error:
        raise RetryLater("the payment provider does not answer", max(30, error.retry_after)) from error
