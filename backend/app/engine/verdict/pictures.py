"""What a check shows beside its words: small JSON objects that the reports draw.

Each has `kind`, `title` and `unit` (fraction, ratio, money, count or price) and, by kind:

bars       {bars: [{label, value, level or null}], reference or null}
histogram  {edges: [n + 1], counts: [n], own or null}
fan        {time: [], bands: {p5, p25, p50, p75, p95: []}, own: []}
curves     {time: [], series: [{name, values: []}], marks: [{time, label}]}
spans      {start, end, spans: [{start, end, label, level}]}

Times are unix seconds. A value that is undefined is null.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.engine.bars import Column

Picture: TypeAlias = dict[str, Any]

FAN_POINTS = 120
CURVE_POINTS = 300
SPANS_SHOWN = 200
BAND_PERCENTILES = (5, 25, 50, 75, 95)
_DIGITS = 9


def bars_picture(
    title: str,
    unit: str,
    bars: Iterable[tuple[str, float | None, str | None]],
    reference: float | None = None,
) -> Picture:
    """A bar for each (label, value, level or None), and a line at `reference`."""
    drawn = [{"label": label, "value": _number(value), "level": level} for label, value, level in bars]
    return {
        "kind": "bars",
        "title": title,
        "unit": unit,
        "bars": drawn,
        "reference": _number(reference),
    }


def histogram_picture(
    title: str, unit: str, values: Column, own: float | None = None, bins: int = 40
) -> Picture:
    """How `values` are spread, and where the run's own lies. Values that are not finite are left out."""
    finite = values[np.isfinite(values)]
    whole = finite if own is None or not math.isfinite(own) else np.append(finite, own)
    low, high = (float(whole.min()), float(whole.max())) if len(whole) else (0.0, 1.0)
    size = max(abs(low), abs(high))
    if not high - low > 1e-12 * max(size, 1e-12):
        margin = max(0.5, 1e-3 * size)
        low, high = low - margin, high + margin
    counts, edges = np.histogram(finite, bins=bins, range=(low, high))
    return {
        "kind": "histogram",
        "title": title,
        "unit": unit,
        "edges": _numbers(edges),
        "counts": counts.tolist(),
        "own": _number(own),
    }


def fan_picture(
    title: str, unit: str, time: Iterable[int], bands: NDArray[np.float64], own: Iterable[float]
) -> Picture:
    """Bands of resampled paths: `bands` of shape (5, points), a row for each of BAND_PERCENTILES."""
    names = [f"p{percentile}" for percentile in BAND_PERCENTILES]
    return {
        "kind": "fan",
        "title": title,
        "unit": unit,
        "time": [int(moment) for moment in time],
        "bands": {name: _numbers(band) for name, band in zip(names, bands, strict=True)},
        "own": _numbers(own),
    }


def curves_picture(
    title: str,
    unit: str,
    time: NDArray[np.int64],
    series: Mapping[str, Column],
    marks: Sequence[tuple[int, str]] = (),
) -> Picture:
    """Curves over the same times, thinned to CURVE_POINTS points. A mark is (time, label)."""
    kept = spread_places(len(time), CURVE_POINTS)
    return {
        "kind": "curves",
        "title": title,
        "unit": unit,
        "time": time[kept].tolist(),
        "series": [{"name": name, "values": _numbers(values[kept])} for name, values in series.items()],
        "marks": [{"time": int(moment), "label": label} for moment, label in marks],
    }


def spans_picture(
    title: str, start: int, end: int, spans: Sequence[tuple[int, int, str, str]], unit: str = "count"
) -> Picture:
    """Stretches of time as (start, end, label, level), the first SPANS_SHOWN of them."""
    drawn = [
        {"start": int(first), "end": int(last), "label": label, "level": str(level)}
        for first, last, label, level in spans[:SPANS_SHOWN]
    ]
    return {
        "kind": "spans",
        "title": title,
        "unit": unit,
        "start": int(start),
        "end": int(end),
        "spans": drawn,
    }


def spread_places(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` places among `count`, evenly spread, the first and the last always among them."""
    if count <= most:
        return np.arange(count, dtype=np.int64)
    return np.round(np.linspace(0, count - 1, most)).astype(np.int64)


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [_number(float(value)) for value in values]


def _number(value: float | None) -> float | None:
    """The value with more digits than are ever printed of it; None where it is undefined."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")
