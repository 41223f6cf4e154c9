"""Build the application for this machine and deploy it to the stand-in, with the SAM CLI as for AWS.

The stand-in runs functions with its own Python on this machine's processor, whatever the template says. So
layers are built for exactly those, by two variables that their Makefiles read, and the template's parameters
`Runtime` and `Architecture` say so too. The build goes to `.local/`, apart from one made for AWS.
"""

import functools
import hashlib
import os
import platform
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from local import CannotRun
from local.folder import (
    BUILD,
    BUILD_CACHE,
    BUILD_STAMP,
    LOCAL,
    ROOT,
    SAM_CONFIG,
    TEMPLATE,
    last_lines,
    log_file,
    program,
)
from local.progress import say, step
from local.stand_in import endpoint, environment, region, sam_settings, session

SOURCES = (TEMPLATE, SAM_CONFIG, ROOT / "functions", ROOT / "layers")
ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Stack:
    """What the deployed application is called and where it is."""

    api_url: str
    user_pool_id: str
    user_pool_client_id: str


def asked(code: str) -> str:
    """What the stand-in's Python prints."""
    command = [str(program("engine", "python")), "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@functools.cache
def engine_python() -> str:
    """The stand-in's Python as "3.13"."""
    return asked("import sys; print('%d.%d' % sys.version_info[:2])")


@functools.cache
def engine_platforms() -> str:
    """The wheel platforms that the stand-in's Python accepts, best first, as its pip counts them."""
    return asked("from pip._vendor.packaging import tags; print(*tags.platform_tags())")


def architecture() -> str:
    """Lambda's name for the processor of this machine."""
    machine = platform.machine().lower()
    if machine not in ARCHITECTURES:
        raise CannotRun(f"Lambda knows no processor like this one ({machine}); Khaya runs on x86_64 and arm64.")
    return ARCHITECTURES[machine]


def overrides(port: int) -> list[str]:
    """The template's parameters: samconfig's for `local`, and on top what depends on this machine."""
    configured = sam_settings().get("parameter_overrides", [])
    if isinstance(configured, str):
        configured = shlex.split(configured)
    if isinstance(configured, dict):
        configured = [f"{name}={value}" for name, value in configured.items()]
    here = {
        "Runtime": f"python{engine_python()}",
        "Architecture": architecture(),
        "TokenKeysBase": endpoint(port),
    }
    kept = [item for item in configured if item.split("=", 1)[0] not in here]
    return [*kept, *(f"{name}={value}" for name, value in here.items())]


def source_files() -> list[Path]:
    """Every file that the build reads."""
    found = [file for source in SOURCES for file in ([source] if source.is_file() else source.rglob("*"))]
    return sorted(file for file in found if file.is_file() and "__pycache__" not in file.parts)


def sources_hash(port: int) -> str:
    """Changes exactly when a new build could differ from the last one."""
    digest = hashlib.sha256(f"{engine_platforms()} {overrides(port)}".encode())
    for file in source_files():
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def sam(port: int, *arguments: str | Path) -> None:
    """Run the SAM CLI against the stand-in, its output going to a log named after the command.

    Raises:
        CannotRun: it failed; the message ends with what it said last.
    """
    engine_bin = program("engine", "python").parent
    variables = environment(port) | {
        # SAM looks for the Python of the runtime on the path; the layers are installed with the same one.
        "PATH": f"{engine_bin}{os.pathsep}{os.environ['PATH']}",
        "KHAYA_LAYER_PYTHON": engine_python(),
        "KHAYA_LAYER_PLATFORM": engine_platforms(),
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.3",  # seconds between looks at the stack; the default of 5 is for AWS
    }
    log = log_file(str(arguments[0]))
    with log.open("wb") as output:
        command = [program("sam", "python"), "-m", "samcli", *arguments]
        ended = subprocess.run(command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT, check=False)
    if ended.returncode != 0:
        raise CannotRun(f"`sam {arguments[0]}` failed; {log} ends with\n{last_lines(log, 30)}")


def build(port: int) -> None:
    """Build functions and layers, unless no source has changed since the last build."""
    wanted = sources_hash(port)
    if BUILD_STAMP.exists() and BUILD_STAMP.read_text() == wanted and (BUILD / "template.yaml").exists():
        say("· nothing to build: no source has changed")
        return
    with step(f"building functions and layers for Python {engine_python()} on {architecture()}"):
        BUILD_STAMP.unlink(missing_ok=True)
        cache = (
            BUILD_CACHE / f"python{engine_python()}-{architecture()}"
        )  # SAM's own cache does not know the layer's Python
        sam(
            port,
            "build",
            "--config-file",
            SAM_CONFIG,
            "--config-env",
            "local",
            "--template-file",
            TEMPLATE,
            "--build-dir",
            BUILD,
            "--cached",
            "--cache-dir",
            cache,
            "--parallel",
            "--parameter-overrides",
            *overrides(port),
        )
        BUILD_STAMP.write_text(wanted)


def deploy(port: int) -> Stack:
    """Deploy the build to the stand-in; only what changed since the last deployment is touched."""
    with step("deploying the template to the stand-in"):
        make_bucket(port)
        sam(
            port,
            "deploy",
            "--config-file",
            SAM_CONFIG,
            "--config-env",
            "local",
            "--template-file",
            BUILD / "template.yaml",
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            "--no-progressbar",
            "--parameter-overrides",
            *overrides(port),
        )
    return stack(port)


def make_bucket(port: int) -> None:
    """Make the bucket that the built code is deployed from, if samconfig names one."""
    bucket = sam_settings().get("s3_bucket")
    if bucket:
        session(port).client("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": cast("Any", region())}
        )


def stack(port: int) -> Stack:
    """Read the deployed stack's outputs. Its API has a new id after every change of a route."""
    cloudformation = session(port).client("cloudformation")
    described = cloudformation.describe_stacks(StackName=sam_settings()["stack_name"])["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    stage = urlsplit(outputs["ApiUrl"]).path.strip("/")
    return Stack(
        api_url=f"{endpoint(port)}/_aws/execute-api/{outputs['ApiId']}/{stage}",
        user_pool_id=outputs["UserPoolId"],
        user_pool_client_id=outputs["UserPoolClientId"],
    )


def check_tools() -> None:
    """Refuse to begin without the programs that building needs.

    Raises:
        CannotRun: `make`, which SAM calls to build the layers, or a part of this repository is missing.
    """
    found = any((Path(folder) / "make").exists() for folder in os.get_exec_path())
    if not found:
        raise CannotRun(
            "`make` is missing, and SAM builds the layers with it (Debian, Ubuntu: `sudo apt install make`)."
        )
    missing = [str(source.relative_to(ROOT)) for source in SOURCES if not source.exists()]
    if missing:
        raise CannotRun(f"This checkout has no {missing[0]}; Khaya is built from it.")
    LOCAL.mkdir(exist_ok=True)
