"""The adapter of the payment provider over HTTP, with the stand-in as the provider."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from khaya.platform.aws import clients, secrets
from khaya.platform.base import settings
from khaya.provider import check_at_start, payment_provider
from khaya.provider.model import BankAccount, CheckoutRequest, PayoutRequest, Recipient, RefundRequest
from khaya.provider.paystack import api
from khaya.provider.paystack.adapter import Paystack
from khaya.provider.port import PaymentProvider
from local import paystack, providers
from tests.support.stand_in import client

SECRET = "payments"
RETURN_URL = "https://app.khaya.example/deals/job-1/paid"
NUMBER, IDENTITY = "62834756210", "9001015800085"
ACCOUNT = BankAccount("470010", NUMBER, "Thandi Mokoena", IDENTITY)
TODAY = "2026-11-21"
TEST_TIMEOUT = (0.5, 0.3)


class Provider:
    """The provider: the adapter, and the stand-in with a stopped clock that the test moves."""

    def __init__(self, server: providers.Server) -> None:
        self.port: PaymentProvider = Paystack()
        self.server = server
        self.stand_in = server.paystack
        self.base = f"http://127.0.0.1:{server.server_port}"

    def control(self, call: str, **body: Any) -> dict[str, Any]:
        """Tell the stand-in something."""
        answer = requests.post(f"{self.base}/_control/{call}", json=body, timeout=5)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def books(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.base}/_control/books", timeout=5).json()
        return found

    def mode(self, mode: str, **more: Any) -> None:
        self.control("mode", mode=mode, **more)

    def checkout(self, reference: str, cents: int = 31_500, email: str | None = "thandi@example.org") -> str:
        request = CheckoutRequest(reference, cents, "person-1", RETURN_URL, email)
        return self.port.collect(request).url

    def paid(self, reference: str, cents: int = 31_500, card: str = "card-1") -> str:
        """A collection that was paid; returns its reference."""
        self.checkout(reference, cents)
        self.control(f"collections/{reference}", outcome="success", card=card)
        return reference

    def funded(self) -> None:
        """Have enough money in the balance."""
        self.paid("collection-that-funds-1", 10_000_000)
        self.control("settlements")

    def recipient(self) -> Recipient:
        return self.port.make_recipient(ACCOUNT)

    def payout(self, reference: str, cents: int = 29_925) -> PayoutRequest:
        return PayoutRequest(reference, cents, self.recipient().code, "Khaya job")

    def refund(self, collection: str, refund_id: str = "refund-00000001", cents: int = 10_000) -> RefundRequest:
        return RefundRequest(refund_id, collection, cents)

    def later(self, **span: float) -> None:
        """Let time pass at the provider."""
        self.server.moment += timedelta(**span)  # type: ignore[attr-defined]
        self.stand_in.go_on()


@pytest.fixture
def server() -> Iterator[providers.Server]:
    server = providers.Server(0)
    server.moment = datetime(2026, 11, 21, 8, tzinfo=UTC)  # type: ignore[attr-defined]
    server.paystack = providers.Paystack(now=lambda: server.moment)  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tables: None) -> Iterator[None]:
    """The settings of the provider, and its secret."""
    for name, value in {
        "PAYMENT_PROVIDER": "paystack",
        "PAYMENT_BASE_URL": "https://provider.invalid",
        "PAYMENT_SECRET_ARN": SECRET,
        "PAYMENT_EMAIL_DOMAIN": "people.khaya.example",
        "PAYMENT_SETTLES_TO": "balance",
    }.items():
        monkeypatch.setenv(name, value)
    manager = client("secretsmanager")
    manager.create_secret(Name=SECRET, SecretString=json.dumps({"secretKey": paystack.KEY}))
    monkeypatch.setattr(api, "TIMEOUT_SECONDS", TEST_TIMEOUT)
    _forget()
    yield
    manager.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    _forget()


@pytest.fixture
def provider(server: providers.Server, configured: None, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setenv("PAYMENT_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    settings.settings.cache_clear()
    return Provider(server)


@pytest.fixture
def in_prod(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The provider in the environment prod, with a key of the test mode."""
    monkeypatch.setenv("ENVIRONMENT", "prod")
    settings.settings.cache_clear()
    return provider


def rotate(key: str) -> None:
    """Make another key the current one; the one before stays valid."""
    client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=json.dumps({"secretKey": key}))
    secrets.clear_cache()


def _forget() -> None:
    clients.clear()
    settings.settings.cache_clear()
    secrets.clear_cache()
    payment_provider.cache_clear()
    check_at_start.cache_clear()
