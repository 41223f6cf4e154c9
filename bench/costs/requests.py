"""Lines of the request path: what grows with the requests."""

from __future__ import annotations

from bench.costs.assumptions import Assumptions
from bench.costs.bill import Bill, Group
from bench.costs.inventory import Function, Inventory
from bench.costs.usage import Usage

KB_PER_GB = 1024 * 1024
BYTES_PER_GB = 1024**3
MB_PER_GB = 1024
DAYS_PER_MONTH = 30.4


def add(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions, *, cdn: bool) -> None:
    """Add the lines of gateway, functions, tables, queues, logs, storage and CDN."""
    invocations = Invocations(usage, inventory, assumed)
    _add_gateway(bill, usage, inventory, assumed, cdn=cdn)
    _add_functions(bill, usage, inventory, assumed, invocations)
    _add_tables(bill, usage, inventory, assumed)
    _add_queues(bill, usage, inventory, assumed)
    _add_logs(bill, usage, inventory, assumed, invocations)
    _add_storage(bill, usage, inventory, assumed, cdn=cdn)


class Invocations:
    """Invocations of a month that requests cause."""

    def __init__(self, usage: Usage, inventory: Inventory, assumed: Assumptions) -> None:
        """Count them by kind of function."""
        records = usage.events * assumed["recordsPerEvent"] if inventory.stream_mappings else 0.0
        self.messages = usage.events * assumed["messagesPerEvent"] if inventory.queue_mappings else 0.0
        self.api = usage.total
        self.triggers = usage.sessions * assumed["identityTriggersPerSession"] if inventory.user_pool_tiers else 0.0
        self.dispatcher = records / assumed["recordsPerInvocation"]
        self.consumers = self.messages / assumed["messagesPerInvocation"]

    @property
    def workers(self) -> float:
        """Of the dispatcher and the consumers."""
        return self.dispatcher + self.consumers

    @property
    def total(self) -> float:
        """Of all functions."""
        return self.api + self.triggers + self.workers


def memory_of(functions: list[Function]) -> float:
    """Average memory in GB."""
    return sum(function.memory_gb for function in functions) / len(functions) if functions else 0.0


def architecture_of(inventory: Inventory) -> str:
    """Processor of the functions."""
    return inventory.functions[0].architecture if inventory.functions else "arm64"


def _add_gateway(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions, *, cdn: bool) -> None:
    gigabytes = usage.total * assumed["responseKb"] / KB_PER_GB
    price = "gateway.http" if inventory.http_api else "gateway.rest"
    bill.add(Group.GATEWAY, "requests of the API", usage.total, price)
    if cdn:
        bill.add(Group.CDN, "API requests through the CDN", usage.total, "cloudfront.requests")
        bill.add(Group.CDN, "API responses through the CDN", gigabytes, "cloudfront.transfer")
    else:
        bill.add(Group.GATEWAY, "responses to the internet", gigabytes, "transfer.internet")


def _add_functions(
    bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions, invocations: Invocations
) -> None:
    processor = architecture_of(inventory)
    worker_memory = memory_of(inventory.workers())
    api_memory = memory_of(inventory.api_functions())
    cold = invocations.total * assumed["coldShare"] * assumed["initMilliseconds"] / 1000 * api_memory
    triggers = invocations.triggers * assumed["triggerMilliseconds"] / 1000 * api_memory
    workers = invocations.workers * assumed["workerMilliseconds"] / 1000 * worker_memory
    duration = f"lambda.{processor}"
    bill.add(Group.FUNCTIONS, "invocations by the API", invocations.api, "lambda.requests")
    bill.add(Group.FUNCTIONS, "duration of API functions", usage.gb_seconds, duration)
    bill.add(Group.FUNCTIONS, "invocations of user pool triggers", invocations.triggers, "lambda.requests")
    bill.add(Group.FUNCTIONS, "duration of user pool triggers", triggers, duration)
    bill.add(Group.FUNCTIONS, "invocations of dispatcher and consumers", invocations.workers, "lambda.requests")
    bill.add(Group.FUNCTIONS, "duration of dispatcher and consumers", workers, duration)
    bill.add(Group.FUNCTIONS, "initialisation of cold functions", cold, duration)


