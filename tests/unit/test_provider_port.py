"""The port of the payment provider: references, what its things show of themselves, and what it imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

from khaya.provider.model import (
    BankAccount,
    ChargebackAnswer,
    ChargebackEvidence,
    CheckoutRequest,
    RefundRequest,
    is_reference,
)
from tests.support.template import ROOT


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a" * 16, True),
        ("a" * 50, True),
        ("job-01_deposit-attempt-1", True),
        ("0123456789012345", True),
        ("a" * 15, False),
        ("a" * 51, False),
        ("A" * 16, False),
        ("a" * 15 + ".", False),
        ("a" * 15 + " ", False),
        ("a" * 16 + "\n", False),
        ("é" * 16, False),
        ("٣" * 16, False),
        ("", False),
    ],
)
def test_a_reference_has_the_form_that_providers_take(text: str, good: bool) -> None:
    assert is_reference(text) == good


@pytest.mark.parametrize("cents", [0, -1])
def test_nothing_is_no_amount(cents: int) -> None:
    for request in (
        lambda: CheckoutRequest("a" * 16, cents, "person-1", "https://app.example/"),
        lambda: RefundRequest("refund-00000001", "a" * 16, cents),
    ):
        with pytest.raises(ValueError, match="amount"):
            request()


def test_personal_data_is_not_in_the_repr_of_anything() -> None:
    secret = "9001015800085"
    for thing in (
        BankAccount("470010", secret, secret, secret),
        CheckoutRequest("a" * 16, 100, "person-1", "https://app.example/", secret),
        ChargebackEvidence(secret, secret, secret, secret, secret.encode()),
        ChargebackAnswer("1", 100, secret, ChargebackEvidence(secret, secret, secret, secret, secret.encode())),
    ):
        assert secret not in f"{thing!r} {thing}"


@pytest.mark.parametrize("module", ["khaya.provider", "khaya.provider.paystack.adapter", "khaya.provider.circuit"])
def test_the_slow_http_library_is_imported_with_the_first_call_only(module: str) -> None:
    program = f"import sys, {module}; print('requests' in sys.modules, 'khaya.provider.model' in sys.modules)"
    path = str(ROOT / "layers" / "khaya")
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": path}
    )
    requests_imported, model_imported = run.stdout.split()
    assert requests_imported == "False"
    assert model_imported == str("adapter" in module)
