"""The docs name what the template has."""

from __future__ import annotations

import re

from tests.support.template import ROOT, TABLE, resources

DATA = (ROOT / "docs" / "data.md").read_text()


def documented_indexes() -> dict[str, set[str]]:
    """The indexes of each table, as `docs/data.md` lists them."""
    found: dict[str, set[str]] = {}
    table = ""
    for name, index in re.findall(r"^\| (\*\*\w+\*\*)? *\| [^|]*\| ([^|]*)\|", DATA, re.MULTILINE):
        table = name.strip("*") or table
        names = found.setdefault(table, set())
        names.update(re.findall(r"`(\w+)`", index))
        for prefix, first, last in re.findall(r"`([a-z]+)(\d)` … `[a-z]+(\d)`", index):
            names.update(f"{prefix}{number}" for number in range(int(first), int(last)))
    return found


def test_given_the_data_page_then_it_lists_every_table_and_index_of_the_template_and_no_other() -> None:
    deployed = {
        name.removesuffix("Table"): {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}
        for name, table in resources(TABLE).items()
    }
    assert documented_indexes() == deployed
