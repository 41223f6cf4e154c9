"""Deploy a release: keep it, show the changes, make them, verify, and go back if the verification fails."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations import boundary, smoke
from operations.bring_back import Stores, template_of
from operations.change_rules import changed
from operations.change_set import GENERATION, MAINTENANCE, Deployments, Failed
from operations.configuration import Configuration
from operations.doctor import alarm_address, examples
from operations.formats import differences
from operations.refused import Refused
from operations.release import OWN_PARAMETER, derived_id
from operations.releases import Release, Releases, artifact_bucket
from operations.stack import Stack
from operations.status import ringing
from operations.versions import Versions

SAM = Path(".local/sam/bin/sam")
PACKAGED = Path(".aws-sam/packaged.yaml")
BUILT_FOR = ("Runtime", "Architecture")
"""Parameters on which the build depends."""


def check_values(configuration: Configuration) -> None:
    """Refuse examples in prod.

    Raises:
        Refused: a parameter has none of the values that prod needs.
    """
    _refuse(examples(configuration))


def check_account(session: Any, configuration: Configuration) -> None:
    """Refuse an account in which roles could not be made.

    Raises:
        Refused: the boundary that the configuration names does not exist.
    """
    _refuse(boundary.missing(session, configuration))


def package(root: Path, configuration: Configuration) -> str:
    """Build the application and upload its code; returns the template that refers to it.

    Raises:
        Refused: SAM failed; its output stands above.
    """
    flags = ["--region", configuration.region]
    machine = [f"{name}={value}" for name, value in configuration.parameters.items() if name in BUILT_FOR]
    overrides = ["--parameter-overrides", *machine] if machine else []
    prefix = f"code/{configuration.environment}"
    for line in (
        ["build", *flags, *overrides],
        ["package", "--resolve-s3", "--s3-prefix", prefix, "--output-template-file", str(PACKAGED), *flags],
    ):
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
        check: what does not work at an address, for a release, in maintenance or not.
        poll: the seconds between two looks at the stack.
    """

    def __init__(
        self,
        session: Any,
        configuration: Configuration,
        say: Callable[[str], None],
        confirm: Callable[[], None],
        check: Callable[..., list[str]] = smoke.failures,
        poll: float = 2.0,
    ) -> None:
        self._configuration = configuration
        self._say = say
        self._confirm = confirm
        self._check = check
        self._session = session
        self._stack = Stack(session, configuration.stack)
        self._deployments = Deployments(session, self._stack, poll, configuration.role, say)
        bucket = artifact_bucket(session)
        self._releases = Releases(session, configuration.environment, bucket)
        self._stores = Stores(session, configuration.environment, bucket)
        self._versions = Versions(session.client("lambda"), self._stack)

    def deploy(self, template: str, source: str, formats: Mapping[str, int], *, plan: bool = False) -> None:
        """Deploy a packaged template that was built from a commit.

        Args:
            template: the packaged template.
            source: the commit.
            formats: the versions of messages and items that its code reads and writes.
            plan: whether to show the changes only.

        Raises:
            Refused: a change is not allowed, or the deployment failed and was taken back.
        """
        before = next(iter(self._releases.good()), None)
        check_values(self._configuration)
        if before is not None:  # the stack of the alarms is deployed after that of the application
            _refuse(alarm_address(self._session, self._configuration))
        check_account(self._session, self._configuration)
        self._refuse_during_maintenance()
        if self._deployments.is_left_of_first(deployed=before is not None):
            self._say(f"{self._stack.name} is what a failed first deployment has left. It is deleted and made anew")
            if plan:
                return
            self._confirm()
            self._deployments.remove()
        if before is not None and self._stack.status() in {None, "REVIEW_IN_PROGRESS"}:
            self._bring_back(before, plan=plan)
            if plan:
                return
        release = self._releases.keep(_name(source), source, self._configuration.parameters, template, formats)
        self._change(release, before, plan=plan)

    def present(self) -> str | None:
        """The commit of the release that is deployed; None if there is none."""
        return next((one.commit for one in self._releases.good()), None)

    def set_maintenance(self, *, on: bool, plan: bool = False) -> None:
        """Deploy the present release again, with maintenance on or off.

        Raises:
            Refused: nothing was deployed, a change is not allowed, or the deployment failed and was taken back.
        """
        good = self._releases.good()
        if not good:
            raise Refused("No release is deployed. Run `deploy` first.")
        present = good[0]
        if on:
            parameters = present.parameters | {MAINTENANCE: "true"}
            parameters[OWN_PARAMETER] = derived_id(parameters)
            template = self._releases.template(present)
            release = self._releases.keep(_name(present.commit), present.commit, parameters, template, present.formats)
            # It is not marked as good, so that no rollback leads to it.
            self._change(release, present, plan=plan, good=False)
        else:
            self._change(present, None, plan=plan)

    def move_to_generation(self, generation: str) -> None:
        """Deploy the present release over the tables of another generation, which the stack has taken over.

        It stays in maintenance. Nothing happens if that was done before.

        Raises:
            Refused: nothing was deployed, a change is not allowed, or the deployment failed and was taken back.
        """
        good = self._releases.good()
        if not good or good[0].parameters.get(GENERATION) != generation:
            self._over_other_stores({GENERATION: generation})

    def make_missing(self) -> None:
        """Deploy the present release again, so that what was taken out of the stack is made anew.

        Raises:
            Refused: nothing was deployed, a change is not allowed, or the deployment failed and was taken back.
        """
        self._over_other_stores({})

    def _over_other_stores(self, changes: Mapping[str, str]) -> None:
        """Deploy the present release with other stores. It stays in maintenance, if it is.

        The releases before name stores that are left, so that no rollback leads to them.
        """
        good = self._releases.good()
        if not good:
            raise Refused("No release is deployed. Run `deploy` first.")
        present, template = good[0], self._releases.template(good[0])

        def kept(parameters: dict[str, str]) -> Release:
            parameters[OWN_PARAMETER] = derived_id(parameters)
            name = _name(present.commit)
            return self._releases.keep(name, present.commit, parameters, template, present.formats)

        opened = kept({**present.parameters, **changes})
        closed = self._stack.parameters().get(MAINTENANCE) == "true"
        self._change(kept({**opened.parameters, MAINTENANCE: "true"}) if closed else opened, None, good=False)
        # The new mark first: interrupted in between, a good release is still known.
        self._releases.mark_good(opened)
        for one in good:
            self._releases.drop_good(one)

    def rollback(self, *, plan: bool = False) -> None:
        """Deploy the release before, with the parameters that it had. Every alias then serves its code.

        Raises:
            Refused: none is kept, it cannot read what was written since, a change is not allowed, or the deployment
                failed and was taken back.
        """
        self._refuse_during_maintenance()
        present, before = self._present_and_before()
        self._say(f"going back to {before.commit}")
        self._change(before, None, plan=plan)
        if not plan:
            self._releases.drop_good(present)

    def rollback_code(self, *, plan: bool = False) -> None:
        """Have every alias serve the versions of the release before. Nothing else of the stack changes.

        Raises:
            Refused: none is kept, or it cannot read what was written since.
        """
        self._refuse_during_maintenance()
        present, before = self._present_and_before()
        self._say(f"going back to the code of {before.commit}")
        if plan:
            return
        self._confirm()
        moved = self._versions.serve(before.parameters.get(OWN_PARAMETER, ""))
        self._releases.drop_good(present)
        self._say(
            f"{moved} functions serve {before.commit}. The stack still has the settings of {present.commit}: the next "
            "`deploy` brings both together."
        )

    def _bring_back(self, before: Release, *, plan: bool) -> None:
        """Take over the stores of a stack that is gone, if there are any.

        Raises:
            Refused: CloudFormation does not take them over.
        """
        kept = self._releases.template(before)
        left = self._stores.left(kept)
        if not left:
            return
        self._say(f"{self._stack.name} is gone, and {len(left)} of its stores are still there. They are taken over:")
        for one in left:
            self._say(f"  {one.logical}  {one.physical}")
        if plan:
            return
        self._confirm()
        template = template_of(kept, left)
        imported = self._releases.keep(_name("import"), before.commit, before.parameters, template, before.formats)
        try:
            self._deployments.execute(
                self._deployments.prepare_takeover(
                    f"import-{imported.key.rsplit('/', 1)[1]}",
                    self._releases.template_url(imported),
                    self._stores.identifiers(left),
                    before.parameters,
                )
            )
        except Failed as failure:
            raise Refused(f"{failure}\nThe stores stay as they are. Fix the cause, then deploy again.") from failure

    def _refuse_during_maintenance(self) -> None:
        if self._stack.status() is not None and self._stack.parameters().get(MAINTENANCE) == "true":
            raise Refused(
                f"{self._stack.name} is in maintenance. Finish what it is for, then run "
                f"`maintenance {self._configuration.environment} off`."
            )

    def _present_and_before(self) -> tuple[Release, Release]:
        good = self._releases.good()
        if len(good) < 2:
            raise Refused("No release before this one is kept. Check out the commit wanted and run `deploy`.")
        different = differences(good[0].formats, good[1].formats)
        if different:
            raise Refused(
                f"{good[1].commit} cannot read the {' and '.join(different)} that {good[0].commit} writes. Correct the "
                "fault in a new release and deploy that."
            )
        return good[0], good[1]

    def _change(
        self, release: Release, before: Release | None, *, plan: bool = False, ask: bool = True, good: bool = True
    ) -> None:
        began = time.monotonic()
        made = self._deployments.prepare(
            f"release-{release.key.rsplit('/', 1)[1]}",
            self._releases.template_url(release),
            self._releases.template(release),
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
        ringing_before = set(ringing(self._session, self._configuration.environment))
        self._say(f"{len(made.changes)} changes are being made to {self._stack.name}")
        try:
            self._deployments.execute(made)
        except Failed as failure:
            raise Refused(
                f"{failure}\nCloudFormation has taken the changes back. Fix the cause, then deploy again."
            ) from failure
        if self._configuration.is_prod:
            self._deployments.protect()
        self._verify(release, before, ringing_before)
        if good:
            self._releases.mark_good(release)
        self._stores.keep(self._stack)
        self._report(release, len(made.changes), time.monotonic() - began)

    def _verify(self, release: Release, before: Release | None, ringing_before: set[str]) -> None:
        """Check the environment, and go back to the release before if something does not work."""
        url = self._stack.outputs().get("ApiUrl", "")
        failures = self._check(
            url, release.parameters.get(OWN_PARAMETER, ""), release.parameters.get(MAINTENANCE) == "true"
        )
        # An alarm that rang before tells nothing about this release.
        rings = set(ringing(self._session, self._configuration.environment)) - ringing_before
        failures += [f"the alarm {alarm} rings" for alarm in sorted(rings)]
        if not failures:
            return
        found = "\n  ".join([f"{release.commit} did not pass the verification:", *failures])
        if before is None:
            raise Refused(f"{found}\nThere is no further release to go back to. See the API's log.")
        different = differences(release.formats, before.formats)
        if different:
            raise Refused(f"{found}\n{before.commit} cannot read its {' and '.join(different)}, so it stays deployed.")
        self._say(f"{found}\ngoing back to {before.commit}")
        self._change(before, None, ask=False)
        raise Refused(f"{release.commit} did not pass the verification. {before.commit} is deployed again.")

    def _report(self, release: Release, changes: int, seconds: float) -> None:
        """Show what is deployed now, and where to look at it."""
        removed = self._versions.remove_old()
        url = self._stack.outputs().get("ApiUrl", "")
        region = self._configuration.region
        console = f"https://{region}.console.aws.amazon.com"
        versions = " ".join(f"{function}:{version}" for function, version in sorted(self._versions.serving().items()))
        for line in (
            f"{self._stack.name} serves {release.commit}",
            f"  release    {release.parameters.get(OWN_PARAMETER, 'unnamed')}",
            f"  changes    {changes} in {seconds:.0f} s; {removed} old versions were deleted",
            f"  versions   {versions or 'none'}",
            f"  API        {url} ({url}/docs)",
            f"  stack      {console}/cloudformation/home?region={region}#/stacks?filteringText={self._stack.name}",
            f"  alarms     {console}/cloudwatch/home?region={region}#alarmsV2:",
            f"  logs       {console}/cloudwatch/home?region={region}#logsV2:log-groups",
        ):
            self._say(line)


def _refuse(findings: Iterable[str]) -> None:
    found = list(findings)
    if found:
        raise Refused("Nothing was changed.\n  " + "\n  ".join(found))


def _name(source: str) -> str:
    """The name of a release: its time, then its commit."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{source[:12]}"
