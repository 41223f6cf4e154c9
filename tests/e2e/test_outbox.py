"""From an event to a person's device: streams, queues, channels and the outbox, over HTTP."""

from __future__ import annotations

import random
import string
import uuid

import requests

from local import providers, web_push
from local.outbox import Sent
from tests.e2e.test_job_to_completion import OFFER, POSTING
from tests.support.marketplace import Marketplace, eventually


def letters() -> str:
    """Eight random letters. Outside the inbox a title has no longer numbers."""
    return "".join(random.choices(string.ascii_lowercase, k=8))  # noqa: S311 - tells one run's titles from another's


def test_a_bid_is_pushed_to_the_owners_device(marketplace: Marketplace) -> None:
    # given a buyer with a device and a job
    buyer, worker = marketplace.token("buyer"), marketplace.token("worker")
    token, title = f"ExponentPushToken[{uuid.uuid4().hex[:22]}]", f"Fix a tap {letters()}"
    device = {"platform": "android", "token": token}
    assert marketplace.call("PUT", "/devices/e2e-phone", device, token=buyer).status_code == 200
    job = marketplace.call("POST", "/jobs", {**POSTING, "title": title}, token=buyer).json()["id"]
    # when a worker bids
    offer = {**OFFER, "amountCents": 45_000}
    assert marketplace.call("POST", f"/jobs/{job}/bids", offer, token=worker).status_code == 201

    def sent_messages() -> list[Sent]:
        return [one for one in providers.sent(marketplace.port) if one.channel == "push" and title in one.text]

    # then it is pushed to the device
    assert eventually(lambda: bool(sent_messages()))
    (sent,) = sent_messages()
    assert (sent.to, sent.title) == (token, "New bid of R450")
    page = requests.get(marketplace.run["outbox"], timeout=10).text
    assert title in page
    # and in their inbox
    inbox = lambda: marketplace.call("GET", "/notifications", token=buyer).json()["items"]  # noqa: E731
    assert eventually(lambda: any(title in one["text"] for one in inbox()))
    marketplace.call("DELETE", "/devices/e2e-phone", token=buyer)


def test_a_bid_is_pushed_to_the_owners_browser(marketplace: Marketplace) -> None:
    # given a buyer whose browser subscribed with the key of the configuration
    buyer, worker = marketplace.token("buyer"), marketplace.token("worker")
    key = marketplace.call("GET", "/config").json()["webPushKey"]
    browsers = providers.address(marketplace.port) + web_push.BROWSERS
    subscription = requests.post(browsers, json={"applicationServerKey": key}, timeout=10).json()
    device = {"platform": "web", "subscription": subscription}
    assert marketplace.call("PUT", "/devices/e2e-browser", device, token=buyer).status_code == 200
    title = f"Fix a tap {letters()}"
    job = marketplace.call("POST", "/jobs", {**POSTING, "title": title}, token=buyer).json()["id"]
    # when a worker bids
    assert marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=worker).status_code == 201

    def pushed() -> list[Sent]:
        sent = providers.sent(marketplace.port)
        return [one for one in sent if one.channel == "web_push" and one.to == subscription["endpoint"]]

    # then the push service verified and decrypted one push, which opens the bids
    assert eventually(lambda: bool(pushed()))
    (one,) = pushed()
    assert title in one.text
    assert one.text.endswith(f"/deals/{job}/bids")
    marketplace.call("DELETE", "/devices/e2e-browser", token=buyer)


def test_a_failed_request_is_repeated_and_an_unreadable_answer_is_not(marketplace: Marketplace) -> None:
    buyer, worker = marketplace.token("buyer"), marketplace.token("worker")
    faults = providers.address(marketplace.port) + providers.FAULTS

    def bid_on(title: str) -> None:
        job = marketplace.call("POST", "/jobs", {**POSTING, "title": title}, token=buyer).json()["id"]
        assert marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=worker).status_code == 201

    def sent_messages(title: str) -> int:
        sent = providers.sent(marketplace.port)
        return sum(1 for one in sent if one.channel == "whatsapp" and title in one.text)

    # given a message that Twilio accepted with an unreadable answer, and one that it refused
    taken, refused = f"Fix a door {letters()}", f"Fix a lock {letters()}"
    requests.post(faults, json={"provider": "twilio", "kind": "garbage", "times": 1}, timeout=10)
    bid_on(taken)
    assert eventually(lambda: sent_messages(taken) == 1)
    requests.post(faults, json={"provider": "twilio", "kind": "status", "status": 503, "times": 1}, timeout=10)
    bid_on(refused)
    # then the refused one is sent by a retry, and neither is sent twice
    assert eventually(lambda: sent_messages(refused) == 1, within=60)
    assert (sent_messages(taken), sent_messages(refused)) == (1, 1)
