"""The backups outside an environment: what is saved, for how long, and where copies go."""

from __future__ import annotations

import json
import re
from typing import Any

from operations.change_rules import DERIVED
from tests.support.template import TABLE, physical_name, read, resources

BACKUP, TARGET = read("infra/backup.yaml"), read("infra/backup-target.yaml")
RECOVERY_DAYS = 35
"""Days that point-in-time recovery reaches back."""


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = BACKUP["Resources"][name]["Properties"]
    return found


def rule() -> dict[str, Any]:
    (found,) = properties("BackupPlan")["BackupPlan"]["BackupPlanRule"]
    return dict(found)


def patterns(kind: str) -> list[re.Pattern[str]]:
    """The names of the tables that a list of the selection matches."""
    lines = [one["Fn::Sub"] for one in properties("BackupSelection")["BackupSelection"][kind]]
    names = [line.partition(":table/")[2].replace("${Environment}", "prod") for line in lines if ":table/" in line]
    return [re.compile(name.replace("*", ".*")) for name in names]


def test_given_no_vault_of_another_account_then_nothing_is_copied() -> None:
    assert BACKUP["Parameters"]["CopyTo"]["Default"] == ""
    assert BACKUP["Conditions"]["Copies"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "CopyTo"}, ""]}]}
    condition, _, otherwise = rule()["CopyActions"]["Fn::If"]
    assert (condition, otherwise) == ("Copies", {"Ref": "AWS::NoValue"})


def test_given_a_vault_of_another_account_then_each_backup_is_copied_and_expires() -> None:
    _, (copy,), _ = rule()["CopyActions"]["Fn::If"]
    assert copy == {
        "DestinationBackupVaultArn": {"Ref": "CopyTo"},
        "Lifecycle": {"DeleteAfterDays": {"Ref": "KeepDays"}},
    }
    assert rule()["Lifecycle"] == {"DeleteAfterDays": {"Ref": "KeepDays"}}


def test_given_a_vault_then_its_arn_is_checked_before_anything_is_made() -> None:
    pattern = re.compile(BACKUP["Parameters"]["CopyTo"]["AllowedPattern"])
    assert pattern.fullmatch("")
    assert pattern.fullmatch("arn:aws:backup:eu-west-1:210987654321:backup-vault:khaya-copies")
    assert not pattern.fullmatch("khaya-copies")


def test_given_an_erased_person_then_no_backup_holds_their_data_longer_than_recovery_does() -> None:
    assert BACKUP["Parameters"]["KeepDays"]["MaxValue"] <= RECOVERY_DAYS
    for vault in (properties("BackupVault"), TARGET["Resources"]["CopyVault"]["Properties"]):
        assert vault["LockConfiguration"]["MaxRetentionDays"] <= RECOVERY_DAYS


def test_every_table_of_every_generation_is_saved_except_those_that_are_made_anew() -> None:
    saved, left_out = patterns("Resources"), patterns("NotResources")
    for logical, table in resources(TABLE).items():
        name = re.sub(r"\d+$", "7", physical_name(table["TableName"], "prod"))
        assert any(one.fullmatch(name) for one in saved), logical
        assert any(one.fullmatch(name) for one in left_out) == (logical in DERIVED), logical


def test_the_media_bucket_is_saved() -> None:
    (bucket,) = [name for name in resources("AWS::S3::Bucket") if name == "MediaBucket"]
    name = resources("AWS::S3::Bucket")[bucket]["BucketName"]["Fn::Sub"]
    assert f"arn:${{AWS::Partition}}:s3:::{name}" in json.dumps(properties("BackupSelection"))


def test_the_copies_outlive_the_stack_and_only_the_source_may_write_them() -> None:
    vault = TARGET["Resources"]["CopyVault"]
    assert vault["DeletionPolicy"] == "RetainExceptOnCreate"
    (statement,) = vault["Properties"]["AccessPolicy"]["Statement"]
    assert statement["Action"] == "backup:CopyIntoBackupVault"
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${SourceAccount}:root"}}


def test_given_a_backup_or_a_copy_that_fails_then_somebody_is_told() -> None:
    rules = {name: one for name, one in BACKUP["Resources"].items() if one["Type"] == "AWS::Events::Rule"}
    told = {tuple(one["Properties"]["EventPattern"]["detail-type"]) for one in rules.values()}
    assert told == {("Backup Job State Change",), ("Copy Job State Change",)}
    for rule in rules.values():
        assert "FAILED" in rule["Properties"]["EventPattern"]["detail"]["state"]
        assert rule["Properties"]["Targets"] == [{"Id": "topic", "Arn": {"Ref": "BackupTopic"}}]
    (statement,) = properties("BackupTopicPolicy")["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
