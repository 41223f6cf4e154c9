"""The commands of operators: `python -m operations --help`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from operations import (
    account,
    commits,
    configuration,
    deploy,
    doctor,
    erase_again,
    export,
    failed_runs,
    first_admin,
    frontend,
    parked_records,
    reconcile,
    repair,
    rotate,
    status,
)
from operations.destroy import Destruction
from operations.formats import formats
from operations.recovery import Recovery
from operations.redrive import Redrive
from operations.refused import Refused
from operations.rotation import SERVICE_KEY, Rotation
from operations.stack import Stack
from operations.user_pool import PoolRecovery

ENVIRONMENT = click.argument("environment", metavar="ENV")
PLAN = click.option("--plan", is_flag=True, help="Only show what would be done.")


class Commands(click.Group):
    """Commands that end with what AWS said, not with a traceback, where it refuses a call."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            Refused: AWS refused a call, or could not be reached.
        """
        try:
            return super().invoke(ctx)
        except (ClientError, BotoCoreError) as error:
            raise Refused(f"AWS did not do what was asked: {error}. The command may be repeated.") from error


@click.group(cls=Commands)
def operations() -> None:
    """Operate a deployed environment with your AWS credentials."""


def _session(found: configuration.Configuration) -> boto3.Session:
    return _session_in(found.region)


def _session_in(region: str) -> boto3.Session:
    """A session with the operator's credentials.

    Raises:
        Refused: there are none.
    """
    session = boto3.Session(region_name=region)
    if session.get_credentials() is None:
        raise Refused("There are no AWS credentials. Sign in (`aws sso login`) or set AWS_PROFILE.")
    return session


@operations.command("status")
@ENVIRONMENT
def status_command(environment: str) -> None:
    """Show the stack's state, what differs from it, ringing alarms and dead letters."""
    found = configuration.load(environment)
    for line in status.lines(_session(found), found):
        click.echo(line)


@operations.command("redrive")
@ENVIRONMENT
@click.argument("queue")
@click.option("--first", is_flag=True, help="Send one message only, to see whether the cause is gone.")
@PLAN
def redrive_command(environment: str, queue: str, *, first: bool, plan: bool) -> None:
    """Send the dead letters of QUEUE (as code-delivery) to the queue again; of `schedule`, run the schedules."""
    found = configuration.load(environment)
    session = _session(found)
    stack = Stack(session, found.stack)
    if queue == failed_runs.QUEUE:
        runs = failed_runs.of_stack(session, stack, click.echo)
        click.echo(runs.planned(first=first) if plan else f"{runs.waiting()} failed runs wait")
        if not plan:
            _confirm(found)()
            click.echo(f"{runs.run_again(1 if first else None)} are done")
        return
    redrive = Redrive(session.client("sqs"), stack, click.echo)
    target = redrive.queue(queue)
    failing = status.failing_consumers(session, environment)
    if plan:
        for line in redrive.planned(target, first=first, failing=failing):
            click.echo(line)
        return
    click.echo(f"{redrive.waiting(target.dead_letters)} dead letters of {queue} wait")
    _confirm(found)()
    click.echo(f"{redrive.move(target, 1 if first else None, failing)} sent again")


@operations.command("doctor")
@ENVIRONMENT
def doctor_command(environment: str) -> None:
    """Show what the account lacks for ENV, and what to ask AWS for."""
    found = configuration.load(environment)
    findings = list(doctor.findings(_session(found), found))
    if findings:
        raise Refused("\n  ".join([f"{len(findings)} things are to be done first:", *findings]))
    click.echo("The account is ready.")


@operations.command("parked")
@ENVIRONMENT
def parked_command(environment: str) -> None:
    """List the stream records that could not be dispatched."""
    found = configuration.load(environment)
    parked_records.show(parked_records.of_stack(_session(found), found.stack))


