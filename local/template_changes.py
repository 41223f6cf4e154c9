"""Which resources, parameters and outputs of the stacks differ from another commit, for those who review a change.

python -m local.template_changes origin/main
"""

import sys
from collections.abc import Iterator
from typing import Any

from cfnlint.decode import cfn_yaml

from local import CannotRun, earlier
from local.folder import ROOT

SECTIONS = ("Parameters", "Rules", "Conditions", "Resources", "Outputs")

Json = dict[str, Any]


def differences(before: Json, after: Json) -> Iterator[str]:
    """A line for each part of a template that was added, removed or changed."""
    for section in SECTIONS:
        was, now = before.get(section, {}), after.get(section, {})
        for name in sorted(was.keys() | now.keys()):
            if was.get(name) == now.get(name):
                continue
            sign = "+" if name not in was else "-" if name not in now else "~"
            kind = _kind(now.get(name, was.get(name))) if section == "Resources" else ""
            what = f" ({', '.join(_changed(was[name], now[name]))})" if sign == "~" else ""
            yield f"{sign} {section[:-1].lower()} {name} {kind}".rstrip() + what


def _kind(resource: Any) -> str:
    """The type of a resource; none for a loop over several."""
    return str(resource.get("Type", "")) if isinstance(resource, dict) else ""


def _changed(was: Any, now: Any) -> list[str]:
    """The names of what differs in a part: its properties, or what stands beside them."""
    if not (isinstance(was, dict) and isinstance(now, dict)):
        return ["value"]
    found: list[str] = []
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            found += _changed(was.get(name), now.get(name)) if name == "Properties" else [name]
    return found


def main(base: str) -> int:
    """Show what differs from `base`; returns the exit status."""
    found = False
    for path in (ROOT / "template.yaml", *sorted((ROOT / "infra").glob("*.yaml"))):
        name = path.relative_to(ROOT).as_posix()
        text = earlier.file(base, name)
        lines = list(differences(_template(text) if text else {}, _template(path.read_text())))
        found |= bool(lines)
        if lines:
            print("\n".join([f"### {name}", "", "```diff", *lines, "```", ""]))
    if not found:
        print(f"No stack differs from {base}.")
    return 0


def _template(text: str) -> Json:
    loaded: Json = cfn_yaml.loads(text)  # type: ignore[no-untyped-call]
    return loaded


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except CannotRun as reason:
        sys.exit(f"✗ {reason}")
