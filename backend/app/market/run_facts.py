"""What a backtest asks of the market beside the bars. For the worker alone: calendars bring pandas along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from app.engine.bars import Bars
from app.engine.intervals import DAY_SECONDS
from app.engine.verdict import DataFacts
from app.market.calendars import find_calendar
from app.market.coverage import count_periods_per_year, describe_bars
from app.market.domain import ALWAYS_OPEN
from app.market.service import LoadedBars


@dataclass(frozen=True, slots=True)
class RunFacts:
    """`data`: what a verdict judges. `periods_per_year`: how many of the bars make a year."""

    data: DataFacts
    periods_per_year: float


def count_periods_together(bars: Sequence[Bars], calendars: Sequence[str | None]) -> float:
    """How many times a year one of several instruments has a bar, by all their bars together."""
    time = np.unique(np.concatenate([some.time for some in bars]))
    zones = {some.timezone for some in bars}
    nothing = np.zeros(len(time))
    zone = zones.pop() if len(zones) == 1 else "UTC"
    merged = Bars(time, nothing, nothing, nothing, nothing, nothing, bars[0].interval, zone)
    if ALWAYS_OPEN in calendars:
        return count_periods_per_year(merged, ALWAYS_OPEN)
    known = set(calendars)
    return count_periods_per_year(merged, known.pop() if len(known) == 1 else None)


def gather_run_facts(run_bars: Bars, loaded: LoadedBars, now: datetime) -> RunFacts:
    """What is known of a run's bars, one at least: those of `loaded` from its start on."""
    calendar_name = loaded.instrument.calendar
    first_time, now_time = int(run_bars.time[0]), now.timestamp()
    calendar = find_calendar(calendar_name)
    sessions = None if calendar is None else calendar.sessions(first_time, int(now_time))
    described = describe_bars(run_bars, sessions, now_time)
    coverage, age_seconds = described.coverage, described.age_seconds
    first_on = datetime.fromtimestamp(first_time, UTC).date()
    data = DataFacts(
        expected_bars=coverage.expected if coverage else None,
        missing_bars=coverage.missing if coverage else None,
        outside_bars=coverage.outside if coverage else 0,
        inconsistent_bars=described.inconsistent,
        rejected_rows=loaded.rejected_rows,
        adjusted=loaded.adjusted,
        splits=sum(split.date > first_on for split in loaded.splits),
        last_bar_age_days=None if age_seconds is None else age_seconds / DAY_SECONDS,
        calendar=calendar_name,
        gaps=coverage.gaps if coverage else (),
    )
    return RunFacts(data, count_periods_per_year(run_bars, calendar_name))