def _add_tables(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions) -> None:
    kept = usage.table_writes * assumed["monthsKept"] * assumed["storedKbPerWrite"] / KB_PER_GB
    stored = kept + (assumed["idleStorageGb"] if inventory.tables else 0.0)
    covered = inventory.tables_with_pitr / inventory.tables if inventory.tables else 0.0
    backed_up = stored * assumed["tableShareOfStorage"] * covered
    bill.add(Group.TABLES, "reads of requests", usage.read_units, "dynamodb.read")
    bill.add(Group.TABLES, "writes of requests", usage.write_units, "dynamodb.write")
    bill.add(Group.TABLES, "reads of consumers", usage.events * assumed["readUnitsPerEvent"], "dynamodb.read")
    bill.add(Group.TABLES, "writes of consumers", usage.events * assumed["writeUnitsPerEvent"], "dynamodb.write")
    bill.add(Group.TABLES, "table and index storage", stored, "dynamodb.storage")
    bill.add(Group.TABLES, "point-in-time recovery", backed_up, "dynamodb.pitr")


def _add_queues(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions) -> None:
    mappings = inventory.queue_mappings
    fifo = sum(mapping.fifo for mapping in mappings) / len(mappings) if mappings else 0.0
    requests = usage.events * assumed["messagesPerEvent"] * assumed["requestsPerMessage"] if mappings else 0.0
    bill.add(Group.QUEUES, "messages of FIFO queues", requests * fifo, "sqs.fifo")
    bill.add(Group.QUEUES, "messages of standard queues", requests * (1 - fifo), "sqs.standard")
    events = usage.events if inventory.buses else 0.0
    gigabytes = events * assumed["busEventKb"] / KB_PER_GB if inventory.archive_days else 0.0
    months = sum(inventory.archive_days) / DAYS_PER_MONTH
    bill.add(Group.QUEUES, "events on the bus", events, "eventbridge.events")
    bill.add(Group.QUEUES, "events into the archive", gigabytes, "eventbridge.archive")
    bill.add(Group.QUEUES, "archive storage", gigabytes * months, "eventbridge.archive_storage")


def _add_logs(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions, invocations: Invocations) -> None:
    written = (
        usage.total * assumed["accessLogBytes"]
        + invocations.total * assumed["functionLogBytes"]
        + (usage.table_writes + invocations.consumers) * assumed["metricLogBytes"]
    )
    gigabytes = written / BYTES_PER_GB
    forever = assumed["monthsKept"] * DAYS_PER_MONTH
    days = [group.retention_days or forever for group in inventory.log_groups]
    months = sum(days) / len(days) / DAYS_PER_MONTH if days else 0.0
    bill.add(Group.LOGS, "logs written", gigabytes, "logs.ingestion")
    bill.add(Group.LOGS, "logs kept", gigabytes * months * assumed["logCompression"], "logs.storage")


def _add_storage(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions, *, cdn: bool) -> None:
    media = usage.users * assumed["mediaMbPerUser"] / MB_PER_GB if inventory.buckets else 0.0
    uploads = sum(count for route, count in usage.requests.items() if route.endswith("/uploads"))
    pictures = usage.sessions * assumed["pictureRequestsPerSession"]
    gigabytes = usage.sessions * assumed["pictureKbPerSession"] / KB_PER_GB
    bill.add(Group.STORAGE, "pictures and files", media, "s3.storage")
    bill.add(Group.STORAGE, "files written", uploads * assumed["putsPerUpload"], "s3.put")
    if cdn:
        app_requests = usage.sessions * assumed["appRequestsPerSession"]
        app_gigabytes = usage.sessions * assumed["appKbPerSession"] / KB_PER_GB
        bill.add(Group.CDN, "pictures and web client, requests", pictures + app_requests, "cloudfront.requests")
        bill.add(Group.CDN, "pictures and web client, transfer", gigabytes + app_gigabytes, "cloudfront.transfer")
    else:
        bill.add(Group.STORAGE, "pictures read", pictures, "s3.get")
        bill.add(Group.STORAGE, "pictures to the internet", gigabytes, "transfer.internet")
