"""Could luck have made it? Random entries, and the same returns and trades in another order."""

from __future__ import annotations

from app.engine.verdict.check import Check, Level, Part, share_of, worst
from app.engine.verdict.judged import JudgedRun
from app.engine.verdict.random_entries import THRESHOLDS as ENTRY_THRESHOLDS
from app.engine.verdict.random_entries import judge_random_entries
from app.engine.verdict.resampled import THRESHOLDS as PATH_THRESHOLDS
from app.engine.verdict.resampled import judge_returns, judge_trades

NAME = "chance"

THRESHOLDS = f"The worst of its parts: {ENTRY_THRESHOLDS}; {PATH_THRESHOLDS}."


def check_chance(run: JudgedRun) -> Check:
    """Set the run beside random entries, and resample its returns and trades.

    The figure is that of the random entries: (runs that did as well + 1) / (runs drawn + 1).
    """
    if len(run.fills.trades) == 0:
        return Check(
            NAME, Level.AMBER, "There is no trade to set against random ones.", thresholds=THRESHOLDS
        )
    entries, entries_picture = judge_random_entries(run.unsplit_bars, run.fills)
    run.look_in()
    of_returns, pictures = judge_returns(run.equity, run.run_bars.time, run.periods_per_year)
    run.look_in()
    of_trades = judge_trades(run.fills.trades, run.fills.execution.initial_cash)
    parts = (entries, *of_returns, *((of_trades,) if of_trades is not None else ()))
    return Check(
        NAME,
        worst(part.level for part in parts),
        _tell(entries, of_returns),
        entries.figure,
        THRESHOLDS,
        parts,
        (entries_picture, *pictures),
    )


def _tell(entries: Part, of_returns: tuple[Part, ...]) -> str:
    by_name = {part.name: part for part in of_returns}
    told = entries.statement
    loss = by_name.get("loss")
    if loss is not None and loss.figure is not None:
        told += f" Resampled from its own returns, {share_of(loss.figure)} of the paths lost money"
        interval = by_name["sharpe"].interval
        told += "." if interval is None else f" and 9 in 10 have a Sharpe ratio of {_span(interval)}."
    return told


def _span(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{low:.2f} to {high:.2f}".replace("-", "−")
