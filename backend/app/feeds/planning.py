"""Which stretches of bars have to be asked for: what is neither stored nor answered, where the market traded.

Times are unix seconds as `Bars.time` has them; ranges are half-open. Stretches come newest first, never
overlap, and hold no bar that is stored or was answered. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from app.engine.bars import Times
from app.engine.intervals import DAY_SECONDS, Interval
from app.market.local_time import month_labels, next_month_label, week_labels
from app.market.service import Sessions

Range: TypeAlias = tuple[int, int]

# A file full of pinholes would cost a credit for each: when more than these lie within one page of bars, they
# are asked for together.
_MOST_HOLES_OF_A_PAGE = 16
# Of the bars that a market's hours hold, an answer that holds this share is dense; of a page's, nearly full.
_DENSE = 0.9
_NEARLY_FULL = 0.9


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bars that lack with start ≤ time < end. `expected`: how many the market's hours hold, at most."""

    start: int
    end: int
    expected: int


def merge_ranges(ranges: Sequence[Range]) -> list[Range]:
    """The same instants as ascending ranges that neither overlap nor touch. Empty ranges go."""
    merged: list[Range] = []
    for start, end in sorted(one for one in ranges if one[0] < one[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def subtract_ranges(wanted: Range, taken: Sequence[Range]) -> list[Range]:
    """What of `wanted` lies in none of `taken`, ascending."""
    left: list[Range] = []
    at, end = wanted
    for start, stop in merge_ranges(taken):
        if stop <= at:
            continue
        if start >= end:
            break
        if start > at:
            left.append((at, start))
        at = max(at, stop)
    if at < end:
        left.append((at, end))
    return left


def plan_stretches(
    wanted: Range,
    interval: Interval,
    stored: Times,
    asked: Sequence[Range],
    sessions: Sessions | None,
    page_size: int,
) -> list[Stretch]:
    """What of `wanted` to ask for, newest first.

    `stored`: times of the bars that are there, ascending. `asked`: what was answered before. `sessions`: of
    the market, from before `wanted` until behind it; without them what lies between the first and the last
    stored bar counts as there.
    """
    if wanted[0] >= wanted[1]:
        return []
    if sessions is None:
        stretches = _plan_without_sessions(wanted, interval, stored, asked)
    elif interval.is_intraday:
        stretches = _plan_within_days(wanted, interval, stored, asked, sessions)
    else:
        stretches = _plan_labels(wanted, interval, stored, asked, sessions)
    return _join_pinholes(stretches, asked, page_size)[::-1]


def count_requests(stretches: Sequence[Stretch], page_size: int) -> int:
    """How many requests the stretches take, if every bar that can be there is."""
    return sum(max(1, -(-one.expected // page_size)) for one in stretches)


def list_trading_hours(sessions: Sessions, wanted: Range) -> tuple[Times, Times]:
    """Starts and ends (unix s) of the stretches of trading within `wanted`, ascending; a break cuts one in
    two.
    """
    has_break = sessions.break_starts < sessions.closes
    starts = np.concatenate((sessions.opens, sessions.break_ends[has_break]))
    ends = np.concatenate(
        (np.where(has_break, sessions.break_starts, sessions.closes), sessions.closes[has_break])
    )
    order = np.argsort(starts, kind="stable")
    starts = np.maximum(starts[order], wanted[0])
    ends = np.minimum(ends[order], wanted[1])
    kept = starts < ends
    return starts[kept], ends[kept]


def list_labels(sessions: Sessions, interval: Interval, wanted: Range) -> Times:
    """The labels of the days, weeks or months within `wanted` on which there is a session."""
    labels = sessions.labels
    if interval is Interval.WEEK_1:
        labels = np.unique(week_labels(labels))
    elif interval is Interval.MONTH_1:
        labels = np.unique(month_labels(labels))
    kept: Times = labels[(labels >= wanted[0]) & (labels < wanted[1])]
    return kept


def find_label_end(label: int, interval: Interval) -> int:
    """Where the bar of a label ends on the axis of labels."""
    return next_month_label(label) if interval is Interval.MONTH_1 else label + interval.seconds


def _plan_without_sessions(
    wanted: Range, interval: Interval, stored: Times, asked: Sequence[Range]
) -> list[Stretch]:
    taken = list(asked)
    if len(stored):
        taken.append((int(stored[0]), find_label_end(int(stored[-1]), interval)))
    return [
        Stretch(start, end, max(1, -(-(end - start) // interval.seconds)))
        for start, end in subtract_ranges(wanted, taken)
    ]


def _plan_within_days(
    wanted: Range, interval: Interval, stored: Times, asked: Sequence[Range], sessions: Sessions
) -> list[Stretch]:
    """Runs of trading hours that no bar covers, whatever grid the bars stand on: a run ends at a bar."""
    starts, ends = list_trading_hours(sessions, wanted)
    if len(starts) == 0:
        return []
    step = interval.seconds
    near = stored[(stored > wanted[0] - step) & (stored < wanted[1])]
    taken = merge_ranges([*_cover(near, step), *asked])
    behind = np.concatenate(([0], np.cumsum(-(-(ends - starts) // step))))
    stretches: list[Stretch] = []
    for begin, stop in subtract_ranges(wanted, taken):
        first = int(np.searchsorted(ends, begin, side="right"))
        last = int(np.searchsorted(starts, stop, side="left")) - 1
        if first > last:
            continue  # nothing was traded there
        opening, closing = max(begin, int(starts[first])), min(stop, int(ends[last]))
        if first == last:
            count = -(-(closing - opening) // step)
        else:
            count = int(behind[last] - behind[first + 1])
            count += -(-(int(ends[first]) - opening) // step) + -(-(closing - int(starts[last])) // step)
        stretches.append(Stretch(opening, closing, int(count)))
    return stretches


def _cover(times: Times, step: int) -> list[Range]:
    """The time that bars cover, as ranges."""
    if len(times) == 0:
        return []
    breaks = np.flatnonzero(np.diff(times) > step)
    firsts = np.concatenate(([0], breaks + 1))
    lasts = np.concatenate((breaks, [len(times) - 1]))
    return [
        (first, last + step)
        for first, last in zip(times[firsts].tolist(), times[lasts].tolist(), strict=True)
    ]


def _plan_labels(
    wanted: Range, interval: Interval, stored: Times, asked: Sequence[Range], sessions: Sessions
) -> list[Stretch]:
    """Runs of consecutive labels without a bar."""
    labels = list_labels(sessions, interval, wanted)
    lacking = ~np.isin(labels, stored)
    for start, end in asked:
        lacking &= ~((labels >= start) & (labels < end))
    places = np.flatnonzero(lacking)
    if len(places) == 0:
        return []
    begins = places[np.diff(places, prepend=places[0] - 2) > 1]
    lasts = places[np.diff(places, append=places[-1] + 2) > 1]
    stretches: list[Stretch] = []
    for begin, last in zip(begins.tolist(), lasts.tolist(), strict=True):
        end = min(find_label_end(int(labels[last]), interval), wanted[1])
        stretches.append(Stretch(int(labels[begin]), max(end, int(labels[last]) + 1), last - begin + 1))
    return stretches


def _join_pinholes(stretches: list[Stretch], asked: Sequence[Range], page_size: int) -> list[Stretch]:
    """Many small holes close to one another as one: a request for each would be a waste. Ascending."""
    if len(stretches) <= _MOST_HOLES_OF_A_PAGE:
        return stretches
    ends = [end for _start, end in merge_ranges(asked)]
    joined: list[Stretch] = []
    at = 0
    while at < len(stretches):
        first, total, stop = stretches[at], 0, at
        barrier = next((end for end in ends if end > first.start), None)
        while stop < len(stretches) and total + stretches[stop].expected <= page_size // 2:
            if barrier is not None and stretches[stop].end > barrier:
                break
            total += stretches[stop].expected
            stop += 1
        if stop - at > _MOST_HOLES_OF_A_PAGE:
            joined.append(Stretch(first.start, stretches[stop - 1].end, total))
            at = stop
        else:
            joined.append(first)
            at += 1
    return joined


@dataclass(frozen=True, slots=True)
class Judgement:
    """What of a page to take for answered for good, and what to ask for once more before it is believed.
    `covered_from`: what lies before it has yet to be asked for.
    """

    covered_from: int
    answered: tuple[Range, ...]
    doubted: tuple[Range, ...]


def judge_answer(
    covered: Range,
    interval: Interval,
    times: Times,
    sessions: Sessions | None,
    settled_until: int,
    page_size: int,
) -> Judgement:
    """Hold an answer about `covered` against the market's hours.

    An answer without a single bar, or whose newest bars lack although it is dense before them, may come from
    a provider that lags: that end is doubted. A page that lost a few of its bars looks like one that holds
    all there is: when it is nearly full, or its end is doubted, it covers no more than its bars. What reaches
    beyond `settled_until` (bars that are hardly closed) is answered only as far as its bars prove.
    """
    start, end = covered
    proven = find_label_end(int(times[-1]), interval) if len(times) else start
    proven = min(max(proven, start), end)
    tail = proven, min(end, settled_until)
    is_doubted = _is_tail_doubtful(times, proven, tail, interval, sessions)
    if len(times) and start < times[0] and (is_doubted or len(times) >= _NEARLY_FULL * page_size):
        lacking = 1 if sessions is None else _count_expected((start, int(times[0])), interval, sessions)
        start = int(times[0]) if lacking else start
    if is_doubted:
        return Judgement(start, ((start, proven),) if start < proven else (), (tail,))
    answered_to = end if end <= settled_until else max(proven, min(end, settled_until))
    return Judgement(start, ((start, answered_to),) if start < answered_to else (), ())


def _is_tail_doubtful(
    times: Times, proven: int, tail: Range, interval: Interval, sessions: Sessions | None
) -> bool:
    lacking = 0 if sessions is None else _count_expected(tail, interval, sessions)
    if lacking == 0 or sessions is None:
        return False
    if len(times) == 0:
        return True
    before = _count_expected((int(times[0]), proven), interval, sessions)
    return lacking > 1 and len(times) >= _DENSE * before


def _count_expected(wanted: Range, interval: Interval, sessions: Sessions) -> int:
    if wanted[0] >= wanted[1]:
        return 0
    if not interval.is_intraday:
        return len(list_labels(sessions, interval, wanted))
    starts, ends = list_trading_hours(sessions, wanted)
    return int((-(-(ends - starts) // interval.seconds)).sum())


def find_settled_until(now: int, interval: Interval) -> int:
    """Bars before this time have been closed for a while: an answer that lacks them means that they are not
    there.
    """
    if interval.is_intraday:
        return now - max(2 * interval.seconds, 1_200)
    return now - find_label_end(0, interval) - 2 * DAY_SECONDS
