"""The list of what is deployed, as `make sbom` writes it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from tests.support.template import ROOT


def test_given_the_layers_when_listed_then_each_locked_package_is_there_with_its_version_and_a_hash(
    tmp_path: Path,
) -> None:
    file = tmp_path / "sbom.json"
    (recipe,) = re.findall(r"^sbom:.*\n\t@(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    command = recipe.replace("$(or $(FILE),.local/sbom.json)", str(file))
    subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, check=True)
    found = json.loads(file.read_text())
    assert found["bomFormat"] == "CycloneDX"
    listed = {one["name"]: one["version"] for one in found["components"]}
    locked = {
        name: version
        for path in (ROOT / "layers").glob("*/requirements.txt")
        for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(), re.MULTILINE)
    }
    assert listed == locked
    assert all(one["externalReferences"][0]["hashes"] for one in found["components"])
