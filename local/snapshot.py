"""The marketplace as it was when it was first ready, kept so that later starts need not deploy and fill it again.

A snapshot is good for the day, the port and the very sources that it was made of; a start that finds none makes one.
Each start goes on from a copy, so what people do in a run is gone with it, as it always was.
"""

import hashlib
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import boto3

from local.build import Build, sources_hash
from local.folder import LIVE, REQUIREMENTS, ROOT, SNAPSHOTS

QUIET_WITHIN = 90.0  # seconds; what follows the demo's changes is done in some ten on a usual machine
QUIET_FOR = 4.0  # a reader of streams that had something to pass on would have done so by then


def name_of(build: Build, port: int) -> str:
    """The name of the snapshot that is like what a start would now make."""
    digest = hashlib.sha256(f"{sources_hash(build)} {port} {datetime.now(UTC):%Y-%m-%d}".encode())
    for file in sorted([*(ROOT / "local").rglob("*.py"), *REQUIREMENTS.iterdir()]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def lay_out(name: str) -> Path | None:
    """A copy of the snapshot to start from, or None where there is no such snapshot."""
    kept = SNAPSHOTS / name
    if not kept.exists():
        return None
    shutil.rmtree(LIVE, ignore_errors=True)
    shutil.copytree(kept, LIVE)
    return LIVE


def empty() -> Path:
    """An empty folder for the stand-in to keep its state in."""
    shutil.rmtree(LIVE, ignore_errors=True)
    LIVE.mkdir(parents=True)
    return LIVE


def keep(name: str) -> None:
    """Keep what the stand-in has left in the folder when it was stopped, and no other snapshot."""
    shutil.rmtree(SNAPSHOTS, ignore_errors=True)
    shutil.copytree(LIVE, SNAPSHOTS / name)


_UNDER_WAY = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
"""A delayed message, such as the count of gathered notifications, waits in the snapshot too."""


def quiet(session: boto3.Session) -> bool:
    """Wait until no queue has a message that is visible or in flight; returns whether that came about."""
    sqs = session.client("sqs")
    urls = sqs.list_queues().get("QueueUrls", [])
    deadline, since = time.monotonic() + QUIET_WITHIN, time.monotonic()
    while time.monotonic() < deadline:
        for url in urls:
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            if any(int(count) for name, count in found.items() if name in _UNDER_WAY):
                since = time.monotonic()
        if time.monotonic() - since > QUIET_FOR:
            return True
        time.sleep(0.2)
    return False
