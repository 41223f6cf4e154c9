"""Text messages by SNS and e-mail by SES, each tried once, and what their errors mean: sent, not sent, or unknown.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)
from botocore.parsers import ResponseParserError

from khaya.platform.aws import clients

TIMEOUT_SECONDS: Final = (2, 5)
"""To connect, and to read the answer."""


class MessageRefused(Exception):
    """AWS refused the message: nothing was sent.

    Attributes:
        code: AWS's error code, without the suffix `Exception`.
        retry_after: the answer's `Retry-After` header, if it has one.
    """

    def __init__(self, code: str, retry_after: str | None = None) -> None:
        super().__init__(code)
        self.code = code.removesuffix("Exception")
        self.retry_after = retry_after


class NotReached(Exception):
    """AWS was not reached: nothing was sent."""


class OutcomeUnknown(Exception):
    """AWS returned no readable response: the message may have been sent."""


def send_text(phone: str, text: str) -> str:
    """Send a text message as a transactional one, which carriers delay last; returns its message id.

    Raises:
        MessageRefused, NotSent, OutcomeUnknown: see there.
    """
    kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    return _message_id(_client("sns").publish, PhoneNumber=phone, Message=text, MessageAttributes=kind)


def send_email(sender: str, to: str, subject: str, text: str) -> str:
    """Send an e-mail as plain text; returns its message id.

    Raises:
        MessageRefused, NotSent, OutcomeUnknown: see there.
    """
    content = {
        "Simple": {
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
        }
    }
    send = _client("sesv2").send_email
    return _message_id(send, FromEmailAddress=sender, Destination={"ToAddresses": [to]}, Content=content)


def _message_id(operation: Callable[..., Any], **request: Any) -> str:
    try:
        answer = operation(**request)
    except ClientError as error:
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        raise MessageRefused(str(error.response["Error"]["Code"]), headers.get("retry-after")) from None
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        raise NotReached(type(error).__name__) from None
    except HTTPClientError as error:
        raise OutcomeUnknown(type(error).__name__) from None
    except BotoCoreError as error:
        raise NotReached(type(error).__name__) from None
    except (ResponseParserError, LookupError) as error:  # raised by botocore for an answer that it cannot read
        raise OutcomeUnknown(type(error).__name__) from None
    if not answer.get("MessageId"):
        raise OutcomeUnknown("an answer without an id")
    return str(answer["MessageId"])


def _client(service: str) -> Any:
    """A client that tries once: a second try after a lost answer might send a second message."""
    connect, read = TIMEOUT_SECONDS
    return clients.client(service, connect_timeout=connect, read_timeout=read, attempts=1)
