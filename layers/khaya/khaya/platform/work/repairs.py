"""Repairs: find what disagrees with the items that it is derived from, and mend it.

A repair is a function of an object's id and the run, and returns how many differences it mended. It may run at any
time and any number of times. Counters are corrected by a conditional write. For everything else the repair sends the
consumer's message again, so that there is one way to bring a thing in line, and its queue keeps the order.

What was written a moment ago, and what there was no time for, is left to the next run, never taken for done.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from khaya.platform.aws import queues
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.errors import WriteConflict
from khaya.platform.data.checkpoints import positions_in, save_positions
from khaya.platform.data.corrections import NotSettled
from khaya.platform.data.resumable import OutOfTime, ResumableReading
from khaya.platform.work.daily_tasks import HasTime, Unfinished


@dataclass(frozen=True)
class Run:
    """What a repair needs to know: the time, and how it reads lists that may be long."""

    now: str
    reading: ResumableReading


Repair: TypeAlias = Callable[[str, Run], int]
Repairs: TypeAlias = Mapping[str, Mapping[str, Repair]]
"""The repairs of each kind of object, by name."""

SETTLED_SECONDS: Final = 3600
"""How long a consumer has for its work before a repair sends its message again."""


class RepairFailed(Exception):
    """One or more repairs of an object failed; the others were made."""


class RepairUnfinished(Unfinished):
    """Some repairs of an object have to be made by the next run; `out_of_time` if at least one lacked time."""

    def __init__(self, *, out_of_time: bool) -> None:
        super().__init__("unfinished")
        self.out_of_time = out_of_time


class Findings:
    """What a run found: per repair, how many objects were checked, differences mended, objects failed or left."""

    def __init__(self) -> None:
        self.checked: Counter[str] = Counter()
        self.mended: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.unfinished: Counter[str] = Counter()

    def as_counts(self) -> dict[str, dict[str, int]]:
        """The counts by name of the repair."""
        return {name: dict(counts) for name, counts in vars(self).items()}


def repair(thing: str, repairs: Repairs, now: str, findings: Findings, has_time: HasTime) -> bool:
    """Make all repairs of one object, named as in events (`jobs/<id>`); returns whether anything was mended.

    Objects of other kinds need no repair.

    Raises:
        RepairFailed: some repairs failed.
        RepairUnfinished: some repairs are left to the next run.
    """
    kind, _, object_id = thing.partition("/")
    if kind not in repairs:
        return False
    before = positions_in(thing)
    mended, failed, unsettled, positions = 0, [], [], {}
    for name, make in repairs[kind].items():
        try:
            number = make(object_id, Run(now, ResumableReading(has_time, before.get(name))))
        except (WriteConflict, NotSettled):
            unsettled.append(name)
            continue
        except OutOfTime as stopped:
            positions[name] = stopped.position
            continue
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
    if positions != before:
        save_positions(thing, positions)
    findings.failed.update(failed)
    findings.unfinished.update([*unsettled, *positions])
    if failed:
        raise RepairFailed(", ".join(failed))
    if unsettled or positions:
        raise RepairUnfinished(out_of_time=bool(positions))
    return mended > 0


def send_again(queue: str, consumer: str, body: Mapping[str, object], thing: str, now: str) -> int:
    """Send a consumer the message about an object again; returns 1, the number of differences that it mends."""
    queues.send(queue, [OutgoingMessage(consumer, body, object=thing, change=f"repair-{clock.epoch(now)}")])
    return 1