@operations.command("replay")
@ENVIRONMENT
@click.argument("files", nargs=-1)
@PLAN
def replay_command(environment: str, files: tuple[str, ...], *, plan: bool) -> None:
    """Dispatch parked stream records again: FILES, or all, oldest first."""
    found = configuration.load(environment)
    parked = parked_records.of_stack(_session(found), found.stack)
    waiting = [*files] or parked.files()
    for file in waiting if plan else ():
        click.echo(file)
    click.echo(f"{len(waiting)} records are to be replayed")
    if plan:
        return
    _confirm(found)()
    if not parked_records.replay(parked, files):
        raise Refused("Some records failed again and were kept. The log of stream-dispatcher says why.")


@operations.command("repair")
@ENVIRONMENT
@click.option("--kind", type=click.Choice([*repair.SOURCES]), help="Only objects of this kind.")
@click.option("--after", help="The last id of an earlier run; with --kind.")
@PLAN
def repair_command(environment: str, kind: str | None, after: str | None, *, plan: bool) -> None:
    """Check everything against what is derived from it, and correct the differences."""
    if after and not kind:
        raise click.UsageError("--after needs --kind.")
    found = configuration.load(environment)
    everything = repair.of_stack(_session(found), found.stack)
    kinds = [kind] if kind else [*repair.SOURCES]
    if plan:
        for one in kinds:
            click.echo(f"{everything.count(one, after)} {one} would be checked")
        return
    _confirm(found)()
    if not repair.run(everything, kinds, after):
        raise Refused("Some repairs failed. The log of repair says why. Fix the cause and run the command again.")


@operations.command("erase-again")
@ENVIRONMENT
@click.option("--since", required=True, help="The time of the backup, as 2026-11-21 or 2026-11-21T08:00.")
@PLAN
def erase_again_command(environment: str, since: str, *, plan: bool) -> None:
    """Repeat the erasures of people since a backup that was restored."""
    found = configuration.load(environment)
    erasures = erase_again.of_stack(_session(found), found.stack)
    if plan:
        click.echo(f"{len(erasures.people(since))} erasures would be begun anew")
        return
    _confirm(found)()
    if not erase_again.run(erasures, since):
        raise Refused("Some erasures were not begun. The log of repair says why. Run the command again.")


@operations.command("deploy")
@ENVIRONMENT
@click.option("--target", type=click.Choice(["application", "frontend"]), default="application", show_default=True)
@click.option("--build", type=click.Path(path_type=Path), default="web/dist", help="The build of the web client.")
@click.option("--approved", is_flag=True, help="Do not ask: somebody has approved this deployment already.")
@PLAN
@click.option("--untested", is_flag=True, help="Do not ask for a record of `make check` and `make test`; dev only.")
def deploy_command(environment: str, target: str, build: Path, *, approved: bool, plan: bool, untested: bool) -> None:
    """Build, show the changes, make them, verify, and go back if the verification fails.

    With the target frontend: upload a build of the web client, and have CloudFront forget what it keeps.
    """
    root = configuration.ROOT
    found = configuration.load(environment)
    commits.check_deployable(root, found, untested=untested)
    deploy.check_values(found)
    session = _session(found)
    confirm = (lambda: None) if approved else _confirm(found)
    if target == "frontend":
        east = _session_in(frontend.REGION)
        click.echo(f"{frontend.stack_name(environment)} in {_identity(east)}")
        client = frontend.Frontend(east, Stack(session, found.stack), found, click.echo, confirm)
        client.deploy(build, plan=plan)
        return
    click.echo(f"{found.stack} in {_identity(session)}")
    deploy.check_account(session, found)
    template = deploy.package(root, found)
    found = configuration.with_release_id(found)
    deployment = deploy.Deployment(session, found, click.echo, confirm)
    for line in commits.since(root, deployment.present() or commits.current(root)):
        click.echo(f"new commit  {line}")
    deployment.deploy(template, commits.current(root), formats(root), plan=plan)


