"""Which version of the functions serves after deployments and rollbacks, on the AWS stand-in, over HTTP."""

from __future__ import annotations

import json

import boto3
import pytest

from operations.configuration import Configuration
from operations.deploy import Deployment
from operations.refused import Refused
from operations.stack import Stack
from operations.versions import Versions
from tests.operations.artifacts import make_artifact_bucket

TEMPLATE = """
Parameters:
  Environment: {Type: String}
  ReleaseId: {Type: String}
  Maintenance: {Type: String, Default: "false"}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "role-${Environment}"
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}]
  Jobs:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Sub "jobs-${Environment}"
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "def handler(event, context): return 'RELEASE'"}
      Environment: {Variables: {RELEASE_ID: !Ref ReleaseId, MAINTENANCE: !Ref Maintenance}}
  JobsVersionRELEASE:
    Type: AWS::Lambda::Version
    DeletionPolicy: Retain
    Properties: {FunctionName: !Ref Jobs}
  JobsAliaslive:
    Type: AWS::Lambda::Alias
    Properties: {Name: live, FunctionName: !Ref Jobs, FunctionVersion: !GetAtt JobsVersionRELEASE.Version}
Outputs:
  ApiUrl: {Value: !Sub "https://${Environment}.test"}
"""
FORMS = {"messages": 1, "items": 1}


@pytest.fixture(scope="module", autouse=True)
def artifacts(session: boto3.Session) -> None:
    make_artifact_bucket(session)


class Operator:
    """Deploys releases of one environment."""

    def __init__(self, session: boto3.Session, environment: str) -> None:
        self.session, self.environment = session, environment
        self.shown: list[str] = []
        self.versions = Versions(session.client("lambda"), Stack(session, f"khaya-{environment}"))

    def deployment(self, release: str = "") -> Deployment:
        parameters = {"Environment": self.environment, "ReleaseId": release}
        found = Configuration(self.environment, f"khaya-{self.environment}", "af-south-1", parameters, {})
        return Deployment(self.session, found, self.shown.append, lambda: None, lambda *_: [], 0.2)

    def deploy(self, release: str, **forms: int) -> None:
        template = TEMPLATE.replace("RELEASE'", f"{release}'").replace("VersionRELEASE", f"Version{release}")
        self.deployment(release).deploy(template, release * 40, FORMS | forms)

    def served(self) -> str:
        """What a caller of the alias gets."""
        functions = self.session.client("lambda")
        answer = functions.invoke(FunctionName=f"jobs-{self.environment}", Qualifier="live")
        return str(json.loads(answer["Payload"].read()))


def test_given_two_releases_when_rolled_back_then_the_alias_serves_the_first(session: boto3.Session) -> None:
    operator = Operator(session, "stack")
    operator.deploy("a")
    operator.deploy("b")
    assert operator.served() == "b"
    operator.deployment().rollback()
    assert operator.served() == "a"


def test_given_two_releases_when_only_the_code_is_rolled_back_then_the_alias_serves_the_first_version(
    session: boto3.Session,
) -> None:
    operator = Operator(session, "code")
    operator.deploy("a")
    first = operator.versions.serving()
    operator.deploy("b")
    operator.deployment().rollback_code()
    assert operator.served() == "a"
    assert operator.versions.serving() == first
    operator.deploy("c")
    assert operator.served() == "c"


@pytest.mark.parametrize("form", ["messages", "items"])
def test_given_a_release_with_another_form_then_both_rollbacks_are_refused(session: boto3.Session, form: str) -> None:
    operator = Operator(session, f"form{form}")
    operator.deploy("a")
    operator.deploy("b", **{form: 2})
    with pytest.raises(Refused, match=form):
        operator.deployment().rollback_code()
    with pytest.raises(Refused, match=form):
        operator.deployment().rollback()
    assert operator.served() == "b"


def test_given_a_release_whose_versions_are_gone_then_no_alias_moves(session: boto3.Session) -> None:
    operator = Operator(session, "gone")
    operator.deploy("a")
    operator.deploy("b")
    with pytest.raises(Refused, match="jobs-gone"):
        operator.versions.serve("x")
    assert operator.served() == "b"


def test_given_five_releases_then_three_versions_are_kept_and_the_one_that_serves(session: boto3.Session) -> None:
    operator = Operator(session, "many")
    for release in "abcde":
        operator.deploy(release)
    pages = session.client("lambda").list_versions_by_function(FunctionName="jobs-many")
    assert len([one for one in pages["Versions"] if one["Version"] != "$LATEST"]) == 3
    assert operator.served() == "e"


def test_given_maintenance_when_it_is_on_then_nothing_else_is_deployed_and_when_it_ends_all_is_as_before(
    session: boto3.Session,
) -> None:
    operator = Operator(session, "calm")
    stack = Stack(session, "khaya-calm")
    operator.deploy("a")
    operator.deploy("b")
    before = stack.parameters()
    operator.deployment().set_maintenance(on=True)
    assert stack.parameters()["Maintenance"] == "true"
    assert stack.parameters()["ReleaseId"] != before["ReleaseId"], "else no version would have the setting"
    for refused in (operator.deployment().rollback, operator.deployment().rollback_code, lambda: operator.deploy("c")):
        with pytest.raises(Refused, match="maintenance"):
            refused()
    operator.deployment().set_maintenance(on=False)
    assert stack.parameters() == before
    operator.deployment().rollback()
    assert operator.served() == "a"
