"""One message handed to a service of AWS, and what its failures mean: was it taken, or not, or who knows."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Any, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)
from botocore.parsers import ResponseParserError

from khaya.channels import ChannelDown, Undeliverable, Unsure, web
from khaya.platform.aws import clients

_ONE_TRY: Final = {"mode": "standard", "total_max_attempts": 1}


def client(service: str) -> Any:
    """A client that tries once: a second try after a lost answer might be a second message."""
    connect, answer = web.TIMEOUT_SECONDS
    return clients.client(service, connect_timeout=connect, read_timeout=answer, retries=_ONE_TRY)


def send(operation: Callable[..., Any], never: Set[str], **request: Any) -> str:
    """Call a service's operation that sends, and answer the id it gave; `never` are its codes for a hopeless address.

    Raises:
        Undeliverable: the address will never take it.
        ChannelDown: it was refused, or could not be asked: nothing was sent.
        Unsure: it was asked, and gave no answer that can be read.
    """
    try:
        answer = operation(**request)
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        if code.removesuffix("Exception") in never:
            raise Undeliverable(code) from None
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        raise ChannelDown(code, web.retry_after_seconds(headers.get("retry-after"))) from None
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        raise ChannelDown(type(error).__name__) from None
    except HTTPClientError as error:
        raise Unsure(type(error).__name__) from None
    except BotoCoreError as error:
        raise ChannelDown(type(error).__name__) from None
    except (ResponseParserError, LookupError) as error:  # botocore stumbles over an answer that it cannot read
        raise Unsure(type(error).__name__) from None
    if not answer.get("MessageId"):
        raise Unsure("an answer without an id")
    return str(answer["MessageId"])
