"""The smoke journey of a deployment, against the whole application."""

from __future__ import annotations

from operations.smoke import failures
from tests.support.marketplace import Marketplace


def test_the_smoke_journey_passes(marketplace: Marketplace) -> None:
    release = marketplace.call("GET", "/health").json()["release"]
    assert release
    assert failures(marketplace.url, release) == []
    assert len(failures(marketplace.url, "another", wait=0)) == 1
