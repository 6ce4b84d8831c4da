"""A run's further terms as its row keeps them: one JSON object; what is absent has its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from app.backtests.domain import FillTerms, RunRequest
from app.core.fields import write_decimal
from app.engine.intervals import Interval

_MONEY = ("commission_per_unit", "commission_minimum")


def pack_terms(request: RunRequest) -> dict[str, Any]:
    """The JSON object of a request's further terms; money as text."""
    stored = asdict(request.fill_terms)
    for name in _MONEY:
        stored[name] = write_decimal(stored[name])
    stored["commission_tiers"] = [
        [write_decimal(from_notional), bps] for from_notional, bps in request.fill_terms.commission_tiers
    ]
    stored["detail_interval"] = None if request.detail_interval is None else request.detail_interval.value
    return stored


def unpack_fill_terms(stored: Mapping[str, Any]) -> FillTerms:
    """The costs of `pack_terms`."""
    values = {name: value for name, value in stored.items() if name != "detail_interval"}
    for name in _MONEY:
        if name in values:
            values[name] = Decimal(values[name])
    tiers = values.pop("commission_tiers", ())
    return FillTerms(commission_tiers=tuple((Decimal(floor), float(bps)) for floor, bps in tiers), **values)


def unpack_detail_interval(stored: Mapping[str, Any]) -> Interval | None:
    """The interval of the replay in `pack_terms`."""
    value = stored.get("detail_interval")
    return None if value is None else Interval(value)
