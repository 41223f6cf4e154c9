"""Refuse to begin on a port that is taken, before anything is started."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from local import CannotRun, engine
from local.engine import EVERY_INTERFACE, THIS_MACHINE
from local.web import server as web

LAST_PORT = 65535
USUAL = {"PORT": 4566, "API_PORT": 3000}
"""The Makefile's default ports."""


@dataclass(frozen=True)
class Wanted:
    """A port that a command is about to listen on.

    Attributes:
        what: who will listen, for the message.
        number: the port.
        variable: the Makefile's variable that sets it.
        offset: how far the port is above the variable's value.
    """

    what: str
    number: int
    variable: str = "PORT"
    offset: int = 0


def of_run(port: int) -> tuple[Wanted, ...]:
    """The ports of every run: the stand-in's, the next one for the providers' stand-ins, and that of the web client."""
    return (
        Wanted("the AWS stand-in", port),
        Wanted("the providers' stand-in", port + 1, offset=1),
        Wanted("the web client", port + web.OFFSET, offset=web.OFFSET),
    )


def of_sam_local(port: int, api_port: int) -> tuple[Wanted, ...]:
    """The ports of `make sam-local`."""
    return (*of_run(port), Wanted("SAM's local API", api_port, "API_PORT"))


def check(verb: str, wanted: tuple[Wanted, ...], bind: str = THIS_MACHINE) -> None:
    """Refuse ports that are out of range, asked for twice or taken.

    Args:
        verb: the Makefile's target, for the hint.
        wanted: the ports, in the order in which they are tried.
        bind: the address that the first two will listen on; the third is only more careful.

    Raises:
        CannotRun: the message names the port, who uses it where that is known, and a command that works.
    """
    running = engine.running()
    if running is not None:
        raise CannotRun(
            f"Khaya runs already here, on port {running.port}: `make reload` deploys changes, `make down` ends it."
        )
    values = {one.variable: one.number - one.offset for one in reversed(wanted)}
    used: set[int] = set()
    for one in wanted:
        if not 1 <= one.number <= LAST_PORT:
            raise CannotRun(f"{one.number} is no port that {one.what} can listen on. {_hint(verb, values, one, used)}")
        if one.number in used:
            raise CannotRun(f"Port {one.number} is asked for twice. {_hint(verb, values, one, used)}")
        if taken(one.number, bind if one.variable == "PORT" else THIS_MACHINE):
            raise CannotRun(f"{_user(one)} {_hint(verb, values, one, used)}")
        used.add(one.number)


def taken(port: int, bind: str = THIS_MACHINE) -> bool:
    """Whether another program listens on the port at this address."""
    addresses = (bind, THIS_MACHINE) if bind == EVERY_INTERFACE else (bind,)
    return any(_listens(address, port) or not _free(address, port) for address in addresses)


def _listens(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return address != EVERY_INTERFACE and probe.connect_ex((address, port)) == 0


def _free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port whose last connections fade is free
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _user(one: Wanted) -> str:
    """The message about the program that uses a port."""
    if engine.answers(one.number):
        return (
            f"Khaya runs already on port {one.number}, started from another checkout (or it is another MiniStack). "
            "End it with `make down` there."
        )
    return f"Another program uses port {one.number}, which {one.what} needs. End it."


def _hint(verb: str, values: Mapping[str, int], one: Wanted, used: set[int]) -> str:
    """The command that was called, on ports that are free."""
    kept = {name: number for name, number in values.items() if name != one.variable}
    others = [f"{name}={number}" for name, number in kept.items() if number != USUAL[name]]
    width = web.OFFSET + 1  # ports that a run takes, beginning with PORT
    taken_with = {name: range(number, number + (width if name == "PORT" else 1)) for name, number in kept.items()}
    reserved = used.union(*taken_with.values())
    asked_width = width if one.variable == "PORT" else 1
    asked = values[one.variable]
    begin = asked if 1024 < asked < LAST_PORT - 1000 else USUAL[one.variable]
    for first in range(begin + 34, LAST_PORT):
        ports = range(first, first + asked_width)
        if not reserved.intersection(ports) and not any(taken(port) for port in ports):
            return f"Or take another one: `make {' '.join([verb, *others, f'{one.variable}={first}'])}`."
    return ""
