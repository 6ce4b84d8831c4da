"""The options that say on what a rule is run and under which costs: of every command that runs one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, get_type_hints

import typer

from app.backtests.domain import BasketWeights, Rebalance, SlippageModel
from app.command_line.tools import DATES, fail, read_money, read_pairs
from app.engine.intervals import Interval
from app.market.domain import Adjustment


def collect_terms(
    symbol: Annotated[
        list[str], typer.Option(help="An instrument of the installation; several share one cash.")
    ],
    interval: Annotated[Interval, typer.Option(help="The bars' length.")] = Interval.DAY_1,
    start: Annotated[datetime | None, typer.Option(formats=DATES, help="First day, in UTC.")] = None,
    end: Annotated[datetime | None, typer.Option(formats=DATES, help="The day after the last.")] = None,
    cash: Annotated[str, typer.Option(help="To begin with.")] = "10000",
    commission_bps: Annotated[
        float, typer.Option(min=0, max=1000, help="Of each fill's value, in basis points.")
    ] = 0.0,
    commission_fixed: Annotated[str, typer.Option(help="Per fill.")] = "0",
    commission_per_unit: Annotated[str, typer.Option(help="For each unit of a fill.")] = "0",
    commission_minimum: Annotated[str, typer.Option(help="The least a fill costs.")] = "0",
    commission_tier: Annotated[
        list[str] | None, typer.Option(help="NOTIONAL=BPS: from a fill of this much on; ascending.")
    ] = None,
    slippage_bps: Annotated[float, typer.Option(min=0, max=1000, help="Worse price, in basis points.")] = 0.0,
    slippage_model: Annotated[
        SlippageModel, typer.Option(help="volume_share: by the share of the bar's volume, beside the bps.")
    ] = "fixed",
    volume_limit: Annotated[float, typer.Option(help="Largest share of a volume that is filled.")] = 0.025,
    price_impact: Annotated[float, typer.Option(help="Price moves by this times the share squared.")] = 0.1,
    borrow_rate: Annotated[float, typer.Option(help="Fraction a year on a short's notional.")] = 0.0,
    overnight_rate: Annotated[float, typer.Option(help="Fraction a year on any notional.")] = 0.0,
    whole_units: Annotated[bool, typer.Option("--whole-units", help="Buy no fractions of a unit.")] = False,
    close_at_end: Annotated[bool, typer.Option("--close-at-end/--leave-open")] = True,
    adjust: Annotated[Adjustment, typer.Option(help="Apply recorded splits, or not.")] = Adjustment.SPLITS,
    detail_interval: Annotated[
        Interval | None, typer.Option(help="Finer bars that say in which order prices came.")
    ] = None,
    slots: Annotated[
        int | None, typer.Option(help="Of several symbols: positions at one time; else one for each.")
    ] = None,
    weights: Annotated[BasketWeights, typer.Option(help="How large a slot is.")] = "equal",
    volatility_window: Annotated[int, typer.Option(help="Bars, for weights by volatility.")] = 20,
    rebalance: Annotated[
        Rebalance, typer.Option(help="When positions are brought back to their weight.")
    ] = "none",
) -> dict[str, Any]:
    """The fields of a request's terms."""
    tiers = read_pairs("--commission-tier", "NOTIONAL=BPS", commission_tier)
    several: dict[str, Any] = {"symbol": symbol[0]}
    if len(symbol) > 1:
        basket = {
            "slots": len(symbol) if slots is None else slots,
            "weights": weights,
            "volatility_window": volatility_window,
            "rebalance": rebalance,
        }
        several = {"symbols": symbol, "basket": basket}
    elif slots is not None:
        fail("--slots wants several symbols: write --symbol once for each.")
    return {
        **several,
        "interval": interval,
        "start": start and start.isoformat(),
        "end": end and end.isoformat(),
        "initial_cash": read_money("--cash", cash),
        "commission_bps": commission_bps,
        "commission_fixed": read_money("--commission-fixed", commission_fixed),
        "commission_per_unit": read_money("--commission-per-unit", commission_per_unit),
        "commission_minimum": read_money("--commission-minimum", commission_minimum),
        "commission_tiers": [
            {"from_notional": read_money("--commission-tier", str(floor)), "bps": bps}
            for floor, bps in tiers.items()
        ],
        "slippage_bps": slippage_bps,
        "slippage_model": slippage_model,
        "volume_limit": volume_limit,
        "price_impact": price_impact,
        "borrow_rate": borrow_rate,
        "overnight_rate": overnight_rate,
        "whole_units": whole_units,
        "close_at_end": close_at_end,
        "adjust": adjust,
        "detail_interval": detail_interval,
    }


def with_options_of(
    *collectors: Callable[..., dict[str, Any]],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of functions that collect fields.

    The command's own parameters come first; what the collectors make of theirs it gets, merged, as `fields`.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [each for name, each in _parameters_of(command).items() if name != "fields"]
        collected = [list(_parameters_of(collect).values()) for collect in collectors]
        everything = [*own, *(each for several in collected for each in several)]

        def run(**given: Any) -> None:
            fields: dict[str, Any] = {}
            for collect, several in zip(collectors, collected, strict=True):
                fields |= collect(**{each.name: given.pop(each.name) for each in several})
            command(**given, fields=fields)

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__annotations__ = {each.name: each.annotation for each in everything}
        # typer reads a command's options from its signature
        run.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]
        return run

    return decorate


def _parameters_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """By name, all as keyword-only, with their annotations evaluated."""
    hints = get_type_hints(function, include_extras=True)
    return {
        name: each.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, each in inspect.signature(function).parameters.items()
    }
