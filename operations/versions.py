"""The published versions of the functions of an environment, and which of them the alias `live` serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from operations.refused import Refused
from operations.stack import ALIAS, Stack

KEPT = 3
"""Versions of each function that are kept, the latest."""
RELEASE = "RELEASE_ID"
"""The variable by which a function knows its release."""


class Versions:
    """The versions of one environment.

    Args:
        functions: a client of Lambda.
        stack: the stack.
    """

    def __init__(self, functions: Any, stack: Stack) -> None:
        self._functions = functions
        self._stack = stack

    def serving(self) -> dict[str, str]:
        """The version that each function serves by its alias; functions without an alias are left out."""
        return dict(self._aliases())

    def serve(self, release: str) -> int:
        """Move every alias to the version of a release; returns how many moved. All are looked up before one moves.

        Raises:
            Refused: a function has no version of it.
        """
        serving = self.serving()
        wanted = {function: self._version_of(function, release) for function in serving}
        lacking = sorted(function for function, version in wanted.items() if version is None)
        if lacking:
            raise Refused(
                f"No version of {', '.join(lacking)} is kept for that release. Nothing was changed. "
                "Use `rollback` without --code."
            )
        moved = 0
        for function, version in wanted.items():
            if version != serving[function]:
                self._functions.update_alias(
                    FunctionName=function,
                    Name=ALIAS,
                    FunctionVersion=version,
                    # A canary that is under way would otherwise keep its share of the requests.
                    RoutingConfig={"AdditionalVersionWeights": {}},
                )
                moved += 1
        return moved

    def remove_old(self, kept: int = KEPT) -> int:
        """Delete all but the latest versions of each function and the one that it serves; returns how many."""
        removed = 0
        for function, serving in self._aliases():
            for one in self._numbered(function)[kept:]:
                if one["Version"] != serving:
                    self._functions.delete_function(FunctionName=function, Qualifier=one["Version"])
                    removed += 1
        return removed

    def _aliases(self) -> Iterator[tuple[str, str]]:
        for one in self._stack.resources():
            if one.kind == "AWS::Lambda::Alias":
                function = one.physical.rsplit(":", 2)[-2]
                alias = self._functions.get_alias(FunctionName=function, Name=ALIAS)
                yield function, alias["FunctionVersion"]

    def _version_of(self, function: str, release: str) -> str | None:
        """The latest version of a function that belongs to a release."""
        for one in self._numbered(function):
            if one.get("Environment", {}).get("Variables", {}).get(RELEASE) == release:
                return str(one["Version"])
        return None

    def _numbered(self, function: str) -> list[dict[str, Any]]:
        """The published versions of a function, the latest first."""
        pages = self._functions.get_paginator("list_versions_by_function").paginate(FunctionName=function)
        found = [one for page in pages for one in page["Versions"] if one["Version"] != "$LATEST"]
        return sorted(found, key=lambda one: int(one["Version"]), reverse=True)
