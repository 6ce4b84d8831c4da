"""Which costs a run assumed, in words."""

from __future__ import annotations

from app.backtests.terms import RunTermsRead


def describe_costs(run: RunTermsRead) -> str:
    """Which costs a run assumed, in a sentence."""
    parts = []
    if run.commission_tiers:
        parts.append("commission in tiers")
    elif run.commission_bps:
        parts.append(f"{run.commission_bps:g} bps of commission")
    for amount, words in (
        (run.commission_fixed, "a fill"),
        (run.commission_per_unit, "a unit"),
        (run.commission_minimum, "a fill at least"),
    ):
        if amount:
            parts.append(f"{amount.normalize():f} {words}")
    if run.slippage_bps:
        parts.append(f"{run.slippage_bps:g} bps of slippage")
    if run.slippage_model == "volume_share":
        parts.append("slippage by the share of the volume")
    for rate, words in ((run.borrow_rate, "to borrow"), (run.overnight_rate, "overnight")):
        if rate:
            parts.append(f"{rate:.2%} a year {words}")
    return f"Costs assumed: {', '.join(parts)}." if parts else "No costs were assumed: trading was free."
