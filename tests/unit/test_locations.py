"""`Location` is a relative reference that works under every prefix of the API."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.web.locations import relative_reference

PREFIXES = ["", "/prod", "/_aws/execute-api/abc123/dev", "/restapis/x/local/_user_request_"]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/jobs", "/jobs/1"),
        ("/jobs/1/bids", "/bids/2"),
        ("/jobs/1/reviews", "/reviews/2"),
        ("/jobs/1/escrow/checkouts", "/jobs/1/escrow"),
        ("/a/b/c", "/a/b/d"),
        ("/jobs/", "/jobs/1"),
        ("/x", "/y:z/1"),
    ],
)
def test_a_reference_resolves_to_its_target(prefix: str, path: str, target: str) -> None:
    assert urljoin(f"https://h{prefix}{path}", relative_reference(target, path)) == f"https://h{prefix}{target}"


SEGMENTS = st.lists(st.from_regex(r"[A-Za-z0-9:_~-]{1,12}", fullmatch=True), min_size=1, max_size=5)


@given(SEGMENTS, SEGMENTS, st.sampled_from(PREFIXES))
def test_any_reference_resolves_to_its_target(path: list[str], target: list[str], prefix: str) -> None:
    asked, wanted = "/" + "/".join(path), "/" + "/".join(target)
    assert urljoin(f"https://h{prefix}{asked}", relative_reference(wanted, asked)) == f"https://h{prefix}{wanted}"
