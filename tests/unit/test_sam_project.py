"""What SAM's containers are built from and get: template, layer, environment file; and what a user is told of them."""

from __future__ import annotations

import json
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import CannotRun, containers, run_file, sam_project, start_api, welcome
from local.accounts import SignedIn
from local.build import Build, cache_folder
from local.deployment import Stack
from local.engine import EVERY_INTERFACE
from local.folder import ROOT, SAM_CONFIG, SAM_LOCAL, TEMPLATE
from local.people import PEOPLE
from local.source_template import read
from local.start_api import SamApi

HERE = "http://127.0.0.1:3000"
STACK = Stack(HERE, "af-south-1_pool", "client", "media")
EVERYBODY = [SignedIn(person, f"id-{number}", f"token-{number}") for number, person in enumerate(PEOPLE)]
WEB, STAND_INS = "http://localhost:4568", "http://127.0.0.1:4567"

PLATFORMS = ("manylinux2014_x86_64", "manylinux2014_aarch64", "manylinux_2_28_x86_64", "macosx_14_0_arm64")
builds = st.builds(
    Build,
    st.just("engine"),
    st.sampled_from(["3.11", "3.12", "3.13"]),
    st.lists(st.sampled_from(PLATFORMS), min_size=1, unique=True).map(" ".join),
)


@given(builds, builds)
def test_two_builds_share_a_cache_exactly_when_python_and_wheels_are_the_same(one: Build, other: Build) -> None:
    same = (one.python, one.wheels) == (other.python, other.wheels)
    assert (cache_folder(one) == cache_folder(other)) == same
    assert (sam_project.layer_makefile(one) == sam_project.layer_makefile(other)) == same


def test_plain_sam_build_has_no_cache_because_its_key_does_not_hold_the_platform() -> None:
    assert not tomllib.loads(SAM_CONFIG.read_text())["default"]["build"]["parameters"].get("cached", False)


@pytest.mark.parametrize(
    ("architecture", "wheels"),
    [
        ("x86_64", "manylinux2014_x86_64 manylinux_2_28_x86_64"),
        ("arm64", "manylinux2014_aarch64 manylinux_2_28_aarch64"),
    ],
)
def test_containers_get_linux_wheels_of_their_processor(architecture: str, wheels: str) -> None:
    assert sam_project.for_containers("3.13", architecture).wheels == wheels


@pytest.fixture
def project() -> dict[str, Any]:
    return sam_project.project_template(read(), ["Runtime=python3.12", "Architecture=x86_64", "WritesPerMinute=0"])


def test_the_template_for_containers_has_this_machines_parameters_as_defaults(project: dict[str, Any]) -> None:
    defaults = {name: parameter.get("Default") for name, parameter in project["Parameters"].items()}
    assert defaults["Runtime"] == "python3.12"
    assert defaults["Architecture"] == "x86_64"
    assert defaults["WritesPerMinute"] == "0"


def test_the_template_for_containers_declares_what_leads_the_sdk_to_the_stand_in(project: dict[str, Any]) -> None:
    variables = project["Globals"]["Function"]["Environment"]["Variables"]
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        assert variables[name] == ""
        assert name not in read()["Globals"]["Function"]["Environment"]["Variables"], "AWS gets none of them"


def test_the_template_for_containers_names_no_authorizer_that_sam_would_skip(project: dict[str, Any]) -> None:
    assert "Authorizer" not in json.dumps(project)


def test_the_template_for_containers_keeps_all_functions_and_routes(project: dict[str, Any]) -> None:
    def routes(template: dict[str, Any]) -> set[tuple[str, str, str]]:
        return {
            (name, event["Properties"]["Method"], event["Properties"]["Path"])
            for name, resource in template["Resources"].items()
            if resource["Type"] == "AWS::Serverless::Function"
            for event in resource["Properties"].get("Events", {}).values()
            if event["Type"] == "Api"
        }

    assert routes(project) == routes(read())
    assert routes(project)


def test_the_template_for_containers_names_code_by_paths_that_exist(project: dict[str, Any]) -> None:
    for name, resource in project["Resources"].items():
        code = resource.get("Properties", {}).get("CodeUri") or resource.get("Properties", {}).get("ContentUri")
        if code:
            assert code.startswith(str(ROOT)), name
            assert name == "DependenciesLayer" or Path(code).is_dir(), name


