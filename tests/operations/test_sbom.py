"""The list of what is deployed, as `make sbom` writes it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.folder import WEB, program
from local.web import npm
from tests.support.template import ROOT

VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(str(JsonStrictValidator(SchemaVersion.V1_5).validate_str(sys.stdin.read()) or "") or 0)
"""
MODULES = """
import { build } from "vite";
const made = [];
const entries = [undefined, "src/service-worker.ts"];
for (const input of entries) {
  const define = { __FILES__: "[]", __VERSION__: '""' };
  made.push(await build({ define, logLevel: "error", build: { write: false, rollupOptions: input ? { input } : {} } }));
}
const chunks = made.flat().flatMap((one) => one.output).filter((one) => one.type === "chunk");
console.log(JSON.stringify(chunks.flatMap((one) => one.moduleIds)));
"""
"""Prints all modules that end in the web client's build or in its service worker."""
OF_TOOLS = re.compile(r"\0(vite/preload-helper\.js|@oxc-project\+runtime@[\d.]+/helpers/.*)")
"""The few lines that Vite and its compiler write into a build; they come with the tools and are no packages."""


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `make sbom` writes."""
    file = tmp_path_factory.mktemp("sbom") / "sbom.json"
    (recipe,) = re.findall(r"^sbom:.*\n\t@(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    command = recipe.replace("$(or $(FILE),.local/sbom.json)", str(file))
    subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, check=True)
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def components(listed: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The listed packages of a registry, by their name."""
    return {
        one["name"]: one
        for one in listed["components"]
        if one["type"] == "library" and one["purl"].startswith(f"pkg:{kind}/")
    }


def test_the_list_is_of_cyclonedxs_form(listed: dict[str, Any]) -> None:
    ended = subprocess.run(
        [program("sbom", "python"), "-c", VALIDATE],
        input=json.dumps(listed),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_given_the_layers_when_listed_then_each_locked_package_is_there_with_its_version_and_a_hash(
    listed: dict[str, Any],
) -> None:
    found = components(listed, "pypi")
    locked = {
        name: version
        for path in (ROOT / "layers").glob("*/requirements.txt")
        for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(), re.MULTILINE)
    }
    assert {name: one["version"] for name, one in found.items()} == locked
    assert all(one["externalReferences"][0]["hashes"] for one in found.values())


def test_given_the_web_client_when_listed_then_each_package_in_its_build_is_there_with_its_version_and_a_hash(
    listed: dict[str, Any],
) -> None:
    found = components(listed, "npm")
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"]
    assert {name: one["version"] for name, one in found.items()} == {
        name: locked[f"node_modules/{name}"]["version"] for name in found
    }
    assert all(one["hashes"] for one in found.values())
    assert built() - {*found} == set()


def test_given_tools_that_only_build_when_listed_then_they_are_not_there(listed: dict[str, Any]) -> None:
    tools = json.loads((WEB / "package.json").read_text())["devDependencies"]
    assert {*tools} & {*components(listed, "npm")} == set()


def test_the_packages_of_the_web_client_hang_below_it(listed: dict[str, Any]) -> None:
    graph = {one["ref"]: one.get("dependsOn", []) for one in listed["dependencies"]}
    (client,) = (one["bom-ref"] for one in listed["components"] if one["name"] == "khaya-web")
    reached, waiting = set[str](), [client]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += graph[one]
    assert reached - {client} == {one["bom-ref"] for one in components(listed, "npm").values()}


def built() -> set[str]:
    """The names of the packages in a build of the web client, from the build itself."""
    npm.install()
    for script in ("schema", "words"):
        npm.run(f"sbom-{script}", "run", script)
    ended = subprocess.run(
        [npm.node(), "--input-type=module", "-e", MODULES],
        cwd=WEB, env=npm.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    foreign = [one for one in json.loads(ended.stdout) if not Path(one).is_relative_to(WEB / "src")]
    packages = {match[1] for one in foreign if (match := re.search(r"/node_modules/((?:@[^/]+/)?[^/]+)/", one))}
    others = [one for one in foreign if "/node_modules/" not in one and not OF_TOOLS.fullmatch(one)]
    assert [Path(one).name for one in others] == ["index.html"], "each other module is ours"
    return packages
