"""What functions counted in their log."""

from __future__ import annotations

import json
from collections import Counter


def counted(output: str) -> Counter[str]:
    """The sums of the lines of counts in what functions wrote, by name."""
    found: Counter[str] = Counter()
    for line in output.splitlines():
        if '"counts"' in line:
            found.update(json.loads(line)["counts"])
    return found
