"""What somebody arranges for himself: watchlists, drawings, chart layouts. Rules and errors, no I/O.

**Watchlists and edits at once.** Adding, removing and starring concern one instrument each and are applied to
the list as it stands, so that edits from two windows both hold. The whole order at once is another matter: it
names the `revision` that it was made from, and is refused (`watchlist_changed`) when the list has moved on;
the client reads the list and tries again. A name is whatever was written last.

**Drawings and splits.** The points of a drawing are stored as raw prices, as they were traded at the points'
own times. Over HTTP they travel in the terms of the chart (`adjust`, as bars have it): on the way in a price
is multiplied by the split factor of its point's time, on the way out divided by the factor as it is then. A
split that is recorded overnight therefore moves a line together with its candles. A factor depends on what a
time means, which the interval of the bars says (an instant within the day, a date's label from 1day on), so
each drawing carries the `interval` of the chart on which its points were set. A horizontal line has a point,
not only a price, for the same reason. A client that has drawn on bars of before a split says which splits it
knew (`splits_revision`) and is refused with `splits_changed`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.core.errors import Conflict, NotFound
from app.engine.intervals import Interval

MAX_WATCHLISTS = 50
MAX_ITEMS = 500
MAX_DRAWINGS = 500
MAX_LAYOUTS = 50
DEFAULT_WATCHLIST_NAME = "Watchlist"


class WatchlistNotFound(NotFound):
    """No such watchlist, or somebody else's."""

    code, title = "watchlist_not_found", "There is no such watchlist"


class WatchlistChanged(Conflict):
    """The order was made from a list that has changed since."""

    code, title = "watchlist_changed", "The watchlist has changed since it was read"


class TooManyWatchlists(Conflict):
    """One person has as many watchlists as can be."""

    code, title = "too_many_watchlists", "There are too many watchlists"

    def __init__(self) -> None:
        super().__init__(f"One person can have {MAX_WATCHLISTS} watchlists. Remove one first.")


class WatchlistFull(Conflict):
    """A list holds as many instruments as can be."""

    code, title = "watchlist_full", "The watchlist is full"

    def __init__(self) -> None:
        super().__init__(f"A watchlist holds {MAX_ITEMS} instruments. Remove one, or begin another list.")


class DrawingNotFound(NotFound):
    """No such drawing, or somebody else's."""

    code, title = "drawing_not_found", "There is no such drawing"


class TooManyDrawings(Conflict):
    """An instrument carries as many drawings as can be."""

    code, title = "too_many_drawings", "There are too many drawings on this instrument"

    def __init__(self) -> None:
        super().__init__(f"An instrument can carry {MAX_DRAWINGS} drawings. Remove some first.")


class SplitsChanged(Conflict):
    """The points were set on bars adjusted for other splits than there are now."""

    code, title = "splits_changed", "The instrument's splits have changed since the chart was read"


class LayoutNotFound(NotFound):
    """No such layout, or somebody else's."""

    code, title = "layout_not_found", "There is no such layout"


class TooManyLayouts(Conflict):
    """One person has as many layouts as can be."""

    code, title = "too_many_layouts", "There are too many layouts"

    def __init__(self) -> None:
        super().__init__(f"One person can have {MAX_LAYOUTS} layouts. Remove one first.")


@dataclass(frozen=True, slots=True)
class WatchlistItem:
    """An instrument on a list, under a heading of the user's or none."""

    instrument_id: UUID
    group: str | None = None


@dataclass(frozen=True, slots=True)
class WatchlistSummary:
    """A list without its items. `revision` grows with every change of the items."""

    id: UUID
    name: str
    position: int
    is_default: bool
    revision: int
    item_count: int
    created_at: datetime
    updated_at: datetime


