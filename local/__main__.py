"""The verbs of a local run, as the Makefile calls them with the `dev` environment's Python.

python -m local run [--port 4566] [--data DIR]     everything, in the foreground
python -m local up [--port 4566] [--data DIR]      the same in the background
python -m local sam-local [--port] [--api-port]    the functions in SAM's containers instead (needs Docker)
python -m local down | reload | tokens | logs | outbox
python -m local task [--name NAME]                 run one of the template's schedules at once; list them without a name
python -m local parked | replay                    list or replay stream records that could not be dispatched
python -m local repair                             check everything against what is derived from it
python -m local erase-again --since DATE               repeat the erasures since a backup that was restored
python -m local age --days N --hours N             make all stored data older
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import FrameType

from botocore.exceptions import EndpointConnectionError

from local import (
    CannotRun,
    ageing,
    build,
    containers,
    deployment,
    engine,
    ports,
    providers,
    run_file,
    sam_project,
    schedules,
    snapshot,
    start_api,
)
from local.accounts import SignedIn, UserPool
from local.demo import load
from local.demo.visit import Visits
from local.deployment import Stack
from local.folder import LIVE
from local.function_logs import FunctionLogs
from local.people import PEOPLE
from local.progress import say, step
from local.stand_in import endpoint, sam_settings, session
from local.start_api import SamApi
from local.warming import warm
from local.web import build as web_build
from local.web import server as web
from local.web.server import Behind
from local.welcome import greet
from operations import erase_again as erase_again_command
from operations import parked_records
from operations import repair as repair_command

BEGAN = time.monotonic()


def bring_up(port: int, data: Path | None, bind: str = engine.THIS_MACHINE) -> tuple[Stack, list[SignedIn]]:
    """Start the stand-in, deploy to it and fill it."""
    deployment.check_tools()
    built = build.for_engine()
    build.make(built, port)
    web_build.make()
    name = snapshot.name_of(built, port)
    kept = snapshot.lay_out(name) if data is None else None
    with step(f"starting the AWS stand-in on {bind}:{port}" + (f", data in {data}" if data else "")):
        folder = data or kept or snapshot.empty()
        engine.start(port, folder, bind, keeps=data is not None)
        providers.start(port, bind, folder)
    stack = deployment.stack(port) if kept else deployment.deploy(built, port)
    people = sign_in(port, stack)
    visits = Visits(stack.api_url, people, port)
    if kept is None:
        with step("loading demo people, jobs and bids through the API"):
            tell_webhook(port, stack.api_url)  # the demo pays, too
            load(visits)
        schedules.run(port, "payouts")  # so that the refund of the demo waits for an admin from the first minute
    if kept is None and data is None:
        keep_snapshot(name, port, bind)
    warm(session(port), visits)
    return stack, people


def announce(port: int, stack: Stack, people: list[SignedIn], api: SamApi | None = None) -> None:
    """Serve the web client, write run.json, and say what is there. With SAM's local API, that is the API."""
    serve_web(port, stack, api)
    write_run_file(port, stack, people, api)
    reached, stand_ins = at_sam(stack, api), providers.address(port)
    greet(reached, people, web.address(port), stand_ins, in_containers=api is not None)
    say(f"Ready after {time.monotonic() - BEGAN:.0f} s.")


def write_run_file(port: int, stack: Stack, people: list[SignedIn], api: SamApi | None) -> None:
    """Write run.json and tokens.sh."""
    programs = sam_project.PROGRAMS if api else None
    reached = at_sam(stack, api)
    tell_webhook(port, reached.api_url)
    run_file.write(reached, people, web.address(port), providers.address(port), programs)


def serve_web(port: int, stack: Stack, api: SamApi | None) -> None:
    """Start the server of the web client, or start it anew."""
    media = [endpoint(port), *([sam_project.at(endpoint(port), api.host)] if api else [])]
    bucket = f"{endpoint(port)}/{stack.media_bucket}"
    with step(f"serving the web client on {web.address(port)}"):
        web.start(port, Behind(at_sam(stack, api).api_url, bucket, media, providers.address(port)))


