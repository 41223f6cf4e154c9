"""Functions, tables, queues, roles and logs in `template.yaml`."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.template import FUNCTION, ROOT, TABLE, function_environment, resources, template

QUEUE = "AWS::SQS::Queue"
ROLE = "AWS::IAM::Role"
LOG_GROUP = "AWS::Logs::LogGroup"
ENVIRONMENTS = ("local", "dev", "staging", "prod")
KEPT = ("RetainExceptOnCreate", "Retain")
"""Deletion and replacement policies. What a failed first deployment made is removed, so that the next try can make it."""
ONE_AT_A_TIME = ("ExportsQueue",)
"""FIFO queues whose messages take long."""
SHARED_LOGS = {
    "MarketLogs": {
        f"{name}Function"
        for name in (
            *("Profiles", "Jobs", "Bids", "Stories", "Listings", "Uploads"),
            *("Reviews", "Reports", "Notifications", "Platform", "Auth", "Admin"),
        )
    },
    "PaymentsLogs": {f"{name}Function" for name in ("Credits", "Payouts", "Payments", "PaymentRecords", "Referrals")},
    "ConsumerLogs": {"DerivedFunction", "PersonFunction", "NoticesFunction", "ExportsFunction", "RecordsFunction"},
    "TriggerLogs": {"VerifyChallengeFunction", "PreTokenFunction"},
}
"""Log groups of several functions; the routes about money share one, and all other routes another."""
NINE = ("Users", "Profiles", "Jobs", "Bids", "Listings", "Reviews", "Credits", "Referrals", "Stories")
WITHIN = re.compile(
    r"\$\{MediaBucket\.Arn\}/[a-z]+/\*|.*:function:khaya-[a-z-]+-\$\{Environment\}:\*|.*:deploymentgroup:\$\{AWS::StackName\}-.*-\*"
)
"""Resources with a wildcard: a folder of the bucket, a function's versions, and this stack's deployments."""
ANYWHERE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "sns:Publish"}
"""X-Ray has no resources to name, and a text message goes to a number, which is none."""


def of_function(logical: str, name: str) -> Any:
    """A property of a function, its own or of all functions. A parameter has its default."""
    value = resources(FUNCTION)[logical].get(name, template()["Globals"]["Function"].get(name))
    if name == "MemorySize" and value == {"Ref": "MemorySize"}:
        return template()["Parameters"]["MemorySize"]["Default"]
    return value


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """What each role and policy allows, with the logical name of where it stands."""
    documents = [
        (logical, policy["PolicyDocument"])
        for logical, role in resources(ROLE).items()
        for policy in role.get("Policies", [])
    ]
    documents += [(name, policy["PolicyDocument"]) for name, policy in resources("AWS::IAM::ManagedPolicy").items()]
    for logical, document in documents:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                yield logical, statement


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def mentions(value: Any, logical: str) -> bool:
    """Whether a part of the template refers to a resource."""
    text = json.dumps(value)
    forms = (f'"Ref": "{logical}"', f'"Ref": "{logical}.', f'["{logical}", ', f"${{{logical}.", f"${{{logical}}}")
    return any(form in text for form in forms)


def _events(kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (logical, event["Properties"])
        for logical, function in resources(FUNCTION).items()
        for event in function.get("Events", {}).values()
        if event["Type"] == kind
    ]


# Functions.


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_function_has_its_own_role(logical: str) -> None:
    role = resources(FUNCTION)[logical]["Role"]["Fn::GetAtt"][0]
    others = {
        properties["Role"]["Fn::GetAtt"][0] for name, properties in resources(FUNCTION).items() if name != logical
    }
    assert role in resources(ROLE)
    assert role not in others
    assert "Policies" not in resources(FUNCTION)[logical], "a role has one place"


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_function_has_timeout_memory_tracing_and_the_chosen_processor(logical: str) -> None:
    assert 1 <= of_function(logical, "Timeout") <= 900
    assert 128 <= of_function(logical, "MemorySize") <= 3008
    assert of_function(logical, "Tracing") == "Active"
    assert of_function(logical, "Architectures") == [{"Ref": "Architecture"}]
    assert of_function(logical, "Runtime") == {"Ref": "Runtime"}
    assert of_function(logical, "Handler") == "app.handler"
    assert {one["Ref"] for one in of_function(logical, "Layers")} <= {*resources("AWS::Serverless::LayerVersion")}


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_function_behind_the_api_answers_before_the_gateway_gives_up(logical: str) -> None:
    if any(event["Type"] == "Api" for event in resources(FUNCTION)[logical].get("Events", {}).values()):
        assert of_function(logical, "Timeout") <= 29


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_function_has_its_own_log_with_an_end_or_shares_that_of_its_kind(logical: str) -> None:
    group = resources(FUNCTION)[logical]["LoggingConfig"]["LogGroup"]["Ref"]
    users = {name for name, one in resources(FUNCTION).items() if one["LoggingConfig"]["LogGroup"]["Ref"] == group}
    shared = SHARED_LOGS | {"TaskLogs": {name for name, _ in _events("ScheduleV2")}}
    assert users == shared.get(group, {logical})
    assert resources(LOG_GROUP)[group]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    role = resources(FUNCTION)[logical]["Role"]["Fn::GetAtt"][0]
    logs = [
        statement["Resource"]
        for where, statement in statements()
        if where == role and "logs:PutLogEvents" in listed(statement["Action"])
    ]
    assert logs == [{"Fn::GetAtt": [group, "Arn"]}], "it writes its own log and no other"


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_function_has_its_folder_name_and_service(logical: str) -> None:
    folder = resources(FUNCTION)[logical]["CodeUri"].strip("/").removeprefix("functions/")
    assert (ROOT / "functions" / folder / "app.py").is_file()
    name = folder.replace("_", "-")
    assert logical == "".join(part.capitalize() for part in folder.split("_")) + "Function"
    assert resources(FUNCTION)[logical]["FunctionName"] == {"Fn::Sub": f"khaya-{name}-${{Environment}}"}
    assert resources(FUNCTION)[logical]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == folder
    assert resources(FUNCTION)[logical]["Description"]


def test_every_folder_of_functions_is_deployed() -> None:
    deployed = {one["CodeUri"].strip("/").removeprefix("functions/") for one in resources(FUNCTION).values()}
    deployed |= {
        one["Code"].strip("/").removeprefix("functions/") for one in resources("AWS::Lambda::Function").values()
    }
    assert deployed == {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}


@pytest.mark.parametrize("logical", resources(FUNCTION))
def test_a_functions_variables_fit(logical: str) -> None:
    everywhere = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = resources(FUNCTION)[logical]["Environment"]["Variables"]
    # Names of tables are known; what AWS names may be longer than here.
    long = {
        name: value if name.endswith("_TABLE") else value.ljust(60, "x")
        for name, value in function_environment("staging").items()
    }
    size = sum(len(name) + len(long[name]) for name in {**everywhere, **own})
    assert size <= 4096, f"the variables of {logical} take {size} bytes, and Lambda allows 4096"


@pytest.mark.parametrize("logical", ["", *resources(FUNCTION)])
def test_a_variable_is_text(logical: str) -> None:
    environment = resources(FUNCTION)[logical] if logical else template()["Globals"]["Function"]
    for name, value in environment["Environment"]["Variables"].items():
        assert isinstance(value, str | dict), f"{name} is no text, and the local stand-in takes nothing else"


def test_every_log_group_has_an_end() -> None:
    assert all("RetentionInDays" in one for one in resources(LOG_GROUP).values())


# Tables.


@pytest.mark.parametrize("logical", resources(TABLE))
def test_a_table_is_safe_and_pays_by_use(logical: str) -> None:
    whole, table = template()["Resources"][logical], resources(TABLE)[logical]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    assert {tag["Key"] for tag in table["Tags"]} >= {"application", "environment"}
    assert (whole["DeletionPolicy"], whole["UpdateReplacePolicy"]) == KEPT
    assert re.fullmatch(r"khaya-[a-z]+-\$\{Environment\}-\$\{Generation\}", table["TableName"]["Fn::Sub"])


@pytest.mark.parametrize("logical", resources(TABLE))
def test_a_tables_primary_key_is_simple(logical: str) -> None:
    table = resources(TABLE)[logical]
    indexes = table.get("GlobalSecondaryIndexes", [])
    keyed = {key["AttributeName"] for one in [table, *indexes] for key in one["KeySchema"]}
    assert keyed == {one["AttributeName"] for one in table["AttributeDefinitions"]}
    assert len(indexes) <= 20
    assert "LocalSecondaryIndexes" not in table


def test_the_nine_tables_of_the_marketplace_are_there() -> None:
    assert {f"{name}Table" for name in NINE} <= {*resources(TABLE)}


@pytest.mark.parametrize("logical", ["MediaBucket", "UserPool", "ServiceKey"])
def test_stateful_resources_are_retained_with_the_stack(logical: str) -> None:
    whole = template()["Resources"][logical]
    assert (whole["DeletionPolicy"], whole["UpdateReplacePolicy"]) == KEPT


def test_buckets_are_private_and_encrypted() -> None:
    for bucket in resources("AWS::S3::Bucket").values():
        assert {*bucket["PublicAccessBlockConfiguration"].values()} == {True}
        assert bucket["BucketEncryption"]


# Roles.


def test_no_role_allows_a_wildcard_of_actions() -> None:
    for where, statement in statements():
        assert "NotAction" not in statement
        for action in listed(statement["Action"]):
            assert "*" not in action, f"{where}: {action}"


def test_no_role_allows_a_wildcard_of_resources() -> None:
    for where, statement in statements():
        assert "NotResource" not in statement
        for resource in listed(statement["Resource"]):
            text = resource if isinstance(resource, str) else str(resource.get("Fn::Sub", ""))
            if text == "*":
                assert {*listed(statement["Action"])} <= ANYWHERE, f"{where}: {statement['Action']}"
            else:
                assert not re.search(r"\*.", text), f"{where}: {text}"
                assert "*" not in text or WITHIN.fullmatch(text), f"{where}: {text}"


def test_no_role_allows_a_scan() -> None:
    for where, statement in statements():
        assert not {"dynamodb:Scan", "dynamodb:PartiQLSelect"} & {*listed(statement["Action"])}, where


def test_a_query_is_allowed_on_indexes_that_there_are() -> None:
    indexes = {
        f"${{{logical}.Arn}}/index/{index['IndexName']}"
        for logical, table in resources(TABLE).items()
        for index in table.get("GlobalSecondaryIndexes", [])
    }
    for where, statement in statements():
        for resource in listed(statement["Resource"]):
            text = str(resource.get("Fn::Sub", "")) if isinstance(resource, dict) else resource
            assert "/index/" not in text or text in indexes, f"{where}: {text}"


def test_each_role_is_taken_by_its_service_alone() -> None:
    for logical, role in resources(ROLE).items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
        assert re.fullmatch(r"[a-z]+\.amazonaws\.com", statement["Principal"]["Service"]), logical


def test_managed_policies_are_our_own() -> None:
    """But for CodeDeploy's, whose calls AWS lists in a policy of its own."""
    for logical, role in resources(ROLE).items():
        assert logical == "CodeDeployRole" or all("Ref" in arn for arn in role.get("ManagedPolicyArns", []))