@pytest.mark.parametrize("host", ["172.17.0.1", "192.168.1.20", "host.docker.internal"])
def test_the_environment_file_leads_each_function_to_the_stand_ins_with_their_keys(host: str) -> None:
    # given variables as they are deployed, for two functions
    deployed = {
        "JobsFunction": {"JOBS_TABLE": "khaya-jobs-local", "TOKEN_KEYS_BASE": "http://127.0.0.1:4566"},
        "DeliveriesFunction": {
            "TWILIO_BASE_URL": "http://127.0.0.1:4567",
            "NOTICES_QUEUE_URL": "http://127.0.0.1:4566/000000000000/notices",
            "ALLOWED_ORIGINS": "http://localhost:3000",
        },
        "BareFunction": {},
    }
    # when the file is made
    found = sam_project.variables_of_functions(deployed, 4566, host)
    # then addresses of this machine are those of containers, whatever the port, and the rest is as it was
    assert found["JobsFunction"]["TOKEN_KEYS_BASE"] == f"http://{host}:4566"
    assert found["JobsFunction"]["JOBS_TABLE"] == "khaya-jobs-local"
    assert found["DeliveriesFunction"]["TWILIO_BASE_URL"] == f"http://{host}:4567"
    assert found["DeliveriesFunction"]["NOTICES_QUEUE_URL"] == f"http://{host}:4566/000000000000/notices"
    assert found["DeliveriesFunction"]["ALLOWED_ORIGINS"] == "http://localhost:3000"
    # and each function reaches the stand-in's own account, whatever keys are in the user's shell
    for variables in found.values():
        assert variables["AWS_ENDPOINT_URL"] == f"http://{host}:4566"
        assert (variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
        assert variables["AWS_SESSION_TOKEN"] == ""
        assert set(sam_project.DECLARED) <= set(variables)


def test_the_files_that_samconfig_names_are_those_that_are_written() -> None:
    section = tomllib.loads(SAM_CONFIG.read_text())["local"]
    assert ROOT / section["build"]["parameters"]["template_file"] == sam_project.TEMPLATE_FILE
    built = ROOT / section["build"]["parameters"]["build_dir"] / "template.yaml"
    for command in ("local_invoke", "local_start_api"):
        parameters = section[command]["parameters"]
        assert ROOT / parameters["template_file"] == built
        assert ROOT / parameters["env_vars"] == sam_project.ENVIRONMENT_FILE
        assert parameters["skip_pull_image"] is True
        assert parameters["region"] == section["deploy"]["parameters"]["region"]
    assert SAM_LOCAL in built.parents


def docker(monkeypatch: pytest.MonkeyPatch, **answers: tuple[int, str, str]) -> list[tuple[str, ...]]:
    """Answers Docker's commands by their first word, and lists what was asked."""
    asked: list[tuple[str, ...]] = []

    def answer(*arguments: str) -> subprocess.CompletedProcess[str]:
        asked.append(arguments)
        code, out, err = answers.get(arguments[0], (1, "", "no such command"))
        return subprocess.CompletedProcess(arguments, code, out, err)

    monkeypatch.setattr(containers, "docker", answer)
    return asked


def test_given_no_docker_then_it_is_said_with_dockers_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    docker(monkeypatch, version=(1, "", "Cannot connect to the Docker daemon."))
    with pytest.raises(CannotRun, match="Cannot connect to the Docker daemon"):
        containers.check_docker()


def test_given_no_docker_command_at_all_then_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match="docker"):
        containers.check_docker()


def test_given_no_image_then_it_is_pulled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "pythons", lambda: ["3.13", "3.11"])
    asked = docker(monkeypatch, pull=(0, "", ""))
    assert containers.choose_python() == "3.13"
    assert asked[-1] == ("pull", containers.image("3.13"))


def test_given_an_image_that_cannot_be_pulled_then_it_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "pythons", lambda: ["3.13"])
    docker(monkeypatch, pull=(1, "", "Error\nno such host"))
    with pytest.raises(CannotRun, match=r"lambda/python:3\.13-.* cannot pull it: no such host"):
        containers.choose_python()