def tell_webhook(port: int, api_url: str) -> None:
    """Have the payment provider's stand-in send its events to the API."""
    providers.tell_paystack(port, "webhook", {"url": f"{api_url}/payments/webhook"})


def at_sam(stack: Stack, api: SamApi | None) -> Stack:
    """The stack with the address of SAM's local API, where that runs."""
    return replace(stack, api_url=api.address) if api else stack


def keep_snapshot(name: str, port: int, bind: str) -> None:
    """Keep the marketplace as it is now, and go on. What is still under way after a while is not waited for."""
    with step("saving a snapshot for faster starts"):
        quiet = snapshot.quiet(session(port))
        if quiet:
            engine.stop(cleanly=True)
            snapshot.keep(name)
            engine.start(port, LIVE, bind)
    if not quiet:
        say("  no snapshot was saved, because messages are still under way; the next start takes as long as this one")


def sign_in(port: int, stack: Stack) -> list[SignedIn]:
    """Make the accounts of the demo where they are missing, and sign everybody in."""
    with step("signing the demo people in"):
        pool = UserPool(session(port), stack)
        for person in PEOPLE:
            pool.settle(person)
        return [pool.sign_in(person) for person in PEOPLE]


def run(port: int, data: Path | None) -> None:
    """Bring everything up, follow the functions' logs, and take everything down on Ctrl-C."""
    ports.check("run", ports.of_run(port))  # before anything is done that would have to be undone
    with ending_cleanly():
        announce(port, *bring_up(port, data))
        say("Following the functions' logs; Ctrl-C ends everything.")
        try:
            FunctionLogs(session(port)).follow()
        except EndpointConnectionError:
            say("The AWS stand-in has stopped.")


def sam_local(port: int, api_port: int, data: Path | None) -> None:
    """Bring everything up for SAM's containers, and stay with their API until Ctrl-C."""
    containers.check_docker()
    ports.check("sam-local", ports.of_sam_local(port, api_port), engine.EVERY_INTERFACE)
    python = containers.choose_python()
    with ending_cleanly():
        stack, people = bring_up(port, data, engine.EVERY_INTERFACE)

        def ready(api: SamApi) -> None:
            announce(port, stack, people, api)
            say("The containers' logs follow; Ctrl-C ends everything.")

        start_api.serve(port, api_port, python, ready)


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Take everything down at the end, however it comes."""
    try:
        yield
    except KeyboardInterrupt:
        say()
    finally:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        take_down()


def up(port: int, data: Path | None) -> None:
    """Bring everything up and return, leaving it running."""
    ports.check("up", ports.of_run(port))  # before anything is done that would have to be undone
    try:
        announce(port, *bring_up(port, data))
    except BaseException:  # whatever it was: nothing half-started stays
        take_down()
        raise
    say("It runs in the background: `make logs` shows the functions' logs, `make down` ends it.")


def take_down() -> None:
    """End SAM's local API and the stand-ins, if they run."""
    start_api.stop()
    if engine.running() is not None:
        with step("stopping"):
            engine.stop()
    web.stop()
    providers.stop()
    run_file.remove()


def down() -> None:
    """End what `up`, `run` or `sam-local` started."""
    if not start_api.end_owner() and engine.running() is None:
        say("Khaya is not running here.")
    take_down()


def reload() -> None:
    """Build and deploy what changed; data stay."""
    port = engine.must_run().port
    built = build.for_engine()
    build.make(built, port)
    web_build.make()
    stack = deployment.deploy(built, port)
    start_api.restart(port)
    if start_api.running() is None:  # else `make sam-local` does it, when its API is back
        serve_web(port, stack, None)
    renew(port, stack)
    say("The running application is up to date.")


def tokens() -> None:
    """Write fresh tokens."""
    port = engine.must_run().port
    renew(port, deployment.stack(port))
    say("The tokens in .local/run.json and .local/tokens.sh are good for another hour.")


def renew(port: int, stack: Stack) -> None:
    """Write run.json anew: the API's address and everybody's token."""
    write_run_file(port, stack, sign_in(port, stack), start_api.running())