def test_money_and_provider_are_the_only_consumers_whose_roles_write_credits() -> None:
    consumers = {logical for logical, _ in _events("SQS")}
    roles = {resources(FUNCTION)[logical]["Role"]["Fn::GetAtt"][0] for logical in consumers}
    writing = {
        where
        for where, statement in statements()
        if where in roles and mentions(statement["Resource"], "CreditsTable")
        for action in listed(statement["Action"])
        if re.search("Put|Update|Delete|Write", action)
    }
    assert writing == {"MoneyRole", "ProviderRole"}


def test_triggers_of_the_pool_do_not_refer_to_the_pool() -> None:
    (pool,) = resources("AWS::Cognito::UserPool").values()
    for logical, function in resources(FUNCTION).items():
        if mentions(pool["LambdaConfig"], logical):
            role = function["Role"]["Fn::GetAtt"][0]
            for part in (function, resources(ROLE)[role], template()["Globals"]):
                assert not mentions(part, "UserPool"), f"{logical} and the pool would wait for each other"


# Queues, streams and schedules.


@pytest.mark.parametrize("logical", resources(QUEUE))
def test_a_queue_is_encrypted_and_has_somewhere_to_put_what_fails(logical: str) -> None:
    queue = resources(QUEUE)[logical]
    assert queue["SqsManagedSseEnabled"] is True
    if "DeadLetters" in logical:
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert "RedrivePolicy" not in queue
    else:
        dead = resources(QUEUE)[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        assert queue.get("FifoQueue") == dead.get("FifoQueue")
        assert 3 <= queue["RedrivePolicy"]["maxReceiveCount"] <= 10


def test_the_stream_dispatcher_reads_every_stream_once_and_parks_a_record_long_before_lambda_gives_up() -> None:
    read = [event["Stream"]["Fn::GetAtt"][0] for _, event in _events("DynamoDB")]
    assert {logical for logical, _ in _events("DynamoDB")} == {"StreamDispatcherFunction"}, (
        "AWS stands two readers, we have one"
    )
    assert len(read) == len(set(read))
    for _, event in _events("DynamoDB"):
        assert event["FilterCriteria"]["Filters"], "no record is read that concerns no consumer"
        assert event["MaximumRetryAttempts"] == -1, "the function may be broken for hours"
        retried = of_function("StreamDispatcherFunction", "Environment")["Variables"]["RECORD_RETRY_SECONDS"]
        assert int(retried) < 3600 < event["MaximumRecordAgeInSeconds"] < 24 * 3600
        assert event["BisectBatchOnFunctionError"] is True
        assert event["DestinationConfig"]["OnFailure"]["Destination"] == {
            "Fn::GetAtt": ["StreamDispatcherDeadLetters", "Arn"]
        }


def test_a_message_stays_hidden_for_six_times_as_long_as_its_function_may_take() -> None:
    assert _events("SQS")
    for logical, event in _events("SQS"):
        queue = resources(QUEUE)[event["Queue"]["Fn::GetAtt"][0]]
        assert queue["VisibilityTimeout"] >= 6 * of_function(logical, "Timeout"), logical
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"], logical


def test_a_stream_is_read_with_bounded_ages_and_loses_nothing() -> None:
    assert _events("DynamoDB")
    for logical, event in _events("DynamoDB"):
        assert event["StartingPosition"] == "TRIM_HORIZON"
        assert 60 <= event["MaximumRecordAgeInSeconds"] < 24 * 3600, "a stream keeps its records for a day"
        assert event["BisectBatchOnFunctionError"] is True
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        destination = event["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        assert destination in resources(QUEUE), logical


def test_a_schedule_that_fails_is_seen() -> None:
    assert _events("ScheduleV2")
    for logical, event in _events("ScheduleV2"):
        assert event["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in resources(QUEUE)
        # the scheduler only learns that the function was asked; what comes of it is the function's own dead letter
        if logical == "SyntheticCheckFunction":
            continue  # an alarm counts its errors, and a failed check needs no second run
        assert of_function(logical, "DeadLetterQueue") == {
            "Type": "SQS",
            "TargetArn": {"Fn::GetAtt": ["ScheduleDeadLetters", "Arn"]},
        }
        assert event["Name"]["Fn::Sub"].startswith("khaya-")
        assert 0 < event["RetryPolicy"]["MaximumRetryAttempts"] <= 10
        assert "RoleArn" in event
    assert not _events("Schedule"), "one kind of schedule"


# The whole.


def test_the_template_is_within_cloudformations_limits() -> None:
    assert (ROOT / "template.yaml").stat().st_size < 1_000_000
    assert len(template()["Parameters"]) <= 200
    assert len(template()["Outputs"]) <= 200


def test_every_function_stands_in_the_index_at_the_top_with_its_description() -> None:
    head = (ROOT / "template.yaml").read_text().partition("\nParameters:")[0]
    index = dict(re.findall(r"^#     (\w+) +(.+)$", head, re.MULTILINE))
    assert index == {
        logical.removesuffix("Function"): properties["Description"]
        for logical, properties in resources(FUNCTION).items()
    }


def test_everything_of_one_function_stands_together() -> None:
    found = [*template()["Resources"]]
    for logical in resources(FUNCTION):
        name = logical.removesuffix("Function")
        own = [one for one in found if re.fullmatch(rf"{name}(Function|Logs|Role|Permission|Queue|DeadLetters)", one)]
        assert found[found.index(logical) : found.index(logical) + len(own)] == own, logical


@pytest.mark.parametrize("source", [source for _, source in _events("SQS")], ids=str)
def test_only_a_fifo_queue_takes_its_batch_size_from_the_parameter(source: dict[str, Any]) -> None:
    queue = source["Queue"]["Fn::GetAtt"][0]
    by_parameter = source["BatchSize"] == {"Ref": "ConsumerBatchSize"}
    assert by_parameter == (bool(resources(QUEUE)[queue].get("FifoQueue")) and queue not in ONE_AT_A_TIME)
    assert template()["Parameters"]["ConsumerBatchSize"]["Default"] == 1


def test_what_differs_between_environments_is_a_parameter() -> None:
    parameters = template()["Parameters"]
    expected = {
        "Architecture": "arm64",
        "Runtime": "python3.13",
        "RequestsPerSecond": 500,
        "RequestBurst": 1000,
        "WritesPerMinute": 20,
    }
    assert {name: parameters[name]["Default"] for name in expected} == expected
    assert parameters["Environment"]["AllowedValues"] == [*ENVIRONMENTS]
    assert {"arm64", "x86_64"} == {*parameters["Architecture"]["AllowedValues"]}


def test_no_secret_stands_in_the_template() -> None:
    for name, parameter in template()["Parameters"].items():
        if re.search("secret|password|token$|apikey", name, re.IGNORECASE) and "Arn" not in name:
            assert parameter.get("NoEcho") is True
            assert not parameter.get("Default")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_environment_has_its_section(environment: str) -> None:
    section = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]
    chosen = dict(one.split("=", 1) for one in section["parameter_overrides"].split())
    assert chosen["Environment"] == environment
    assert section["stack_name"] == f"khaya-{environment}"
    assert {*chosen} <= {*template()["Parameters"]}
    kept = chosen.get("LogRetentionDays", str(template()["Parameters"]["LogRetentionDays"]["Default"]))
    assert int(kept) == (30 if environment == "prod" else 14)
    if environment == "local":
        assert chosen["WritesPerMinute"] == "0", "limits are out of the way here"
    else:
        assert not {"WritesPerMinute", "RequestsPerSecond", "RequestBurst"} & {*chosen}
    if environment in ("staging", "prod"):
        assert section["confirm_changeset"] is True
