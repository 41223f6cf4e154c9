"""`template.yaml` after SAM's transform, by the translator that the SAM CLI uses."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tests.support.template import ROOT, template

TRANSLATE = """
import json, sys, boto3
from samtranslator.parser.parser import Parser
from samtranslator.public.translator import Translator
given = json.load(sys.stdin)
values = {"AWS::Region": "af-south-1", **given["values"]}
session = boto3.session.Session(region_name="af-south-1")
print(json.dumps(Translator({}, Parser(), boto_session=session).translate(given["template"], values)))
"""

KEPT = ROOT / ".local" / "transformed"
"""What the translator said of what it was given; it takes some seconds, and both test processes ask for the same."""


@lru_cache(maxsize=1)
def transformed() -> dict[str, Any]:
    """The resources after the transform. `${Environment}` stands where the transform fills the environment in."""
    return transformed_with({"Environment": "${Environment}"})


def transformed_with(values: Mapping[str, str], uploads: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The resources after the transform.

    Args:
        values: the values of the template's parameters.
        uploads: the keys under which code (`CodeUri`) and layers (`ContentUri`) were uploaded.
    """
    whole = json.loads(json.dumps(template(), default=str))
    for one in whole["Resources"].values():  # as `sam deploy` leaves them
        for name in ("CodeUri", "ContentUri"):
            if name in one["Properties"]:
                one["Properties"][name] = {"Bucket": "code", "Key": (uploads or {}).get(name, "key")}
    given = json.dumps({"template": whole, "values": dict(values)})
    translator = (ROOT / "requirements" / "sam.txt").read_text()
    kept = KEPT / hashlib.sha256(f"{TRANSLATE}{translator}{given}".encode()).hexdigest()
    if not kept.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        written = kept.with_suffix(f".{os.getpid()}")
        written.write_text(_translated(given))
        written.replace(kept)
    found: dict[str, Any] = json.loads(kept.read_text())["Resources"]
    return found


def _translated(given: str) -> str:
    python = ROOT / ".local" / "sam" / "bin" / "python"
    done = subprocess.run([python, "-c", TRANSLATE], input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
