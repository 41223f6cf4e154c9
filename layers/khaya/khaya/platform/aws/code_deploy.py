"""CodeDeploy's deployments of functions: which version is about to serve requests, and the verdict on it."""

import json
from dataclasses import dataclass
from typing import Any

from khaya.platform.aws.clients import client


@dataclass(frozen=True)
class NewVersion:
    """A version of a function that is to get the requests of its alias."""

    function: str
    version: str


def new_versions(deployment: str) -> list[NewVersion]:
    """The versions that a deployment brings."""
    code_deploy = client("codedeploy")
    targets = code_deploy.list_deployment_targets(deploymentId=deployment)["targetIds"]
    found = []
    for target in targets:
        answer = code_deploy.get_deployment_target(deploymentId=deployment, targetId=target)
        information = answer["deploymentTarget"]["lambdaTarget"]["lambdaFunctionInfo"]
        found.append(NewVersion(information["functionName"], information["targetVersion"]))
    return found


def call(version: NewVersion, event: dict[str, Any]) -> dict[str, Any]:
    """What a version answers to an event; `errorType` and `errorMessage` if it raised."""
    answer = client("lambda").invoke(
        FunctionName=version.function, Qualifier=version.version, Payload=json.dumps(event).encode()
    )
    answered: dict[str, Any] = json.loads(answer["Payload"].read() or "{}") or {}
    return answered


def report(deployment: str, hook: str, *, passed: bool) -> None:
    """Tell CodeDeploy the verdict. Without one it waits for an hour and gives the deployment up."""
    client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=deployment,
        lifecycleEventHookExecutionId=hook,
        status="Succeeded" if passed else "Failed",
    )
