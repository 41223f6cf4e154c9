"""The import rules cover every module that there is, and functions keep to what is theirs."""

from __future__ import annotations
import __future__

import ast
import importlib
import os
import pkgutil
import subprocess
import sys
from dataclasses import is_dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.support.template import ROOT

LAYER = ROOT / "layers" / "khaya" / "khaya"
FUNCTIONS = sorted((ROOT / "functions").glob("*/app.py"))


def imported(path: str) -> set[str]:
    """The modules that a file imports, at its top or within."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path)):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


DOMAINS = sorted(path for path in LAYER.iterdir() if (path / "__init__.py").exists() and path.name != "platform")


@pytest.mark.parametrize("package", [*DOMAINS, LAYER / "platform"], ids=lambda path: path.name)
def test_every_package_has_a_docstring(package: Path) -> None:
    assert ast.get_docstring(ast.parse((package / "__init__.py").read_text()))


def test_the_platform_imports_no_domain() -> None:
    domains = {f"khaya.{path.name}" for path in DOMAINS}
    for path in (LAYER / "platform").rglob("*.py"):
        found = {".".join(name.split(".")[:2]) for name in imported(path.read_text())}
        assert not found & domains, path


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.parent.name)
def test_a_function_builds_no_writes_and_makes_no_clients(path: object) -> None:
    found = imported(path.read_text())  # type: ignore[attr-defined]
    assert not {"boto3", "botocore", "botocore.session", "khaya.platform.data.writes"} & found


def test_no_function_loads_the_list_of_personal_data_when_it_starts() -> None:
    """Only an erasure and an export need it, when they run; the list must not weigh on a cold start."""
    loader = (
        "import runpy, sys\n"
        "for path in sys.argv[1:]: runpy.run_path(path)\n"
        "print([name for name in sys.modules if name.startswith('khaya.personal_data')])"
    )
    variables = {**os.environ, "PYTHONPATH": str(LAYER.parent)}
    command = [sys.executable, "-c", loader, *map(str, FUNCTIONS)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_nothing_in_the_application_knows_where_it_runs() -> None:
    for path in [*LAYER.rglob("*.py"), *FUNCTIONS]:
        text = path.read_text().lower()
        for word in ("ministack", "localstack", "aws_endpoint_url", "localhost", "127.0.0.1", "moto"):
            assert word not in text, f"{path}: {word}"


def test_modules_with_models_or_data_classes_read_annotations_at_once() -> None:
    """Otherwise the text of each annotation is compiled, or searched, at every cold start."""
    postponed = set[str]()
    for found in pkgutil.walk_packages([str(LAYER)], "khaya."):
        module = importlib.import_module(found.name)
        of_it = [one for one in vars(module).values() if getattr(one, "__module__", None) == found.name]
        has_fields = any(isinstance(one, type) and (issubclass(one, BaseModel) or is_dataclass(one)) for one in of_it)
        if has_fields and vars(module).get("annotations") is __future__.annotations:
            postponed.add(found.name)
    assert postponed == set()


def test_a_class_name_stands_for_one_thing() -> None:
    """Apart from event groups and the provider's shapes, which are written `port.Refund` outside their package."""
    found: dict[str, list[Path]] = {}
    for path in sorted(LAYER.rglob("*.py")):
        if path.parent.name == "events" or path == LAYER / "provider" / "model.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(path)
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}
