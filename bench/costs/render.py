"""Tables as text for a terminal and as Markdown."""

from __future__ import annotations

from bench.costs.tables import Table


def text(table: Table) -> str:
    """A table in columns of equal width; Markdown's emphasis is taken out."""
    rows = [table.columns, *table.rows]
    cells = [[cell.replace("**", "").replace("`", "") for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if number >= table.numbers_from else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([table.title, lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def markdown(table: Table, level: int = 3) -> str:
    """A table as Markdown below a heading."""
    rules = ["---:" if number >= table.numbers_from else "---" for number in range(len(table.columns))]
    lines = [_row(row) for row in (table.columns, rules, *table.rows)]
    return "\n".join([f"{'#' * level} {table.title}", "", *lines])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
