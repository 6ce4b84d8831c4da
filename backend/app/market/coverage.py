"""How complete and how fresh bars are, measured against a market's sessions. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.engine.annual_periods import periods_per_year
from app.engine.bars import Bars, Times
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.domain import ALWAYS_OPEN
from app.market.local_time import local_day_labels, month_labels, week_labels
from app.market.resampling import next_label

_FIRST_WEEKEND_DAY = 5
# With fewer weekend bars than this share, a market without a calendar counts as one of sessions.
_WEEKEND_SHARE = 0.1
_GAPS_TOLD = 200


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions, oldest first. `labels`: unix s of 00:00:00Z of each date. `opens`, `closes`: instants (unix
    s).

    `break_starts`, `break_ends`: a pause within the session, both equal to `closes` where there is none.
    """

    labels: Times
    opens: Times
    closes: Times
    break_starts: Times
    break_ends: Times

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Bars against sessions. `outside`: bars where no session is.

    `gaps`: the stretches without bars, or with too few within the day, as (start, end, missing bars), start
    and end in unix s; the largest ones, oldest first. Bars before the calendar's first session are not
    judged.
    """

    expected: int
    missing: int
    outside: int
    gaps: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DataDescription:
    """What a verdict says about data.

    `coverage` is None without a calendar. `inconsistent`: bars whose open or close lies outside low to high.
    `age_seconds`: from the close of the last bar until now, None without bars.
    """

    coverage: Coverage | None
    inconsistent: int
    age_seconds: float | None


def measure_coverage(bars: Bars, sessions: Sessions) -> Coverage:
    """Compare bars with the sessions from the first bar's to the last bar's."""
    if bars.interval.is_intraday:
        return _measure_within_days(bars, sessions)
    labels = sessions.labels
    if bars.interval is Interval.WEEK_1:
        labels = np.unique(week_labels(labels))
    elif bars.interval is Interval.MONTH_1:
        labels = np.unique(month_labels(labels))
    if len(bars) == 0 or len(labels) == 0:
        return Coverage(0, 0, 0)
    expected = labels[(labels >= bars.time[0]) & (labels <= bars.time[-1])]
    present = np.isin(expected, bars.time)
    judged = bars.time[bars.time >= labels[0]]
    outside = int(np.count_nonzero(~np.isin(judged, labels)))
    ends = expected + bars.interval.seconds
    gaps = _find_gaps(expected, ends, np.where(present, 0, 1))
    return Coverage(len(expected), int(np.count_nonzero(~present)), outside, gaps)


def _measure_within_days(bars: Bars, sessions: Sessions) -> Coverage:
    """Count bars per stretch of trading: a missing bar is one fewer than fit, whatever the grid they stand
    on.
    """
    if len(bars) == 0 or len(sessions) == 0:
        return Coverage(0, 0, 0)
    step = bars.interval.seconds
    has_break = sessions.break_starts < sessions.closes
    starts = np.concatenate((sessions.opens, sessions.break_ends[has_break]))
    ends = np.concatenate(
        (np.where(has_break, sessions.break_starts, sessions.closes), sessions.closes[has_break])
    )
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    inside_range = (ends > bars.time[0]) & (starts <= bars.time[-1])
    starts, ends = starts[inside_range], ends[inside_range]
    if len(starts) == 0:
        return Coverage(0, 0, 0)
    # The first and last stretch are judged only as far as the bars reach.
    judged_from = np.maximum(starts, bars.time[0])
    judged_to = np.minimum(ends, bars.time[-1] + step)
    fitting = -(-(judged_to - judged_from) // step)
    # A bar on another grid may open before the session and reach into it.
    first = np.searchsorted(bars.time, starts - step, side="right")
    behind = np.searchsorted(bars.time, ends, side="left")
    counted = behind - np.maximum(first, np.concatenate(([0], behind[:-1])))
    missing = np.maximum(fitting - counted, 0)
    return Coverage(
        int(fitting.sum()),
        int(missing.sum()),
        int(np.count_nonzero(bars.time > starts[0] - step) - counted.sum()),
        _find_gaps(starts, ends, missing),
    )


def _find_gaps(starts: Times, ends: Times, missing: Times) -> tuple[tuple[int, int, int], ...]:
    """The largest stretches of consecutive sessions with missing bars, `missing` of each session given."""
    short = np.flatnonzero(missing)
    if len(short) == 0:
        return ()
    begins = short[np.diff(short, prepend=short[0] - 2) > 1]
    lasts = short[np.diff(short, append=short[-1] + 2) > 1]
    behind = np.concatenate(([0], np.cumsum(missing)))
    counts = behind[lasts + 1] - behind[begins]
    kept = np.sort(np.argsort(-counts, kind="stable")[:_GAPS_TOLD])
    return tuple((int(starts[begins[gap]]), int(ends[lasts[gap]]), int(counts[gap])) for gap in kept.tolist())


def find_close(sessions: Sessions, interval: Interval, time: int) -> int | None:
    """The instant (unix s) at which the bar at `time` is closed, or None where the sessions do not say.

    Within the day a bar ends with its session at the latest; a day, week or month ends with its last session.
    """
    end = next_label(time, interval)
    if interval.is_intraday:
        running = np.flatnonzero((sessions.opens < end) & (sessions.closes > time))
        return min(end, int(sessions.closes[running[-1]])) if len(running) else None
    within = np.flatnonzero((sessions.labels >= time) & (sessions.labels < end))
    return int(sessions.closes[within[-1]]) if len(within) else None


def describe_bars(bars: Bars, sessions: Sessions | None, now: float) -> DataDescription:
    """What a verdict says about data. `sessions`: from the first bar to now (unix s), None without a
    calendar.
    """
    coverage = age_seconds = None
    if len(bars):
        last_time = int(bars.time[-1])
        closed_at = next_label(last_time, bars.interval)
        if sessions is not None:
            coverage = measure_coverage(bars, sessions)
            closed_at = find_close(sessions, bars.interval, last_time) or closed_at
        age_seconds = max(0.0, now - closed_at)
    outside_range = (np.maximum(bars.open, bars.close) > bars.high) | (
        np.minimum(bars.open, bars.close) < bars.low
    )
    return DataDescription(coverage, int(np.count_nonzero(outside_range)), age_seconds)


def count_periods_per_year(bars: Bars, calendar: str | None) -> float:
    """How many bars make a year: 252 sessions, or 365 days around the clock; 52 weeks; 12 months.

    Within the day: times the usual number of bars of a day, counted in the bars themselves. Without a
    calendar a market that trades at weekends counts 365 days.
    """
    if bars.interval in (Interval.WEEK_1, Interval.MONTH_1) or len(bars) == 0:
        return periods_per_year(bars.interval, round_the_clock=calendar == ALWAYS_OPEN)
    days = local_day_labels(bars.time, bars.timezone) if bars.interval.is_intraday else bars.time
    every_day = calendar == ALWAYS_OPEN or (calendar is None and _trades_at_weekends(days))
    _days, bars_of_day = np.unique(days, return_counts=True)
    return periods_per_year(
        bars.interval, round_the_clock=every_day, bars_per_session=float(np.median(bars_of_day))
    )


def _trades_at_weekends(day_labels: Times) -> bool:
    if len(day_labels) == 0:
        return False
    weekdays = (day_labels // DAY_SECONDS + 3) % 7
    return float(np.mean(weekdays >= _FIRST_WEEKEND_DAY)) > _WEEKEND_SHARE
