"""The folder from which SAM builds and runs the functions in containers: `.local/sam-local/`.

SAM sets no variable that a template does not declare, and passes no template parameter to a layer's Makefile. So it
gets a template made from `template.yaml`, with this machine's processor and Python as defaults, and a copy of the
dependency layer whose Makefile names the wheels that fit. samconfig's section `local` names these files.
"""

import json
import os
import shutil
from typing import Any

import yaml

from local.build import ARCHITECTURES, Build
from local.containers import interpreter
from local.folder import ROOT, SAM_LOCAL, program
from local.sam import sam, template_parameters
from local.source_template import read
from local.stand_in import FAKE_KEYS, endpoint, sam_settings, session

TEMPLATE_FILE = SAM_LOCAL / "template.yaml"
ENVIRONMENT_FILE = SAM_LOCAL / "environment.json"
LAYER_FOLDER = SAM_LOCAL / "dependencies"
PROGRAMS = SAM_LOCAL / "bin"
"""`sam` and the interpreter that it looks for, to put on the path; nothing else."""

DECLARED = ("AWS_ENDPOINT_URL", *FAKE_KEYS, "AWS_SESSION_TOKEN")
"""Variables that lead the AWS SDK to the stand-in. The user's own keys, which SAM would pass on, are overridden."""


def for_containers(python: str, architecture: str) -> Build:
    """What the containers run: Linux with Lambda's image of this Python."""
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[ARCHITECTURES[architecture]]
    return Build("containers", python, f"manylinux2014_{machine} manylinux_2_28_{machine}")


def write(built: Build, port: int, host: str) -> None:
    """Write the folder anew: template, layer, environment file and programs."""
    SAM_LOCAL.mkdir(parents=True, exist_ok=True)
    content = project_template(read(), template_parameters(port, built.parameters))
    TEMPLATE_FILE.write_text(yaml.safe_dump(content, sort_keys=False))
    _write_layer(built)
    _write_programs(built.python)
    ENVIRONMENT_FILE.write_text(json.dumps(variables_of_functions(deployed_variables(port), port, host), indent=2))


def build(port: int) -> None:
    """`sam build --config-env local`: SAM's cache sees the Python and the wheels in the layer's Makefile."""
    sam(port, "build", arguments={}, parameters=[], variables={"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"})


def project_template(template: dict[str, Any], parameters: list[str]) -> dict[str, Any]:
    """The template with these parameters as defaults, the SDK's variables declared, and paths that hold anywhere.

    Authorizers are left out. SAM's local API runs none, and would say so once for each route.
    """
    for parameter in parameters:
        name, value = parameter.split("=", 1)
        template["Parameters"][name]["Default"] = value
    template["Globals"]["Function"]["Environment"]["Variables"] |= dict.fromkeys(DECLARED, "")
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        for key in ("CodeUri", "ContentUri"):
            if isinstance(properties.get(key), str):
                properties[key] = str(ROOT / properties[key])
        if name == "DependenciesLayer":
            properties["ContentUri"] = str(LAYER_FOLDER)
        if resource["Type"] == "AWS::Serverless::Api":
            properties.pop("Auth", None)
        for event in properties.get("Events", {}).values() if resource["Type"].endswith("::Function") else ():
            event.get("Properties", {}).pop("Auth", None)
    return template


def deployed_variables(port: int) -> dict[str, dict[str, str]]:
    """Each deployed function's variables, by its logical name."""
    account = session(port)
    pages = account.client("cloudformation").get_paginator("list_stack_resources")
    functions = account.client("lambda")
    found: dict[str, dict[str, str]] = {}
    for page in pages.paginate(StackName=sam_settings()["stack_name"]):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::Lambda::Function":
                settings = functions.get_function_configuration(FunctionName=resource["PhysicalResourceId"])
                found[resource["LogicalResourceId"]] = settings.get("Environment", {}).get("Variables", {})
    return found


def variables_of_functions(deployed: dict[str, dict[str, str]], port: int, host: str) -> dict[str, dict[str, str]]:
    """The environment file: the deployed variables, with this machine's address, the endpoint and the fake keys."""
    own = {"AWS_ENDPOINT_URL": at(endpoint(port), host), **FAKE_KEYS, "AWS_SESSION_TOKEN": ""}
    return {
        function: {name: at(value, host) for name, value in variables.items()} | own
        for function, variables in deployed.items()
    }


def at(value: str, host: str) -> str:
    """A value with the address of this machine as containers reach it."""
    return value.replace("//127.0.0.1:", f"//{host}:")


def layer_makefile(built: Build) -> str:
    """The dependency layer's Makefile for one build. Its text is part of SAM's cache key."""
    return f"KHAYA_LAYER_PYTHON := {built.python}\nKHAYA_LAYER_PLATFORM := {built.wheels}\ninclude source.mk\n"


def _write_layer(built: Build) -> None:
    shutil.rmtree(LAYER_FOLDER, ignore_errors=True)
    LAYER_FOLDER.mkdir()
    (LAYER_FOLDER / "Makefile").write_text(layer_makefile(built))
    shutil.copy(ROOT / "layers" / "dependencies" / "requirements.txt", LAYER_FOLDER)
    shutil.copy(ROOT / "layers" / "dependencies" / "Makefile", LAYER_FOLDER / "source.mk")


def _write_programs(python: str) -> None:
    shutil.rmtree(PROGRAMS, ignore_errors=True)
    PROGRAMS.mkdir()
    (PROGRAMS / "sam").symlink_to(program("sam", "sam"))
    found = interpreter(python)
    if found:
        (PROGRAMS / f"python{python}").symlink_to(found)
