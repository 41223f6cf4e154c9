"""The commands of operators: `python -m operations --help`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import boto3
import click

from operations import (
    account,
    configuration,
    deploy,
    doctor,
    erase_again,
    export,
    first_admin,
    frontend,
    parked_records,
    reconcile,
    repair,
    restore,
    status,
)
from operations.destroy import Destruction
from operations.formats import formats
from operations.redrive import Redrive
from operations.refused import Refused
from operations.rotate import Secret
from operations.stack import Stack

ENVIRONMENT = click.argument("environment", metavar="ENV")


@click.group()
def operations() -> None:
    """Operate a deployed environment with your AWS credentials."""


def _session(found: configuration.Configuration) -> boto3.Session:
    return boto3.Session(region_name=found.region)


@operations.command("status")
@ENVIRONMENT
def status_command(environment: str) -> None:
    """Show the stack's state, differing parameters, ringing alarms and dead letters."""
    found = configuration.load(environment)
    for line in status.lines(_session(found), found):
        click.echo(line)


@operations.command("redrive")
@ENVIRONMENT
@click.argument("queue")
@click.option("--first", is_flag=True, help="Send one message only, to see whether the cause is gone.")
@click.option("--plan", is_flag=True, help="Only show what would be done.")
def redrive_command(environment: str, queue: str, *, first: bool, plan: bool) -> None:
    """Send the dead letters of QUEUE (as code-delivery) to the queue again."""
    found = configuration.load(environment)
    session = _session(found)
    redrive = Redrive(session.client("sqs"), Stack(session, found.stack))
    target = redrive.queue(queue)
    waiting = redrive.waiting(target.dead_letters)
    click.echo(f"{waiting} messages wait")
    if not plan:
        failing = status.failing_consumers(session, environment)
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
def replay_command(environment: str, files: tuple[str, ...]) -> None:
    """Dispatch parked stream records again: FILES, or all, oldest first."""
    found = configuration.load(environment)
    if not parked_records.replay(parked_records.of_stack(_session(found), found.stack), files):
        raise Refused("Some records failed again and were kept. The log of stream-dispatcher says why.")


@operations.command("repair")
@ENVIRONMENT
@click.option("--kind", type=click.Choice([*repair.SOURCES]), help="Only objects of this kind.")
@click.option("--after", help="The last id of an earlier run; with --kind.")
def repair_command(environment: str, kind: str | None, after: str | None) -> None:
    """Check everything against what is derived from it, and correct the differences."""
    if after and not kind:
        raise click.UsageError("--after needs --kind.")
    found = configuration.load(environment)
    everything = repair.of_stack(_session(found), found.stack)
    if not repair.run(everything, [kind] if kind else [*repair.SOURCES], after):
        raise Refused("Some repairs failed. The log of repair says why. Fix the cause and run the command again.")


@operations.command("erase-again")
@ENVIRONMENT
@click.option("--since", required=True, help="The time of the backup, as 2026-11-21 or 2026-11-21T08:00.")
def erase_again_command(environment: str, since: str) -> None:
    """Repeat the erasures of people since a backup that was restored."""
    found = configuration.load(environment)
    if not erase_again.run(erase_again.of_stack(_session(found), found.stack), since):
        raise Refused("Some erasures were not begun. The log of repair says why. Run the command again.")


@operations.command("deploy")
@ENVIRONMENT
@click.option("--target", type=click.Choice(["application", "frontend"]), default="application", show_default=True)
@click.option("--build", type=click.Path(path_type=Path), default="web/dist", help="The build of the web client.")
@click.option("--approved", is_flag=True, help="Do not ask: somebody has approved this deployment already.")
@click.option("--plan", is_flag=True, help="Only show the changes.")
def deploy_command(environment: str, target: str, build: Path, *, approved: bool, plan: bool) -> None:
    """Build, show the changes, make them, verify, and go back if the verification fails.

    With the target frontend: upload a build of the web client, and have CloudFront forget what it keeps.
    """
    found = configuration.load(environment)
    deploy.check_source(configuration.ROOT, found)
    session = _session(found)
    confirm = (lambda: None) if approved else _confirm(found)
    if target == "frontend":
        application = Stack(session, found.stack)
        client = frontend.Frontend(boto3.Session(region_name=frontend.REGION), application, found, click.echo, confirm)
        client.deploy(build, plan=plan)
        return
    template = deploy.package(configuration.ROOT, found)
    found = configuration.with_release_id(found)
    deployment = deploy.Deployment(session, found, click.echo, confirm)
    deployment.deploy(template, deploy.commit(configuration.ROOT), formats(configuration.ROOT), plan=plan)


@operations.command("destroy")
@ENVIRONMENT
@click.option("--plan", is_flag=True, help="Only show what would be removed.")
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
@click.option("--plan", is_flag=True, help="Only show the changes.")
def rollback_command(environment: str, *, code: bool, plan: bool) -> None:
    """Deploy the release before, with its parameters."""
    found = configuration.load(environment)
    deployment = deploy.Deployment(_session(found), found, click.echo, _confirm(found))
    (deployment.rollback_code if code else deployment.rollback)(plan=plan)


