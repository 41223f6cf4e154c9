"""Health, the API document, CORS, and the schedules of the template."""

from __future__ import annotations

import boto3

from tests.support.marketplace import Marketplace
from tests.support.template import routes


def test_the_platform_is_healthy_and_documents_every_route(marketplace: Marketplace) -> None:
    health = marketplace.call("GET", "/health").json()
    document = marketplace.call("GET", "/openapi.json").json()
    page = marketplace.call("GET", "/docs")
    assert health["status"] == "ok"
    wanted = {path for method, path in routes() if method != "OPTIONS"}
    assert {*document["paths"]} == wanted
    assert (page.status_code, page.headers["Content-Type"].split(";")[0]) == (200, "text/html")


def test_only_allowed_origins_may_call_the_api(marketplace: Marketplace) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    allowed = marketplace.call("OPTIONS", "/jobs/mine", headers={"Origin": "http://localhost:3000", **ask})
    foreign = marketplace.call("OPTIONS", "/jobs/mine", headers={"Origin": "https://evil.example", **ask})
    assert allowed.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    assert "authorization" in allowed.headers["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Origin" not in foreign.headers


def test_the_schedules_of_the_template_exist(marketplace: Marketplace) -> None:
    scheduler = boto3.client("scheduler", endpoint_url=f"http://127.0.0.1:{marketplace.port}", region_name="af-south-1")
    assert "rate(1 hour)" in {
        scheduler.get_schedule(Name=found["Name"])["ScheduleExpression"]
        for found in scheduler.list_schedules()["Schedules"]
    }
