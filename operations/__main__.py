"""The commands of operators: `python -m operations --help`."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import click

from operations import configuration, deploy, status
from operations.redrive import Redrive
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


@operations.command("deploy")
@ENVIRONMENT
@click.option("--plan", is_flag=True, help="Only show the changes.")
def deploy_command(environment: str, *, plan: bool) -> None:
    """Build, show the changes, make them, verify, and go back if the verification fails."""
    found = configuration.load(environment)
    deploy.check_source(configuration.ROOT, found)
    session = _session(found)
    template = deploy.package(configuration.ROOT, found)
    deployment = deploy.Deployment(session, found, click.echo, _confirm(found))
    deployment.deploy(template, deploy.commit(configuration.ROOT), plan=plan)


@operations.command("rollback")
@ENVIRONMENT
@click.option("--plan", is_flag=True, help="Only show the changes.")
def rollback_command(environment: str, *, plan: bool) -> None:
    """Deploy the release before, with its parameters."""
    found = configuration.load(environment)
    deploy.Deployment(_session(found), found, click.echo, _confirm(found)).rollback(plan=plan)


def _confirm(found: configuration.Configuration) -> Callable[[], None]:
    """What asks the operator before people are affected."""

    def ask() -> None:
        if found.is_prod:
            click.confirm(f"Change {found.stack}?", abort=True)

    return ask


if __name__ == "__main__":
    operations(prog_name="python -m operations")
