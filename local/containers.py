"""What `make sam-local` needs of Docker: the engine, Lambda's base image, and an address of this machine."""

import os
import re
import socket
import subprocess
from pathlib import Path

from local import CannotRun
from local.build import architecture, engine_python
from local.folder import program
from local.progress import step
from local.source_template import read

DOCKERS_NAME = "host.docker.internal"
"""Docker Desktop's host name of this machine, which resolves in containers only."""


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Docker's command; a missing one counts as failed."""
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        return subprocess.CompletedProcess(["docker", *arguments], 127, "", str(missing))


def check_docker() -> None:
    """Refuse to begin without Docker.

    Raises:
        CannotRun: its command is missing or its engine does not answer.
    """
    answered = docker("version", "--format", "{{.Server.Version}}")
    if answered.returncode != 0:
        raise CannotRun(f"`make run` needs no Docker, `sam local` does, and it does not answer: {_reason(answered)}")


def _reason(failed: subprocess.CompletedProcess[str]) -> str:
    """The last line of a command's output."""
    return (failed.stderr.strip().splitlines() or ["it gave no reason."])[-1]


def image(python: str) -> str:
    """Lambda's base image for a Python, on this machine's processor."""
    return f"public.ecr.aws/lambda/python:{python}-{architecture()}"


def have(python: str) -> bool:
    """Whether Docker has the image, so that nothing must be pulled."""
    return docker("image", "inspect", image(python)).returncode == 0


def interpreter(python: str) -> Path | None:
    """The interpreter of a version that runs here, for which `sam build` looks; a shim does not count."""
    code = f"import sys; assert '%d.%d' % sys.version_info[:2] == '{python}'; print(sys.executable)"
    for folder in [*os.get_exec_path(), str(program("engine", "python").parent)]:
        found = Path(folder) / f"python{python}"
        if found.exists():
            asked = subprocess.run([str(found), "-c", code], capture_output=True, text=True, check=False)
            if asked.returncode == 0:
                return Path(asked.stdout.strip())
    return None


def pythons() -> list[str]:
    """The versions that `sam build` can build for here: the one of AWS first, then the stand-in's."""
    of_aws = str(read()["Parameters"]["Runtime"]["Default"]).removeprefix("python")
    return [version for version in dict.fromkeys((of_aws, engine_python())) if interpreter(version)]


def choose_python() -> str:
    """The Python of the containers: the first whose image is here, else the first, whose image is pulled.

    Raises:
        CannotRun: no image is here and none can be pulled.
    """
    possible = pythons()
    if not possible:
        raise CannotRun(f"`sam build` needs python{engine_python()} on the path, and there is none.")
    for version in possible:
        if have(version):
            return version
    wanted = image(possible[0])
    with step(f"pulling {wanted}"):
        pulled = docker("pull", wanted)
        if pulled.returncode != 0:
            raise CannotRun(f"Docker has no image {wanted} and cannot pull it: {_reason(pulled)}")
    return possible[0]


def host_address() -> str:
    """An address of this machine that means the same in a container and outside of it, so that signed links work.

    It is the gateway of Docker's own network where that is this machine (Linux), else this machine's address in its
    network (Docker Desktop). Without either, links hold a name that only containers know.
    """
    inspected = docker("network", "inspect", "bridge", "--format", "{{range .IPAM.Config}}{{.Gateway}} {{end}}")
    gateways: list[str] = re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", inspected.stdout)
    return next((address for address in [*gateways, *_own_address()] if is_ours(address)), DOCKERS_NAME)


def is_ours(address: str) -> bool:
    """Whether an address is one of this machine's, and not only of the machine in which Docker runs."""
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return not address.startswith("127.")


def _own_address() -> list[str]:
    """The address from which this machine would send to a network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return []
        address: str = probe.getsockname()[0]
        return [address]
