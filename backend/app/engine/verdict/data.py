"""Can the bars be believed? Gaps, strays, rejected rows, adjustment, freshness, and split-like jumps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from app.engine.bars import Bars, Column, Truth
from app.engine.trades import Indices
from app.engine.verdict.check import Check, Level, Part, counted, exact_share, worst
from app.engine.verdict.pictures import Picture, spans_picture

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

THRESHOLDS = (
    f"Red above {exact_share(GAPS_RED)} missing bars, above {exact_share(REJECTED_RED)} rejected rows, or "
    f"with recorded splits that were not adjusted for; amber above {exact_share(GAPS_AMBER)} missing bars or "
    "without a calendar, with rejected rows, bars outside sessions, bars that contradict themselves, jumps "
    f"that look like an unrecorded split, or a last bar older than {STALE_DAYS:g} days; else green."
)
_JUMPS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What the caller knows of a run's bars.

    `expected_bars`, `missing_bars`: by the calendar over the run; None without one. `outside_bars`: bars
    where the calendar has no session. `inconsistent_bars`: bars whose open or close lies outside low to high.
    `rejected_rows`: of the imports that made the bars. `adjusted`: prices are adjusted for the recorded
    splits. `splits`: recorded splits within the run. `last_bar_age_days`: from the last bar's close to now,
    None when unknown. `calendar`: its name, None without one. `gaps`: where bars are missing, the largest
    such stretches as (start, end, missing bars), start and end in unix s.
    """

    expected_bars: int | None = None
    missing_bars: int | None = None
    outside_bars: int = 0
    inconsistent_bars: int = 0
    rejected_rows: int = 0
    adjusted: bool = True
    splits: int = 0
    last_bar_age_days: float | None = None
    calendar: str | None = None
    gaps: tuple[tuple[int, int, int], ...] = ()


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
    jumps = find_split_like_jumps(bars) if facts.adjusted or not facts.splits else ()
    parts = [_judge_gaps(facts), *_judge_rows(bars, facts), *_judge_splits(facts, jumps)]
    if facts.last_bar_age_days is not None and facts.last_bar_age_days > STALE_DAYS:
        years = facts.last_bar_age_days / 365.25
        parts.append(
            Part("freshness", Level.AMBER, f"The last bar is {years:.1f} years old.", facts.last_bar_age_days)
        )
    return Check(
        NAME,
        worst(part.level for part in parts),
        " ".join(part.statement for part in parts),
        parts[0].figure,
        THRESHOLDS,
        tuple(parts),
        _draw(bars, facts, jumps),
    )


def _judge_gaps(facts: DataFacts) -> Part:
    calendar = facts.calendar or "the calendar"
    if facts.missing_bars is None or not facts.expected_bars:
        told = "Gaps could not be checked, because the instrument has no calendar."
        return Part("gaps", Level.AMBER, told)
    share = facts.missing_bars / facts.expected_bars
    level = Level.RED if share > GAPS_RED else Level.AMBER if share > GAPS_AMBER else Level.GREEN
    if not facts.missing_bars:
        return Part("gaps", level, f"No bar is missing by the calendar {calendar}.", share)
    of = f"{counted(facts.expected_bars, 'bar')} that {calendar} expects"
    told = f"{facts.missing_bars:,} of the {of} {_is(facts.missing_bars)} missing."
    return Part("gaps", level, told, share)


def _judge_rows(bars: Bars, facts: DataFacts) -> Iterator[Part]:
    if facts.outside_bars:
        stand = "stands" if facts.outside_bars == 1 else "stand"
        when = f"when {facts.calendar or 'the calendar'} has no session"
        told = f"{counted(facts.outside_bars, 'bar')} {stand} {when}."
        yield Part("outside", Level.AMBER, told, float(facts.outside_bars))
    if facts.inconsistent_bars:
        open_ = "opens or closes" if facts.inconsistent_bars == 1 else "open or close"
        told = f"{counted(facts.inconsistent_bars, 'bar')} {open_} above the high or below the low."
        yield Part("inconsistent", Level.AMBER, told, float(facts.inconsistent_bars))
    if facts.rejected_rows:
        level = Level.RED if facts.rejected_rows > REJECTED_RED * len(bars) else Level.AMBER
        rows = f"{counted(facts.rejected_rows, 'row')} {_was(facts.rejected_rows)}"
        yield Part("rejected", level, f"{rows} rejected on import.", float(facts.rejected_rows))


