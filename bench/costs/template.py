"""Reads the templates of one environment into an inventory, by resource types and properties, never by names."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]

from bench.costs import resources
from bench.costs.inventory import Function, Inventory, QueueMapping, Route, Schedule
from bench.costs.resolve import Resolver

MetricsIn = Callable[[str], int]

STREAMS = frozenset({"DynamoDB", "Kinesis"})
SECRET_BY_ARN = "SecretArn"  # noqa: S105
"""End of the names of parameters that take a secret which another stack owns."""
ADDRESS_OF_CHECK = "CHECK_URL"
"""Variable of a function that calls the API over its public address."""
DEFAULT_MEMORY_MB = 128


def overrides_of(samconfig: Path, environment: str) -> dict[str, str]:
    """Parameters that `sam deploy` gives in an environment."""
    config = tomllib.loads(samconfig.read_text())
    given = config.get(environment, {}).get("deploy", {}).get("parameters", {}).get("parameter_overrides", "")
    words = given if isinstance(given, list) else shlex.split(given)
    return {"Environment": environment} | dict(word.split("=", 1) for word in words)


def read(paths: Iterable[Path], overrides: Mapping[str, str], metrics_in: MetricsIn) -> Inventory:
    """Inventory of all the templates together.

    Args:
        paths: template files.
        overrides: parameters of the environment, by name.
        metrics_in: number of custom metrics that the code of a folder emits; the folder as a template names it.
    """
    inventory = Inventory()
    for path in paths:
        add(inventory, cfn_yaml.load(str(path)), overrides, metrics_in)
    return inventory


def add(inventory: Inventory, template: Mapping[str, Any], overrides: Mapping[str, str], metrics_in: MetricsIn) -> None:
    """Add one parsed template to an inventory."""
    resolver = Resolver(template, overrides)
    queues = _fifo_queues(template)
    defaults = resolver.globals_of("Function")
    for kind, properties in resolver.resources():
        if kind == "AWS::Serverless::Function":
            _add_function(inventory, defaults | properties, queues, metrics_in)
        elif kind == "AWS::Serverless::LayerVersion":
            inventory.shared_metrics += metrics_in(str(properties["ContentUri"]))
        elif kind == "AWS::Lambda::EventSourceMapping":
            _add_mapping(inventory, properties, queues)
        else:
            resources.add(inventory, kind, properties)
    inventory.secrets_by_arn |= {name for name in resolver.parameters if name.endswith(SECRET_BY_ARN)}


def _fifo_queues(template: Mapping[str, Any]) -> dict[str, bool]:
    """Whether each queue is FIFO, by its logical name."""
    return {
        name: str(resource.get("Properties", {}).get("FifoQueue", False)).lower() == "true"
        for name, resource in template.get("Resources", {}).items()
        if isinstance(resource, Mapping) and resource["Type"] == "AWS::SQS::Queue"
    }


def _add_function(
    inventory: Inventory, properties: dict[str, Any], queues: Mapping[str, bool], metrics_in: MetricsIn
) -> None:
    events = [(event["Type"], event.get("Properties", {})) for event in properties.get("Events", {}).values()]
    kinds = {kind for kind, _ in events}
    function = Function(
        memory_gb=int(properties.get("MemorySize", DEFAULT_MEMORY_MB)) / 1024,
        architecture=properties.get("Architectures", ["x86_64"])[0],
        traced=properties.get("Tracing") == "Active",
        provisioned=properties.get("ProvisionedConcurrencyConfig", {}).get("ProvisionedConcurrentExecutions", 0),
        serves_api=bool(kinds & {"Api", "HttpApi"}),
        reads_events=bool(kinds & {"SQS", *STREAMS}),
        metrics=metrics_in(str(properties.get("CodeUri", ""))),
        checks=ADDRESS_OF_CHECK in properties.get("Environment", {}).get("Variables", {}),
    )
    inventory.functions.append(function)
    for kind, event in events:
        _add_event(inventory, function, kind, event, queues)


def _add_event(
    inventory: Inventory, function: Function, kind: str, event: dict[str, Any], queues: Mapping[str, bool]
) -> None:
    match kind:
        case "Api" | "HttpApi":
            route = f"{event['Method'].upper()} {event['Path']}"
            inventory.routes[route] = Route(event.get("Auth", {}).get("Authorizer") == "NONE", function)
        case "SQS":
            if event.get("Enabled", True):
                _add_queue_mapping(inventory, event, queues)
        case "DynamoDB" | "Kinesis":
            inventory.stream_mappings += 1
        case "Schedule" | "ScheduleV2" if event.get("State") == "DISABLED":
            pass
        case "Schedule" | "ScheduleV2":
            expression = event.get("ScheduleExpression") or event["Schedule"]
            inventory.schedules.append(Schedule(expression, function))
        case "EventBridgeRule" | "CloudWatchEvent" | "S3" | "SNS" | "Cognito":
            pass  # billed by invocations
        case _:
            inventory.unpriced[f"event {kind}"] += 1


def _add_mapping(inventory: Inventory, properties: dict[str, Any], queues: Mapping[str, bool]) -> None:
    source = properties["EventSourceArn"]
    if isinstance(source, Mapping) and source.get("Fn::GetAtt", ["", ""])[1] == "StreamArn":
        inventory.stream_mappings += 1
    elif properties.get("Enabled", True):
        _add_queue_mapping(inventory, properties | {"Queue": source}, queues)


def _add_queue_mapping(inventory: Inventory, event: dict[str, Any], queues: Mapping[str, bool]) -> None:
    if "ProvisionedPollerConfig" in event:
        inventory.unpriced["provisioned pollers of a queue"] += 1
    queue = event["Queue"]
    target = queue.get("Fn::GetAtt", [""])[0] if isinstance(queue, Mapping) else str(queue)
    fifo = queues.get(target, target.endswith(".fifo"))
    inventory.queue_mappings.append(QueueMapping(fifo, "MaximumConcurrency" in event.get("ScalingConfig", {})))
