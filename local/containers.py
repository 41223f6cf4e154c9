"""`sam local start-api`: the functions in Lambda's own containers, with everything else at the stand-in.

The stand-in listens on every interface for it, because containers reach this machine as `host.docker.internal` and
not as 127.0.0.1. SAM's local API runs no authorizer: the functions verify each token themselves.
"""

import json
import signal
import subprocess
from typing import Any

import yaml

from local import CannotRun, build
from local.build import Build, architecture
from local.folder import BUILDS, ROOT, program
from local.progress import say
from local.sam import sam_environment, template_parameters
from local.stand_in import endpoint, region, sam_settings, session

HOST = "host.docker.internal"
TEMPLATE_FILE = BUILDS / "containers" / "sam" / "local.yaml"  # beside the code it names
ENVIRONMENT_FILE = BUILDS / "containers" / "environment.json"
ENDPOINT = "AWS_ENDPOINT_URL"  # the AWS SDK reads it by itself


def check_docker() -> None:
    """Refuse to begin without Docker.

    Raises:
        CannotRun: its command is missing or its engine does not answer.
    """
    try:
        answered = subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        answered = False
    if not answered:
        raise CannotRun("`sam local` needs Docker, and `docker version` fails here. `make run` does without it.")


def serve(port: int, api_port: int) -> None:
    """Build for containers, start SAM's local API and stay until interrupted."""
    built = build.for_containers()
    build.make(built, port)
    TEMPLATE_FILE.write_text(yaml.safe_dump(settled(built, port), sort_keys=False))
    ENVIRONMENT_FILE.write_text(json.dumps(function_variables(port), indent=2))
    options = [
        *("--region", region(), "--template", str(TEMPLATE_FILE), "--env-vars", str(ENVIRONMENT_FILE)),
        *("--add-host", f"{HOST}:host-gateway", *image_flags(built)),
    ]
    command = [str(program("sam", "python")), "-m", "samcli", "local", "start-api", *options]
    # Fake keys and an endpoint would have SAM itself ask around on each start; only the containers need them.
    variables = {name: value for name, value in sam_environment(port).items() if not name.startswith("AWS_")}
    say(
        f"SAM's local API is coming up at http://127.0.0.1:{api_port} (routes without a stage); Ctrl-C ends everything."
    )
    say("Meanwhile, one function with one event:")
    say(f"  {program('sam', 'sam')} local invoke JobsFunction --event events/jobs.json {' '.join(options)}")
    command += ["--port", str(api_port), "--warm-containers", "LAZY"]
    process = subprocess.Popen(command, cwd=ROOT, env=variables, start_new_session=True)
    try:
        process.wait()
    finally:
        process.send_signal(signal.SIGTERM)  # on which it removes its containers
        process.wait()


def settled(built: Build, port: int) -> dict[str, Any]:
    """The built template with this run's parameters as defaults, and the endpoint variable declared.

    SAM sets no variable that the template does not declare.
    """
    template: dict[str, Any] = yaml.safe_load(built.template.read_text())
    for parameter in template_parameters(port, built.parameters):
        name, value = parameter.split("=", 1)
        template["Parameters"][name]["Default"] = value
    template["Globals"]["Function"]["Environment"]["Variables"][ENDPOINT] = ""
    return template


def function_variables(port: int) -> dict[str, dict[str, str]]:
    """Each deployed function's variables, with the stand-in where a container finds it."""
    account = session(port)
    pages = account.client("cloudformation").get_paginator("list_stack_resources")
    functions = account.client("lambda")
    found: dict[str, dict[str, str]] = {}
    for page in pages.paginate(StackName=sam_settings()["stack_name"]):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::Lambda::Function":
                settings = functions.get_function_configuration(FunctionName=resource["PhysicalResourceId"])
                deployed = settings.get("Environment", {}).get("Variables", {}) | {ENDPOINT: endpoint(port)}
                found[resource["LogicalResourceId"]] = {
                    name: value.replace("127.0.0.1", HOST) if endpoint(port) in value else value
                    for name, value in deployed.items()
                }
    return found


def image_flags(built: Build) -> list[str]:
    """Pull Lambda's image only where it is not there yet."""
    image = f"public.ecr.aws/lambda/python:{built.python}-{architecture()}"
    present = subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode == 0
    return ["--skip-pull-image"] if present else []
