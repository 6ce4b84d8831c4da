"""The figures of a run. Ratios are fractions, money is money, durations are bars, undefined is None.

Returns are r_t = E_t / E_{t-1} − 1 over the closes of the run, E being the equity; the first bar of the run
holds the initial cash, so n bars have N = n − 1 returns. The risk-free rate is 0. A return whose former
equity is not above 0 (after a ruin) counts as 0.

The formulas stand in compiled code (`metrics_kernel` and the files beside it), which single runs and sweeps
share, so that their figures agree to the bit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from app.engine.bars import Bars, Column
from app.engine.columns import readable_numbers
from app.engine.conventions import METRIC_NAMES
from app.engine.fills import Fills
from app.engine.metrics_kernel import (
    CALENDAR_YEAR_SECONDS,
    VAR_PERCENTILE,
    MetricsScratch,
    grow_annually,
    write_figures,
)
from app.engine.metrics_percentile import find_percentile
from app.engine.metrics_places import FIGURE_COUNT
from app.engine.metrics_returns import (
    NOISE,
    annual_ratio,
    gain_to_loss,
    measure_returns,
    write_returns,
)

__all__ = [
    "CALENDAR_YEAR_SECONDS",
    "NOISE",
    "Figure",
    "Metrics",
    "compound_annual_growth",
    "compute_metrics",
    "equity_returns",
    "omega",
    "sharpe",
    "sortino",
    "value_at_risk",
    "volatility",
]

Figure: TypeAlias = float | None
_WHOLE = ("max_drawdown_bars", "trades")


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures by their names in the API, in the published order.

    `METRIC_DEFINITIONS` in `app.engine.conventions` says each in a sentence.
    """

    final_equity: float
    total_return: float
    cagr: Figure
    volatility: Figure
    sharpe: Figure
    sortino: Figure
    calmar: Figure
    omega: Figure
    max_drawdown: float
    max_drawdown_bars: int
    var_95: Figure
    trades: int
    win_rate: Figure
    profit_factor: Figure
    expectancy: Figure
    sqn: Figure
    avg_win: Figure
    avg_loss: Figure
    best: Figure
    worst: Figure
    exposure: float
    turnover: Figure
    avg_bars: Figure
    total_commission: float
    total_slippage: float

    def as_dict(self) -> dict[str, float | int | None]:
        """The figures by name, in the published order."""
        return asdict(self)

    @classmethod
    def from_row(cls, figures: Sequence[float]) -> Metrics:
        """From a row of figures in the published order, undefined as NaN."""
        named: dict[str, Any] = {
            name: None if math.isnan(figure) else figure
            for name, figure in zip(METRIC_NAMES, figures, strict=True)
        }
        for name in _WHOLE:
            named[name] = int(named[name])
        return cls(**named)


def compute_metrics(bars: Bars, fills: Fills, periods_per_year: float) -> Metrics:
    """All figures of `fills` on its `bars` (the same that were simulated), from its first bar on.

    `periods_per_year`: returns per year, see `app.engine.annual_periods`. A figure that prices lying too far
    apart put beyond every number is infinite.
    """
    first = fills.first_bar
    equity = fills.equity[first:]
    trades = fills.trades
    scratch = MetricsScratch.for_bars(len(equity))
    figures = np.empty(FIGURE_COUNT)
    write_figures(
        readable_numbers(equity),
        float(bars.time[-1] - bars.time[first]),
        periods_per_year,
        first,
        trades.exit_reason,
        trades.entry_index,
        trades.exit_index,
        trades.quantity,
        trades.entry_price,
        trades.exit_price,
        trades.pnl,
        trades.commission,
        trades.slippage,
        scratch.returns,
        scratch.near,
        scratch.keys,
        scratch.tables,
        scratch.lanes,
        figures,
    )
    return Metrics.from_row(figures.tolist())


def equity_returns(equity: Column) -> Column:
    """E_t / E_{t-1} − 1, shape (n − 1,); 0 where the former equity is not above 0."""
    returns = np.empty(max(len(equity) - 1, 0))
    write_returns(readable_numbers(equity), returns)
    return returns


def compound_annual_growth(first: float, last: float, years: float) -> Figure:
    """(last / first)^(1 / years) − 1 over calendar years of 365.25 days (ffn's `calc_cagr`).

    −1 when nothing is left; None when no time passed or the figure overflows.
    """
    return _defined(grow_annually(float(first), float(last), float(years)))


def volatility(returns: Column, periods: float) -> Figure:
    """Annualised standard deviation: std(r, ddof=1) · √periods. None below two returns."""
    _, deviation, _, _, _ = _measure(returns)
    return _defined(deviation * math.sqrt(periods))


def sharpe(returns: Column, periods: float) -> Figure:
    """mean(r) / std(r, ddof=1) · √periods (Sharpe 1994, risk-free 0). None without dispersion."""
    mean, deviation, _, _, _ = _measure(returns)
    return _defined(annual_ratio(mean, deviation, float(periods)))


def sortino(returns: Column, periods: float) -> Figure:
    """mean(r) / √(Σ min(r, 0)² / N) · √periods, the sum's mean taken over all N returns (Sortino & van der
    Meer 1991).

    None when no return was negative.
    """
    mean, _, downside, _, _ = _measure(returns)
    return _defined(annual_ratio(mean, downside, float(periods)))


def omega(returns: Column) -> Figure:
    """Σ max(r, 0) / Σ max(−r, 0), the threshold at 0 (Keating & Shadwick 2002).

    None when no return was negative.
    """
    _, _, _, gains, losses = _measure(returns)
    return _defined(gain_to_loss(gains, losses))


def value_at_risk(returns: Column) -> Figure:
    """Historical value at risk, a negative fraction as a rule.

    The 5th percentile of the returns, linearly interpolated.
    """
    if not len(returns):
        return None
    _, _, downside, _, _ = _measure(returns)
    scratch = MetricsScratch.for_bars(len(returns))
    column = readable_numbers(returns)
    return float(
        find_percentile(column, VAR_PERCENTILE, downside, scratch.keys, scratch.tables, scratch.near)
    )


def _measure(returns: Column) -> tuple[float, float, float, float, float]:
    return measure_returns(readable_numbers(returns), MetricsScratch.for_bars(0).lanes)


def _defined(figure: float) -> Figure:
    return None if math.isnan(figure) else float(figure)
