"""The clients are botocore's, though they are made from less data."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest
from botocore.config import Config

from khaya.platform.aws import clients
from tests.support.template import ROOT

SERVICES = sorted(
    {
        name
        for file in [*(ROOT / "layers" / "khaya").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
        for name in re.findall(r"clients?\.client\(\s*\"([a-z0-9-]+)\"", file.read_text())
    }
)


def _facts(client: Any) -> dict[str, Any]:
    """Where a client sends its requests, and how it signs them."""
    rules = client._ruleset_resolver._param_definitions
    meta = client.meta
    return {
        "url": meta.endpoint_url,
        "region": meta.region_name,
        "partition": meta.partition,
        "signing": (client._request_signer.signing_name, client._request_signer.signature_version),
        "signing region": client._request_signer.region_name,
        "rules": sorted(rules),
    }


@pytest.mark.parametrize("region", ["af-south-1", "ap-southeast-3"])
@pytest.mark.parametrize("service", SERVICES)
def test_given_a_service_then_its_client_is_as_botocore_makes_it(
    service: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    clients.clear()
    options = {"s3_addressing": "virtual"} if service == "s3" else {}
    plain = botocore.session.get_session().create_client(
        service, config=Config(s3={"addressing_style": "virtual"}) if service == "s3" else None
    )

    ours = clients.client(service, **options)  # type: ignore[arg-type]

    assert _facts(ours) == _facts(plain)
    if service == "s3":
        request = {"Params": {"Bucket": "some-bucket", "Key": "a/b.jpg"}, "ExpiresIn": 60}
        assert _signed(ours.generate_presigned_url("get_object", **request)) == _signed(
            plain.generate_presigned_url("get_object", **request)
        )
    clients.clear()


def _signed(url: str) -> str:
    """A presigned address without what depends on the second in which it was signed."""
    return re.sub(r"(X-Amz-(?:Date|Signature))=\w+", r"\1=", url)
