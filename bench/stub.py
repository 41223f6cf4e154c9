"""A DynamoDB client with fixed responses, so that benchmarks measure our work only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any


class _Events:
    """The hooks of a client, which nothing calls."""

    def register_first(self, *_: Any, **__: Any) -> None:
        """Accept a handler."""


class StubbedClient:
    """Answers reads from given items, and accepts every write."""

    meta = SimpleNamespace(events=_Events())

    def __init__(self, items: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """`items` has the items by table, as attribute values. A read by key returns the first, a query returns all."""
        self._items = items
        self._by_key: dict[tuple[str, ...], dict[tuple[str, ...], Mapping[str, Any]]] = {}

    def _under(self, table: str, key: Mapping[str, Mapping[str, str]]) -> Mapping[str, Any] | None:
        """The item under a key of text attributes; found by an index, so that the search is not part of the work."""
        index = self._by_key.get((table, *key))
        if index is None:
            found = self._items.get(table, ())
            index = {tuple(item[name]["S"] for name in key): item for item in found if key.keys() <= item.keys()}
            self._by_key[table, *key] = index
        return index.get(tuple(value["S"] for value in key.values()))

    def _projected(self, item: Mapping[str, Any], wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        names = wanted.get("ExpressionAttributeNames")
        return {name: item[name] for name in names.values() if name in item} if names else item

    def get_item(self, **request: Any) -> dict[str, Any]:
        found = self._items.get(request["TableName"])
        return {"Item": found[0]} if found else {}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        return {
            "Responses": {
                table: [
                    self._projected(item, wanted)
                    for key in wanted["Keys"]
                    if (item := self._under(table, key)) is not None
                ]
                for table, wanted in request["RequestItems"].items()
            }
        }

    def query(self, **request: Any) -> dict[str, Any]:
        return {"Items": [*self._items.get(request["TableName"], ())][: request["Limit"]]}

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Return the item. Of its new attributes, only the account guard's write times are read."""
        times = [name for name in request["ExpressionAttributeNames"].values() if name.startswith("writes")]
        return {"Attributes": request["Key"] | {name: {"L": [{"N": "1795251600"}]} for name in times}}

    def put_item(self, **_: Any) -> dict[str, Any]:
        return {}

    def transact_write_items(self, **_: Any) -> dict[str, Any]:
        return {}


@contextmanager
def stubbed(items: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[None]:
    """Replace the DynamoDB client of `khaya` by a stub, and Secrets Manager's service key by a fixed one."""
    from khaya.platform.data import dynamo  # noqa: PLC0415 - the cold start imports this module beside ours
    from tests.support.service_key import set_service_key  # noqa: PLC0415

    set_service_key()
    real = dynamo.client
    client = StubbedClient(typed_items(items))
    dynamo.client = lambda: client  # type: ignore[assignment, return-value, unused-ignore]
    try:
        yield
    finally:
        dynamo.client = real


def typed_items(items: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The items by table as attribute values."""
    from khaya.platform.data.writes import typed_item  # noqa: PLC0415

    return {table: [typed_item(item) for item in found] for table, found in items.items()}
