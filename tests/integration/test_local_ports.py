"""A port that is taken is refused before anything starts, with the command that was called; and this machine's address."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from local import CannotRun, containers, engine, ports, start_api
from local.engine import EVERY_INTERFACE, THIS_MACHINE, Engine


@contextmanager
def listening(address: str = THIS_MACHINE, port: int = 0) -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((address, port))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "running", lambda: None)


@pytest.fixture
def free() -> int:
    """The first of four ports that follow each other and are free."""
    for first in range(21000, 60000, 7):
        if not any(ports.taken(port, EVERY_INTERFACE) for port in range(first, first + 4)):
            return first
    raise AssertionError("no free ports")


def message(verb: str, *wanted: ports.Wanted) -> str:
    with pytest.raises(CannotRun) as refused:
        ports.check(verb, wanted)
    return str(refused.value)


@pytest.mark.parametrize("verb", ["run", "up", "sam-local"])
def test_given_free_ports_then_any_command_may_begin(verb: str, free: int) -> None:
    ports.check(verb, ports.of_sam_local(free, free + 3), EVERY_INTERFACE)


@pytest.mark.parametrize("verb", ["run", "up"])
@pytest.mark.parametrize("offset", [0, 1, 2])
def test_given_a_taken_port_then_the_hint_names_the_command_that_was_called(verb: str, offset: int, free: int) -> None:
    with listening(port=free + offset):
        said = message(verb, *ports.of_run(free))
    assert said.startswith(f"Another program uses port {free + offset}")
    hint = re.search(r"`make (\S+) PORT=(\d+)`", said)
    assert hint
    assert hint[1] == verb
    ports.check(verb, ports.of_run(int(hint[2])))


def test_given_a_taken_port_of_sams_api_then_the_hint_changes_that_one_and_keeps_the_other(free: int) -> None:
    with listening(port=free + 3):
        said = message("sam-local", *ports.of_sam_local(free, free + 3))
    assert "SAM's local API needs" in said
    hint = re.search(r"`make sam-local PORT=(\d+) API_PORT=(\d+)`", said)
    assert hint
    assert int(hint[1]) == free
    ports.check("sam-local", ports.of_sam_local(free, int(hint[2])))


def test_given_many_taken_ports_in_a_row_then_the_hint_names_none_of_them(free: int) -> None:
    with ExitStack() as stack:
        for port in [free, *range(free + 34, free + 40)]:
            if not ports.taken(port):
                stack.enter_context(listening(port=port))
        said = message("up", *ports.of_run(free))
        hint = re.search(r"PORT=(\d+)`", said)
        assert hint
        assert int(hint[1]) >= free + 39
        ports.check("up", ports.of_run(int(hint[1])))


@pytest.mark.parametrize("api_offset", [0, 1, 2])
def test_given_one_port_for_two_programs_then_it_is_refused(api_offset: int, free: int) -> None:
    assert "is asked for twice" in message("sam-local", *ports.of_sam_local(free, free + api_offset))


@pytest.mark.parametrize("port", [-1, 0, 65535, 65536, 70000, 10**9])
def test_given_a_number_that_is_no_port_then_it_is_refused_with_one_that_works(port: int) -> None:
    said = message("up", *ports.of_run(port))  # the next two are needed too, so 65535 is none
    assert "is no port" in said
    hint = re.search(r"PORT=(\d+)`", said)
    assert hint
    ports.check("up", ports.of_run(int(hint[1])))


def test_given_a_listener_on_every_interface_then_the_port_is_taken_on_this_machine_too(free: int) -> None:
    with listening(EVERY_INTERFACE, free):
        assert ports.taken(free, THIS_MACHINE)
        assert ports.taken(free, EVERY_INTERFACE)
    assert not ports.taken(free, EVERY_INTERFACE)


def test_given_a_listener_on_this_machine_only_then_every_interface_is_not_free(free: int) -> None:
    with listening(THIS_MACHINE, free):
        assert ports.taken(free, EVERY_INTERFACE)


def test_given_a_run_of_this_checkout_then_it_is_called_khaya_whatever_port_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, free: int
) -> None:
    monkeypatch.setattr(engine, "running", lambda: Engine(pid=1, port=4600))
    said = message("up", *ports.of_run(free))
    assert said.startswith("Khaya runs already here, on port 4600")
    assert "another program" not in said.lower()


def test_given_a_run_of_another_checkout_then_it_is_called_khaya(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(engine, "answers", lambda port: port == free)
    with listening(port=free):
        said = message("up", *ports.of_run(free))
    assert said.startswith(f"Khaya runs already on port {free}, started from another checkout")
    assert "`make down` there" in said
    assert "make up PORT=" in said


@pytest.mark.parametrize("address", ["127.0.0.1", "203.0.113.77"])
def test_an_address_that_containers_cannot_use_is_not_ours(address: str) -> None:
    assert not containers.is_ours(address)


def test_the_address_from_which_this_machine_sends_is_ours() -> None:
    for address in containers._own_address():
        assert containers.is_ours(address) is not address.startswith("127.")


def test_an_address_where_nothing_listens_does_not_answer(free: int) -> None:
    assert not start_api.answers(f"http://127.0.0.1:{free}")
