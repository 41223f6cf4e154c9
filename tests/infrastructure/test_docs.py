"""The docs name what the template and the list of personal data have."""

from __future__ import annotations

import re

from khaya.personal_data.catalogue import RECORDS
from local import personal_data
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


def test_the_page_of_personal_data_is_written_from_the_list() -> None:
    assert personal_data.PAGE.read_text() == personal_data.page(), "stale: run `make personal-data`"


def test_every_table_is_on_the_list_of_personal_data_or_holds_none() -> None:
    stores = {record.store for record in RECORDS}
    tables = {name.removesuffix("Table").lower() for name in resources(TABLE)}
    assert tables - stores == {"statistics", "tasks"}
    assert stores <= tables


def test_no_command_of_the_docs_gives_an_option_twice() -> None:
    for page in sorted((ROOT / "docs").glob("*.md")):
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            for command in re.split(r"[\n;|&(]", block.replace("\\\n", " ")):
                options = re.findall(r" (--[a-z-]+)", command)
                assert len(options) == len(set(options)), f"{page.name}: {command}"
