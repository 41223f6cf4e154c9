"""Deploy a release: keep it, show the changes, make them, verify, and go back if the verification fails."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from operations.change_rules import changed
from operations.change_set import Deployments, Failed
from operations.configuration import Configuration
from operations.doctor import examples
from operations.refused import Refused
from operations.releases import Release, Releases, artifact_bucket
from operations.stack import Stack

HEALTH_SECONDS = 30
SAM = Path(".local/sam/bin/sam")
PACKAGED = Path(".aws-sam/packaged.yaml")


def commit(root: Path) -> str:
    """The commit that is checked out."""
    return _git(root, "rev-parse", "HEAD")


def check_source(root: Path, configuration: Configuration) -> None:
    """Refuse a tree that no commit describes, and for prod whatever is not a release.

    Raises:
        Refused: with what to do.
    """
    if _git(root, "status", "--porcelain"):
        raise Refused("The working tree has changes that are not committed. Commit or stash them.")
    if configuration.is_prod and not _git(root, "tag", "--points-at", "HEAD"):
        raise Refused("Prod is deployed from a release only. Check out a tag (`git tag`), then try again.")


def package(root: Path, configuration: Configuration) -> str:
    """Build the application and upload its code; returns the template that refers to it.

    Raises:
        Refused: SAM failed; its output stands above.
    """
    flags = ["--region", configuration.region]
    for line in (["build", *flags], ["package", "--resolve-s3", "--output-template-file", str(PACKAGED), *flags]):
        ended = subprocess.run(  # noqa: S603 - our own arguments
            [str(SAM), *line], cwd=root, env=os.environ | {"SAM_CLI_TELEMETRY": "0"}, check=False
        )
        if ended.returncode:
            raise Refused(f"`sam {line[0]}` failed; its output stands above. Nothing was deployed.")
    return (root / PACKAGED).read_text()


class Deployment:
    """The deployment of one environment.

    Args:
        session: a session of boto3.
        configuration: the environment.
        say: what shows a line to the operator.
        confirm: what asks the operator before the changes are made, and raises if the answer is no.
        healthy: whether the API at an address answers.
        poll: the seconds between two looks at the stack.
    """

    def __init__(
        self,
        session: Any,
        configuration: Configuration,
        say: Callable[[str], None],
        confirm: Callable[[], None],
        healthy: Callable[[str], bool] | None = None,
        poll: float = 2.0,
    ) -> None:
        self._configuration = configuration
        self._say = say
        self._confirm = confirm
        self._healthy = healthy or answers
        self._stack = Stack(session, configuration.stack)
        self._deployments = Deployments(session, self._stack, poll)
        self._releases = Releases(session, configuration.environment, artifact_bucket(session))

    def deploy(self, template: str, source: str, *, plan: bool = False) -> None:
        """Deploy a packaged template that was built from a commit.

        Raises:
            Refused: a change is not allowed, or the deployment failed and was taken back.
        """
        found = list(examples(self._configuration))
        if found:
            raise Refused("Nothing was changed.\n  " + "\n  ".join(found))
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{source[:12]}"
        before = next(iter(self._releases.good()), None)
        release = self._releases.keep(name, source, self._configuration.parameters, template)
        self._change(release, before, plan=plan)

    def rollback(self, *, plan: bool = False) -> None:
        """Deploy the release before, with the parameters that it had.

        Raises:
            Refused: none is kept, a change is not allowed, or the deployment failed and was taken back.
        """
        good = self._releases.good()
        if len(good) < 2:
            raise Refused("No release before this one is kept. Check out the commit wanted and run `deploy`.")
        self._say(f"going back to {good[1].commit}")
        self._change(good[1], None, plan=plan)
        if not plan:
            self._releases.drop_good(good[0])

    def _change(self, release: Release, before: Release | None, *, plan: bool = False, ask: bool = True) -> None:
        template = self._releases.template(release)
        made = self._deployments.prepare(
            f"release-{release.key.rsplit('/', 1)[1]}",
            self._releases.template_url(release),
            template,
            release.parameters,
            self._configuration.tags,
        )
        for line in changed(made.changes):
            self._say(line)
        if made.refusals or plan:
            self._deployments.discard(made)
        if made.refusals:
            raise Refused("Nothing was changed.\n  " + "\n  ".join(made.refusals))
        if plan:
            return
        if ask:
            self._confirm()
        self._say(f"{len(made.changes)} changes are being made to {self._stack.name}")
        try:
            self._deployments.execute(made)
        except Failed as failure:
            raise Refused(
                f"{failure}\nCloudFormation has taken the changes back. Fix the cause, then deploy again."
            ) from failure
        self._verify(release, before)

    def _verify(self, release: Release, before: Release | None) -> None:
        url = self._stack.outputs().get("ApiUrl", "")
        if self._healthy(url):
            self._releases.mark_good(release)
            self._say(f"{self._stack.name} serves {release.commit} at {url}")
            return
        if before is None:
            raise Refused(
                f"{url}/health does not answer, and there is no further release to go back to. See the API's log."
            )
        self._say(f"{url}/health does not answer; going back to {before.commit}")
        self._change(before, None, ask=False)
        raise Refused(f"{release.commit} did not pass the verification. {before.commit} is deployed again.")


def answers(url: str) -> bool:
    """Whether the API reports that it is up."""
    try:
        return requests.get(f"{url}/health", timeout=HEALTH_SECONDS).ok
    except requests.RequestException:
        return False


def _git(root: Path, *line: str) -> str:
    return subprocess.run(  # noqa: S603 - our own arguments
        ["git", *line],  # noqa: S607 - git is found by the path
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
