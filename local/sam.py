"""Call the SAM CLI with samconfig's `local` section, against the stand-in and never a real account."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from local import CannotRun, mailbox, paystack, providers, twilio
from local.folder import ROOT, SAM_CONFIG, last_lines, log_file, program
from local.stand_in import endpoint, environment, sam_settings
from local.web import server as web
from operations.release import release_id

DEVELOPERS = ("http://localhost:3000", "http://localhost:5173")
"""Where pages that a developer serves usually are; the template's own LocalOrigins."""


def template_parameters(port: int, machine: Sequence[str]) -> list[str]:
    """Values of the template's parameters: samconfig's for `local`, and on top what depends on this machine."""
    configured = sam_settings().get("parameter_overrides", [])
    if isinstance(configured, str):
        configured = shlex.split(configured)
    if isinstance(configured, dict):
        configured = [f"{name}={value}" for name, value in configured.items()]
    here = [
        *machine,
        f"TokenKeysBase={endpoint(port)}",
        f"TwilioBaseUrl={providers.address(port)}",
        f"ExpoBaseUrl={providers.address(port)}",
        f"WebPushServices={providers.address(port)}",
        f"TwilioSecretArn={twilio.SECRET}",
        f"EmailDomain={mailbox.DOMAIN}",
        f"PaymentBaseUrl={providers.address(port)}",
        f"PaymentSecretArn={paystack.SECRET}",
        f"AppUrl={web.address(port)}",
        f"MediaBaseUrl={web.address(port)}",
        f"LocalOrigins={','.join([*DEVELOPERS, web.address(port)])}",
    ]
    settled = {item.split("=", 1)[0] for item in here}
    values = [*(item for item in configured if item.split("=", 1)[0] not in settled), *here]
    release = release_id(ROOT, dict(value.split("=", 1) for value in values))
    return [*values, f"ReleaseId={release}"]


def sam_environment(port: int) -> dict[str, str]:
    """Variables for the SAM CLI. It looks for the Python of the runtime on the path, which is the stand-in's."""
    path = f"{program('engine', 'python').parent}{os.pathsep}{os.environ['PATH']}"
    poll = "0.3"  # seconds between looks at the stack; the default of 5 is for AWS
    return environment(port) | {"PATH": path, "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": poll}


def sam(
    port: int,
    command: str,
    *flags: str,
    arguments: Mapping[str, str | Path],
    parameters: Sequence[str],
    variables: Mapping[str, str] | None = None,
) -> None:
    """Run a command of the SAM CLI, its output going to a log named after it. No parameters keep the template's.

    Raises:
        CannotRun: it failed; the message ends with what it said last.
    """
    named = [text for name, value in arguments.items() for text in (f"--{name}", str(value))]
    config = ["--config-file", str(SAM_CONFIG), "--config-env", "local"]
    line = [command, *config, *flags, *named, *(("--parameter-overrides", *parameters) if parameters else ())]
    log = log_file(command)
    with log.open("wb") as output:
        ended = subprocess.run(
            [str(program("sam", "python")), "-m", "samcli", *line],
            cwd=ROOT,
            env=sam_environment(port) | dict(variables or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if ended.returncode != 0:
        raise CannotRun(f"`sam {command}` failed; {log} ends with\n{last_lines(log, 30)}")
