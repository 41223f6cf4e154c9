"""The forms of messages and stored items that a release reads and writes."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path("layers/khaya/khaya/__init__.py")
NAMES = {"MESSAGE_VERSION": "messages", "ITEM_VERSION": "items"}


def formats(root: Path) -> dict[str, int]:
    """The versions of messages and items of the code that is checked out. It is read and not imported."""
    found = {}
    for one in ast.parse((root / SOURCE).read_text()).body:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and one.targets[0].id in NAMES:
            found[NAMES[one.targets[0].id]] = int(ast.literal_eval(one.value))
    return found


def differences(one: Mapping[str, int], other: Mapping[str, int]) -> list[str]:
    """The names of the forms that two releases do not share. A release that names no form has the first."""
    return [name for name in sorted(NAMES.values()) if one.get(name, 1) != other.get(name, 1)]