def _judge_splits(facts: DataFacts, jumps: tuple[Jump, ...]) -> Iterator[Part]:
    if facts.splits and not facts.adjusted:
        splits = f"{counted(facts.splits, 'recorded split')} {_is(facts.splits)}"
        told = f"{splits} not adjusted for: the falls and rises there are not real."
        yield Part("adjustment", Level.RED, told, float(facts.splits))
    elif facts.splits:
        told = f"Prices are adjusted for {counted(facts.splits, 'split')}."
        yield Part("adjustment", Level.GREEN, told, float(facts.splits))
    if jumps:
        named = "; ".join(
            f"{jump.on.isoformat()} {jump.close_before:g} → {jump.open_after:g}"
            for jump in jumps[:JUMPS_NAMED]
        )
        more = f" and {len(jumps) - JUMPS_NAMED:,} more" if len(jumps) > JUMPS_NAMED else ""
        told = f"What looks like an unrecorded split: {named}{more}."
        yield Part("jumps", Level.AMBER, told, float(len(jumps)))


def _draw(bars: Bars, facts: DataFacts, jumps: tuple[Jump, ...]) -> tuple[Picture, ...]:
    """Gaps and jumps on the run's time; nothing where there are none."""
    gap_level = _judge_gaps(facts).level
    spans = [
        (start, end, f"{counted(missing, 'bar')} missing", gap_level) for start, end, missing in facts.gaps
    ]
    spans += [
        (
            int(bars.time[jump.index - 1]),
            int(bars.time[jump.index]),
            f"{jump.close_before:g} → {jump.open_after:g}",
            Level.AMBER,
        )
        for jump in jumps
    ]
    if not spans:
        return ()
    first, last = int(bars.time[0]), int(bars.time[-1]) + bars.interval.seconds
    return (spans_picture("Missing bars and suspicious jumps", first, last, sorted(spans)),)


def find_split_like_jumps(bars: Bars) -> tuple[Jump, ...]:
    """Steps from a close to the next open that lie near a usual split ratio and come without a rush of
    volume.
    """
    if len(bars) < 2:
        return ()
    ratio = bars.close[:-1] / bars.open[1:]
    least = SPLIT_RATIOS[0] * (1.0 - SPLIT_TOLERANCE)
    before = np.flatnonzero((ratio >= least) | (ratio <= 1.0 / least))
    before = before[_is_usual(ratio[before])]
    before = before[~_is_rush(bars.volume, before + 1, ratio[before])]
    return tuple(
        Jump(
            place + 1,
            datetime.fromtimestamp(int(bars.time[place + 1]), UTC).date(),
            float(bars.close[place]),
            float(bars.open[place + 1]),
            float(ratio[place]),
        )
        for place in before.tolist()
    )


def _is_usual(ratio: Column) -> Truth:
    """Whether each ratio lies near one at which shares are split or merged."""
    step = np.maximum(ratio, 1.0 / ratio)
    usual = np.zeros(len(step), dtype=np.bool_)
    for known in SPLIT_RATIOS:
        usual |= np.abs(step / known - 1.0) <= SPLIT_TOLERANCE
    return usual


def _is_rush(volume: Column, index: Indices, ratio: Column) -> Truth:
    """Whether each bar of `index` trades far more than the bars before it; unknown volume is no rush."""
    rush = np.zeros(len(index), dtype=np.bool_)
    padded = np.concatenate(
        (np.full(SPLIT_VOLUME_BARS, np.nan), np.where(np.isfinite(volume), volume, np.nan))
    )
    windows = np.lib.stride_tricks.sliding_window_view(padded, SPLIT_VOLUME_BARS)
    for start in range(0, len(index), _JUMPS_AT_ONCE):
        part = np.s_[start : start + _JUMPS_AT_ONCE]
        before = np.sort(windows[index[part]], axis=1)  # what is unknown goes last
        known = np.count_nonzero(np.isfinite(before), axis=1)
        rows = np.arange(len(before))
        median = (before[rows, np.maximum(known - 1, 0) // 2] + before[rows, known // 2]) / 2.0
        usual = np.where(known > 0, median, 0.0) * ratio[part]
        rush[part] = (usual > 0.0) & (volume[index[part]] > SPLIT_VOLUME_LIMIT * usual)
    return rush


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
