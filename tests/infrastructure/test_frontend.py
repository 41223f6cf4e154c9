"""The stack of the web client: what goes where, what is cached, who may read, and how it fits the application's stack."""

from __future__ import annotations

import re
from typing import Any

import pytest

from operations import frontend
from tests.support.client import app
from tests.support.template import FUNCTION, read, resources, template

STACK = read("infra/frontend.yaml")
RESOURCES: dict[str, Any] = STACK["Resources"]
PARAMETERS: dict[str, Any] = STACK["Parameters"]
DISTRIBUTION: dict[str, Any] = RESOURCES["Distribution"]["Properties"]["DistributionConfig"]
DEFAULT: dict[str, Any] = DISTRIBUTION["DefaultCacheBehavior"]
BEHAVIORS: dict[str, dict[str, Any]] = {one["PathPattern"]: one for one in DISTRIBUTION["CacheBehaviors"]}
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""CloudFront's own policy, which has this id in every account."""


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in RESOURCES.items() if one["Type"] == kind}


def cache_policy(behavior: dict[str, Any]) -> dict[str, Any]:
    policy: dict[str, Any] = RESOURCES[behavior["CachePolicyId"]["Ref"]]["Properties"]["CachePolicyConfig"]
    return policy


def headers_of(behavior: dict[str, Any]) -> dict[str, Any]:
    policy = RESOURCES[behavior["ResponseHeadersPolicyId"]["Ref"]]["Properties"]
    found: dict[str, Any] = policy["ResponseHeadersPolicyConfig"]
    return found


# Where requests go.


def test_each_path_goes_to_its_origin_and_the_first_match_counts() -> None:
    patterns = [*BEHAVIORS]
    assert patterns[-4:] == ["/api/*", "/s/*", "/media/*", "/assets/*"]
    assert all(pattern.startswith("/api/") for pattern in patterns[:-3])
    origins = {pattern: one["TargetOriginId"] for pattern, one in BEHAVIORS.items()}
    assert {origins[pattern] for pattern in patterns[:-2]} == {"api"}
    assert (origins["/media/*"], origins["/assets/*"], DEFAULT["TargetOriginId"]) == ("media", "web", "web")


def test_only_the_default_behaviour_answers_with_the_page() -> None:
    page = {"Fn::GetAtt": ["PageFunction", "FunctionMetadata.FunctionARN"]}
    using = [
        pattern
        for pattern, one in {"default": DEFAULT, **BEHAVIORS}.items()
        if page in [each["FunctionARN"] for each in one.get("FunctionAssociations", [])]
    ]
    assert using == ["default"]


def test_no_error_is_replaced_by_a_page_and_none_is_kept() -> None:
    # A custom error response holds for the whole distribution, so also for the API.
    errors = DISTRIBUTION["CustomErrorResponses"]
    assert all({*one} == {"ErrorCode", "ErrorCachingMinTTL"} and one["ErrorCachingMinTTL"] == 0 for one in errors)
    kept_by_default = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
    assert {one["ErrorCode"] for one in errors} == kept_by_default


def test_the_api_takes_all_methods_and_files_are_only_read() -> None:
    for pattern, one in BEHAVIORS.items():
        if pattern.startswith("/api/"):
            assert {*one["AllowedMethods"]} == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
        else:
            assert {*one.get("AllowedMethods", ["GET", "HEAD"])} == {"GET", "HEAD"}, pattern


