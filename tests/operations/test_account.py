"""What `account` sets, with answers of AWS that are written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from operations import account
from operations.refused import Refused

GROUP = "sns/af-south-1/123456789012/DirectPublishToPhoneNumber"  # pragma: allowlist secret


class Account:
    """A session whose clients answer as an account does."""

    region_name = "af-south-1"

    def __init__(self, outputs: dict[str, str], allowed_usd: int = 100) -> None:
        self._outputs, self._allowed_usd = outputs, allowed_usd
        self.attributes: dict[str, str] = {}
        self.kept: dict[str, int] = {}

    def client(self, _: str) -> Account:
        return self

    def describe_stacks(self, **_: Any) -> dict[str, Any]:
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self._outputs.items()]
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Outputs": outputs}]}

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012"}

    def get_sms_attributes(self) -> dict[str, Any]:
        return {"attributes": self.attributes}

    def set_sms_attributes(self, attributes: dict[str, str]) -> None:
        if int(attributes["MonthlySpendLimit"]) > self._allowed_usd:
            raise ClientError({"Error": {"Code": "InvalidParameter"}}, "SetSMSAttributes")
        self.attributes = attributes

    def create_log_group(self, logGroupName: str) -> None:  # noqa: N803 - Logs' name
        if logGroupName in self.kept:
            raise ClientError({"Error": {"Code": "ResourceAlreadyExistsException"}}, "CreateLogGroup")

    def put_retention_policy(self, logGroupName: str, retentionInDays: int) -> None:  # noqa: N803 - Logs' names
        self.kept[logGroupName] = retentionInDays


def test_given_a_new_account_when_set_twice_then_nothing_differs_and_the_logs_are_kept_for_two_weeks() -> None:
    aws = Account({"SmsLogsRoleArn": "arn:role"})
    attributes = account.wanted(aws, 50)
    assert "MonthlySpendLimit: 50, is not set" in list(account.differences(aws, attributes))
    for _ in range(2):
        account.apply(aws, attributes)
    assert list(account.differences(aws, attributes)) == []
    assert aws.kept == {GROUP: 14, f"{GROUP}/Failure": 14}


def test_given_a_limit_that_aws_does_not_permit_then_it_says_whom_to_ask() -> None:
    aws = Account({"SmsLogsRoleArn": "arn:role"}, allowed_usd=1)
    with pytest.raises(Refused, match="AWS Support"):
        account.apply(aws, account.wanted(aws, 50))


def test_given_no_role_for_the_logs_then_it_says_what_to_deploy() -> None:
    with pytest.raises(Refused, match=r"infra/region\.yaml"):
        account.wanted(Account({}), 50)
