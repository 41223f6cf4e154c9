"""What commands ask and refuse before they change anything."""

from __future__ import annotations

import boto3
import pytest
from click.testing import CliRunner, Result

from operations.__main__ import operations
from operations.stack import Stack
from tests.operations.test_destroy import deploy


def run(*line: str, answers: str = "") -> Result:
    return CliRunner().invoke(operations, line, input=answers)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("n\n", "Aborted"),
        ("y\nstaging\n", "not the name of the environment"),
    ],
)
def test_given_one_answer_that_is_not_yes_then_nothing_is_destroyed(
    session: boto3.Session, answers: str, said: str
) -> None:
    if Stack(session, "khaya-dev").status() is None:
        deploy(session)
    done = run("destroy", "dev", answers=answers)
    assert done.exit_code == 1
    assert said in done.output
    assert "destroy-jobs" in session.client("dynamodb").list_tables()["TableNames"]


def test_given_both_answers_then_the_environment_is_destroyed(session: boto3.Session) -> None:
    if Stack(session, "khaya-dev").status() is None:
        deploy(session)
    done = run("destroy", "dev", answers="y\ndev\n")
    assert done.exit_code == 0, done.output
    assert Stack(session, "khaya-dev").status() is None


def test_given_a_plan_then_the_stores_are_named_and_stay(session: boto3.Session) -> None:
    deploy(session)
    done = run("destroy", "dev", "--plan")
    assert "destroy-jobs" in done.output
    assert "destroy-jobs" in session.client("dynamodb").list_tables()["TableNames"]


def test_prod_is_not_destroyed_by_the_command(session: boto3.Session) -> None:
    assert "Prod is not destroyed" in run("destroy", "prod", answers="y\nprod\n").output


def test_given_an_account_in_which_nothing_was_deployed_then_a_rollback_says_so(session: boto3.Session) -> None:
    done = run("rollback", "dev")
    assert done.exit_code == 1
    assert "Nothing was ever deployed" in done.output


def test_given_no_credentials_then_it_says_how_to_sign_in(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    del session
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert "aws sso login" in run("status", "dev").output


def test_an_environment_that_is_not_configured_is_refused() -> None:
    assert "samconfig.toml has no section [nowhere" in run("doctor", "nowhere").output