@operations.command("destroy")
@ENVIRONMENT
@PLAN
def destroy_command(environment: str, *, plan: bool) -> None:
    """Delete ENV with all of its data. Asks twice; refuses prod."""
    found = configuration.load(environment)
    destruction = Destruction(_session(found), found, click.echo)
    for one in destruction.stores():
        click.echo(f"{one.logical}  {one.physical}")
    if plan:
        return
    click.confirm(f"Delete {found.stack} and everything in these stores?", abort=True)
    if click.prompt("Type the name of the environment") != environment:
        raise Refused("That is not the name of the environment. Nothing was deleted.")
    destruction.destroy()


@operations.command("rollback")
@ENVIRONMENT
@click.option("--code", is_flag=True, help="Only have the aliases serve the earlier versions: seconds, not minutes.")
@PLAN
def rollback_command(environment: str, *, code: bool, plan: bool) -> None:
    """Deploy the release before, with its parameters."""
    found = configuration.load(environment)
    deployment = deploy.Deployment(_session(found), found, click.echo, _confirm(found))
    (deployment.rollback_code if code else deployment.rollback)(plan=plan)


@operations.command("maintenance")
@ENVIRONMENT
@click.argument("state", type=click.Choice(["on", "off"]))
@PLAN
def maintenance_command(environment: str, state: str, *, plan: bool) -> None:
    """Refuse what writes with 503 and have queues, streams and schedules wait, or end that."""
    found = configuration.load(environment)
    deployment = deploy.Deployment(_session(found), found, click.echo, _confirm(found))
    deployment.set_maintenance(on=state == "on", plan=plan)


@operations.command("account")
@click.option("--region", default=configuration.region, show_default="that of samconfig.toml")
@click.option("--sms-usd", default=100, show_default=True, help="What text messages may cost in a month.")
@PLAN
def account_command(region: str, sms_usd: int, *, plan: bool) -> None:
    """Set what CloudFormation cannot: the spending limit and the delivery logs of text messages."""
    session = _session_in(region)
    attributes = account.wanted(session, sms_usd)
    for line in account.differences(session, attributes):
        click.echo(line)
    if not plan:
        account.apply(session, attributes)
        click.echo(f"set for all environments in {region}")


@operations.command("create-admin")
@ENVIRONMENT
@click.argument("name")
@PLAN
def create_admin_command(environment: str, name: str, *, plan: bool) -> None:
    """Make NAME (+27... or an e-mail address), who has signed up, the first admin of ENV."""
    found = configuration.load(environment)
    admins = first_admin.of_stack(_session(found), found.stack)
    if plan:
        admins.check_first(name)
        click.echo(f"{name} would be the first admin")
        return
    _confirm(found)()
    admins.add_first(name)
    click.echo(f"{name} is an admin from the next sign-in on.")


@operations.command("reconcile")
@ENVIRONMENT
@PLAN
def reconcile_command(environment: str, *, plan: bool) -> None:
    """Compare the ledger with our items and with the payment provider's books, as every night."""
    found = configuration.load(environment)
    if plan:
        function = Stack(_session(found), found.stack).physical("ReconciliationFunction")
        click.echo(f"{function} would run, keep the differences that it finds, and close those that are gone")
        return
    _confirm(found)()
    click.echo("this takes up to a quarter of an hour")
    for name, number in reconcile.of_stack(_session(found), found.stack).items():
        click.echo(f"{name}: {number}")


