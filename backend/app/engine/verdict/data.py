"""Can the bars be believed? Gaps, mended rows, adjustment, freshness, and jumps that look like splits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from app.engine.bars import Bars, Column
from app.engine.verdict.check import Check, Level, counted, worst

NAME = "data"

GAPS_AMBER = 0.001
"""Share of missing bars above which the check turns amber."""
GAPS_RED = 0.05
"""Share of missing bars above which the check turns red."""
REJECTED_RED = 0.01
"""Rejected rows, as a share of the bars, above which the check turns red."""
STALE_DAYS = 365.0
"""Age of the last bar in days above which the check turns amber."""

SPLIT_RATIOS = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 50.0)
"""Ratios at which shares are usually split, or, upside down, merged."""
SPLIT_TOLERANCE = 0.03
"""How near, as a fraction, the jump from close to open must come to such a ratio."""
SPLIT_VOLUME_BARS = 20
SPLIT_VOLUME_LIMIT = 4.0
"""A split changes what a share is, not how eagerly shares are traded. Where the jump's bar trades more than
this many
times the median volume of the bars before it (each side counted in the same shares), it is news, not a
split."""

JUMPS_NAMED = 3


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What the caller knows of a run's bars.

    `expected_bars`, `missing_bars`: by the calendar over the run; None without one. `rejected_rows`,
    `repaired_rows`: of the imports that made the bars. `adjusted`: prices are adjusted for the recorded
    splits. `splits`: recorded splits within the run. `last_bar_age_days`: from the last bar's close to now,
    None when unknown. `calendar`: its name, None without one.
    """

    expected_bars: int | None = None
    missing_bars: int | None = None
    rejected_rows: int = 0
    repaired_rows: int = 0
    adjusted: bool = True
    splits: int = 0
    last_bar_age_days: float | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    """A step between two bars that looks like an unrecorded split.

    `ratio`: old shares' price to the new one's.
    """

    index: int
    on: date
    close_before: float
    open_after: float
    ratio: float


def check_data(bars: Bars, facts: DataFacts) -> Check:
    """Judge the run's bars (without the warm-up) by `facts` and by their own jumps.

    The figure is the share of missing bars, None without a calendar.
    """
    found: list[tuple[Level, str]] = []
    share = None
    if facts.missing_bars is None or not facts.expected_bars:
        found.append((Level.AMBER, "Gaps could not be checked, because the instrument has no calendar."))
    else:
        share = facts.missing_bars / facts.expected_bars
        level = Level.RED if share > GAPS_RED else Level.AMBER if share > GAPS_AMBER else Level.GREEN
        if facts.missing_bars:
            of = f"{counted(facts.expected_bars, 'bar')} that {facts.calendar or 'the calendar'} expects"
            found.append((level, f"{facts.missing_bars:,} of the {of} {_is(facts.missing_bars)} missing."))
        else:
            found.append((level, f"No bar is missing against {facts.calendar or 'the calendar'}."))
    if facts.rejected_rows:
        level = Level.RED if facts.rejected_rows > REJECTED_RED * len(bars) else Level.AMBER
        rows = f"{counted(facts.rejected_rows, 'row')} {_was(facts.rejected_rows)}"
        found.append((level, f"{rows} rejected on import."))
    if facts.repaired_rows:
        rows = f"{counted(facts.repaired_rows, 'row')} {_was(facts.repaired_rows)}"
        found.append((Level.AMBER, f"{rows} repaired on import."))
    if facts.splits and not facts.adjusted:
        splits = f"{counted(facts.splits, 'recorded split')} {_is(facts.splits)}"
        found.append((Level.RED, f"{splits} not adjusted for: the falls and rises there are not real."))
    elif facts.splits:
        found.append((Level.GREEN, f"Prices are adjusted for {counted(facts.splits, 'split')}."))
    jumps = find_split_like_jumps(bars) if facts.adjusted or not facts.splits else ()
    if jumps:
        named = "; ".join(
            f"{jump.on.isoformat()} {jump.close_before:g} → {jump.open_after:g}"
            for jump in jumps[:JUMPS_NAMED]
        )
        more = f" and {len(jumps) - JUMPS_NAMED:,} more" if len(jumps) > JUMPS_NAMED else ""
        found.append((Level.AMBER, f"What looks like an unrecorded split: {named}{more}."))
    if facts.last_bar_age_days is not None and facts.last_bar_age_days > STALE_DAYS:
        years = facts.last_bar_age_days / 365.25
        found.append((Level.AMBER, f"The last bar is {years:.1f} years old."))
    return Check(NAME, worst(level for level, _ in found), " ".join(text for _, text in found), share)


def find_split_like_jumps(bars: Bars) -> tuple[Jump, ...]:
    """Steps from a close to the next open that lie near a usual split ratio and come without a rush of
    volume.
    """
    if len(bars) < 2:
        return ()
    ratio = bars.close[:-1] / bars.open[1:]
    least = SPLIT_RATIOS[0] * (1.0 - SPLIT_TOLERANCE)
    jumps = []
    for before in np.flatnonzero((ratio >= least) | (ratio <= 1.0 / least)):
        index = int(before) + 1
        step = float(ratio[before])
        nearest = min(SPLIT_RATIOS, key=lambda known: abs(max(step, 1.0 / step) / known - 1.0))
        if abs(max(step, 1.0 / step) / nearest - 1.0) > SPLIT_TOLERANCE:
            continue
        if _is_rush(bars.volume, index, step):
            continue
        on = datetime.fromtimestamp(int(bars.time[index]), UTC).date()
        jumps.append(Jump(index, on, float(bars.close[before]), float(bars.open[index]), step))
    return tuple(jumps)


def _is_rush(volume: Column, index: int, ratio: float) -> bool:
    """Whether the bar trades far more than the bars before it; unknown volume is no rush."""
    before = volume[max(0, index - SPLIT_VOLUME_BARS) : index]
    before = before[np.isfinite(before)]
    usual = float(np.median(before)) * ratio if len(before) else 0.0
    return usual > 0.0 and bool(volume[index] > SPLIT_VOLUME_LIMIT * usual)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
