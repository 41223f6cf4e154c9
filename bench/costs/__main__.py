"""`python -m bench.costs`: print the monthly bill, keep it as data, and write it into the docs."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace

from bench.costs import document, load, render, tables
from bench.costs.model import Model, bar_checks
from bench.costs.notes import notes
from bench.costs.results import results

PER_USER = {"sms": "smsPerUser", "whatsapp": "whatsappPerUser", "email": "emailsPerUser"}


def main() -> int:
    """Run the command; 1 when `--strict` is set and a bar is missed."""
    options = _parser().parse_args()
    given = {figure: getattr(options, name) for name, figure in PER_USER.items() if getattr(options, name) is not None}
    cdn = None if options.cdn == "auto" else options.cdn == "yes"
    model = load.model(options.environment, options.rate, cdn, backups=options.backups)
    model = replace(model, assumed=model.assumed.with_figures(**given))
    show(model, quantities=options.quantities)
    load.RESULTS.write_text(json.dumps(results(model, options.environment), indent=1, ensure_ascii=False) + "\n")
    if options.write_docs:
        document.write(load.DOCUMENT, load.model())
    missed = [one for one in bar_checks(model) if not one.met]
    print(f"\n{len(missed)} figures miss their bar." if missed else "\nAll figures are within their bars.")
    return 1 if missed and options.strict else 0


def show(model: Model, *, quantities: bool) -> None:
    """Print notes and tables."""
    print("\n".join(f"* {note}" for note in notes(model)))
    found = [tables.inventory(model), tables.bill(model), tables.settings(model), tables.bars(model)]
    if quantities:
        found.insert(1, tables.quantities(model))
    for table in found:
        print(f"\n{render.text(table)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.costs", description="The monthly bill of an environment.")
    parser.add_argument("--environment", default=load.ENVIRONMENT, help="section of samconfig.toml (%(default)s)")
    parser.add_argument("--rate", type=float, help="rand for a US dollar")
    parser.add_argument(
        "--cdn", choices=("auto", "yes", "no"), default="auto", help="whether traffic passes CloudFront"
    )
    parser.add_argument("--backups", action="store_true", help="with copies of backups in another account and region")
    for name in PER_USER:
        parser.add_argument(f"--{name}", type=float, help="messages a user and month")
    parser.add_argument("--quantities", action="store_true", help="print the quantity of every line too")
    parser.add_argument("--write-docs", action="store_true", help="write docs/costs.md; always with the defaults")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a bar is missed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