@operations.command("maintenance")
@ENVIRONMENT
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--plan", is_flag=True, help="Only show the changes.")
def maintenance_command(environment: str, state: str, *, plan: bool) -> None:
    """Refuse what writes with 503 and have queues, streams and schedules wait, or end that."""
    found = configuration.load(environment)
    deployment = deploy.Deployment(_session(found), found, click.echo, _confirm(found))
    deployment.set_maintenance(on=state == "on", plan=plan)


@operations.command("account")
@click.option("--region", default=configuration.region, show_default="that of samconfig.toml")
@click.option("--sms-usd", default=100, show_default=True, help="What text messages may cost in a month.")
@click.option("--plan", is_flag=True, help="Only show what would be set.")
def account_command(region: str, sms_usd: int, *, plan: bool) -> None:
    """Set what CloudFormation cannot: the spending limit and the delivery logs of text messages."""
    session = boto3.Session(region_name=region)
    attributes = account.wanted(session, sms_usd)
    for line in account.differences(session, attributes):
        click.echo(line)
    if not plan:
        account.apply(session, attributes)
        click.echo(f"set for all environments in {region}")


@operations.command("create-admin")
@ENVIRONMENT
@click.argument("name")
def create_admin_command(environment: str, name: str) -> None:
    """Make NAME (+27... or an e-mail address), who has signed up, the first admin of ENV."""
    found = configuration.load(environment)
    admins = first_admin.of_stack(_session(found), found.stack)
    _confirm(found)()
    admins.add_first(name)
    click.echo(f"{name} is an admin from the next sign-in on.")


@operations.command("reconcile")
@ENVIRONMENT
def reconcile_command(environment: str) -> None:
    """Compare the ledger with our items and with the payment provider's books, as every night."""
    found = configuration.load(environment)
    for name, number in reconcile.of_stack(_session(found), found.stack).items():
        click.echo(f"{name}: {number}")


@operations.command("rotate")
@ENVIRONMENT
@click.argument("kind", type=click.Choice(["service-key", "payment-key"]))
@click.option("--disclosed", is_flag=True, help="Others know the service key; it may be rotated again after an hour.")
@click.option("--undo", is_flag=True, help="Make the previous version the current one again.")
def rotate_command(environment: str, kind: str, *, disclosed: bool, undo: bool) -> None:
    """Rotate a secret of ENV. Two versions are valid; functions use the new one within five minutes."""
    found = configuration.load(environment)
    session = _session(found)
    stack = Stack(session, found.stack)
    service = kind == "service-key"
    name = stack.physical("ServiceKey") if service else stack.parameters().get("PaymentSecretArn", "")
    if not name:
        raise Refused(f"{found.stack} offers no payments: PaymentSecretArn is not set.")
    kept = Secret(session.client("secretsmanager"), name)
    _confirm(found)()
    if undo:
        kept.undo()
    elif service:
        kept.rotate_service_key(disclosed=disclosed)
    else:
        kept.replace_field("secretKey", click.prompt("The provider's new key", hide_input=True))
    click.echo("done; both versions are valid")


@operations.command("export")
@ENVIRONMENT
@click.argument("bucket")
@click.option("--owner", required=True, help="The id of the account that owns BUCKET.")
@click.option("--at", "moment", type=click.DateTime(["%Y-%m-%dT%H:%M:%S"]), help="A time in UTC; by default now.")
def export_command(environment: str, bucket: str, owner: str, moment: datetime | None) -> None:
    """Export all tables of ENV, as of one second, to BUCKET."""
    found = configuration.load(environment)
    at = (moment or datetime.now(UTC)).replace(tzinfo=UTC, microsecond=0)
    export.of_stack(_session(found), found.stack, click.echo).run(bucket, owner, at)


@operations.command("restore")
@ENVIRONMENT
@click.option("--at", "moment", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M:%S"]), help="The second, in UTC.")
@click.option("--plan", is_flag=True, help="Only show the tables.")
def restore_command(environment: str, moment: datetime, *, plan: bool) -> None:
    """Restore the tables of ENV, which is in maintenance, as a new generation beside the present one."""
    found = configuration.load(environment)
    restored = restore.of_stack(_session(found), found.stack, click.echo)
    for source, target in restored.targets().items():
        click.echo(f"{source} -> {target}")
    if not plan:
        _confirm(found)()
        restored.run(moment.replace(tzinfo=UTC))
        click.echo("The tables stand beside the present ones. docs/operating.md says how to go on.")


def _confirm(found: configuration.Configuration) -> Callable[[], None]:
    """What asks the operator before people are affected."""

    def ask() -> None:
        if found.is_prod:
            click.confirm(f"Change {found.stack}?", abort=True)

    return ask


if __name__ == "__main__":
    operations(prog_name="python -m operations")
