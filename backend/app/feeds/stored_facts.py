"""Facts of providers as JSON columns hold them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.engine.intervals import Interval
from app.market.domain import AssetClass
from app.market.provider_facts import ProviderDescription, ProviderSymbol, Quota


def write_symbol(symbol: ProviderSymbol) -> dict[str, Any]:
    """A symbol for a JSON column."""
    return asdict(symbol) | {"asset_class": symbol.asset_class.value}


def read_symbol(facts: Mapping[str, Any]) -> ProviderSymbol:
    """The same back."""
    return ProviderSymbol(**{**facts, "asset_class": AssetClass(facts["asset_class"])})


def write_description(description: ProviderDescription) -> dict[str, Any]:
    """A description for a JSON column."""
    return asdict(description) | {"intervals": [interval.value for interval in description.intervals]}


def read_description(facts: Mapping[str, Any]) -> ProviderDescription:
    """The same back."""
    return ProviderDescription(
        **{
            **facts,
            "intervals": tuple(Interval(value) for value in facts["intervals"]),
            "quota": Quota(**facts["quota"]),
        }
    )
