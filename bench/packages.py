"""Package sizes: the zipped layers and functions."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from bench import layers
from bench.report import Report
from tests.support.template import ROOT

MAX_DEPENDENCIES_BYTES = 10_000_000
MAX_PICTURES_BYTES = 10_000_000
MAX_SOURCE_BYTES = 750_000
"""Limit of our own code without bytecode."""

MAX_OWN_CODE_BYTES = 2_200_000
"""Limit of our own code as it is deployed, with bytecode."""


def run() -> Report:
    """Measure the packages of a deployment."""
    report = Report("packages", "Package sizes: zipped bytes", ("package", "bytes", "limit", ""))
    python = layers.DEPLOYED_PYTHON if layers.bytecode_can_be_made(layers.DEPLOYED_PYTHON) else layers.HERE
    report.ran_on["layers built for"] = f"python{python}"
    for name, machine in layers.DEPLOYED.items():
        size = zipped(layers.dependencies(python, machine).parent)
        what = f"dependencies, {name}"
        report.add(what, size, MAX_DEPENDENCIES_BYTES, report.check(what, size, MAX_DEPENDENCIES_BYTES))
        size = zipped(layers.pictures(python, machine).parent)
        what = f"pictures, {name}"
        report.add(what, size, MAX_PICTURES_BYTES, report.check(what, size, MAX_PICTURES_BYTES))
    for what, folder, limit in (
        ("own code, source", ROOT / "layers" / "khaya", MAX_SOURCE_BYTES),
        ("own code, deployed", layers.own(python).parent, MAX_OWN_CODE_BYTES),
    ):
        size = zipped(folder, ROOT / "functions", bytecode=folder.name != "khaya")
        report.add(what, size, limit, report.check(what, size, limit))
    if python != layers.DEPLOYED_PYTHON:
        report.notes.append(f"Built for Python {python}, because {layers.DEPLOYED_PYTHON} is not installed.")
    return report


def zipped(*folders: Path, bytecode: bool = True) -> int:
    """The size in bytes of a zip of `folders`, with or without the bytecode of layers."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in folders:
            for file in sorted(folder.rglob("*")):
                compiled = "__pycache__" in file.parts
                if file.is_file() and not (compiled and (folder.name == "functions" or not bytecode)):
                    archive.write(file, file.relative_to(folder))
    return len(held.getvalue())
