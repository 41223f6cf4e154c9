"""The user pool and its client, as the product wants them."""

from __future__ import annotations

import json

from tests.support.template import FUNCTION, resources, template

POOL = resources("AWS::Cognito::UserPool")["UserPool"]
CLIENT = resources("AWS::Cognito::UserPoolClient")["UserPoolClient"]


def test_nobody_signs_up_or_recovers_an_account_past_this_api() -> None:
    assert POOL["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert [one["Name"] for one in POOL["AccountRecoverySetting"]["RecoveryMechanisms"]] == ["admin_only"]


def test_people_sign_in_by_phone_or_email_whatever_the_case() -> None:
    assert POOL["UsernameAttributes"] == ["phone_number", "email"]
    assert POOL["UsernameConfiguration"] == {"CaseSensitive": False}


def test_the_client_has_a_secret_and_only_ways_in_that_need_the_operators_rights() -> None:
    assert CLIENT["GenerateSecret"] is True
    assert set(CLIENT["ExplicitAuthFlows"]) == {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"}
    assert "AllowedOAuthFlows" not in CLIENT


def test_no_attribute_that_anything_reads_is_writable_by_its_owner() -> None:
    assert CLIENT["WriteAttributes"] == ["custom:unused"]
    assert [one["Name"] for one in POOL["Schema"]] == ["unused"]


def test_tokens_live_and_rotate_as_the_product_says_and_existence_is_hidden() -> None:
    assert (CLIENT["AccessTokenValidity"], CLIENT["RefreshTokenValidity"]) == (60, 30)
    assert CLIENT["TokenValidityUnits"] == {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"}
    assert CLIENT["RefreshTokenRotation"]["Feature"] == "ENABLED"
    assert CLIENT["EnableTokenRevocation"] is True
    assert CLIENT["PreventUserExistenceErrors"] == "ENABLED"


def test_the_services_own_grace_is_no_longer_than_cognitos() -> None:
    from khaya.sessions.model import GRACE_SECONDS, SESSION_DAYS  # noqa: PLC0415 - after the environment is set

    assert CLIENT["RefreshTokenRotation"]["RetryGracePeriodSeconds"] >= GRACE_SECONDS
    assert CLIENT["RefreshTokenValidity"] == SESSION_DAYS


def test_the_pool_is_protected_in_prod_and_its_plan_is_a_parameter() -> None:
    assert POOL["DeletionProtection"] == {"Fn::If": ["IsProd", "ACTIVE", "INACTIVE"]}
    assert POOL["UserPoolTier"] == {"Ref": "UserPoolTier"}
    parameters = template()["Parameters"]
    assert parameters["UserPoolTier"]["AllowedValues"] == ["ESSENTIALS", "PLUS"]
    assert parameters["ThreatProtection"]["Default"] == "OFF"


def test_no_trigger_refers_to_the_pool_which_refers_to_it() -> None:
    config = POOL["LambdaConfig"]
    called = [config["PreTokenGenerationConfig"]["LambdaArn"], *(one for one in config.values() if "Ref" in one)]
    triggers = {one["Ref"].removesuffix(".Alias") for one in called}
    assert triggers == {"PreTokenFunction", "VerifyChallengeFunction"}
    for name in triggers:
        function = resources(FUNCTION)[name]
        role = template()["Resources"][function["Role"]["Fn::GetAtt"][0]]
        assert "UserPool" not in json.dumps([function, role])
        assert function["Timeout"] == 5


def test_the_triggers_may_be_called_by_this_pool_alone() -> None:
    permissions = resources("AWS::Lambda::Permission").values()
    by_cognito = [one for one in permissions if one["Principal"] == "cognito-idp.amazonaws.com"]
    assert {one["FunctionName"]["Ref"] for one in by_cognito} == {
        "PreTokenFunction.Alias",
        "VerifyChallengeFunction.Alias",
    }
    assert all(one["SourceArn"] == {"Fn::GetAtt": ["UserPool", "Arn"]} for one in by_cognito)


def test_no_secret_stands_in_an_environment() -> None:
    hidden = {name for name, one in template()["Parameters"].items() if one.get("NoEcho")}
    for function in resources(FUNCTION).values():
        variables = function.get("Environment", {}).get("Variables", {})
        assert not hidden & {value.get("Ref") for value in variables.values() if isinstance(value, dict)}


def test_the_service_key_outlives_the_stack() -> None:
    assert template()["Resources"]["ServiceKey"]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert "GenerateSecretString" in template()["Resources"]["ServiceKey"]["Properties"]


def test_a_claim_outlives_the_function_that_made_it() -> None:
    from khaya.sign_in.model import CLAIM_SECONDS  # noqa: PLC0415

    assert resources(FUNCTION)["AuthFunction"]["Timeout"] < CLAIM_SECONDS


def test_codes_are_given_up_after_three_failures_and_kept_where_an_operator_sees_them() -> None:
    queues = resources("AWS::SQS::Queue")
    assert queues["CodeDeliveryQueue"]["RedrivePolicy"]["maxReceiveCount"] == 3
    timeout = resources(FUNCTION)["CodeDeliveryFunction"]["Timeout"]
    assert queues["CodeDeliveryQueue"]["VisibilityTimeout"] >= 6 * timeout
    assert queues["CodeDeliveryDeadLetters"]["MessageRetentionPeriod"] == 14 * 24 * 3600
