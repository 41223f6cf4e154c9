"""The state of a secret, for operators: its versions, what is in them, and what still reads the version before.

No value of a secret is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC

from operations import payment_mode
from operations.rotate import CURRENT, KINDS, PREVIOUS, Secret, Version


def lines(name: str, secret: Secret, environment: str, served: str | None = None) -> Iterator[str]:
    """A line for each version, the current one first, and what still reads the version before.

    Args:
        name: the name of the kind, as `payment-key`.
        secret: the secret.
        environment: the environment, which decides on the mode of a payment key.
        served: the parameter with the version that CloudFront sends; None if the functions read the secret themselves.
    """
    versions = secret.versions()
    for one in versions:
        about = f"{one.label:11}  {one.made.astimezone(UTC):%Y-%m-%d %H:%M}  {one.id}"
        yield f"{about}  {_content(name, one, environment)}".rstrip()
    stages = {one.stage for one in versions}
    if PREVIOUS not in stages:
        yield "there is no version before"
    elif len({one.value or one.id for one in versions if one.stage}) == 1:
        yield "the version before has the same value, so that no older value is good"
    else:
        yield f"the version before is still read: {KINDS[name].previous}"
    if served is not None:
        yield _sent(versions, served)


def _content(name: str, version: Version, environment: str) -> str:
    """What is in a version, without its value; nothing where only the value itself would say more."""
    if version.value is None:
        return "you may not read it" if version.stage else "nothing reads it"
    if name == "service-key":
        replaced = len(version.value.split()) - 1
        return f"with {replaced} replaced key{'' if replaced == 1 else 's'}"
    if name != "payment-key":
        return ""
    key = payment_mode.key_in(version.value)
    if not key:
        return "without a key" + (": payments answer 503" if version.stage == CURRENT else "")
    mode, needed = payment_mode.of_key(key), payment_mode.needed(environment)
    if mode == needed:
        return f"a {mode} key"
    effect = "payments answer 503" if version.stage == CURRENT else "nothing uses it"
    return f"a {mode} key, and {environment} needs a {needed} key: {effect}"


def _sent(versions: list[Version], served: str) -> str:
    """Which version CloudFront sends."""
    if not served:
        return "CloudFront sends the version that was current when its stack was last changed: EdgeVersion is empty"
    stage = next((one.stage for one in versions if one.id == served and one.stage), "")
    return f"CloudFront sends {served}, " + (stage or "which the API does not trust")
