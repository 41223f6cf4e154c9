"""Run by `bench/cold_start.py` in a fresh interpreter: start a function and serve one request, or do what the floor does.

Uses only the standard library until it is told what to start, so that both sides begin alike.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


class Context:
    """The Lambda context of the invocation."""

    aws_request_id = "00000000-0000-0000-0000-000000000000"
    function_name = "function"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:af-south-1:123456789012:function:function"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def function(event: dict[str, Any], items: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The answer of the function on the path, after its import."""
    import app  # type: ignore[import-not-found] # noqa: PLC0415 - what is measured
    from botocore.client import BaseClient  # noqa: PLC0415

    from bench.stub import StubbedClient  # noqa: PLC0415
    from khaya.platform.data import dynamo  # noqa: PLC0415

    client = StubbedClient(items)
    dynamo.client = lambda: client  # type: ignore[assignment] # the layer has no types for the stub
    BaseClient._make_api_call = lambda *_: {"SecretString": "0" * 40}  # noqa: SLF001 - other services: made, not called
    answer: dict[str, Any] = app.handler(event, Context())
    return answer


def floor(event: dict[str, Any], _: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The answer of the least that a function can be: the resolver, one model, DynamoDB's client."""
    from typing import Annotated  # noqa: PLC0415 - what is measured

    import botocore.session  # noqa: PLC0415
    from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver  # noqa: PLC0415
    from aws_lambda_powertools.event_handler.openapi.params import Body  # noqa: PLC0415
    from pydantic import BaseModel, Field  # noqa: PLC0415

    class Offer(BaseModel):
        amount_cents: int = Field(alias="amountCents", ge=0)
        proposal: str = Field(min_length=3, max_length=500)

    botocore.session.get_session().create_client("dynamodb")
    resolver = APIGatewayRestResolver(enable_validation=True)

    def place(offer: Any) -> dict[str, Any]:
        return {"proposal": offer.proposal}

    place.__annotations__ = {"offer": Annotated[Offer, Body()], "return": dict[str, Any]}
    resolver.post(event["path"])(place)
    return resolver.resolve(event, Context())


if __name__ == "__main__":
    case = json.loads(sys.argv[2])
    answered = {"function": function, "floor": floor}[sys.argv[1]](case["event"], case["items"])
    if not 200 <= answered["statusCode"] < 300:
        sys.exit(f"answered {answered['statusCode']}: {answered['body']}")
    sys.stdout.flush()
    os._exit(0)  # Lambda's interpreters do not end after the first request
