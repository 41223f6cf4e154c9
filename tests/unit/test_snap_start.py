"""SnapStart: what is made anew after a restore, and that nothing else is made before the snapshot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.template import ROOT, function_environment

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))

RESTORED = """
import random, sys, types
hooks = []
runtime = types.ModuleType("snapshot_restore_py")
runtime.register_after_restore = hooks.append
sys.modules["snapshot_restore_py"] = runtime
from khaya.platform.aws import clients
made = clients.client("dynamodb")
random.seed(1)
frozen = random.random()
random.seed(1)
for hook in hooks:
    hook()
print(len(hooks), clients.client("dynamodb") is made, random.random() == frozen)
"""

STARTED = """
import runpy, socket, sys
class Refused(socket.socket):
    def connect(self, *_):
        raise SystemExit("a connection was opened")
socket.socket = Refused
runpy.run_path(sys.argv[1])
from khaya.platform.aws import secrets
from khaya.platform.web import tokens
print(len(secrets._cached), tokens._keys.cache_info().currsize)
"""


def run(code: str, *arguments: str, kind: str = "on-demand") -> str:
    variables = {
        **os.environ,
        **function_environment(),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "layers" / "khaya"), str(ROOT))),
        "AWS_DEFAULT_REGION": "af-south-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_INITIALIZATION_TYPE": kind,
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_given_a_snapshot_when_it_is_restored_then_clients_and_random_numbers_are_made_anew() -> None:
    assert run(RESTORED, kind="snap-start") == "1 False False"


def test_given_no_snapshot_when_a_function_starts_then_nothing_is_registered() -> None:
    assert run(RESTORED) == "0 True True"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_when_a_function_starts_then_it_opens_no_connection_and_fetches_no_secret(function: str) -> None:
    assert run(STARTED, str(Path("functions") / function / "app.py")) == "0 0"
