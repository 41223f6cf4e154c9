"""What a reader must know beside the figures."""

from __future__ import annotations

from bench.costs.model import Model


def notes(model: Model) -> list[str]:
    """Exchange rate, scope of the prices, and everything that is unverified, unmeasured or unpriced."""
    exchange = model.prices.exchange
    found = [f"Exchange rate: R{model.zar_per_usd:.2f} for a US dollar."]
    if model.zar_per_usd == exchange.zar_per_usd:
        found[0] = f"Exchange rate: R{exchange.zar_per_usd:.2f} for a US dollar, {exchange.note} ({exchange.date})."
    found += model.prices.notes
    found.append(
        "Requests and pictures pass CloudFront."
        if model.cdn
        else "No template has a CloudFront distribution: responses and pictures go from the region to the internet."
    )
    found.append(f"Prices that are not verified: {', '.join(model.prices.unverified())}.")
    if model.unmeasured:
        found.append(f"Routes whose capacity units are assumed, not measured: {', '.join(model.unmeasured)}.")
    if model.inventory.unpriced:
        unpriced = ", ".join(f"{kind} ({number})" for kind, number in sorted(model.inventory.unpriced.items()))
        found.append(f"In the templates, but not in the model: {unpriced}.")
    return found
