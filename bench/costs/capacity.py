"""Measured capacity units of the routes."""

from __future__ import annotations

import json
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "results" / "capacity.json"


def measured() -> dict[str, tuple[float, float]]:
    """Read and write units by route, from the results of `python -m bench capacity`."""
    rows = json.loads(FILE.read_text())["rows"]
    return {route: (float(read), float(written)) for route, read, written in rows}
