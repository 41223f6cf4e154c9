"""Capacity units of each route on DynamoDB Local, without the account guard's, in every case of the authorization matrix.

The requests are those of `round_trips`. DynamoDB bills one unit for a consistent read of 4 KB, for 8 KB read from an
index, and for 1 KB written to a table or index; twice that in a transaction.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from bench import round_trips
from bench.engines import dynamodb_local
from bench.report import Report
from bench.units import Used, units_of
from khaya.platform.aws import clients
from tests.integration.matrix import Row, forget, rows
from tests.support import stand_in
from tests.support.template import routes, table_requests


def run() -> Report:
    """Measure every route."""
    report = Report(
        "capacity",
        "Capacity units per route, without the account guard's, with the demo's small items",
        ("route", "read units", "write units"),
    )
    with _engine():
        most: dict[str, list[Used]] = {
            f"{method} {path}": [] for method, path in sorted(routes(), key=lambda r: r[::-1])
        }
        for row in rows():
            most[row.route] = max(most[row.route], _used(row), key=_total)
    for route, used in most.items():
        report.add(route, sum(one.read for one in used), sum(one.written for one in used))
    return report


def _total(used: list[Used]) -> float:
    return sum(one.read + one.written for one in used)


def _used(row: Row) -> list[Used]:
    """The units of the most expensive request that the row allows."""
    most: list[Used] = []
    method, resource = row.route.split(" ")
    for column in [column for column, status in row.expected.items() if status.startswith("2")]:
        _empty()
        scene = row.make_scene(row.route, row.case)
        with units_of() as used:
            scene.person(column).call(
                method, round_trips.path_of(resource, scene.path), scene.body, headers=scene.headers
            )
        most = max(most, [one for one in used if not one.of_account_guard], key=_total)
    return most


@contextmanager
def _engine() -> Iterator[None]:
    """Run moto for everything but DynamoDB, which is DynamoDB Local."""
    with dynamodb_local() as engine, round_trips.over_moto():
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = engine.address
        try:
            stand_in.client.cache_clear()
            clients.clear()
            for request in table_requests():
                stand_in.client("dynamodb").create_table(**request)
            yield
        finally:
            del os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
            stand_in.client.cache_clear()
            clients.clear()


def _empty() -> None:
    """Empty the tables, and moto's other services."""
    stand_in.empty()
    forget()
    client: Any = boto3.client("dynamodb")
    for request in table_requests():
        table, keys = request["TableName"], [part["AttributeName"] for part in request["KeySchema"]]
        for item in client.scan(TableName=table)["Items"]:
            client.delete_item(TableName=table, Key={name: item[name] for name in keys})
