"""The result of a benchmark: printed as a table, and stored in `bench/results/` with the versions it ran on."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from tests.support.template import ROOT

RESULTS = ROOT / "bench" / "results"

PACKAGES = ("aws-lambda-powertools", "boto3", "botocore", "fastapi", "mangum", "moto", "pydantic", "starlette")


@dataclass
class Report:
    """A table of figures, and those that exceed their limits."""

    name: str
    title: str
    columns: Sequence[str]
    rows: list[list[Any]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ran_on: dict[str, str] = field(default_factory=dict)
    """Additional versions to record."""

    def add(self, *row: Any) -> None:
        """Add a row to the table."""
        self.rows.append(list(row))

    def check(self, what: str, figure: float, limit: float) -> str:
        """Compare `figure` with its limit, and return the result as text."""
        if figure <= limit:
            return "ok"
        self.missed.append(f"{what}: {_text(figure)}, at most {_text(limit)}")
        return "TOO MUCH"

    def show(self) -> None:
        """Print the table."""
        print(f"\n{self.title}")
        table = [[str(name) for name in self.columns], *([_text(value) for value in row] for row in self.rows)]
        widths = [max(len(row[column]) for row in table) for column in range(len(self.columns))]
        for number, row in enumerate(table):
            print("  " + "  ".join(_aligned(text, width) for text, width in zip(row, widths, strict=True)).rstrip())
            if number == 0:
                print("  " + "  ".join("-" * width for width in widths))
        for note in self.notes:
            print(f"  {note}")
        for miss in self.missed:
            print(f"  ✗ {miss}")

    def write(self) -> None:
        """Store the result as `bench/results/<name>.json`."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        kept = {
            "title": self.title,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "ranOn": {
                "python": platform.python_version(),
                "machine": f"{platform.system()} {platform.machine()}",
                **{name: version(name) for name in PACKAGES},
                **self.ran_on,
            },
            "columns": list(self.columns),
            "rows": self.rows,
            "notes": self.notes,
            "missed": self.missed,
        }
        (RESULTS / f"{self.name}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _aligned(text: str, width: int) -> str:
    return text.rjust(width) if text[:1].isdigit() else text.ljust(width)