class DrawingKind(StrEnum):
    """What a drawing is."""

    TREND_LINE = "trend_line"
    HORIZONTAL = "horizontal"
    RECTANGLE = "rectangle"
    MEASURE = "measure"

    @property
    def point_count(self) -> int:
        """How many points make one."""
        return 1 if self is DrawingKind.HORIZONTAL else 2


@dataclass(frozen=True, slots=True)
class Point:
    """A corner of a drawing: a time as bars of the drawing's interval have it (unix s), and a price."""

    time: int
    price: float


@dataclass(frozen=True, slots=True)
class DrawingStyle:
    """How a drawing looks. `color`: a name that the client's theme gives a colour to.

    `extends_right`: a trend line goes on past its second point.
    """

    color: str = "accent"
    width: int = 2
    dash: str = "solid"
    extends_right: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Something drawn on an instrument's chart. Prices of `points` are raw unless said otherwise."""

    id: UUID
    owner_id: UUID
    instrument_id: UUID
    kind: DrawingKind
    interval: Interval
    points: tuple[Point, ...]
    style: DrawingStyle
    is_locked: bool
    text: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class LayoutSummary:
    """A layout without its state. The one that was used last is marked."""

    id: UUID
    name: str
    is_last_used: bool
    used_at: datetime
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Layout:
    """An arrangement of charts under a name. `state` is the client's own, within bounds."""

    summary: LayoutSummary
    state: Mapping[str, Any]


def measure_line(
    points: Sequence[Point],
    times: npt.NDArray[np.int64],
    *,
    drawn_on: Interval,
    shown_on: Interval,
    extends_right: bool = True,
) -> npt.NDArray[np.float64]:
    """The price of a line at each bar of a chart, (n,) float64; NaN where the line is not.

    `points`: of a trend line (two, in any order) or a horizontal line (one), in the same terms as the bars
    whose prices they are compared with (adjusted for splits alike). `times`: (n,) int64 unix s, ascending, of
    bars of `shown_on`; they must reach back to the earlier point of a trend line, else the line is nowhere.

    A trend line is straight as it is drawn: a chart's axis counts bars, so nights and weekends have no
    length, and the price between two points is linear in the number of the bar, not in time. A point that is
    later than the last bar stands as many bars after it as fit in between without any closing time.
    """
    if len(times) == 0:
        return np.empty(0)
    if len(points) == 1:
        return np.full(len(times), points[0].price)
    first, second = sorted(points, key=lambda point: point.time)
    start = find_bar_number(first.time, times, drawn_on=drawn_on, shown_on=shown_on)
    end = find_bar_number(second.time, times, drawn_on=drawn_on, shown_on=shown_on)
    numbers = np.arange(len(times), dtype=np.float64)
    if math.isnan(start) or math.isnan(end) or end <= start:
        return np.full(len(times), math.nan)
    line = first.price + (second.price - first.price) * ((numbers - start) / (end - start))
    outside = numbers < start if extends_right else (numbers < start) | (numbers > end)
    return np.where(outside, math.nan, line)


def find_bar_number(
    time: int, times: npt.NDArray[np.int64], *, drawn_on: Interval, shown_on: Interval
) -> float:
    """Where on a chart's axis a point stands: the number of its bar, from 0; NaN before the first bar.

    A point belongs to the last bar that opens at its time or before. A date's label shown on bars within the
    day belongs to the first bar of that date instead: the label stands before all of them.
    """
    after_last = time - int(times[-1])
    if after_last > 0:
        return len(times) - 1 + after_last // shown_on.seconds
    if shown_on.is_intraday and not drawn_on.is_intraday:
        number = int(np.searchsorted(times, time, side="left"))
        # A week may open on a Tuesday: how far a label lies before its first bar is for its interval to say.
        reach = min(drawn_on.seconds, Interval.WEEK_1.seconds)
        begins_before = number == 0 and time < int(times[0]) - reach
        return math.nan if begins_before else number
    number = int(np.searchsorted(times, time, side="right")) - 1
    return math.nan if number < 0 else number
