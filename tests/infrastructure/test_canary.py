"""Canary of functions behind the API: who has one, which alarms stop it, and what its hook may do."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pytest

from tests.support.template import FUNCTION, resources, template
from tests.support.transform import transformed, transformed_with

BEHIND_THE_API = sorted(
    logical
    for logical, one in resources(FUNCTION).items()
    if any(event["Type"] == "Api" for event in one.get("Events", {}).values())
)
ALARMS = ("NewVersionsAlarm", "MoreNewVersionsAlarm", "ServerErrorsAlarm")


@lru_cache(maxsize=1)
def with_canary() -> dict[str, Any]:
    return transformed_with({"Environment": "prod", "Canary": "true", "ReleaseId": "0123456789ab"})


def of_type(kind: str) -> dict[str, Any]:
    return {logical: one for logical, one in with_canary().items() if one["Type"] == kind}


def test_the_template_with_canary_leaves_room() -> None:
    """CloudFormation allows 500. With a new domain, raise the bound and say so in `docs/decisions.md`."""
    assert len(with_canary()) < 450


def test_without_the_parameter_there_is_nothing_of_codedeploy() -> None:
    assert not [logical for logical, one in transformed().items() if one["Type"].startswith("AWS::CodeDeploy")]
    assert not [logical for logical, one in transformed().items() if "UpdatePolicy" in one]
    for logical in ("SmokeHook", "SmokeHookRole", *ALARMS):
        assert transformed()[logical]["Condition"] == "HasCanary"
    assert template()["Conditions"]["HasCanary"] == {"Fn::Equals": [{"Ref": "Canary"}, "true"]}


def test_functions_behind_the_api_have_a_canary_and_the_others_switch_at_once() -> None:
    groups = {logical.removesuffix("DeploymentGroup") for logical in of_type("AWS::CodeDeploy::DeploymentGroup")}
    assert sorted(groups) == BEHIND_THE_API
    updated = {
        logical.removesuffix("Aliaslive")
        for logical, one in with_canary().items()
        if "CodeDeployLambdaAliasUpdate" in one.get("UpdatePolicy", {})
    }
    assert sorted(updated) == BEHIND_THE_API


@pytest.mark.parametrize("function", BEHIND_THE_API)
def test_a_canary_asks_the_hook_first_and_goes_back_on_an_alarm_of_this_stack(function: str) -> None:
    group = with_canary()[f"{function}DeploymentGroup"]["Properties"]
    condition, alarms, _ = group["AlarmConfiguration"]["Fn::If"]
    assert condition == "HasCanary"
    assert alarms["Enabled"] is True
    names = [one["Name"]["Ref"] for one in alarms["Alarms"]]
    assert names == [*ALARMS]
    assert len(names) <= 10, "CodeDeploy takes ten"
    assert {*names} <= {*of_type("AWS::CloudWatch::Alarm")}
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    update = with_canary()[f"{function}Aliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert update["BeforeAllowTrafficHook"]["Fn::If"][1] == {"Ref": "SmokeHook"}


def watched() -> dict[str, dict[str, Any]]:
    """The dimensions of the errors that the alarms watch, by function."""
    found = {}
    for name in ALARMS[:2]:
        metrics = with_canary()[name]["Properties"]["Metrics"]
        measured = [one["MetricStat"]["Metric"] for one in metrics if "MetricStat" in one]
        assert len(measured) <= 10, "an alarm takes ten metrics"
        for metric in measured:
            assert (metric["Namespace"], metric["MetricName"]) == ("AWS/Lambda", "Errors")
            dimensions = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
            found[dimensions["FunctionName"]["Fn::Sub"]] = dimensions
    return found


@pytest.mark.parametrize("function", [name for name in BEHIND_THE_API if name != "PlatformFunction"])
def test_an_alarm_watches_the_version_that_is_being_deployed(function: str) -> None:
    name = resources(FUNCTION)[function]["FunctionName"]["Fn::Sub"]
    dimensions = watched()[name]
    assert dimensions["Resource"] == {"Fn::Sub": f"{name}:live"}
    version, attribute = dimensions["ExecutedVersion"]["Fn::GetAtt"]
    assert attribute == "Version"
    assert with_canary()[f"{function}Aliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"] == [version, "Version"]


def test_alarms_are_quiet_without_requests() -> None:
    for name in ALARMS:
        assert with_canary()[name]["Properties"]["TreatMissingData"] == "notBreaching"


# The hook.


def test_the_hooks_name_is_one_that_codedeploys_role_may_invoke() -> None:
    hook = resources("AWS::Lambda::Function")["SmokeHook"]
    assert hook["FunctionName"] == {"Fn::Sub": "CodeDeployHook_khaya-smoke-${Environment}"}
    assert of_type("AWS::IAM::Role")["CodeDeployRole"]["Properties"]["ManagedPolicyArns"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"}
    ]


def test_codedeploy_works_with_our_role_and_sam_makes_none() -> None:
    roles = {
        str(one["Properties"]["ServiceRoleArn"]["Fn::If"][:2])
        for one in of_type("AWS::CodeDeploy::DeploymentGroup").values()
    }
    assert roles == {str(["HasCanary", {"Fn::GetAtt": ["CodeDeployRole", "Arn"]}])}
    assert "CodeDeployServiceRole" not in with_canary()


def test_the_hook_may_call_versions_of_the_functions_behind_the_api_and_no_other_and_write_no_data() -> None:
    statements = resources("AWS::IAM::Role")["SmokeHookRole"]["Policies"][0]["PolicyDocument"]["Statement"]
    by_action: dict[str, Any] = {}
    for one in statements:
        for action in one["Action"] if isinstance(one["Action"], list) else [one["Action"]]:
            by_action[action] = one["Resource"]
    called = {re.findall(r":function:(.*):\*$", one["Fn::Sub"])[0] for one in by_action["lambda:InvokeFunction"]}
    assert called == {resources(FUNCTION)[logical]["FunctionName"]["Fn::Sub"] for logical in BEHIND_THE_API}
    assert {*by_action} == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "codedeploy:ListDeploymentTargets",
        "codedeploy:GetDeploymentTarget",
        "codedeploy:PutLifecycleEventHookExecutionStatus",
        "lambda:InvokeFunction",
    }
    assert by_action["codedeploy:GetDeploymentTarget"]["Fn::Sub"].endswith(
        ":deploymentgroup:${AWS::StackName}-ServerlessDeploymentApplication-*"
    )
