"""Adds resources other than functions to an inventory, by type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.costs import alarms
from bench.costs.inventory import Alarm, Function, Inventory, LogGroup, Sampling, Schedule

Properties = dict[str, Any]
Reader = Callable[[Inventory, Properties], None]

FREE = frozenset(
    f"AWS::{name}"
    for name in [
        "ApiGateway::Account",
        "ApiGateway::DomainName",
        "ApiGateway::BasePathMapping",
        "Backup::BackupPlan",  # copies are off by default, and are billed by what they hold
        "Backup::BackupSelection",
        "Backup::BackupVault",
        "Budgets::Budget",
        "CertificateManager::Certificate",
        "CloudFront::CachePolicy",
        "CloudFront::Function",
        "CloudFront::KeyValueStore",
        "CloudFront::OriginAccessControl",
        "CloudFront::OriginRequestPolicy",
        "CloudFront::ResponseHeadersPolicy",
        "CloudTrail::Trail",  # the first trail of an account; its files are billed as storage
        "CodeDeploy::Application",
        "CodeDeploy::DeploymentGroup",
        "Cognito::UserPoolClient",
        "Cognito::UserPoolDomain",
        "Cognito::UserPoolGroup",
        "Cognito::UserPoolResourceServer",
        "Events::EventBusPolicy",
        "Events::Rule",
        "IAM::ManagedPolicy",
        "IAM::OIDCProvider",
        "IAM::Policy",
        "IAM::Role",
        "KMS::Alias",
        "Lambda::Function",  # CodeDeploy's hook, which runs when a release is deployed; all others are SAM's
        "Lambda::Permission",
        "Logs::QueryDefinition",
        "Logs::ResourcePolicy",
        "Route53::RecordSet",
        "Route53::RecordSetGroup",
        "S3::BucketPolicy",
        "SES::ConfigurationSet",
        "SES::ConfigurationSetEventDestination",
        "SES::EmailIdentity",
        "SNS::Subscription",
        "SNS::Topic",
        "SNS::TopicPolicy",
        "SQS::Queue",
        "SQS::QueuePolicy",
        "SSM::Parameter",
        "WAFv2::IPSet",
        "WAFv2::WebACLAssociation",
    ]
)
"""Resource types without a price of their own, or billed by traffic that other lines hold."""

DEFAULT_MEMORY_GB = 0.5
"""Memory of a function that a schedule outside of SAM invokes."""


def add(inventory: Inventory, kind: str, properties: Properties) -> None:
    """Add one resource; a type that the model does not know is counted as unpriced."""
    if kind in READERS:
        READERS[kind](inventory, properties)
    elif kind not in FREE:
        inventory.unpriced[kind] += 1


def _add_api(inventory: Inventory, properties: Properties) -> None:
    settings = properties.get("MethodSettings", [])
    inventory.detailed_metrics |= any(_true(setting.get("MetricsEnabled")) for setting in settings)
    inventory.traced_api |= _true(properties.get("TracingEnabled"))
    if properties.get("CacheClusterEnabled"):
        inventory.unpriced["cache of the API"] += 1


def _add_http_api(inventory: Inventory, properties: Properties) -> None:
    inventory.http_api = True
    settings = properties.get("DefaultRouteSettings", {})
    inventory.detailed_metrics |= _true(settings.get("DetailedMetricsEnabled"))


def _add_table(inventory: Inventory, properties: Properties) -> None:
    inventory.tables += 1
    inventory.tables_with_managed_key += _true(properties.get("SSESpecification", {}).get("SSEEnabled"))
    recovery = properties.get("PointInTimeRecoverySpecification", {})
    inventory.tables_with_pitr += _true(recovery.get("PointInTimeRecoveryEnabled"))
    if properties.get("BillingMode") != "PAY_PER_REQUEST":
        inventory.unpriced["table with provisioned capacity"] += 1
    for keyed in (properties, *properties.get("GlobalSecondaryIndexes", [])):
        if _true(keyed.get("ContributorInsightsSpecification", {}).get("Enabled")):
            inventory.insight_rules += 2 * len(keyed["KeySchema"])


def _add_log_group(inventory: Inventory, properties: Properties) -> None:
    days = properties.get("RetentionInDays")
    inventory.log_groups.append(LogGroup(None if days is None else int(days)))


def _add_archive(inventory: Inventory, properties: Properties) -> None:
    inventory.archive_days.append(int(properties.get("RetentionDays", 0)))


def _add_alarm(inventory: Inventory, properties: Properties) -> None:
    inventory.alarms.append(
        Alarm(
            alarms.name(properties),
            alarms.kind(properties),
            alarms.metrics(properties),
            watches_versions="ExecutedVersion" in str(properties),
        )
    )


def _add_dashboard(inventory: Inventory, properties: Properties) -> None:
    inventory.dashboards += 1
    inventory.log_widgets += str(properties.get("DashboardBody")).count('"type": "log"')


def _add_sampling_rule(inventory: Inventory, properties: Properties) -> None:
    rule = properties["SamplingRule"]
    inventory.sampling = Sampling(float(rule["ReservoirSize"]), float(rule["FixedRate"]))


def _add_user_pool(inventory: Inventory, properties: Properties) -> None:
    inventory.user_pool_tiers.append(str(properties.get("UserPoolTier", "ESSENTIALS")))


def _add_web_acl(inventory: Inventory, properties: Properties) -> None:
    inventory.web_acls += 1
    inventory.web_acl_rules += len(properties.get("Rules", []))


def _add_secret(inventory: Inventory, properties: Properties) -> None:
    """A copy in another region is billed like a secret."""
    inventory.secrets += 1 + len(properties.get("ReplicaRegions", []))


def _one_more(attribute: str) -> Reader:
    def count(inventory: Inventory, _: Properties) -> None:
        setattr(inventory, attribute, getattr(inventory, attribute) + 1)

    return count


def _composite(inventory: Inventory, properties: Properties) -> None:
    inventory.alarms.append(Alarm(alarms.name(properties), alarms.COMPOSITE, 1))


def _add_schedule(inventory: Inventory, properties: Properties) -> None:
    inventory.schedules.append(
        Schedule(properties["ScheduleExpression"], Function(memory_gb=DEFAULT_MEMORY_GB, architecture="arm64"))
    )


def _true(value: Any) -> bool:
    """Whether a property is true, as a Boolean or as text."""
    return str(value).lower() == "true"


READERS: dict[str, Reader] = {
    "AWS::CloudFront::Distribution": _one_more("distributions"),
    "AWS::CloudWatch::Alarm": _add_alarm,
    "AWS::CloudWatch::CompositeAlarm": _composite,
    "AWS::CloudWatch::Dashboard": _add_dashboard,
    "AWS::Cognito::UserPool": _add_user_pool,
    "AWS::DynamoDB::Table": _add_table,
    "AWS::Events::Archive": _add_archive,
    "AWS::Events::EventBus": _one_more("buses"),
    "AWS::KMS::Key": _one_more("keys"),
    "AWS::Logs::LogGroup": _add_log_group,
    "AWS::Logs::MetricFilter": _one_more("metric_filters"),
    "AWS::Route53::HostedZone": _one_more("zones"),
    "AWS::S3::Bucket": _one_more("buckets"),
    "AWS::Scheduler::Schedule": _add_schedule,
    "AWS::SecretsManager::Secret": _add_secret,
    "AWS::Serverless::Api": _add_api,
    "AWS::Serverless::HttpApi": _add_http_api,
    "AWS::WAFv2::WebACL": _add_web_acl,
    "AWS::XRay::SamplingRule": _add_sampling_rule,
}
