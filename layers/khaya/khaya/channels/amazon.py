"""What the errors of Amazon's services mean for a message to a person."""

from __future__ import annotations

from collections.abc import Callable, Set

from khaya.channels import ChannelDown, Undeliverable, Unsure
from khaya.platform.aws import messaging
from khaya.platform.work import http_calls


def send(operation: Callable[[], str], hopeless_codes: Set[str]) -> str:
    """Call an operation that sends, and return its message id; `hopeless_codes` mean that the address takes nothing.

    Raises:
        Undeliverable: the address will never take it.
        ChannelDown: it was refused, or AWS was not reached: nothing was sent.
        Unsure: AWS was asked, and gave no readable answer.
    """
    try:
        return operation()
    except messaging.MessageRefused as error:
        if error.code in hopeless_codes:
            raise Undeliverable(error.code) from None
        raise ChannelDown(str(error), http_calls.retry_after_seconds(error.retry_after)) from None
    except messaging.NotReached as error:
        raise ChannelDown(str(error)) from None
    except messaging.OutcomeUnknown as error:
        raise Unsure(str(error)) from None
