"""Build functions and layers with the SAM CLI for the stand-in.

The stand-in runs functions with its own Python on this machine's processor, whatever the template says. The layer is
built for them by two variables that its Makefile reads. The build is in `.local/`, apart from one made for AWS.
`local.sam_project` builds for SAM's containers.
"""

import functools
import hashlib
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local import CannotRun
from local.folder import BUILDS, ROOT, SAM_CONFIG, TEMPLATE, program
from local.progress import say, step
from local.sam import sam, template_parameters

SOURCES = (TEMPLATE, SAM_CONFIG, ROOT / "functions", ROOT / "layers")
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Build:
    """A build and what will run it."""

    name: str
    python: str  # as "3.13"
    wheels: str  # the platforms whose wheels fit, best first, separated by blanks

    @property
    def folder(self) -> Path:
        """Where SAM writes it."""
        return BUILDS / self.name / "sam"

    @property
    def template(self) -> Path:
        """The template that names what was built."""
        return self.folder / "template.yaml"

    @property
    def parameters(self) -> list[str]:
        """The template's parameters that say what will run it."""
        return [f"Runtime=python{self.python}", f"Architecture={architecture()}"]


def for_engine() -> Build:
    """The build that the stand-in runs."""
    return Build(
        "engine", engine_python(), asked("from pip._vendor.packaging import tags; print(*tags.platform_tags())")
    )


def asked(code: str) -> str:
    """What the stand-in's Python prints."""
    command = [str(program("engine", "python")), "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@functools.cache
def engine_python() -> str:
    """The stand-in's Python as "3.13"."""
    return asked("import sys; print('%d.%d' % sys.version_info[:2])")


def architecture() -> str:
    """Lambda's name for the processor of this machine."""
    machine = platform.machine().lower()
    if machine not in ARCHITECTURES:
        raise CannotRun(f"Lambda does not support this processor ({machine}); Khaya runs on x86_64 and arm64.")
    return ARCHITECTURES[machine]


def source_files() -> list[Path]:
    """Every file that a build reads."""
    found = [file for source in SOURCES for file in ([source] if source.is_file() else source.rglob("*"))]
    return sorted(file for file in found if file.is_file() and "__pycache__" not in file.parts)


def sources_hash(build: Build) -> str:
    """Changes exactly when a new build could differ from the last one."""
    digest = hashlib.sha256(repr(build).encode())
    for file in source_files():
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def cache_folder(build: Build) -> Path:
    """A cache of SAM's for this Python and these wheels: its key for a layer holds neither."""
    return BUILDS / build.name / f"cache-{hashlib.sha256(f'{build.python} {build.wheels}'.encode()).hexdigest()[:12]}"


def make(build: Build, port: int) -> None:
    """Build functions and layers, unless no source has changed since the last time."""
    marker, wanted = BUILDS / build.name / "sources", sources_hash(build)
    if marker.exists() and marker.read_text() == wanted and build.template.exists():
        say("· nothing to build: no source has changed")
        return
    with step(f"building functions and layers for Python {build.python} on {architecture()}"):
        marker.unlink(missing_ok=True)
        arguments = {
            "template-file": TEMPLATE,
            "build-dir": build.folder,
            "cache-dir": cache_folder(build),
        }
        layers = {"KHAYA_LAYER_PYTHON": build.python, "KHAYA_LAYER_PLATFORM": build.wheels}
        parameters = template_parameters(port, build.parameters)
        sam(port, "build", "--cached", "--parallel", arguments=arguments, parameters=parameters, variables=layers)
        marker.write_text(wanted)
