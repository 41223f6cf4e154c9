"""`python -m bench [name …]`: run the benchmarks, print and store their results.

Exits with 1 if a figure exceeds its limit.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from tests.support.template import ROOT, function_environment

ALWAYS = ("cold_start", "warm", "round_trips", "packages", "feed_at_scale", "due_at_eight", "growth")
ON_DEMAND = ("capacity",)


def main() -> int:
    """Run the named benchmarks, or all of `ALWAYS`."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(ALWAYS + ON_DEMAND))
    names = parser.parse_args().names or ALWAYS
    if unknown := set(names) - {*ALWAYS, *ON_DEMAND}:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(ALWAYS + ON_DEMAND)}")
    prepare()
    missed = 0
    for name in names:
        report = importlib.import_module(f"bench.{name}").run()
        report.show()
        report.write()
        missed += len(report.missed)
    print(f"\n{missed} figures exceed their limit." if missed else "\nAll figures are within their limits.")
    return 1 if missed else 0


def prepare() -> None:
    """Set the environment variables that the template gives to functions."""
    sys.path.insert(0, str(ROOT / "layers" / "khaya"))
    os.environ |= function_environment() | {
        "AWS_DEFAULT_REGION": "af-south-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "Khaya",
    }
    os.environ.pop("AWS_ENDPOINT_URL", None)


if __name__ == "__main__":
    sys.exit(main())
