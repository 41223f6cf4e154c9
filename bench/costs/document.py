"""The generated part of docs/costs.md, between its markers."""

from __future__ import annotations

from pathlib import Path

from bench.costs import render, tables
from bench.costs.model import Model
from bench.costs.notes import notes

BEGIN = "<!-- Written by `make costs`: begin -->"
END = "<!-- Written by `make costs`: end -->"


def generated(model: Model) -> str:
    """Notes and tables as Markdown."""
    found = [
        tables.bars(model),
        tables.bill(model),
        tables.settings(model),
        tables.inventory(model),
        tables.alarm_costs(model),
        tables.quantities(model),
        tables.session(model),
        tables.figures(model),
        tables.prices(model),
    ]
    listed = "\n".join(f"* {note}" for note in notes(model))
    return "\n\n".join([listed, *map(render.markdown, found)])


def updated(document: str, model: Model) -> str:
    """A document with the part between its markers written anew.

    Raises:
        ValueError: a marker is missing.
    """
    before, found, rest = document.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ValueError(f"the document lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{generated(model)}\n\n{END}{after}"


def write(path: Path, model: Model) -> None:
    """Write the part between the markers of a file anew."""
    path.write_text(updated(path.read_text(), model))
