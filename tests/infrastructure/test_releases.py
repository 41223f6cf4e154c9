"""Versions and the alias `live`: a release changes every version, and nothing calls a function past its alias."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from operations.release import SOURCES, release_id
from tests.support.template import FUNCTION, ROOT, resources, template
from tests.support.transform import transformed, transformed_with

PARAMETERS = {"Environment": "dev", "WritesPerMinute": "20"}
FUNCTIONS = sorted(resources(FUNCTION))


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of the transformed template's resources of a type."""
    return {logical: one["Properties"] for logical, one in transformed().items() if one["Type"] == kind}


def versions(values: dict[str, str], **uploads: str) -> set[str]:
    """The logical names of the versions; CloudFormation publishes one whose name is new."""
    found = transformed_with(values, uploads)
    return {logical for logical, one in found.items() if one["Type"] == "AWS::Lambda::Version"}


# Callers.


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_function_has_an_alias_live_of_its_newest_version(logical: str) -> None:
    alias = of_type("AWS::Lambda::Alias")[f"{logical}Aliaslive"]
    assert (alias["Name"], alias["FunctionName"]) == ("live", {"Ref": logical})
    (version, _) = alias["FunctionVersion"]["Fn::GetAtt"]
    assert of_type("AWS::Lambda::Version")[version]["FunctionName"] == {"Ref": logical}
    assert transformed()[version]["DeletionPolicy"] == "Retain", "a rollback needs the version before"


def unqualified(logical: str) -> set[str]:
    """The resources that refer to a function itself, and not to its alias or a version."""
    forms = re.compile(
        rf'"Ref": "{logical}"|"Fn::GetAtt": \["{logical}"|"Fn::GetAtt": "{logical}\.|\$\{{{logical}(\.Arn)?\}}'
    )
    return {
        f"{one['Type']} {name}"
        for name, one in transformed().items()
        if one["Type"] not in ("AWS::Lambda::Version", "AWS::Lambda::Alias") and forms.search(json.dumps(one))
    }


@pytest.mark.parametrize("logical", FUNCTIONS)
def test_everything_that_calls_a_function_calls_its_alias(logical: str) -> None:
    assert unqualified(logical) == set()


def test_no_resource_names_a_function_in_text() -> None:
    for name, one in transformed().items():
        if name != "SmokeHookRole":  # calls versions that no alias has yet
            assert not re.search(r":function:khaya-", json.dumps(one)), name


def test_each_kind_of_caller_is_there() -> None:
    """The tests above would pass if the template had no callers."""
    called: dict[str, set[str]] = {}
    for one in transformed().values():
        for alias in re.findall(r"(\w+)Aliaslive", json.dumps(one)):
            called.setdefault(one["Type"], set()).add(alias)
    events = [event["Type"] for one in resources(FUNCTION).values() for event in one.get("Events", {}).values()]
    assert len(called["AWS::ApiGateway::RestApi"]) >= 15
    assert called["AWS::Cognito::UserPool"] == {"PreTokenFunction", "VerifyChallengeFunction"}
    assert len(of_type("AWS::Lambda::EventSourceMapping")) == sum(kind in ("SQS", "DynamoDB") for kind in events)
    assert len(of_type("AWS::Scheduler::Schedule")) == events.count("ScheduleV2")
    for kind in ("AWS::Lambda::EventSourceMapping", "AWS::Scheduler::Schedule", "AWS::Lambda::Permission"):
        for logical, properties in of_type(kind).items():
            assert "Aliaslive" in json.dumps(properties), logical


def test_the_scheduler_may_call_the_aliases_of_its_targets_and_nothing_else() -> None:
    (statement,) = [
        one
        for one in resources("AWS::IAM::Role")["SchedulerRole"]["Policies"][0]["PolicyDocument"]["Statement"]
        if one["Action"] == "lambda:InvokeFunction"
    ]
    scheduled = {
        logical
        for logical, one in resources(FUNCTION).items()
        if any(event["Type"] == "ScheduleV2" for event in one.get("Events", {}).values())
    }
    assert {one["Ref"] for one in statement["Resource"]} == {f"{logical}.Alias" for logical in scheduled}


# The release's id.


def change_layer(root: Path) -> None:
    path = root / "layers" / "khaya" / "khaya" / "__init__.py"
    path.write_text(path.read_text() + "\n# changed\n")


def change_dependency(root: Path) -> None:
    path = root / "layers" / "dependencies" / "requirements.txt"
    path.write_text(path.read_text() + "\n")


def change_function(root: Path) -> None:
    path = root / "functions" / "jobs" / "app.py"
    path.write_text(path.read_text() + "\n# changed\n")


def change_template(root: Path) -> None:
    path = root / "template.yaml"
    path.write_text(path.read_text().replace("Timeout: 15", "Timeout: 16"))


def rename_file(root: Path) -> None:
    (root / "functions" / "jobs" / "app.py").rename(root / "functions" / "jobs" / "application.py")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a release is made of."""
    root = tmp_path_factory.mktemp("release")
    for source in SOURCES:
        copy: Callable[..., Any] = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, root / source)
    return root


@pytest.fixture(scope="module")
def before(sources: Path) -> set[str]:
    return versions({**PARAMETERS, "ReleaseId": release_id(sources, PARAMETERS)})


def test_given_nothing_changed_when_deployed_again_then_no_version_is_published(
    sources: Path, before: set[str]
) -> None:
    (sources / "functions" / "jobs" / "__pycache__").mkdir(exist_ok=True)
    (sources / "functions" / "jobs" / "__pycache__" / "app.pyc").write_bytes(b"made here")
    assert versions({**PARAMETERS, "ReleaseId": release_id(sources, PARAMETERS)}) == before


@pytest.mark.parametrize("change", [change_layer, change_function])
def test_given_changed_code_when_deployed_then_every_function_publishes_a_version(
    sources: Path, before: set[str], tmp_path: Path, change: Callable[[Path], None]
) -> None:
    root = shutil.copytree(sources, tmp_path / "changed")
    change(root)
    after = versions({**PARAMETERS, "ReleaseId": release_id(root, PARAMETERS)})
    assert len(after) == len(before)
    assert not after & before


def test_given_a_changed_parameter_when_deployed_then_every_function_publishes_a_version(
    sources: Path, before: set[str]
) -> None:
    changed = {**PARAMETERS, "WritesPerMinute": "30"}
    after = versions({**changed, "ReleaseId": release_id(sources, changed)})
    assert not after & before


@pytest.mark.parametrize("uploaded", ["CodeUri", "ContentUri"])
def test_given_no_release_id_when_code_or_a_layer_changed_then_every_function_publishes_a_version(
    uploaded: str,
) -> None:
    assert not versions(PARAMETERS, **{uploaded: "other"}) & versions(PARAMETERS)


@pytest.mark.parametrize("change", [change_dependency, change_template, rename_file])
def test_given_a_change_of_anything_else_that_runs_then_the_release_has_another_id(
    sources: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    root = shutil.copytree(sources, tmp_path / "changed")
    change(root)
    assert release_id(root, PARAMETERS) != release_id(sources, PARAMETERS)


def test_the_id_fits_the_parameter_and_does_not_depend_on_itself(sources: Path) -> None:
    found = release_id(sources, PARAMETERS)
    assert re.fullmatch(template()["Parameters"]["ReleaseId"]["AllowedPattern"], found)
    assert release_id(sources, {**PARAMETERS, "ReleaseId": found}) == found


def test_functions_know_their_release() -> None:
    assert template()["Globals"]["Function"]["Environment"]["Variables"]["RELEASE_ID"] == {"Ref": "ReleaseId"}
