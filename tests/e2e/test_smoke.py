"""The smoke journey of a deployment, against the whole application."""

from __future__ import annotations

from operations.smoke import failures
from tests.e2e.conftest import Marketplace


def test_the_smoke_journey_passes(market: Marketplace) -> None:
    release = market.call("GET", "/health").json()["release"]
    assert release
    assert failures(market.url, release) == []
    assert len(failures(market.url, "another", wait=0)) == 1
