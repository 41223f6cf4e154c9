"""What the templates have that AWS bills for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class QueueMapping:
    """An event source mapping from a queue to a function."""

    fifo: bool
    limited: bool
    """Whether MaximumConcurrency is set."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function."""

    memory_gb: float
    architecture: str
    traced: bool = False
    """Whether it starts traces of its own (`Tracing: Active`)."""
    provisioned: int = 0
    """Provisioned concurrent executions."""
    serves_api: bool = False
    reads_events: bool = False
    """Whether a stream or a queue invokes it."""
    metrics: int = 0
    """Names of the custom metrics that its own code emits."""
    checks: bool = False
    """Whether it calls the API over its public address, to see whether it answers."""


@dataclass(frozen=True)
class Route:
    """A method of the API."""

    public: bool
    function: Function


@dataclass(frozen=True)
class Schedule:
    """A scheduled invocation."""

    expression: str
    function: Function


@dataclass(frozen=True)
class LogGroup:
    """A log group; no retention means forever."""

    retention_days: int | None


@dataclass(frozen=True)
class Sampling:
    """An X-Ray sampling rule."""

    reservoir: float
    rate: float


@dataclass(frozen=True)
class Alarm:
    """An alarm."""

    name: str
    kind: str
    """Standard, high resolution or composite."""
    metrics: int
    """Billed metrics; 1 for a composite alarm."""
    watches_versions: bool = False
    """Whether it watches single versions of functions."""


@dataclass
class Inventory:
    """Billable parts of one environment."""

    functions: list[Function] = field(default_factory=list)
    routes: dict[str, Route] = field(default_factory=dict)
    """Routes by method and path, for example `GET /jobs`."""
    queue_mappings: list[QueueMapping] = field(default_factory=list)
    stream_mappings: int = 0
    schedules: list[Schedule] = field(default_factory=list)
    http_api: bool = False
    detailed_metrics: bool = False
    traced_api: bool = False
    sampling: Sampling | None = None
    tables: int = 0
    tables_with_managed_key: int = 0
    """Tables whose key is in KMS in this account, so that its use is billed."""
    tables_with_pitr: int = 0
    insight_rules: int = 0
    """Rules of DynamoDB contributor insights."""
    buckets: int = 0
    log_groups: list[LogGroup] = field(default_factory=list)
    secrets: int = 0
    secrets_by_arn: set[str] = field(default_factory=set)
    """Names of the parameters that take a secret which another stack owns."""
    keys: int = 0
    buses: int = 0
    archive_days: list[int] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    dashboards: int = 0
    log_widgets: int = 0
    """Widgets of dashboards that read logs."""
    metric_filters: int = 0
    shared_metrics: int = 0
    """Names of the custom metrics that layers emit."""
    user_pool_tiers: list[str] = field(default_factory=list)
    distributions: int = 0
    zones: int = 0
    web_acls: int = 0
    web_acl_rules: int = 0
    unpriced: Counter[str] = field(default_factory=Counter)
    """Resource types and settings that the model does not know, with their number."""

    @property
    def alarm_metrics(self) -> Counter[str]:
        """Billed metrics of alarms, by kind."""
        found: Counter[str] = Counter()
        for one in self.alarms:
            found[one.kind] += one.metrics
        return found

    @property
    def all_secrets(self) -> int:
        """Secrets of the stacks and of others."""
        return self.secrets + len(self.secrets_by_arn)

    def api_functions(self) -> list[Function]:
        """Functions behind the API."""
        return [function for function in self.functions if function.serves_api]

    def workers(self) -> list[Function]:
        """Functions that streams and queues invoke."""
        return [function for function in self.functions if function.reads_events]
