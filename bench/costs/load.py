"""Builds the model from the files of the repository."""

from __future__ import annotations

from pathlib import Path

from bench.costs import assumptions, capacity, metrics, prices, template, usage
from bench.costs.model import Model

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "costs.md"
RESULTS = ROOT / "bench" / "results" / "costs.json"
ENVIRONMENT = "prod"
BACKUPS = ("backup.yaml", "backup-target.yaml")
"""The stacks that copy backups to another account and region; an environment does without them unless told."""


def model(
    environment: str = ENVIRONMENT, zar_per_usd: float | None = None, cdn: bool | None = None, *, backups: bool = False
) -> Model:
    """The model of an environment.

    Args:
        environment: section of samconfig.toml.
        zar_per_usd: exchange rate; that of the prices' file unless given.
        cdn: whether traffic passes CloudFront; as the templates have it unless given.
        backups: whether backups are copied to another account and region.
    """
    assumed, published, measured = assumptions.load(), prices.load(), capacity.measured()
    variants = int(assumed["variantsPerDynamicName"])
    stacks = [path for path in sorted((ROOT / "infra").glob("*.yaml")) if backups or path.name not in BACKUPS]
    found = template.read(
        [ROOT / "template.yaml", *stacks],
        template.overrides_of(ROOT / "samconfig.toml", environment),
        lambda folder: metrics.emitted(ROOT / folder, variants) if folder else 0,
    )
    return Model(
        inventory=found,
        prices=published,
        assumed=assumed,
        units=usage.units_of(assumed, measured),
        zar_per_usd=published.exchange.zar_per_usd if zar_per_usd is None else zar_per_usd,
        cdn=found.distributions > 0 if cdn is None else cdn,
        unmeasured=tuple(route for route in assumed.session if route not in measured),
    )
