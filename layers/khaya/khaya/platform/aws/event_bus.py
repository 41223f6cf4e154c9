"""EventBridge: entries put on the application's event bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from khaya.platform.aws import clients


def put(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Put at most ten entries, given by id; returns the error code of each entry that was not put, by its id."""
    try:
        answer = _client().put_events(Entries=[*entries.values()])
    except ClientError as error:
        return dict.fromkeys(entries, error.response["Error"]["Code"])
    except BotoCoreError as error:
        return dict.fromkeys(entries, type(error).__name__)
    results = zip(entries, answer["Entries"], strict=True)
    return {entry_id: result["ErrorCode"] for entry_id, result in results if result.get("ErrorCode")}


def _client() -> Any:
    return clients.client("events", connect_timeout=1, read_timeout=3, attempts=2)
