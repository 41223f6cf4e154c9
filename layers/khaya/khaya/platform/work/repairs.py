"""Repairs: find what disagrees with the items that it is derived from, and mend it.

A repair is a function of an object's id and the time, and returns how many differences it mended. It may run at any
time and any number of times. Counters are corrected by a conditional write. For everything else the repair sends the
consumer's message again, so that there is one way to bring a thing in line, and its queue keeps the order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from khaya.platform.aws import queues
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import WriteConflict

Repair: TypeAlias = Callable[[str, str], int]
Repairs: TypeAlias = Mapping[str, Mapping[str, Repair]]
"""The repairs of each kind of object, by name."""

SETTLED_SECONDS: Final = 3600
"""How long a consumer has for its work before a repair sends its message again."""


class RepairFailed(Exception):
    """One or more repairs of an object failed; the others were made."""


class Findings:
    """What a run found: per repair, how many objects were checked, differences mended, and objects failed."""

    def __init__(self) -> None:
        self.checked: Counter[str] = Counter()
        self.mended: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()

    def as_counts(self) -> dict[str, dict[str, int]]:
        """The counts by name of the repair."""
        return {"checked": dict(self.checked), "mended": dict(self.mended), "failed": dict(self.failed)}


def repair(thing: str, repairs: Repairs, now: str, findings: Findings) -> bool:
    """Make all repairs of one object, named as in events (`jobs/<id>`); returns whether anything was mended.

    Objects of other kinds need no repair.

    Raises:
        RepairFailed: some repairs failed.
    """
    kind, _, object_id = thing.partition("/")
    mended = 0
    failed = []
    for name, make in repairs.get(kind, {}).items():
        try:
            number = make(object_id, now)
        except WriteConflict:
            number = 0  # somebody wrote the object meanwhile, so it is checked again when it has settled
        except Exception as error:  # noqa: BLE001 - one repair must not keep the others
            failed.append(name)
            observability.logger().error(
                "repair failed", extra={"repair": name, "object": thing, "error": type(error).__name__}
            )
            continue
        findings.checked[name] += 1
        if number:
            findings.mended[name] += number
            observability.logger().warning("repaired", extra={"repair": name, "object": thing, "number": number})
        mended += number
    findings.failed.update(failed)
    if failed:
        raise RepairFailed(", ".join(failed))
    return mended > 0


def send_again(queue: str, consumer: str, body: Mapping[str, object], thing: str, now: str) -> int:
    """Send a consumer the message about an object again; returns 1, the number of differences that it mends."""
    queues.send(queue, [OutgoingMessage(consumer, body, object=thing, change=f"repair-{clock.epoch(now)}")])
    return 1
