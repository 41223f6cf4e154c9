"""The outbox: everything that was sent to people on this machine, newest first, as data and as a page to look at."""

import html
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LOOK_EVERY = 1.0  # seconds
REFRESH_SECONDS = 2
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Khaya · outbox</title>
<meta http-equiv="refresh" content="{seconds}"><meta name="viewport" content="width=device-width">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222 }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid #ddd }}
td:nth-child(-n+3) {{ white-space: nowrap }} td:last-child {{ white-space: pre-wrap; overflow-wrap: anywhere }}
.whatsapp {{ color: #0a7d46 }} .sms {{ color: #8a4b00 }} .email {{ color: #1d4ed8 }}
.push, .web_push {{ color: #7a1fa2 }}
</style></head><body>
<h1>Outbox</h1>
<p>{number} sent to people from this machine, newest first. Nothing left it.</p>
<table><thead><tr><th>time</th><th>channel</th><th>to</th><th>text</th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


@dataclass(frozen=True)
class Sent:
    """One message: when (ISO 8601, UTC), by which channel, to whom, and what it said."""

    time: str
    channel: str
    to: str
    text: str
    title: str = ""


def now() -> str:
    """The present moment."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Amazon:
    """Messages that the AWS stand-in sent by SNS and SES. It stores no time of text messages, so it is polled."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._seen: dict[str, str] = {}
        self._lock = threading.Lock()

    def watch(self) -> None:
        """Look every second, in the background."""
        threading.Thread(target=self._look_for_ever, daemon=True).start()

    def sent(self) -> list[Sent]:
        """Everything by now; nothing where the stand-in does not answer."""
        try:
            texts, mails = self._read("sns/sms-messages"), self._read("ses/messages")
        except (urllib.error.URLError, OSError, ValueError):
            return []
        with self._lock:
            short = [
                Sent(self._seen.setdefault(one["MessageId"], now()), "sms", number, one["Message"])
                for number, several in texts["sms_messages"].items()
                for one in several
            ]
        long = [
            Sent(_time(one["Timestamp"]), "email", ", ".join(one["To"]), one["BodyText"], one["Subject"])
            for several in mails["messages"].values()
            for one in several
        ]
        return [*short, *long]

    def _read(self, name: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.endpoint}/_ministack/{name}", timeout=5) as answer:  # noqa: S310  # nosec B310
            found: dict[str, Any] = json.load(answer)
            return found

    def _look_for_ever(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_EVERY):
            self.sent()


def page(sent: Iterable[Sent]) -> str:
    """The outbox as a page."""
    rows = [
        f'<tr><td>{_shown(one.time)}</td><td class="{html.escape(one.channel)}">{html.escape(one.channel)}</td>'
        f"<td>{html.escape(one.to)}</td><td>{_title(one)}{html.escape(one.text)}</td></tr>"
        for one in sent
    ]
    number = f"{len(rows)} {'message' if len(rows) == 1 else 'messages'}"
    return _PAGE.format(seconds=REFRESH_SECONDS, number=number, rows="\n".join(rows))


def _title(one: Sent) -> str:
    return f"<b>{html.escape(one.title)}</b>\n" if one.title else ""


def _shown(time: str) -> str:
    """The time of day on this machine."""
    with suppress(ValueError):
        time = datetime.fromisoformat(time).astimezone().strftime("%d %b %H:%M:%S")
    return html.escape(time)


def _time(raw_time: Any) -> str:
    """The AWS stand-in's time of an e-mail, which is a number or text, in our form."""
    with suppress(ValueError, TypeError):
        moment = (
            datetime.fromtimestamp(raw_time, UTC)
            if isinstance(raw_time, int | float)
            else datetime.fromisoformat(raw_time)
        )
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(raw_time)
