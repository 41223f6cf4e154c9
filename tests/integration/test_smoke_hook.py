"""CodeDeploy's hook: the verdict on a new version of an API function."""

from __future__ import annotations

from typing import Any

import pytest

from khaya.platform.aws import code_deploy
from khaya.platform.aws.code_deploy import NewVersion
from tests.support.client import Context, app
from tests.support.template import FUNCTION, resources

EVENT = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "hook-1"}
SERVICES = sorted(
    properties["CodeUri"].strip("/").removeprefix("functions/")
    for properties in resources(FUNCTION).values()
    if any(event["Type"] == "Api" for event in properties.get("Events", {}).values())
)


class CodeDeploy:
    """Answers for CodeDeploy and Lambda, and keeps what was reported."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.reported: list[tuple[str, str, bool]] = []

    def new_versions(self, deployment: str) -> list[NewVersion]:
        assert deployment == "d-1"
        return [NewVersion(name, "2") for name in self.answers]

    def call(self, version: NewVersion, event: dict[str, Any]) -> dict[str, Any]:
        answer = self.answers[version.function]
        if isinstance(answer, Exception):
            raise answer
        return answer(event, Context()) if callable(answer) else answer  # type: ignore[no-any-return]

    def report(self, deployment: str, hook: str, *, passed: bool) -> None:
        self.reported.append((deployment, hook, passed))


def verdict(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> list[tuple[str, str, bool]]:
    stand_in = CodeDeploy(answers)
    for name in ("new_versions", "call", "report"):
        monkeypatch.setattr(code_deploy, name, getattr(stand_in, name))
    app("smoke_hook").handler(EVENT, None)
    return stand_in.reported


@pytest.mark.parametrize("service", SERVICES)
def test_given_a_version_that_works_when_the_hook_calls_it_then_it_passes(
    monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    assert verdict(monkeypatch, {service: app(service).handler}) == [("d-1", "hook-1", True)]


@pytest.mark.parametrize(
    "answer",
    [
        {"errorType": "Runtime.ImportModuleError", "errorMessage": "no module named khaya"},
        {"statusCode": 500},
        {"statusCode": 503},
        {},
        RuntimeError("Lambda cannot be reached"),
    ],
)
def test_given_a_version_that_fails_when_the_hook_calls_it_then_codedeploy_is_told_to_roll_back(
    monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    assert verdict(monkeypatch, {"jobs": {"statusCode": 404}, "bids": answer}) == [("d-1", "hook-1", False)]


def test_given_a_deployment_without_versions_then_the_hook_does_not_pass_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(monkeypatch, {}) == [("d-1", "hook-1", False)]


class Clients:
    """The clients of CodeDeploy and Lambda, with answers as AWS documents them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        def answer(**request: Any) -> Any:
            self.asked.append((name, request))
            return {
                "list_deployment_targets": {"targetIds": ["khaya-jobs-prod:live"]},
                "get_deployment_target": {
                    "deploymentTarget": {
                        "lambdaTarget": {
                            "lambdaFunctionInfo": {
                                "functionName": "khaya-jobs-prod",
                                "functionAlias": "live",
                                "currentVersion": "1",
                                "targetVersion": "2",
                            }
                        }
                    }
                },
            }.get(name, {})

        return answer


def test_the_version_that_is_to_come_is_asked_for_and_not_the_one_that_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = Clients()
    monkeypatch.setattr(code_deploy, "client", lambda _: clients)
    assert code_deploy.new_versions("d-1") == [NewVersion("khaya-jobs-prod", "2")]
    code_deploy.report("d-1", "hook-1", passed=False)
    assert clients.asked[-1] == (
        "put_lifecycle_event_hook_execution_status",
        {"deploymentId": "d-1", "lifecycleEventHookExecutionId": "hook-1", "status": "Failed"},
    )
