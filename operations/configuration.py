"""What samconfig.toml says about an environment."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from operations.refused import Refused
from operations.release import OWN_PARAMETER, release_id

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Configuration:
    """The stack of an environment, region, tags, and the parameters that differ from the template's defaults."""

    environment: str
    stack: str
    region: str
    parameters: dict[str, str]
    tags: dict[str, str]
    role: str | None = None
    """The role with which CloudFormation works; None for that of the operator."""

    @property
    def is_prod(self) -> bool:
        """Whether people use this environment."""
        return self.environment == "prod"


def load(environment: str, root: Path = ROOT) -> Configuration:
    """The configuration of an environment.

    Raises:
        Refused: samconfig.toml has no such section.
    """
    sections = tomllib.loads((root / "samconfig.toml").read_text())
    deploy = sections.get(environment, {}).get("deploy", {}).get("parameters")
    if deploy is None:
        raise Refused(
            f"samconfig.toml has no section [{environment}.deploy.parameters]. Add one, or name another environment."
        )
    return Configuration(
        environment,
        deploy["stack_name"],
        deploy["region"],
        _pairs(deploy.get("parameter_overrides", "")),
        _pairs(deploy.get("tags", "")),
        deploy.get("role_arn"),
    )


def region(root: Path = ROOT) -> str:
    """The region of all environments, unless their sections name another."""
    found: str = tomllib.loads((root / "samconfig.toml").read_text())["default"]["global"]["parameters"]["region"]
    return found


def with_release_id(found: Configuration, root: Path = ROOT) -> Configuration:
    """The configuration with the id of the release that is checked out, by which every function gets a new version."""
    release = release_id(root, found.parameters)
    return replace(found, parameters=found.parameters | {OWN_PARAMETER: release})


def _pairs(text: str) -> dict[str, str]:
    return dict(one.split("=", 1) for one in shlex.split(text))
