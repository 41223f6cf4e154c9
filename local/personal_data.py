"""The data map, written from the list of personal data: `make personal-data` writes it, a test holds it fresh."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.folder import ROOT

PAGE = ROOT / "docs" / "personal-data.md"

INTRODUCTION = """\
# Personal data

For operators, reviewers and whoever answers a person's request under POPIA: every place where personal data or text
that a person typed is stored, what an erasure does with it, and whether an export contains it. `make personal-data`
writes this page from `layers/khaya/khaya/personal_data/`, which erasure and export read too. A test refuses a text
field of a stored model that is not on the list. Another test types a word into every text field of the API, erases the
person, and searches all tables and files for the words.

* **Owner** is the attribute with the id of the person whose data or words these are. What somebody else typed about a
  person stays when that person is erased; it goes when its author is erased.
* Neutral words stand in for text that the other party's items need: a job needs a title.
* Phone numbers and e-mail addresses are stored in plain text in the private record, in the identity rows of the Users
  table, on jobs with a worker, in the user pool, and for ten minutes in a request for a code. Everything else that
  recognises them is a keyed hash.
* Ids of people stay in jobs, bids, reviews, money records and the audit trail. They name nobody once the private record
  is gone.
* The items that an admin decided about are found by the audit trail.
"""

_ACTIONS = {
    "remove": "removed",
    "replace": "“{words}”",
    "delete": "deleted",
    "keep": "kept",
    "expire": "expires",
}


def page() -> str:
    """The page as Markdown."""
    from khaya.personal_data.catalogue import RECORDS  # noqa: PLC0415 - the layer is found once the program runs
    from khaya.personal_data.outside import NOT_PERSONAL, OUTSIDE  # noqa: PLC0415

    parts = [INTRODUCTION, "## Tables\n"]
    parts += [_section(record) for record in RECORDS]
    parts += ["## Elsewhere\n", *(_section(record) for record in OUTSIDE)]
    parts += ["## Text fields that are not personal\n", "| field | content |\n| --- | --- |"]
    rows = "\n".join(f"| `{name}` | {content} |" for name, content in NOT_PERSONAL.items())
    return "\n".join(parts) + f"\n{rows}\n"


def _section(record: Any) -> str:
    store = f"`{record.store}`" if record.store.islower() and " " not in record.store else record.store
    head = (
        f"### {record.name[0].upper()}{record.name[1:]}\n\n{store[0].upper()}{store[1:]}. Kept: {record.retention}.\n"
    )
    if not record.places:
        return f"{head}\nNo personal data but ids.\n"
    table = ["| place | kind | owner | erasure | export |", "| --- | --- | --- | --- | --- |", *_rows(record)]
    return "\n".join([head, *table, ""])


def _rows(record: Any) -> Iterator[str]:
    for place in record.places:
        action = _ACTIONS[place.erasure.action].format(words=place.erasure.words)
        erasure = f"{action}: {place.erasure.reason}" if place.erasure.reason else action
        yield f"| `{place.path}` | {place.kind} | {place.owner} | {erasure} | {place.export} |"


def main(path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(page(), encoding="utf-8")
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "layers" / "khaya"))
    main()
