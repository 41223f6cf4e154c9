"""How the operators' commands end where AWS refuses something."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from operations import __main__ as commands


def test_given_a_call_that_aws_refuses_then_the_command_says_so_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given
    def refused(_: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "You may not."}}, "GetSMSAttributes")

    monkeypatch.setattr(commands, "_session_in", refused)
    # when
    done = CliRunner().invoke(commands.operations, ["account", "--region", "af-south-1"])
    # then
    assert done.exit_code == 1
    assert "GetSMSAttributes" in done.output
    assert "Traceback" not in done.output
