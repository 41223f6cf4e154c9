"""Set an environment back to one second: restore its tables, and have the application use them.

CloudFormation takes over tables that it did not make by an import, which may change nothing else. So the present tables
leave the stack first, and stay; all that refers to them gets their names as plain text, so that nothing of the running
application changes. Then the restored tables are imported. At last the present release is deployed with the next
generation: its names are those of the imported tables already, and functions, roles and event sources move to them.

Each step can be repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from operations import erase_again, reconcile, repair
from operations.change_rules import DERIVED
from operations.change_set import GENERATION, MAINTENANCE
from operations.comparison import Comparison
from operations.configuration import Configuration
from operations.deploy import Deployment
from operations.refused import Refused
from operations.restore import CARRIED, Restore, next_generation
from operations.stack import Stack
from operations.stack_parts import StackParts

MONEY = (
    "BooksTable",
    "ChargebacksTable",
    "CollectionsTable",
    "CreditsTable",
    "EscrowsTable",
    "PayoutsTable",
    "ReferralsTable",
    "RefundsTable",
)
"""Tables whose later rows may tell of money that moved at the provider."""
WAITING = "ApproximateNumberOfMessages"


@dataclass(frozen=True)
class Work:
    """A restore that was begun.

    Attributes:
        moment: the second.
        generation: the generation of the restored tables.
        tables: the names of the tables that are left, by their logical names, without derived ones.
        template: the template of the stack before, without a transform.
    """

    moment: str
    generation: str
    tables: dict[str, str]
    template: dict[str, Any]

    @property
    def targets(self) -> dict[str, str]:
        """The names of the restored tables, by their logical names."""
        return {logical: next_generation(source) for logical, source in self.tables.items()}


class Recovery:
    """The setting back of one environment.

    Args:
        session: a session of boto3.
        configuration: the environment.
        deployment: its deployment, which asks nothing.
        say: what shows a line to the operator.
        poll: the seconds between two looks at a table.
    """

    def __init__(
        self,
        session: Any,
        configuration: Configuration,
        deployment: Deployment,
        say: Callable[[str], None],
        poll: float = 10.0,
    ) -> None:
        self._session = session
        self._environment = configuration.environment
        self._deployment = deployment
        self._say = say
        self._poll = poll
        self._stack = Stack(session, configuration.stack)
        self._parts = StackParts(session, configuration, min(poll, 2.0))
        self._dynamodb = session.client("dynamodb")

    def plan(self, moment: datetime, *, copied: bool = False) -> None:
        """Show what would be done."""
        work = self._begun(self._next()) or self._new(moment)
        self._show_tables(work)
        steps = (
            "turn maintenance on, if it is not",
            f"take tables that were restored from copies of {moment:%Y-%m-%d %H:%M:%S} UTC"
            if copied
            else f"restore these tables to {moment:%Y-%m-%d %H:%M:%S} UTC",
            "give them what they lack, and compare them with the present ones",
            "take the present tables out of the stack; they stay, with their data",
            "import the restored tables into the stack",
            f"deploy the present release with {GENERATION}={work.generation}, still in maintenance",
            "begin the erasures since then anew, repair everything, reconcile the books",
        )
        for number, line in enumerate(steps, start=1):
            self._say(f"{number}. {line}")

    def plan_beside(self, moment: datetime) -> None:
        """Show which tables would be made."""
        self._show_tables(self._new(moment))

    def beside(self, moment: datetime) -> None:
        """Only restore the tables beside the present ones, which the application goes on using."""
        self._restore(self._new(moment)).run(moment)

    def run(self, moment: datetime, *, copied: bool = False) -> None:
        """Set the environment back. It is in maintenance at the end, so that somebody can look before people write.

        Interrupted, it can be run again with the same time.

        Args:
            moment: the second.
            copied: whether the tables of the next generation are there already, made from copies of that second.

        Raises:
            Refused: with what to do.
        """
        work = self._work(moment)
        if self._stack.parameters().get(MAINTENANCE) != "true":
            self._say("turning maintenance on")
            self._deployment.set_maintenance(on=True)
        if work.generation != self._generation():
            compared = self._restore(work).run(moment, copied=copied)
            self._parts.keep(
                f"{work.generation}-compared.json", {one: asdict(found) for one, found in compared.items()}
            )
            self._take_over(work)
        self._say(f"deploying the present release over the tables of generation {work.generation}")
        self._deployment.move_to_generation(work.generation)
        failed = self._correct(moment)
        for line in (
            *_became(self._stack.name, work, self._compared(work)),
            *self._messages(),
            *self._decisions(work),
            *_left(self._environment, work),
        ):
            self._say(line)
        if failed:
            raise Refused("The environment is set back and in maintenance.\n  " + "\n  ".join(failed))

    def _show_tables(self, work: Work) -> None:
        for logical, source in work.tables.items():
            note = "  (later changes are carried over)" if logical in CARRIED else ""
            self._say(f"{source} -> {next_generation(source)}{note}")

    def _work(self, moment: datetime) -> Work:
        """What was begun, or is begun now.

        Raises:
            Refused: a restore to another time was begun and has taken tables out of the stack.
        """
        for generation in (self._generation(), self._next()):
            begun = self._begun(generation)
            if begun is not None and begun.moment == moment.isoformat():
                return begun
        begun = self._begun(self._next())
        if begun is not None and not begun.tables.items() <= self._parts.physical().items():
            raise Refused(f"A restore to {begun.moment} was begun. Finish it first, then begin another one.")
        work = self._new(moment)
        self._parts.keep(f"{work.generation}.json", asdict(work))
        return work

    def _begun(self, generation: str) -> Work | None:
        """The restore that made, or is to make, the tables of a generation."""
        found = self._parts.kept(f"{generation}.json")
        return Work(**found) if found else None

    def _compared(self, work: Work) -> dict[str, Comparison]:
        """What differed between the restored tables and those that were left, by logical names."""
        found = self._parts.kept(f"{work.generation}-compared.json") or {}
        return {logical: Comparison(**one) for logical, one in found.items()}

    def _new(self, moment: datetime) -> Work:
        found = sorted(self._stack.must_have("AWS::DynamoDB::Table"), key=lambda one: one.logical)
        tables = {one.logical: one.physical for one in found if one.logical not in DERIVED}
        return Work(moment.isoformat(), self._next(), tables, self._parts.template())

    def _generation(self) -> str:
        """The generation of the tables that the stack is deployed with."""
        return self._stack.parameters().get(GENERATION, "1")

    def _next(self) -> str:
        return str(int(self._generation()) + 1)

    def _restore(self, work: Work) -> Restore:
        return Restore(self._dynamodb, work.tables, self._say, self._poll)

    def _take_over(self, work: Work) -> None:
        """Have the stack hold the restored tables instead of the present ones."""
        present = self._parts.physical()
        if work.targets.items() <= present.items():
            return
        values = {logical: self._values(source) for logical, source in work.tables.items()}
        if present.keys() & work.tables.keys():
            self._say(f"taking {len(values)} tables out of the stack; they stay")
            self._parts.take_out(work.template, values)
        self._say(f"importing {len(values)} restored tables")
        self._parts.import_tables(work.template, values, work.targets)

    def _values(self, table: str) -> dict[str, str]:
        """What the template takes from a table."""
        found = self._dynamodb.describe_table(TableName=table)["Table"]
        stream = {"StreamArn": found["LatestStreamArn"]} if "LatestStreamArn" in found else {}
        return {"Ref": table, "Arn": found["TableArn"], **stream}

    def _correct(self, moment: datetime) -> list[str]:
        """Repeat erasures, repair, reconcile; returns what failed and is to be done again."""
        failed = []
        name, since = self._stack.name, _second(moment.isoformat())
        self._say("beginning erasures anew")
        if not erase_again.run(erase_again.of_stack(self._session, name), since):
            failed.append(f"Some erasures were not begun. Run `erase-again {self._environment} --since {since}`.")
        self._say("repairing")
        if not repair.run(repair.of_stack(self._session, name), [*repair.SOURCES]):
            failed.append(f"Some repairs failed. Run `repair {self._environment}`.")
        self._say("reconciling")
        try:
            for counted, number in reconcile.of_stack(self._session, name).items():
                self._say(f"  {counted}: {number}")
        except Refused as refused:
            failed.append(f"{refused.message} Run `reconcile {self._environment}`; payouts wait for it.")
        return failed

    def _messages(self) -> Iterator[str]:
        """The messages that wait in each queue."""
        sqs = self._session.client("sqs")
        for one in self._stack.resources():
            if one.kind == "AWS::SQS::Queue":
                found = sqs.get_queue_attributes(QueueUrl=one.physical, AttributeNames=[WAITING])["Attributes"]
                if int(found[WAITING]):
                    yield f"    {one.logical}: {found[WAITING]} messages wait"

    def _decisions(self, work: Work) -> Iterator[str]:
        """What people did since the second, by the audit trail, with the number of times."""
        entries = erase_again.entries_since(self._dynamodb, work.targets["AuditTable"], _second(work.moment))
        actions = Counter(entry["action"]["S"] for entry in entries)
        yield "  undone    and in the audit trail; decisions of admins among it are to be made again:"
        yield from (f"    {action}: {number}" for action, number in sorted(actions.items()))


def _became(stack: str, work: Work, compared: Mapping[str, Comparison]) -> Iterator[str]:
    """What becomes of what is newer than the second."""
    money = {one: compared[one] for one in MONEY if one in compared}
    rows = sum(one.changed + one.lost for one in money.values())
    sessions, requests = (compared.get(one, Comparison()) for one in ("SessionsTable", "IdempotencyTable"))
    yield f"{stack} uses the tables of generation {work.generation}, as of {work.moment}. What is newer:"
    yield f"  sessions  {sessions.lost} are gone: their people sign in again; what was revoked at Cognito stays revoked"
    yield f"  requests  {requests.lost} idempotency records are gone: a repeat is done again, as its effect is gone too"
    yield f"  money     {rows} rows are set back or gone; the reconciliation lists what moved, and payouts wait for it"
    for name, one in money.items():
        yield from (f"    {name}: {key}" for key in one.examples)
    yield "  notices   and the audit trail are kept: nobody is told twice, nothing is recorded twice"
    yield "  search    and directory are made anew by the repairs"
    yield "  messages  stay in the queues until maintenance ends; consumers read the present state:"


def _left(environment: str, work: Work) -> Iterator[str]:
    """What the operator does next."""
    yield "Look at the environment, then:"
    yield f"  set {GENERATION}={work.generation} in samconfig.toml, section {environment}, and commit it"
    yield f"  maintenance {environment} off, and after ten minutes repair {environment} once more"
    yield "The tables that were left stay. Delete them when nobody needs them any more."


def _second(moment: str) -> str:
    """A time as the audit trail writes it, without the zone."""
    return moment[: len("2026-11-21T08:00:00")]