@operations.command("rotate")
@ENVIRONMENT
@click.argument("kind", type=click.Choice([*rotate.KINDS]))
@click.option("--disclosed", is_flag=True, help="Others know the service key; it may be rotated again after an hour.")
@click.option("--retire", is_flag=True, help="End the validity of the version before; not for the service key.")
@click.option("--undo", is_flag=True, help="Make the previous version the current one again.")
@PLAN
def rotate_command(environment: str, kind: str, *, disclosed: bool, retire: bool, undo: bool, plan: bool) -> None:
    """Rotate a secret of ENV. Two versions are valid."""
    if retire and (undo or kind == SERVICE_KEY):
        raise click.UsageError("--retire stands alone. The service key has --disclosed instead.")
    found = configuration.load(environment)
    wanted = rotate.KINDS[kind]
    session = _session_in(frontend.REGION) if wanted.frontend else _session(found)
    stack = Stack(session, frontend.stack_name(environment) if wanted.frontend else found.stack)
    served = stack.parameters().get(wanted.served, "") if wanted.served else None
    secret = rotate.secret_of(session, stack, wanted)
    rotation = Rotation(kind, secret, environment, served, disclosed, retire, undo)

    def show(when: str) -> None:
        click.echo("\n  ".join([f"{when}:", *rotation.state()]))

    show("before")
    rotation.check()
    if plan:
        click.echo(rotation.planned())
        return
    _confirm(found)()
    rotation.run(lambda prompt: str(click.prompt(prompt, hide_input=True)))
    show("after")
    click.echo(f"done. {rotation.then}".rstrip())


@operations.command("export")
@ENVIRONMENT
@click.argument("bucket")
@click.option("--owner", required=True, help="The id of the account that owns BUCKET.")
@click.option("--at", "moment", type=click.DateTime(["%Y-%m-%dT%H:%M:%S"]), help="A time in UTC; by default now.")
@PLAN
def export_command(environment: str, bucket: str, owner: str, moment: datetime | None, *, plan: bool) -> None:
    """Export all tables of ENV, as of one second, to BUCKET."""
    found = configuration.load(environment)
    at = (moment or datetime.now(UTC)).replace(tzinfo=UTC, microsecond=0)
    exported = export.of_stack(_session(found), found.stack, click.echo)
    for line in exported.planned(bucket, at):
        click.echo(line)
    if not plan:
        _confirm(found)()
        exported.run(bucket, owner, at)


@operations.command("restore")
@ENVIRONMENT
@click.option("--at", "moment", type=click.DateTime(["%Y-%m-%dT%H:%M:%S"]), help="The second of the tables, in UTC.")
@click.option("--beside", is_flag=True, help="Only restore tables beside the present ones, to look at or to copy from.")
@click.option("--copied", is_flag=True, help="The restored tables are there already, made from copies of that second.")
@click.option("--user-pool", is_flag=True, help="Build the user pool anew from the Users table instead.")
@PLAN
def restore_command(
    environment: str, moment: datetime | None, *, beside: bool, copied: bool, user_pool: bool, plan: bool
) -> None:
    """Set all tables of ENV back to one second, or build its user pool anew.

    With --at, ENV is in maintenance meanwhile and at the end.
    """
    if user_pool == (moment is not None) or beside + copied + user_pool > 1:
        raise click.UsageError("Give --at, with --beside or --copied or neither; or give --user-pool.")
    found = configuration.load(environment)
    session = _session(found)
    deployment = deploy.Deployment(session, found, click.echo, lambda: None)
    if moment is None:
        pool = PoolRecovery(session, found, deployment, click.echo)
        pool.plan()
        if not plan:
            _confirm(found)()
            pool.run()
        return
    at = moment.replace(tzinfo=UTC)
    tables = Recovery(session, found, deployment, click.echo)
    if beside:
        tables.plan_beside(at)
    else:
        tables.plan(at, copied=copied)
    if plan:
        return
    _confirm(found)()
    if beside:
        tables.beside(at)
    else:
        tables.run(at, copied=copied)


def _confirm(found: configuration.Configuration) -> Callable[[], None]:
    """What asks the operator before people are affected."""

    def ask() -> None:
        if found.is_prod:
            click.confirm(f"Change {found.stack} in {_identity(_session(found))}?", abort=True)

    return ask


def _identity(session: boto3.Session) -> str:
    """In which account and region an operator works, and as whom.

    Raises:
        Refused: AWS does not take the credentials.
    """
    try:
        found = session.client("sts").get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        raise Refused(f"AWS does not take your credentials: {error}. Sign in again (`aws sso login`).") from error
    return f"account {found['Account']}, {session.region_name}, as {found['Arn']}"


if __name__ == "__main__":
    operations(prog_name="python -m operations")
