"""`make sam-local` and the lines of docs/running.md about it, tried."""

from __future__ import annotations

import base64
import json
import re
import subprocess

import pytest
import requests

from local import engine, start_api
from local.containers import docker
from tests.docker.conftest import API_PORT, SamLocal
from tests.support.marketplace import eventually
from tests.support.template import ROOT

# A grey picture of eight by eight pixels.
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7"  # pragma: allowlist secret
    "gYKBTmCNl4x9lnN+gXz/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI"  # pragma: allowlist secret
    "AQEAAD8AP//Z"  # pragma: allowlist secret
)

WITHIN = 180.0
"""Seconds for what follows a request through the stand-in's functions; ten on a usual machine."""


def documented() -> list[str]:
    """The commands of docs/running.md for a second terminal, without their comments."""
    section = (ROOT / "docs" / "running.md").read_text().split("## With Docker", 1)[1]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block
    lines = [re.sub(r"\s+# .*", "", line).strip() for line in block[1].splitlines()]
    return [line for line in lines if line]


LINES = documented()


def test_the_documented_commands_begin_and_end_with_those_that_other_tests_make() -> None:
    assert LINES[:2] == ["make sam-local", ". .local/tokens.sh"]
    assert LINES[-1] == "make reload"


def test_given_the_command_then_all_addresses_are_those_of_sams_api(sam_local: SamLocal) -> None:
    address = f"http://127.0.0.1:{API_PORT}"
    assert sam_local.run["apiUrl"] == address
    assert sam_local.shell('printf %s "$API"') == address
    said = sam_local.log.read_text()
    assert f"  API    {address}\n" in said
    assert "listen on every interface (0.0.0.0)" in said
    assert "skipping" not in said, "SAM finds no authorizer to warn of"


@pytest.mark.parametrize("line", LINES[2:-1])  # the last one has a test of its own, below
def test_given_a_documented_line_then_it_works_as_written(sam_local: SamLocal, line: str) -> None:
    written = sam_local.shell(line)
    if "sam local invoke" in line:
        answer = json.loads(written.strip().splitlines()[-1])
        assert answer["statusCode"] == 200, answer
    if line.startswith("curl"):
        assert json.loads(written)["items"]
    assert sam_local.call("GET", "/health").status_code == 200


def test_given_a_token_of_nobody_then_the_function_itself_refuses_it(sam_local: SamLocal) -> None:
    forged = {"Authorization": f"Bearer {sam_local.token('buyer')[:-4]}AAAA"}
    answer = requests.get(f"{sam_local.run['apiUrl']}/profiles/me", headers=forged, timeout=60)
    assert answer.status_code == 401
    assert sam_local.call("GET", "/profiles/me").status_code == 401
    assert sam_local.call("GET", "/profiles/me", "buyer").status_code == 200


def test_given_an_upload_form_of_a_container_then_it_can_be_sent_from_here(sam_local: SamLocal) -> None:
    asked = {"purpose": "listing", "contentType": "image/jpeg", "sizeBytes": len(PICTURE)}
    form = sam_local.call("POST", "/uploads", "seller", asked).json()
    sent = requests.post(form["url"], data=form["fields"], files={"file": ("wall.jpg", PICTURE)}, timeout=30)
    assert sent.status_code in (200, 204), sent.text
    # and the links of the listing that shows it open here, once it has been looked at
    listing = {
        "title": "Ten bags of cement",
        "description": "Ten bags of cement, new, to collect.",
        "category": "cement",
        "priceCents": 10000,
        "unit": "bag",
        "stock": 3,
        "location": "Durban",
        "photos": [form["key"]],
    }
    made = sam_local.call("POST", "/listings", "seller", listing)
    assert made.status_code == 201, made.text

    def links() -> list[str]:
        shown = sam_local.call("GET", f"/listings/{made.json()['id']}", "seller")
        return re.findall(r'"(http://[^"]+)"', shown.text)

    assert eventually(lambda: bool(links()), WITHIN)
    assert [requests.get(link, timeout=30).status_code for link in links()] == [200] * len(links())


def test_given_a_link_that_was_signed_in_a_container_then_it_opens_here(sam_local: SamLocal) -> None:
    # given an export, which is made from a queue
    assert sam_local.call("POST", "/profiles/me/export", "worker").ok
    assert eventually(
        lambda: sam_local.call("GET", "/profiles/me/export", "worker").json()["status"] == "ready", WITHIN
    )
    # when the link that a container signed is followed from this machine
    file = requests.get(sam_local.call("GET", "/profiles/me/export", "worker").json()["url"], timeout=30)
    # then the file is there
    assert file.status_code == 200, file.text
    assert file.json()


def test_given_a_reload_then_sam_is_another_process_on_the_same_port(sam_local: SamLocal) -> None:
    before = start_api.running()
    assert before
    sam_local.shell("make reload")
    after = start_api.running()
    assert after
    assert after.pid != before.pid
    assert after.port == before.port
    assert sam_local.run["apiUrl"] == before.address
    assert sam_local.call("GET", "/jobs").status_code == 200


@pytest.mark.parametrize("command", ["up", "run", "sam-local"])
def test_given_that_it_runs_then_a_second_start_is_refused_as_khayas_own(sam_local: SamLocal, command: str) -> None:
    started = subprocess.run(["make", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert started.returncode != 0
    assert "Khaya runs already here" in started.stderr


def test_given_make_down_then_nothing_of_it_stays(sam_local: SamLocal) -> None:
    # given its process and a container
    api = start_api.running()
    assert api
    assert sam_local.call("GET", "/jobs").status_code == 200
    assert _containers()
    # when it is ended from another terminal
    subprocess.run(["make", "down"], cwd=ROOT, check=True, capture_output=True)
    # then the command has ended well, and with it SAM, its containers and the stand-in
    assert sam_local.process.wait(30) == 0
    assert "start-api" not in engine.command_of(api.pid)
    assert not _containers()
    assert engine.running() is None
    assert not (ROOT / ".local" / "run.json").exists()


def _containers() -> list[str]:
    listed = docker("ps", "--format", "{{.Image}}").stdout.split()
    return [image for image in listed if image.startswith("samcli/lambda-python")]