def test_the_functions_run_in_the_current_runtime_and_are_published() -> None:
    for one in of_type("AWS::CloudFront::Function").values():
        assert one["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
        assert one["AutoPublish"] is True


# What is cached.


def lists_that_caches_may_keep() -> dict[str, int]:
    """The paths and seconds of the routes whose answers to anybody an edge cache may keep."""
    found = {}
    for properties in resources(FUNCTION).values():
        if any(event["Type"] == "Api" for event in properties.get("Events", {}).values()):
            api = app(properties["CodeUri"].strip("/").removeprefix("functions/")).api
            found |= {path: one.cache_seconds for (_, path), one in api.access.items() if one.cache_seconds}
    return found


def test_what_is_cached_of_the_api_is_what_the_api_allows() -> None:
    allowed = lists_that_caches_may_keep()
    cached = {pattern for pattern, one in BEHAVIORS.items() if one["CachePolicyId"] == {"Ref": "ListCache"}}
    assert cached == {f"/api{path}" for path in allowed}
    policy = cache_policy(BEHAVIORS["/api/jobs"])
    assert policy["MinTTL"] == policy["DefaultTTL"] == 0, "nothing that the API does not allow"
    assert policy["MaxTTL"] >= max(allowed.values()), "as long as the API says"


def test_nothing_else_of_the_api_is_cached() -> None:
    others = [BEHAVIORS["/api/*"], BEHAVIORS["/s/*"]]
    assert [one["CachePolicyId"] for one in others] == [CACHING_DISABLED] * 2


def test_no_cache_key_holds_authorization_or_a_cookie() -> None:
    for name, one in of_type("AWS::CloudFront::CachePolicy").items():
        key = one["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
        assert "authorization" not in [header.lower() for header in key["HeadersConfig"].get("Headers", [])], name
        assert key["CookiesConfig"] == {"CookieBehavior": "none"}, name


def test_a_list_is_kept_apart_by_query_by_origin_and_for_each_request_with_a_token() -> None:
    key = cache_policy(BEHAVIORS["/api/jobs"])["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert {*key["HeadersConfig"]["Headers"]} == {"Origin", "X-Khaya-Cache"}
    code = RESOURCES["ApiFunction"]["Properties"]["FunctionCode"]
    assert "request.headers['x-khaya-cache']" in code


def test_the_api_gets_all_headers_but_host() -> None:
    forwarded = RESOURCES["ToApi"]["Properties"]["OriginRequestPolicyConfig"]
    assert forwarded["HeadersConfig"] == {"HeaderBehavior": "allExcept", "Headers": ["Host"]}
    assert forwarded["CookiesConfig"] == {"CookieBehavior": "all"}
    assert forwarded["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert all(
        one["OriginRequestPolicyId"] == {"Ref": "ToApi"} for one in BEHAVIORS.values() if one["TargetOriginId"] == "api"
    )


def test_a_picture_that_is_no_longer_public_is_gone_within_a_minute() -> None:
    assert cache_policy(BEHAVIORS["/media/*"])["MaxTTL"] == 60


def test_pages_and_assets_are_compressed() -> None:
    for one in (DEFAULT, BEHAVIORS["/assets/*"], BEHAVIORS["/api/jobs"]):
        assert one["Compress"] is True
        policy = cache_policy(one)
        key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
        assert key["EnableAcceptEncodingBrotli"] is key["EnableAcceptEncodingGzip"] is True
        assert policy["MaxTTL"] > 0, "CloudFront compresses nothing that it may not cache"
    assert cache_policy(BEHAVIORS["/assets/*"])["MaxTTL"] == 31536000


# Transport and headers.


def test_browsers_need_tls_1_2_on_a_domain_of_ours_and_get_http_2_and_3() -> None:
    own = DISTRIBUTION["ViewerCertificate"]["Fn::If"]
    assert own[0] == "HasDomain"
    assert own[1]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert (DISTRIBUTION["HttpVersion"], DISTRIBUTION["IPV6Enabled"]) == ("http2and3", True)
    assert DEFAULT["ViewerProtocolPolicy"] == "redirect-to-https"
    assert {one["ViewerProtocolPolicy"] for one in BEHAVIORS.values()} == {"https-only"}


def test_the_origin_of_the_api_is_reached_by_tls_1_2_with_the_secret() -> None:
    (api,) = [one for one in DISTRIBUTION["Origins"] if one["Id"] == "api"]
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert api["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]
    (header,) = api["OriginCustomHeaders"]
    assert header["HeaderName"] == "X-Khaya-Edge"
    of_a_version = "{{resolve:secretsmanager:${EdgeProof}:SecretString:::${EdgeVersion}}}"
    assert header["HeaderValue"] == {
        "Fn::If": [
            "NamesEdgeVersion",
            {"Fn::Sub": of_a_version},
            {"Fn::Sub": "{{resolve:secretsmanager:${EdgeProof}:SecretString}}"},
        ]
    }
    assert "GenerateSecretString" in RESOURCES["EdgeProof"]["Properties"], "nobody carries it"


def test_the_headers_of_pages() -> None:
    for one in (DEFAULT, BEHAVIORS["/assets/*"]):
        policy = headers_of(one)
        security = policy["SecurityHeadersConfig"]
        assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31536000
        assert security["ContentTypeOptions"] == {"Override": True}
        assert security["ReferrerPolicy"] == {"ReferrerPolicy": "no-referrer", "Override": True}
        custom = {item["Header"]: item["Value"] for item in policy["CustomHeadersConfig"]["Items"]}
        assert custom["Cross-Origin-Opener-Policy"] == "same-origin"
        allowed = dict(part.strip().split("=") for part in custom["Permissions-Policy"].split(","))
        assert {name for name, who in allowed.items() if who != "()"} == {"otp-credentials", "geolocation"}


def test_the_content_security_policy_of_pages_names_no_third_party() -> None:
    text, values = headers_of(DEFAULT)["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"][
        "Fn::Sub"
    ]
    assert values["Media"]["Fn::Sub"][0] == "${MediaBucketName}.s3.${Region}.amazonaws.com"
    rules = dict(part.strip().split(" ", 1) for part in text.split(";"))
    media = "https://${Media}"
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' blob: {media}",
        "connect-src": f"'self' {media}",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "khaya",
    }


def test_a_page_of_the_api_keeps_its_own_policy_and_a_picture_is_never_a_page() -> None:
    api = headers_of(BEHAVIORS["/api/*"])["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    assert api["Override"] is False
    picture = headers_of(BEHAVIORS["/media/*"])["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    assert picture["Override"] is True
    assert "sandbox" in picture["ContentSecurityPolicy"]


# Who may read.


def test_only_this_distribution_reads_the_private_bucket_and_a_missing_file_is_404() -> None:
    bucket = RESOURCES["WebBucket"]["Properties"]
    assert {*bucket["PublicAccessBlockConfiguration"].values()} == {True}
    (policy,) = of_type("AWS::S3::BucketPolicy").values()
    allowed = {one["Action"]: one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"}
    assert {*allowed} == {"s3:GetObject", "s3:ListBucket"}, "without s3:ListBucket S3 says 403 for a missing file"
    for one in allowed.values():
        assert one["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert one["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"].endswith(":distribution/${Distribution}")


def test_buckets_are_read_by_origin_access_control() -> None:
    for one in DISTRIBUTION["Origins"]:
        if one["Id"] != "api":
            control = RESOURCES[one["OriginAccessControlId"]["Fn::GetAtt"][0]]["Properties"][
                "OriginAccessControlConfig"
            ]
            assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")
            assert one["S3OriginConfig"] == {"OriginAccessIdentity": ""}


def test_the_distribution_reads_only_public_pictures_of_the_media_bucket() -> None:
    statements = template()["Resources"]["MediaBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (conditional,) = [one["Fn::If"] for one in statements if "Fn::If" in one]
    assert conditional[0] == "HasDistribution"
    assert conditional[1]["Action"] == "s3:GetObject"
    assert conditional[1]["Resource"] == {"Fn::Sub": "${MediaBucket.Arn}/media/*"}
    assert conditional[1]["Condition"] == {"StringEquals": {"aws:SourceArn": {"Ref": "DistributionArn"}}}


def test_the_bucket_removes_what_a_deployment_marks_as_replaced_after_thirty_days() -> None:
    rules = RESOURCES["WebBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [one for one in rules if "TagFilters" in one]
    assert rule["TagFilters"] == [{"Key": frontend.STATE, "Value": frontend.REPLACED}]
    assert rule["ExpirationInDays"] == 30


# Firewall and domain.


def test_the_firewall_is_there_if_a_parameter_asks_for_it() -> None:
    assert (PARAMETERS["FirewallRequests"]["Default"], PARAMETERS["FirewallRules"]["Default"]) == (0, "off")
    assert DISTRIBUTION["WebACLId"]["Fn::If"][0] == RESOURCES["Firewall"]["Condition"] == "HasFirewall"
    firewall = RESOURCES["Firewall"]["Properties"]
    assert firewall["Scope"] == "CLOUDFRONT"
    rules = {one["Fn::If"][1]["Name"]: one["Fn::If"] for one in firewall["Rules"]}
    rate = rules.pop("requests-of-an-address")
    assert rate[0] == "LimitsAddresses"
    assert rate[1]["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": "FirewallRequests"}
    assert rate[1]["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429
    for condition, rule, _ in rules.values():
        assert condition == "HasManagedRules"
        assert rule["OverrideAction"] == {"Fn::If": ["BlocksByRules", {"None": {}}, {"Count": {}}]}
        assert rule["Statement"]["ManagedRuleGroupStatement"]["VendorName"] == "AWS"
    priorities = [one["Fn::If"][1]["Priority"] for one in firewall["Rules"]]
    assert priorities == sorted(set(priorities))


def test_a_limit_that_the_firewall_does_not_take_is_refused_before_anything_is_made() -> None:
    (assertion,) = STACK["Rules"]["FirewallTakesTheLimit"]["Assertions"]
    refused = [str(number) for number in range(1, 10)]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Contains": [refused, {"Ref": "FirewallRequests"}]}]}
    assert PARAMETERS["FirewallRequests"]["MinValue"] == 0, "for no limit"


def test_a_domain_brings_a_certificate_and_addresses_in_its_zone() -> None:
    conditional = {name for name, one in RESOURCES.items() if one.get("Condition") == "HasDomain"}
    assert conditional == {"Certificate", "Address", "AddressInIpv6"}
    assert {one["Type"] for one in of_type("AWS::Route53::RecordSet").values()} == {"A", "AAAA"}
    (proof,) = RESOURCES["Certificate"]["Properties"]["DomainValidationOptions"]
    assert proof["HostedZoneId"] == {"Ref": "HostedZoneId"}
    rules = STACK["Rules"]
    assert rules["ProdHasADomain"]["RuleCondition"] == {"Fn::Equals": [{"Ref": "Environment"}, "prod"]}
    assert "HostedZoneId" in rules["DomainHasAZone"]["Assertions"][0]["AssertDescription"]


# How the stacks fit together: application, then this one, then the application again.


def test_what_this_stack_takes_from_the_application_is_an_output_of_it_of_the_right_form() -> None:
    outputs = template()["Outputs"]
    for name in ("ApiUrl", "MediaBucketName"):
        assert name in PARAMETERS
        assert "Default" not in PARAMETERS[name], "the application comes first"
        example = outputs[name]["Value"].get("Fn::Sub", "khaya-media-dev-123456789012")
        for placeholder, value in {
            "Api": "a1b2",
            "AWS::Region": "af-south-1",
            "AWS::URLSuffix": "amazonaws.com",
            "Environment": "dev",
        }.items():
            example = example.replace(f"${{{placeholder}}}", value)
        assert re.fullmatch(PARAMETERS[name]["AllowedPattern"], example), example


def test_what_the_application_takes_from_this_stack_has_the_same_name_and_the_right_form() -> None:
    outputs = STACK["Outputs"]
    assert {*outputs} - {"WebBucketName", "DistributionId"} == {*frontend.HANDED_OVER}
    for name in frontend.HANDED_OVER:
        text = outputs[name]["Value"]["Fn::Sub"]
        text = text[0] if isinstance(text, list) else text
        example = re.sub(
            r"\$\{([\w:]+)\}",
            lambda found: {
                "Host": "app.khaya.africa",
                "AWS::Partition": "aws",
                "AWS::AccountId": "123456789012",
                "Distribution": "E2ABC",
            }[found[1]],
            text,
        )
        parameter = template()["Parameters"][name]
        assert parameter["Default"] == "" or name == "AppUrl", "the application is deployed before this stack"
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), example), example


def test_uploads_of_the_web_client_pass_the_cors_rules_of_the_bucket() -> None:
    (rule,) = template()["Resources"]["MediaBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]
    separator, origins = rule["AllowedOrigins"]["Fn::Split"]
    assert separator == ","
    for condition, parameter in (("HasOrigins", "AllowedOrigins"), ("HasLocalOrigins", "LocalOrigins")):
        assert template()["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}
    both, one = {"Fn::Sub": "${AllowedOrigins},${LocalOrigins}"}, {"Ref": "LocalOrigins"}
    assert origins == {
        "Fn::If": ["HasLocalOrigins", {"Fn::If": ["HasOrigins", both, one]}, {"Ref": "AllowedOrigins"}]
    }, "no empty origin among several"
    assert "AllowedOrigins" in frontend.HANDED_OVER
    assert "POST" in rule["AllowedMethods"]


def test_the_application_finds_the_secret_by_its_name_in_its_own_region() -> None:
    name = RESOURCES["EdgeProof"]["Properties"]["Name"]
    variables = resources(FUNCTION)["AuthFunction"]["Environment"]["Variables"]
    assert variables["EDGE_SECRET"] == {"Fn::If": ["HasDistribution", name, ""]}
    (copy,) = RESOURCES["EdgeProof"]["Properties"]["ReplicaRegions"]
    assert copy["Region"] == {"Fn::Select": [2, {"Fn::Split": [".", {"Ref": "ApiUrl"}]}]}


def test_the_role_of_the_workflows_may_do_what_a_deployment_of_the_web_client_does() -> None:
    role = read("infra/account.yaml")["Resources"]["Fn::ForEach::Environments"][2]["DeployRole${Environment}"]
    statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    (files,) = [one for one in statements if "khaya-web-${Environment}-*" in str(one["Resource"])]
    assert {*files["Action"]} >= {
        "s3:ListBucket",
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:PutObject",
        "s3:PutObjectTagging",
    }
    (copies,) = [one for one in statements if "cloudfront:CreateInvalidation" in one["Action"]]
    assert copies["Condition"] == {"StringEquals": {"aws:ResourceTag/environment": {"Ref": "Environment"}}}
    assert {"Key": "environment", "Value": {"Ref": "Environment"}} in RESOURCES["Distribution"]["Properties"]["Tags"]


NAMED = {
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig", "Name"),
    "AWS::CloudFront::Function": ("Name",),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig", "Name"),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig", "Name"),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig", "Name"),
    "AWS::S3::Bucket": ("BucketName",),
    "AWS::SecretsManager::Secret": ("Name",),
    "AWS::WAFv2::WebACL": ("Name",),
}
"""Where the physical name of a type stands."""


@pytest.mark.parametrize("kind", NAMED)
def test_every_name_holds_the_environment(kind: str) -> None:
    names = []
    for value in of_type(kind).values():
        name: Any = value
        for part in NAMED[kind]:
            name = name[part]
        names.append(name["Fn::Sub"])
    assert names
    assert all(re.match(r"khaya-[a-z-]*\$\{Environment\}", name) for name in names), names
    assert len(names) == len(set(names))


def test_the_stack_is_the_one_that_the_deployment_looks_for() -> None:
    assert frontend.stack_name("dev") == "khaya-frontend-dev"
    assert frontend.REGION == "us-east-1"
