"""Requests of the adapter and answers of the stand-in are as Paystack's public OpenAPI document has them.

`paystack_contract.json` holds facts of that document: paths, parameters, fields, kinds and codes. It says where they
are from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from khaya.provider.errors import ProviderError
from khaya.provider.model import ChargebackAnswer
from local import paystack
from local.paystack.stand_in import Reply
from tests.integration.provider.conftest import ACCOUNT, TODAY, Provider
from tests.integration.provider.test_methods import EVIDENCE

FACTS: dict[str, Any] = json.loads(Path(__file__).with_name("paystack_contract.json").read_text())
OPERATIONS: dict[str, Any] = FACTS["operations"]
ELSEWHERE: dict[str, Any] = FACTS["not in the document"]
KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "any": (object,),
}


class Exchange:
    """A request to the API and its answer."""

    def __init__(self, method: str, target: str, body: bytes, reply: Reply) -> None:
        path, _, query = target.partition("?")
        self.operation = _operation(method, path)
        self.query = dict(parse_qsl(query))
        self.body: dict[str, Any] = json.loads(body) if body else {}
        self.reply = reply
        self.answer: dict[str, Any] = json.loads(reply.body)


@pytest.fixture
def exchanges(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> list[Exchange]:
    """Every exchange of the test with the API, in order."""
    found: list[Exchange] = []
    ask = provider.stand_in.ask

    def recorded(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        reply = ask(method, target, headers, body)
        if not target.startswith(("/_control/", "/checkout/", "/uploaded/")):
            found.append(Exchange(method, target, body, reply))
        return reply

    monkeypatch.setattr(provider.stand_in, "ask", recorded)
    return found


def test_every_request_and_answer_is_as_documented(provider: Provider, exchanges: list[Exchange]) -> None:
    # given one call of each method, and of what the stand-in has beyond them
    everything(provider)
    # then each operation was used
    assert {one.operation for one in exchanges} == {*OPERATIONS}
    # and each request and answer fits
    for one in exchanges:
        assert request_faults(one) == [], one.operation
        assert answer_faults(one) == [], one.operation


def test_errors_have_the_documented_fields_and_codes(provider: Provider, exchanges: list[Exchange]) -> None:
    provider.checkout("collection-number-1")
    for call in (
        lambda: provider.checkout("collection-number-1"),
        lambda: provider.checkout("collection-number-2", 1),
        lambda: provider.port.pay_out(provider.payout("payout-number-000001")),
    ):
        with pytest.raises(ProviderError):
            call()
    provider.port.find_collection("collection-number-9")
    provider.port.find_payout("payout-number-000009")
    refused = [one for one in exchanges if one.reply.status >= 400]
    assert [one.reply.status for one in refused] == [400, 400, 400, 404, 404]
    assert refused[0].answer["code"] in FACTS["error codes"]
    for one in refused:
        assert one.answer["status"] is False
        assert set(one.answer) <= set(FACTS["error"])
        assert isinstance(one.answer["meta"]["nextStep"], str)


def test_events_have_the_fields_of_the_documented_samples(provider: Provider) -> None:
    everything(provider)
    provider.later(hours=30)
    events = [json.loads(body) for body in provider.stand_in.webhooks.last]
    names = {one["event"] for one in events}
    assert {"charge.success", "transfer.success", "refund.pending", "refund.processed"} <= names
    assert {"charge.dispute.create", "charge.dispute.remind"} <= names
    for one in events:
        fields = ELSEWHERE["events"].get(one["event"]) or ELSEWHERE["events"][re.sub(r"[^.]+$", "*", one["event"])]
        assert set(fields) <= set(one["data"]), one["event"]
    refunds = [one["data"] for one in events if one["event"].startswith("refund.")]
    assert all("id" not in one and isinstance(one["amount"], str) for one in refunds)


def test_a_fault_would_be_found() -> None:
    good = {"status": True, "message": "", "data": {"authorization_url": "x", "access_code": "x", "reference": "x"}}
    body = json.dumps({"email": "a@b.co", "amount": 100}).encode()
    for spoiled, faults in (
        (good, 0),
        ({**good, "data": {**good["data"], "reference": 7}}, 1),
        ({**good, "data": {"reference": "x"}}, 2),
    ):
        one = Exchange("POST", "/transaction/initialize", body, Reply(200, json.dumps(spoiled).encode()))
        assert len(answer_faults(one)) == faults
    for wrong in ({"email": "a@b.co"}, {"email": "a@b.co", "amount": 1, "currency": "EUR"}, {"email": 1, "amount": 1}):
        one = Exchange("POST", "/transaction/initialize", json.dumps(wrong).encode(), Reply(200, b"{}"))
        assert len(request_faults(one)) == 1


def everything(provider: Provider) -> None:
    """Call each method of the port once at least, and the routes that the adapter does not use."""
    port = provider.port
    provider.funded()
    provider.paid("collection-number-1")
    provider.paid("collection-number-2")
    provider.checkout("collection-number-3")
    provider.control("collections/collection-number-3", outcome="failed")
    port.find_collection("collection-number-1")
    port.find_collection("collection-number-3")
    port.find_collections(TODAY)
    made = port.refund(provider.refund("collection-number-1"))
    port.find_refund(made.provider_id)
    provider.control(f"refunds/{made.provider_id}", outcome="needs-attention")
    port.give_refund_account(made.provider_id, ACCOUNT)
    port.find_refunds(TODAY)
    port.banks()
    port.check_account(ACCOUNT)
    port.pay_out(provider.payout("payout-number-000001"))
    provider.later(seconds=2)
    port.find_payout("payout-number-000001")
    port.find_payouts(TODAY)
    port.balance()
    port.settlements(TODAY)
    for reference in ("collection-number-1", "collection-number-2", "collection-that-funds-1"):
        provider.control("chargebacks", reference=reference)
    first, second, _ = port.find_chargebacks(TODAY)
    port.contest(ChargebackAnswer(first.provider_id, 31_500, "The work was done.", EVIDENCE))
    port.contest(ChargebackAnswer(second.provider_id, 31_500, "The work was not done."))
    port.find_chargeback(first.provider_id)
    key = {"Authorization": f"Bearer {paystack.KEY}"}
    number = provider.books()["settlements"][0]["id"]
    assert requests.get(f"{provider.base}/settlement/{number}/transactions", headers=key, timeout=5).ok


def request_faults(one: Exchange) -> list[str]:
    """How a request differs from the document."""
    facts = OPERATIONS[one.operation]
    query = {**facts.get("query", {}), **ELSEWHERE.get(one.operation, {}).get("query", {})}
    found = [f"query {name}" for name in one.query if name not in query]
    found += [
        f"query {name}"
        for name, value in one.query.items()
        if isinstance(query.get(name), list) and value not in query[name]
    ]
    body = facts.get("body", {})
    found += [f"missing {name}" for name in facts.get("required", []) if name not in one.body]
    for name, value in one.body.items():
        known = body.get(name)
        values = value if isinstance(value, list) else [value]
        if known is None:
            found.append(f"unknown {name}")
        elif known["type"] != "array" and not _is(value, known["type"]):
            found.append(f"kind of {name}")
        elif "enum" in known and not set(values) <= set(known["enum"]):
            found.append(f"value of {name}")
        elif "fields" in known and not set(known["required"]) <= set(value) <= set(known["fields"]):
            found.append(f"fields of {name}")
    return found


def answer_faults(one: Exchange) -> list[str]:
    """How an answer differs from the document."""
    facts = {**OPERATIONS[one.operation], **ELSEWHERE.get(one.operation, {})}
    found = [] if one.reply.status == facts["status"] else [f"status {one.reply.status}"]
    if one.answer.get("status") is not True or not isinstance(one.answer.get("message"), str):
        found.append("envelope")
    undocumented = OPERATIONS[one.operation]["data"] == "object"  # the document leaves a few lists open
    if not undocumented or one.operation in ELSEWHERE:
        found += _faults("data", facts["data"], one.answer.get("data"))
    return found + (_faults("meta", facts["meta"], one.answer.get("meta")) if "meta" in facts else [])


def _faults(where: str, shape: Any, value: Any) -> list[str]:
    if isinstance(shape, str):
        return [] if _is(value, shape) else [f"{where} is no {shape}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [fault for number, one in enumerate(value) for fault in _faults(f"{where}[{number}]", shape[0], one)]
    if shape.get("nullable") is True:
        return [] if value is None else _faults(where, shape["fields"], value)
    if not isinstance(value, dict):
        return [f"{where} is no object"]
    found = []
    for name, inner in shape.items():
        bare = name.removesuffix("?")
        if bare in value:
            found += _faults(f"{where}.{bare}", inner, value[bare])
        elif bare == name:
            found.append(f"{where}.{name} is missing")
    return found


def _is(value: Any, kind: str) -> bool:
    kind, null = kind.removesuffix(" or null"), kind.endswith(" or null")
    if value is None:
        return null or kind == "any"
    if isinstance(value, bool):
        return kind in ("boolean", "any")
    return isinstance(value, KINDS[kind])


def _operation(method: str, path: str) -> str:
    """The operation of the document that a request is; the most exact one."""
    fitting = [
        name for name in OPERATIONS if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", name), f"{method} {path}") is not None
    ]
    return min(fitting, key=lambda name: name.count("{"))