def logs() -> None:
    """Follow the functions' logs of what `up` started."""
    FunctionLogs(session(engine.must_run().port)).follow()


def outbox() -> None:
    """Show what was sent to people: the codes that a newcomer waits for are here."""
    port = engine.must_run().port
    sent = providers.sent(port)
    for one in reversed(sent):
        said = f"{one.title}: {one.text}" if one.title else one.text
        say(f"{one.time[11:19]} {one.channel:<9} {one.to:<28} {said}")
    if not sent:
        say("Nothing was sent yet. A code follows its request within seconds.")
    say(f"As a page that refreshes itself: {providers.outbox_address(port)}")


def task(name: str | None) -> None:
    """Run a schedule at once, or list them."""
    port = engine.must_run().port
    if name is None:
        schedules.show()
    else:
        schedules.run(port, name)


def parked() -> None:
    """List the stream records that were parked."""
    parked_records.show(parked_records.of_stack(session(engine.must_run().port), sam_settings()["stack_name"]))


def replay() -> None:
    """Replay the stream records that were parked."""
    found = parked_records.of_stack(session(engine.must_run().port), sam_settings()["stack_name"])
    if not parked_records.replay(found, ()):
        raise CannotRun("Some records failed again. `make logs` shows why.")


def repair() -> None:
    """Check everything against what is derived from it."""
    everything = repair_command.of_stack(session(engine.must_run().port), sam_settings()["stack_name"])
    if not repair_command.run(everything, [*repair_command.SOURCES]):
        raise CannotRun("Some repairs failed. `make logs` shows why.")


def erase_again(since: str | None) -> None:
    """Repeat the erasures since a time."""
    if not since:
        raise CannotRun("Say since when: `make erase-again SINCE=2026-11-21`.")
    erasures = erase_again_command.of_stack(session(engine.must_run().port), sam_settings()["stack_name"])
    if not erase_again_command.run(erasures, since):
        raise CannotRun("Some erasures were not begun. `make logs` shows why.")


def age(days: int, hours: int) -> None:
    """Make all data of the marketplace and of the payment provider's stand-in older."""
    port = engine.must_run().port
    if days < 0 or hours < 0 or days + hours < 1:
        raise CannotRun("Say by how many days or hours, at least one: `make age DAYS=31` or `make age HOURS=73`.")
    ageing.age(port, timedelta(days=days, hours=hours))


def interrupted(_signal: int, _frame: FrameType | None) -> None:
    """End on SIGTERM and on a closed terminal as on Ctrl-C."""
    raise KeyboardInterrupt


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m local", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "verb",
        choices=[
            "run",
            "up",
            "sam-local",
            "down",
            "reload",
            "tokens",
            "logs",
            "outbox",
            "task",
            "parked",
            "replay",
            "repair",
            "erase-again",
            "age",
        ],
    )
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--api-port", type=int, default=3000)
    parser.add_argument("--data", type=Path, help="a folder that keeps the data over a restart")
    parser.add_argument("--name", help="the schedule that is to run")
    parser.add_argument("--since", help="the time of the backup that was restored")
    parser.add_argument("--days", type=int, default=0, help="how much older everything is to be")
    parser.add_argument("--hours", type=int, default=0, help="the same in hours")
    asked = parser.parse_args()
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupted)
    data = asked.data.resolve() if asked.data else None
    match asked.verb:
        case "run":
            run(asked.port, data)
        case "up":
            up(asked.port, data)
        case "sam-local":
            sam_local(asked.port, asked.api_port, data)
        case "task":
            task(asked.name)
        case "erase-again":
            erase_again(asked.since)
        case "age":
            age(asked.days, asked.hours)
        case verb:
            {
                "down": down,
                "reload": reload,
                "tokens": tokens,
                "logs": logs,
                "outbox": outbox,
                "parked": parked,
                "replay": replay,
                "repair": repair,
            }[verb]()


if __name__ == "__main__":
    try:
        main()
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
    except KeyboardInterrupt:
        sys.exit("Interrupted.")
