"""The policy that limits the roles of an environment to what is its own: whether it is there and fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from operations.configuration import Configuration

PARAMETER = "PermissionsBoundary"
"""The parameter of the application with the policy's name."""
SECRETS = ("TwilioSecretArn", "ExpoSecretArn", "PaymentSecretArn")
"""Parameters that name a secret which an operator made."""


def missing(session: Any, configuration: Configuration) -> Iterator[str]:
    """Why roles could not get the boundary that the configuration names; nothing if it names none."""
    name = configuration.parameters.get(PARAMETER)
    if not name:
        return
    # The caller's ARN holds account and partition: arn:aws:sts::123456789012:assumed-role/…
    _, partition, _, _, account, _ = session.client("sts").get_caller_identity()["Arn"].split(":", 5)
    iam = session.client("iam")
    try:
        iam.get_policy(PolicyArn=f"arn:{partition}:iam::{account}:policy/{name}")
    except iam.exceptions.NoSuchEntityException:
        yield f"There is no policy {name} in this account, which {PARAMETER} names. Deploy infra/account.yaml first."


def findings(session: Any, configuration: Configuration) -> Iterator[str]:
    """What is to be done so that the roles of the environment have their boundary, and work within it."""
    environment, name = configuration.environment, configuration.parameters.get(PARAMETER)
    wanted = f"khaya-boundary-{environment}"
    if name != wanted:
        yield (
            f"{PARAMETER} is {name or 'not set'}, so roles of {environment} may reach what other environments of the "
            f"account have. Set it to {wanted} in samconfig.toml."
        )
    yield from missing(session, configuration)
    for parameter in SECRETS if name else ():
        secret = configuration.parameters.get(parameter)
        if secret and not _is_of(environment, secret):
            yield (
                f"The secret of {parameter} is not named khaya-<something>-{environment}, so the boundary keeps our "
                "functions from it. Create it anew as docs/deploying.md says."
            )


def _is_of(environment: str, secret: str) -> bool:
    """Whether a secret, by its name or ARN, is named for an environment. AWS adds a dash and six signs in the ARN."""
    name = secret.rpartition(":")[2]
    if secret.startswith("arn:"):
        name = name.rpartition("-")[0]
    return name.startswith("khaya-") and name.endswith(f"-{environment}")