@pytest.mark.parametrize("here", ["3.13", "3.11"])
def test_given_one_of_two_images_then_its_python_is_taken_and_nothing_is_pulled(
    monkeypatch: pytest.MonkeyPatch, here: str
) -> None:
    monkeypatch.setattr(containers, "pythons", lambda: ["3.13", "3.11"])
    monkeypatch.setattr(containers, "have", lambda python: python == here)
    asked = docker(monkeypatch)
    assert containers.choose_python() == here
    assert not asked


def test_the_python_of_aws_comes_first_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    of_aws = read(TEMPLATE)["Parameters"]["Runtime"]["Default"].removeprefix("python")
    monkeypatch.setattr(containers, "engine_python", lambda: "3.11")
    monkeypatch.setattr(containers, "interpreter", Path)
    assert containers.pythons() == [of_aws, "3.11"]
    monkeypatch.setattr(containers, "interpreter", lambda version: Path("there") if version == "3.11" else None)
    assert containers.pythons() == ["3.11"]


def test_given_a_shim_that_runs_nothing_then_it_is_no_interpreter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shim = tmp_path / "python3.99"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert containers.interpreter("3.99") is None


def test_given_dockers_gateway_on_this_machine_then_links_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    docker(monkeypatch, network=(0, "172.17.0.1 fd00::1 \n", ""))
    monkeypatch.setattr(containers, "_own_address", lambda: ["192.168.1.20"])
    monkeypatch.setattr(containers, "is_ours", lambda address: address == "172.17.0.1")
    assert containers.host_address() == "172.17.0.1"


def test_given_docker_in_a_machine_of_its_own_then_links_name_this_machines_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docker(monkeypatch, network=(0, "172.17.0.1 \n", ""))
    monkeypatch.setattr(containers, "is_ours", lambda address: address == "192.168.1.20")
    monkeypatch.setattr(containers, "_own_address", lambda: ["192.168.1.20"])
    assert containers.host_address() == "192.168.1.20"


def test_given_no_network_then_containers_still_find_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    docker(monkeypatch, network=(1, "", "no"))
    monkeypatch.setattr(containers, "_own_address", list)
    assert containers.host_address() == "host.docker.internal"


def test_the_greeting_names_sams_address_the_invoke_line_and_the_wider_binding() -> None:
    said = "\n".join(welcome.lines(STACK, EVERYBODY, WEB, STAND_INS, in_containers=True))
    assert f"API    {HERE}\n" in said
    assert f"export API={HERE}" in said
    assert "4566" not in said
    assert "sam local invoke JobsFunction --config-env local --event events/jobs.json" in said
    assert EVERY_INTERFACE in said
    assert "no authorizer" in said


def test_the_greeting_of_a_usual_run_speaks_of_no_containers() -> None:
    said = "\n".join(welcome.lines(STACK, EVERYBODY, WEB, STAND_INS))
    assert "container" not in said
    assert EVERY_INTERFACE not in said
    assert "sam local" not in said


@pytest.mark.parametrize("programs", [None, Path("/a folder/with 'quotes'")])
def test_tokens_sh_sets_the_api_a_token_for_each_role_and_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: Path | None
) -> None:
    monkeypatch.setattr(run_file, "RUN_FILE", tmp_path / "run.json")
    monkeypatch.setattr(run_file, "TOKENS_FILE", tmp_path / "tokens.sh")
    # when the files are written and a shell reads them
    run_file.write(STACK, EVERYBODY, WEB, STAND_INS, programs)
    script = f'. {shlex.quote(str(tmp_path / "tokens.sh"))}; printf "%s\\n" "$API" "$BUYER" "$ADMIN" "$PATH"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": "/bin"})
    api, buyer, admin, path = shell.stdout.splitlines()
    # then it knows them
    run = json.loads((tmp_path / "run.json").read_text())
    assert api == HERE == run["apiUrl"]
    assert run["webUrl"] == WEB
    assert (run["outbox"], run["paymentProvider"]) == (f"{STAND_INS}/outbox", STAND_INS)
    assert (buyer, admin) == ("token-0", f"token-{len(EVERYBODY) - 1}")
    assert path == (f"{programs}:/bin" if programs else "/bin")


def test_given_no_note_or_an_ended_process_then_sams_api_does_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "sam-local.json"
    monkeypatch.setattr(start_api, "noted", lambda: SamApi(2**22 + 1, 2**22 + 1, 3000, "3.13", "172.17.0.1"))
    assert start_api.running() is None
    assert start_api.end_owner() is False
    monkeypatch.undo()
    assert start_api.noted(file) is None
