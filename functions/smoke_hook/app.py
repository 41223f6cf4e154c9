"""CodeDeploy's hook: calls a new version of an API function before it gets requests.

Every function behind the API answers an unknown route with a problem of status 404. The answer shows that the version
loads, reads its settings and runs the request pipeline. It changes nothing.
"""

from __future__ import annotations

from typing import Any

from khaya.platform.aws import code_deploy
from khaya.platform.base import observability

PATH = "/smoke-hook"
REQUEST: dict[str, Any] = {
    "resource": PATH,
    "path": PATH,
    "httpMethod": "GET",
    "headers": {},
    "multiValueHeaders": {},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {
        "requestId": "smoke-hook",
        "resourcePath": PATH,
        "path": PATH,
        "httpMethod": "GET",
        "stage": "smoke",
        "identity": {"sourceIp": "192.0.2.1"},
    },
    "body": None,
    "isBase64Encoded": False,
}


def handler(event: dict[str, Any], context: Any) -> dict[str, bool]:
    """Call the deployment's versions and report; returns whether they answered as they should."""
    del context
    deployment = event["DeploymentId"]
    passed = False
    try:
        versions = code_deploy.new_versions(deployment)
        passed = bool(versions) and all(_answers(version) for version in versions)
    except Exception as error:  # noqa: BLE001 - CodeDeploy must get a verdict
        observability.logger().error("smoke hook failed", extra={"error": type(error).__name__})
    code_deploy.report(deployment, event["LifecycleEventHookExecutionId"], passed=passed)
    return {"passed": passed}


def _answers(version: code_deploy.NewVersion) -> bool:
    answer = code_deploy.call(version, REQUEST)
    passed = answer.get("statusCode") == 404
    observability.logger().info(
        "smoke hook",
        extra={
            "function": version.function,
            "version": version.version,
            "status": answer.get("statusCode"),
            "error": answer.get("errorType"),
            "passed": passed,
        },
    )
    return passed
