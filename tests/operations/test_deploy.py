"""Deployments, rollbacks and redrives of a small stack on the AWS stand-in, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import boto3
import pytest

from operations.configuration import Configuration
from operations.deploy import PACKAGED, Deployment, package
from operations.redrive import Redrive
from operations.refused import Refused
from operations.stack import Stack
from tests.operations.artifacts import make_artifact_bucket

SMALL = """
Parameters:
  Environment: {Type: String}
Resources:
  DerivedQueue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "derived-${Environment}.fifo", FifoQueue: true}
  DerivedDeadLetters:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "derived-dead-${Environment}.fifo", FifoQueue: true}
  Said:
    Type: AWS::SSM::Parameter
    Properties: {Name: !Sub "/said/${Environment}", Type: String, Value: first}
Outputs:
  ApiUrl: {Value: !Sub "https://${Environment}.test"}
"""
BROKEN = SMALL.replace(
    "Outputs:",
    """
  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
  Broken: {Type: AWS::CloudFormation::WaitCondition, Properties: {Handle: !Ref Handle, Timeout: "1", Count: 1}}
Outputs:""",
)
"""A resource that fails while it is made, because nobody sends the signal that it waits for."""


@pytest.fixture(scope="module", autouse=True)
def artifacts(session: boto3.Session) -> None:
    make_artifact_bucket(session)


class Operator:
    """Deploys one environment, and keeps what was shown."""

    def __init__(self, session: boto3.Session, environment: str) -> None:
        self.shown: list[str] = []
        self.configuration = Configuration(
            environment, f"khaya-{environment}", "af-south-1", {"Environment": environment}, {"application": "khaya"}
        )
        self.session = session
        self.deployment = Deployment(session, self.configuration, self.shown.append, lambda: None, self.check, 0.2)

    def check(self, url: str, release: str, maintenance: bool) -> list[str]:
        del url, release, maintenance
        return [f"it says {self.said()}"] if self.said() == "bad" else []

    def said(self) -> str:
        name = f"/said/{self.configuration.environment}"
        return str(self.session.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])


def test_two_environments_stand_side_by_side(session: boto3.Session) -> None:
    one, other = Operator(session, "one"), Operator(session, "other")
    one.deployment.deploy(SMALL, "a" * 40, {})
    other.deployment.deploy(SMALL.replace("first", "second"), "b" * 40, {})
    assert (one.said(), other.said()) == ("first", "second")


def test_an_operator_sees_what_is_done_and_at_the_end_what_is_deployed(session: boto3.Session) -> None:
    operator = Operator(session, "seen")
    operator.deployment.deploy(SMALL, "a" * 40, {})
    text = "\n".join(operator.shown)
    for part in (
        "Add      Said  AWS::SSM::Parameter",
        "3 changes are being made to khaya-seen",
        "CREATE_COMPLETE  Said",
        f"khaya-seen serves {'a' * 40}",
        "changes    3 in ",
        "versions   none",
        "API        https://seen.test",
        "stack      https://af-south-1.console.aws.amazon.com/cloudformation",
        "alarms     https://",
        "logs       https://",
    ):
        assert part in text, part


def test_given_a_change_that_fails_then_its_reason_is_shown(session: boto3.Session) -> None:
    operator = Operator(session, "reason")
    operator.deployment.deploy(SMALL, "a" * 40, {})
    with pytest.raises(Refused, match="Broken"):
        operator.deployment.deploy(BROKEN, "b" * 40, {})
    assert any("_FAILED  Broken: WaitCondition" in line for line in operator.shown)
    assert operator.said() == "first"


def test_given_a_release_that_does_not_answer_then_the_one_before_is_deployed_again(session: boto3.Session) -> None:
    operator = Operator(session, "smoke")
    operator.deployment.deploy(SMALL, "a" * 40, {})
    with pytest.raises(Refused, match="did not pass"):
        operator.deployment.deploy(SMALL.replace("first", "bad"), "b" * 40, {})
    assert operator.said() == "first"


def test_given_a_failed_first_deployment_when_tried_again_then_it_is_deployed(session: boto3.Session) -> None:
    operator = Operator(session, "again")
    with pytest.raises(Refused, match="taken the changes back"):
        operator.deployment.deploy(BROKEN, "a" * 40, {})
    operator.deployment.deploy(SMALL, "b" * 40, {})
    assert operator.said() == "first"


def test_given_two_releases_when_rolled_back_then_the_first_serves(session: boto3.Session) -> None:
    operator = Operator(session, "back")
    operator.deployment.deploy(SMALL, "a" * 40, {})
    operator.deployment.deploy(SMALL.replace("first", "second"), "b" * 40, {})
    assert operator.said() == "second"
    operator.deployment.rollback()
    assert operator.said() == "first"


def test_given_a_plan_then_nothing_is_changed(session: boto3.Session) -> None:
    operator = Operator(session, "plan")
    operator.deployment.deploy(SMALL, "a" * 40, {})
    operator.deployment.deploy(SMALL.replace("first", "second"), "b" * 40, {}, plan=True)
    assert operator.said() == "first"
    assert any("Said" in line for line in operator.shown)


def test_given_a_queue_that_would_leave_the_stack_then_the_deployment_is_refused(session: boto3.Session) -> None:
    operator = Operator(session, "keep")
    operator.deployment.deploy(SMALL, "a" * 40, {})
    with pytest.raises(Refused, match="DerivedQueue"):
        operator.deployment.deploy(SMALL.replace("DerivedQueue:", "OtherQueue:"), "b" * 40, {})


def test_given_a_secret_parameter_of_the_stack_when_deployed_then_it_keeps_its_value(session: boto3.Session) -> None:
    template = SMALL.replace("Resources:", "  Word: {Type: String, NoEcho: true, Default: none}\nResources:", 1)
    template = template.replace("Value: first", "Value: !Ref Word")
    operator = Operator(session, "secret")
    operator.configuration.parameters["Word"] = "hidden"
    operator.deployment.deploy(template, "a" * 40, {})
    del operator.configuration.parameters["Word"]
    operator.deployment.deploy(
        template.replace("Type: String, Value", "Description: changed, Type: String, Value"), "b" * 40, {}
    )
    assert operator.said() == "hidden"


def test_given_other_stores_when_the_new_release_cannot_be_marked_then_the_ones_before_are_still_good(
    session: boto3.Session,
) -> None:
    operator = Operator(session, "marks")
    operator.deployment.deploy(SMALL, "a" * 40, {})
    before = operator.deployment._releases.good()
    with (
        patch.object(operator.deployment._releases, "mark_good", side_effect=ConnectionError),
        pytest.raises(ConnectionError),
    ):
        operator.deployment.make_missing()
    assert operator.deployment._releases.good() == before
    operator.deployment.make_missing()
    [only] = operator.deployment._releases.good()
    assert only.key > before[0].key


def test_given_a_mark_that_another_environment_could_write_then_it_is_no_release(session: boto3.Session) -> None:
    operator = Operator(session, "forged")
    operator.deployment.deploy(SMALL, "a" * 40, {})
    good = operator.deployment._releases.good()
    for name in ("release.json", "good"):
        key = f"releases/forged/99991231/releases/dev/x/{name}"
        session.client("s3").put_object(Bucket="artifacts", Key=key, Body=b"{}")
    assert operator.deployment._releases.good() == good


def test_code_is_uploaded_to_the_folder_of_its_environment(tmp_path: Path) -> None:
    (tmp_path / PACKAGED).parent.mkdir()
    (tmp_path / PACKAGED).write_text("packaged")
    with patch("operations.deploy.subprocess.run", return_value=Mock(returncode=0)) as run:
        assert package(tmp_path, Configuration("dev", "khaya-dev", "af-south-1", {}, {})) == "packaged"
    line = run.call_args.args[0]
    assert line[line.index("--s3-prefix") + 1] == "code/dev"


@pytest.fixture
def redrive(session: boto3.Session) -> tuple[Redrive, Any]:
    operator = Operator(session, "dead")
    if operator.deployment._stack.status() is None:
        operator.deployment.deploy(SMALL, "a" * 40, {})
    return Redrive(session.client("sqs"), Stack(session, "khaya-dead")), session.client("sqs")


def test_given_a_dead_letter_when_redriven_then_it_is_in_its_queue_with_its_group(redrive: tuple[Redrive, Any]) -> None:
    letters, sqs = redrive
    queue = letters.queue("derived")
    sqs.send_message(
        QueueUrl=queue.dead_letters,
        MessageBody='{"consumer": "bids"}',
        MessageGroupId="bids/1",
        MessageDeduplicationId="1",
    )
    assert letters.move(queue) == 1
    [message] = sqs.receive_message(QueueUrl=queue.url, AttributeNames=["All"])["Messages"]
    assert message["Attributes"]["MessageGroupId"] == "bids/1"
    assert letters.waiting(queue.dead_letters) == 0


def test_given_a_consumer_that_still_fails_then_its_dead_letter_stays(redrive: tuple[Redrive, Any]) -> None:
    letters, sqs = redrive
    queue = letters.queue("derived")
    sqs.send_message(
        QueueUrl=queue.dead_letters,
        MessageBody='{"consumer": "name_sync"}',
        MessageGroupId="n",
        MessageDeduplicationId="2",
    )
    with pytest.raises(Refused, match="name-sync"):
        letters.move(queue, failing={"name-sync"})
    assert letters.waiting(queue.dead_letters) == 1


def test_given_an_empty_answer_while_messages_wait_then_redrive_asks_again(redrive: tuple[Redrive, Any]) -> None:
    letters, sqs = redrive
    queue = letters.queue("derived")
    sqs.purge_queue(QueueUrl=queue.dead_letters)
    sqs.send_message(QueueUrl=queue.dead_letters, MessageBody="{}", MessageGroupId="g", MessageDeduplicationId="empty")
    receive, waits = sqs.receive_message, []

    def sometimes_empty(**request: Any) -> Any:
        waits.append(request.get("WaitTimeSeconds", 0))
        return {} if len(waits) == 1 else receive(**request)

    with (
        patch.object(letters, "_sqs", wraps=sqs, receive_message=sometimes_empty),
        patch.object(letters, "waiting", wraps=letters.waiting) as counted,
    ):
        assert letters.move(queue) == 1
    assert counted.call_count == 2
    assert min(waits) >= 5, "long polling asks all of SQS's servers"


def test_given_messages_that_stay_hidden_then_redrive_ends_and_says_so(redrive: tuple[Redrive, Any]) -> None:
    letters, sqs = redrive
    shown: list[str] = []
    with (
        patch.object(letters, "_sqs", wraps=sqs, receive_message=lambda **_: {}),
        patch.object(letters, "waiting", lambda _: 3),
        patch.object(letters, "_say", shown.append),
    ):
        assert letters.move(letters.queue("derived")) == 0
    assert shown == ["3 messages still wait, and SQS hands out none. Run the command again"]


def test_an_unknown_queue_is_refused_with_those_that_there_are(redrive: tuple[Redrive, Any]) -> None:
    with pytest.raises(Refused, match="derived"):
        redrive[0].queue("nothing")


STOPS = (
    "The alarm of bids, name-sync rings. At a message for such a consumer the command would stop, because the cause "
    "repeats."
)


@pytest.mark.parametrize(
    ("waiting", "first", "failing", "expected"),
    [
        (0, False, [], ["No dead letters of derived-dead.fifo wait: nothing would be sent."]),
        (
            1,
            True,
            [],
            ["1 dead letter would be sent to derived-dead.fifo again, and then deleted from the dead letters."],
        ),
        (
            3,
            True,
            [],
            ["One of 3 dead letters would be sent to derived-dead.fifo again, and then deleted from the dead letters."],
        ),
        (
            3,
            False,
            ["name-sync", "bids"],
            [
                "3 dead letters would be sent to derived-dead.fifo again, and then deleted from the dead letters.",
                STOPS,
            ],
        ),
    ],
)
def test_given_dead_letters_then_the_plan_says_what_would_be_sent_where_and_hides_none(
    redrive: tuple[Redrive, Any], waiting: int, first: bool, failing: list[str], expected: list[str]
) -> None:
    letters, sqs = redrive
    queue = letters.queue("derived")
    sqs.purge_queue(QueueUrl=queue.dead_letters)
    for number in range(waiting):
        sqs.send_message(
            QueueUrl=queue.dead_letters,
            MessageBody="{}",
            MessageGroupId=f"g{number}",
            MessageDeduplicationId=f"plan-{waiting}-{first}-{number}",
        )
    assert [*letters.planned(queue, first=first, failing=failing)] == expected
    assert letters.waiting(queue.dead_letters) == waiting


@pytest.mark.parametrize("address", ["https://app.khaya.example", "http://app.khaya.africa", "https://localhost"])
def test_given_an_example_when_prod_is_deployed_then_nothing_is_kept_or_changed(
    session: boto3.Session, address: str
) -> None:
    real = dict.fromkeys(("EmailDomain", "PaymentEmailDomain"), "khaya.africa")
    values = {**real, "AllowedOrigins": "https://khaya.africa", "LocalOrigins": "", "AppUrl": address}
    found = Configuration("prod", "khaya-prod", "af-south-1", values, {})
    with pytest.raises(Refused, match="AppUrl"):
        Deployment(session, found, print, lambda: None).deploy(SMALL, "a" * 40, {})
    assert Stack(session, "khaya-prod").status() is None
