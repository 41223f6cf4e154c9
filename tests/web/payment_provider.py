"""The stand-in of the payment provider, as the journeys of the admins' queues need it."""

from __future__ import annotations

from typing import Any

from requests import Session

from local.paystack import KEY
from tests.support.marketplace import Marketplace


class PaymentProvider:
    """What can be told to the provider, and what its merchant can do there without Khaya."""

    def __init__(self, marketplace: Marketplace) -> None:
        self._address = str(marketplace.run["paymentProvider"])
        self._http = Session()
        self._http.trust_env = False

    def tell(self, call: str, **told: Any) -> Any:
        """Tell it something, as its start page lists it."""
        answer = self._http.post(f"{self._address}/_control/{call}", json=told, timeout=35)
        assert answer.ok, f"{call}: {answer.status_code} {answer.text}"
        return answer.json()

    def books(self) -> dict[str, Any]:
        """All that it has in its books."""
        found: dict[str, Any] = self._http.get(f"{self._address}/_control/books", timeout=35).json()
        return found

    def give_back_by_hand(self, reference: str, cents: int) -> str:
        """Give a part of a payment back as a merchant does on the provider's pages, past Khaya; returns its number."""
        body = {"transaction": reference, "amount": cents}
        key = {"Authorization": f"Bearer {KEY}"}
        answer = self._http.post(f"{self._address}/refund", json=body, headers=key, timeout=35)
        assert answer.ok, answer.text
        return str(answer.json()["data"]["id"])
