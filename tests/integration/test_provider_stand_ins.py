"""The providers' stand-ins: they answer as Twilio and Expo do, fail on command, and show what was sent."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from khaya.channels import vapid
from khaya.channels.push_encryption import encrypt
from khaya.platform.base import clock
from local import providers, twilio
from tests.support.service_key import set_service_key

PHONE, TABLET = "ExponentPushToken[phone]", "ExponentPushToken[tablet]"
ACCOUNT = twilio.ACCOUNT["accountSid"]
GOOD = {"To": "whatsapp:+27821234567", "From": "whatsapp:+27600000000", "Body": "Sawubona"}


class Client:
    """A client of the stand-ins."""

    def __init__(self, server: providers.Server) -> None:
        self.server = server
        self.base = f"http://127.0.0.1:{server.server_port}"

    def twilio(self, **form: str) -> requests.Response:
        address = f"{self.base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        return requests.post(address, data={**GOOD, **form}, auth=(ACCOUNT, twilio.ACCOUNT["authToken"]), timeout=5)

    def expo(self, what: str, body: Any, **headers: str) -> requests.Response:
        return requests.post(f"{self.base}/--/api/v2/push/{what}", json=body, headers=headers, timeout=5)

    def fault(self, **fault: Any) -> int:
        return requests.post(f"{self.base}/_faults", json=fault, timeout=5).status_code

    def page(self) -> requests.Response:
        return requests.get(f"{self.base}/outbox", timeout=5)

    def outbox(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = requests.get(f"{self.base}/outbox.json", timeout=5).json()
        return found


@pytest.fixture
def client() -> Iterator[Client]:
    server = providers.Server(0)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield Client(server)
    server.shutdown()
    server.server_close()


def test_the_outbox_shows_what_was_sent_newest_first(client: Client) -> None:
    client.twilio(Body="First")
    client.expo("send", [{"to": PHONE, "title": "New bid", "body": "Second"}])
    client.twilio(Body="", ContentSid="HX1", ContentVariables='{"1": "Title", "2": "Third"}')
    assert [(one["channel"], one["to"], one["title"], one["text"]) for one in client.outbox()] == [
        ("whatsapp", "+27821234567", "", "Title · Third"),
        ("push", PHONE, "New bid", "Second"),
        ("whatsapp", "+27821234567", "", "First"),
    ]
    page = client.page().text
    assert page.index("Third") < page.index("Second") < page.index("First")
    assert "3 messages sent" in page


def test_the_page_refreshes_itself_and_needs_nothing_from_elsewhere(client: Client) -> None:
    answer = client.page()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert re.search(r'<meta http-equiv="refresh" content="\d+">', answer.text)
    assert not re.search(r"https?://|src=|<script|<link|@import|url\(", answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_text_that_people_wrote_is_escaped(client: Client) -> None:
    client.twilio(Body='<script>alert(1)</script> & "more"')
    client.expo("send", {"to": PHONE, "title": "<img src=x>", "body": "</td><b>"})
    page = client.page().text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
    assert "&lt;img src=x&gt;" in page
    for raw in ("<script", "<img", "</td><b>"):
        assert raw not in page


def test_twilio_refuses_its_invalid_test_numbers(client: Client) -> None:
    answer = client.twilio(To="whatsapp:+15005550001")
    assert (answer.status_code, answer.json()["code"]) == (400, 21211)
    assert client.outbox() == []


def test_expo_answers_messages_with_tickets_and_tickets_with_receipts(client: Client) -> None:
    # when a message goes to two devices, one of which is gone
    client.fault(provider="expo", kind="gone", token=TABLET)
    answer = client.expo("send", [{"to": [PHONE, TABLET], "body": "Hello"}, {"to": "nonsense", "body": "Hello"}])
    # then there is a ticket for each, in order
    taken, gone, wrong = answer.json()["data"]
    assert (answer.status_code, taken["status"]) == (200, "ok")
    assert {one["details"]["error"] for one in (gone, wrong)} == {"DeviceNotRegistered"}
    # and a receipt for the ticket with an id
    receipts = client.expo("getReceipts", {"ids": [taken["id"], "unknown"]}).json()
    assert receipts == {"data": {taken["id"]: {"status": "ok"}}}


def test_expo_answers_one_message_with_one_ticket(client: Client) -> None:
    assert client.expo("send", {"to": PHONE, "body": "Hello"}).json()["data"]["status"] == "ok"


@pytest.mark.parametrize(
    ("what", "body", "code"),
    [
        ("send", [{"to": PHONE}] * 101, "PUSH_TOO_MANY_NOTIFICATIONS"),
        ("send", [{"to": [PHONE] * 101}], "PUSH_TOO_MANY_NOTIFICATIONS"),
        ("send", [{"body": "to nobody"}], "VALIDATION_ERROR"),
        ("send", 7, "VALIDATION_ERROR"),
        ("getReceipts", {"ids": ["x"] * 1001}, "PUSH_TOO_MANY_RECEIPTS"),
        ("getReceipts", [], "VALIDATION_ERROR"),
    ],
)
def test_expo_refuses_invalid_requests(client: Client, what: str, body: Any, code: str) -> None:
    answer = client.expo(what, body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_expo_demands_the_access_token_if_one_is_set(client: Client) -> None:
    client.server.expo.access_token = "secret"
    assert client.expo("send", {"to": PHONE}).json()["errors"][0]["code"] == "UNAUTHORIZED"
    assert client.expo("send", {"to": PHONE}, Authorization="Bearer secret").status_code == 200


def test_expo_refuses_a_message_that_is_too_large(client: Client) -> None:
    ticket = client.expo("send", {"to": PHONE, "body": "x" * 4096}).json()["data"]
    assert ticket["details"]["error"] == "MessageTooBig"


def test_a_fault_occurs_as_often_as_set_and_only_at_its_provider(client: Client) -> None:
    assert client.fault(provider="twilio", kind="status", status=429, retryAfter=7, times=2) == 200
    refused = client.twilio()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert client.expo("send", {"to": PHONE}).status_code == 200
    assert [client.twilio().status_code for _ in range(2)] == [429, 201]


def test_faults_end_when_they_are_deleted(client: Client) -> None:
    client.fault(provider="any", kind="status", status=500, times=0)
    assert client.expo("send", {"to": PHONE}).json()["errors"][0]["code"] == "SERVER_ERROR"
    assert client.twilio().status_code == 500
    requests.delete(f"{client.base}/_faults", timeout=5)
    assert client.twilio().status_code == 201


def test_after_garbage_or_a_dropped_connection_the_message_counts_as_sent(client: Client) -> None:
    client.fault(provider="twilio", kind="garbage")
    assert client.twilio().text == "<html>It works!</html>"
    client.fault(provider="twilio", kind="drop")
    with pytest.raises(requests.ConnectionError):
        client.twilio()
    assert len(client.outbox()) == 2


@pytest.mark.parametrize(
    "fault", [{}, {"provider": "nobody", "kind": "slow"}, {"provider": "expo", "kind": "status", "x": 1}]
)
def test_an_unknown_fault_is_refused(client: Client, fault: Any) -> None:
    assert client.fault(**fault) == 400


def test_other_paths_are_not_found(client: Client) -> None:
    assert requests.get(f"{client.base}/nothing", timeout=5).status_code == 404
    assert requests.post(f"{client.base}/elsewhere", timeout=5).status_code == 404
    assert requests.delete(f"{client.base}/outbox", timeout=5).status_code == 404


def subscribed(client: Client) -> tuple[dict[str, Any], vapid.Signer]:
    """The subscription of a browser at the stand-in, and the key that it was made with."""
    set_service_key()
    signer = next(vapid.signers())
    answer = requests.post(f"{client.base}/_browsers", json={"applicationServerKey": signer.public_key}, timeout=5)
    assert answer.status_code == 201
    return answer.json(), signer


def push(client: Client, subscription: dict[str, Any], signature: str, **changes: Any) -> int:
    body = encrypt(json.dumps({"title": "New bid", "text": "R450", "path": "/deals/1"}).encode(), **changes.pop("keys"))
    headers = {"TTL": "60", "Content-Encoding": "aes128gcm", "Authorization": signature, **changes}
    return requests.post(subscription["endpoint"], data=body, headers=headers, timeout=5).status_code


def test_the_push_service_takes_what_is_signed_and_encrypted_for_the_browser(client: Client) -> None:
    subscription, signer = subscribed(client)
    client.server.web_push.now = lambda: clock.epoch(clock.now())
    good = signer.authorization(client.base, "https://app.khaya.example")
    assert push(client, subscription, good, keys=subscription["keys"]) == 201
    assert [(one["channel"], one["to"], one["title"], one["text"]) for one in client.outbox()] == [
        ("web_push", subscription["endpoint"], "New bid", "R450\n/deals/1")
    ]
    # and refuses signatures for another service, of another key, without one, and other browsers' encryption
    other, _ = subscribed(client)
    assert push(client, subscription, signer.authorization("https://other.example", "https://a.b"), keys=KEYS) == 403
    assert push(client, subscription, good.replace(signer.public_key, KEYS["p256dh"]), keys=KEYS) == 403
    assert push(client, subscription, signer.authorization(client.base, "nobody"), keys=subscription["keys"]) == 403
    assert push(client, subscription, "", keys=subscription["keys"]) == 403
    assert push(client, subscription, good, keys=other["keys"]) == 400
    assert push(client, subscription, good, keys=subscription["keys"], **{"Content-Encoding": "gzip"}) == 400
    assert push(client, {"endpoint": f"{client.base}/web-push/nobody"}, good, keys=KEYS) == 404
    client.server.web_push.now = lambda: clock.epoch(clock.now()) + 13 * 3600
    assert push(client, subscription, good, keys=subscription["keys"]) == 403
    assert len(client.outbox()) == 1


KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",  # pragma: allowlist secret
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


def test_a_browser_needs_a_public_key_to_subscribe(client: Client) -> None:
    for body in ({}, {"applicationServerKey": "x"}, []):
        assert requests.post(f"{client.base}/_browsers", json=body, timeout=5).status_code == 400
