"""Small charts as SVG text, for a page that stands alone. Colours come from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

WIDTH, HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 10, 24
_ROW = 22
_LABEL_CHARS = 28
_CHARS_TO_BARS = 220
_DAY = 86_400

Values = Sequence[float | None]


def write_number(value: float | None, unit: str) -> str:
    """A figure of this unit in words: 12.3%, 1.25, 12,345."""
    if value is None or not math.isfinite(value):
        return "–"
    if unit == "fraction":
        text = f"{value * 100:,.1f}%"
    elif unit in ("count", "money") or abs(value) >= 1_000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.2f}"
    return text.replace("-", "−")


def write_date(seconds: int) -> str:
    """Unix seconds as a date."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


def draw_lines(
    time: Sequence[int],
    series: Mapping[str, Values],
    unit: str,
    area: bool = False,
    marks: Sequence[Mapping[str, Any]] = (),
) -> Markup:
    """Lines over time, styled s0, s1, … in turn; where a value is undefined the line breaks.

    `marks`: {time, label} of moments.
    """
    y = _fit(value for values in series.values() for value in values)
    if len(time) < 2 or y is None:
        return Markup()
    x = _scale(time[0], time[-1], _LEFT, WIDTH - _RIGHT)
    place = _scale(y[0], y[1], HEIGHT - _BOTTOM, _TOP)
    parts = [_grid(y, place, unit), _dates(time[0], time[-1], x)]
    for number, values in enumerate(series.values()):
        for run in _unbroken(time, values):
            points = " ".join(f"{x(moment):.1f},{place(value):.1f}" for moment, value in run)
            if area:
                zero = place(min(max(0.0, y[0]), y[1]))
                ends = f"{x(run[-1][0]):.1f},{zero:.1f} {x(run[0][0]):.1f},{zero:.1f}"
                parts.append(f'<polygon class="a{number}" points="{points} {ends}"/>')
            parts.append(f'<polyline class="s{number}" points="{points}"/>')
    for mark in marks:
        at = x(min(max(mark["time"], time[0]), time[-1]))
        parts.append(
            f'<line class="mark" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}">'
            f"<title>{escape(str(mark['label']))}</title></line>"
        )
    return _svg("".join(parts))


def draw_fan(time: Sequence[int], bands: Mapping[str, Values], own: Values, unit: str) -> Markup:
    """Bands of percentiles with what came in front of them."""
    y = _fit(value for values in (*bands.values(), own) for value in values)
    if len(time) < 2 or y is None:
        return Markup()
    x = _scale(time[0], time[-1], _LEFT, WIDTH - _RIGHT)
    place = _scale(y[0], y[1], HEIGHT - _BOTTOM, _TOP)
    parts = [_grid(y, place, unit), _dates(time[0], time[-1], x)]
    for low, high in (("p5", "p95"), ("p25", "p75")):
        lower, upper = _known(time, bands[low]), _known(time, bands[high])
        points = " ".join(f"{x(t):.1f},{place(v):.1f}" for t, v in (*upper, *reversed(lower)))
        parts.append(f'<polygon class="band" points="{points}"/>')
    for values, style in ((bands["p50"], "middle"), (own, "s0")):
        points = " ".join(f"{x(t):.1f},{place(v):.1f}" for t, v in _known(time, values))
        parts.append(f'<polyline class="{style}" points="{points}"/>')
    return _svg("".join(parts))


def draw_bars(bars: Sequence[Mapping[str, Any]], unit: str, reference: float | None = None) -> Markup:
    """Horizontal bars with their labels and figures."""
    values = [bar["value"] for bar in bars]
    limits = _fit((*values, 0.0, reference))
    if not bars or limits is None:
        return Markup()
    x = _scale(limits[0], limits[1], _CHARS_TO_BARS, WIDTH - 90)
    height = _ROW * len(bars) + 8
    parts = []
    for number, bar in enumerate(bars):
        top = 4 + _ROW * number
        label = str(bar["label"])
        label = label if len(label) <= _LABEL_CHARS else label[: _LABEL_CHARS - 1] + "…"
        parts.append(f'<text x="{_CHARS_TO_BARS - 8}" y="{top + 15}" class="end">{escape(label)}</text>')
        value = bar["value"]
        if value is not None:
            left, right = sorted((x(0.0), x(value)))
            style = escape(bar.get("level") or "s0")
            parts.append(
                f'<rect class="bar {style}" x="{left:.1f}" y="{top + 3}" width="{max(right - left, 1):.1f}" '
                f'height="{_ROW - 6}"/>'
            )
        parts.append(f'<text x="{WIDTH - 84}" y="{top + 15}">{escape(write_number(value, unit))}</text>')
    if reference is not None:
        at = x(reference)
        parts.append(f'<line class="reference" x1="{at:.1f}" x2="{at:.1f}" y1="2" y2="{height - 2}"/>')
    return _svg("".join(parts), height)


def draw_histogram(
    edges: Sequence[float], counts: Sequence[float], unit: str, own: float | None = None
) -> Markup:
    """How often what came out, and where one's own lies."""
    if not counts or max(counts) <= 0 or not edges[-1] > edges[0]:
        return Markup()
    x = _scale(edges[0], edges[-1], _LEFT, WIDTH - _RIGHT)
    place = _scale(0.0, max(counts), HEIGHT - _BOTTOM, _TOP)
    parts = [_grid((0.0, float(max(counts))), place, "count")]
    for left, right, count in zip(edges, edges[1:], counts, strict=False):
        top = place(count)
        parts.append(
            f'<rect class="bar s0" x="{x(left):.1f}" y="{top:.1f}" '
            f'width="{max(x(right) - x(left) - 0.6, 0.4):.1f}" height="{HEIGHT - _BOTTOM - top:.1f}"/>'
        )
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        value = edges[0] + share * (edges[-1] - edges[0])
        text = escape(write_number(value, unit))
        parts.append(f'<text x="{x(value):.1f}" y="{HEIGHT - 6}" text-anchor="{anchor}">{text}</text>')
    if own is not None:
        at = min(max(x(own), _LEFT), WIDTH - _RIGHT)
        parts.append(f'<line class="own" x1="{at:.1f}" x2="{at:.1f}" y1="4" y2="{HEIGHT - _BOTTOM}"/>')
    return _svg("".join(parts))


def draw_scatter(points: Sequence[Sequence[float | None]], unit: str, x_label: str, y_label: str) -> Markup:
    """Pairs of figures."""
    known = [(a, b) for a, b in points if a is not None and b is not None]
    across, up = _fit(a for a, _ in known), _fit(b for _, b in known)
    if across is None or up is None:
        return Markup()
    x = _scale(*across, _LEFT, WIDTH - _RIGHT)
    y = _scale(*up, HEIGHT - _BOTTOM, _TOP)
    dots = "".join(f'<circle class="dot" cx="{x(a):.1f}" cy="{y(b):.1f}" r="2.2"/>' for a, b in known)
    labels = (
        f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{escape(x_label)} →</text>'
        f'<text x="{_LEFT + 4}" y="{_TOP + 10}">↑ {escape(y_label)}</text>'
    )
    return _svg(_grid(up, y, unit) + dots + labels)


def draw_spans(start: int, end: int, spans: Sequence[Mapping[str, Any]]) -> Markup:
    """Stretches of time on one strip."""
    if end <= start:
        return Markup()
    x = _scale(start, end, _LEFT, WIDTH - _RIGHT)
    parts = [f'<rect class="strip" x="{_LEFT}" y="8" width="{WIDTH - _LEFT - _RIGHT}" height="22"/>']
    for span in spans:
        left, right = x(span["start"]), x(span["end"])
        style = escape(span.get("level") or "s0")
        parts.append(
            f'<rect class="bar {style}" x="{left:.1f}" y="8" width="{max(right - left, 1):.1f}" height="22">'
            f"<title>{escape(str(span['label']))}</title></rect>"
        )
    return _svg("".join(parts) + _dates(start, end, x, 46), 52)


def draw_picture(picture: Mapping[str, Any]) -> Markup:
    """A picture of the verdict, by its kind; nothing for a kind that is not known here."""
    draw: Callable[[Mapping[str, Any]], Markup] | None = _KINDS.get(picture["kind"])
    return Markup() if draw is None else draw(picture)


_KINDS: dict[str, Callable[[Mapping[str, Any]], Markup]] = {
    "bars": lambda it: draw_bars(it["bars"], it["unit"], it["reference"]),
    "histogram": lambda it: draw_histogram(it["edges"], it["counts"], it["unit"], it["own"]),
    "fan": lambda it: draw_fan(it["time"], it["bands"], it["own"], it["unit"]),
    "curves": lambda it: draw_lines(
        it["time"],
        {str(n): one["values"] for n, one in enumerate(it["series"])},
        it["unit"],
        marks=it["marks"],
    ),
    "spans": lambda it: draw_spans(it["start"], it["end"], it["spans"]),
    "scatter": lambda it: draw_scatter(it["points"], it["unit"], it["x_label"], it["y_label"]),
}


def _svg(content: str, height: int = HEIGHT) -> Markup:
    # Everything in `content` that came from people was escaped where it was put in.
    return Markup(f'<svg viewBox="0 0 {WIDTH} {height}" aria-hidden="true">{content}</svg>')  # noqa: S704


def _scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    factor = (last - first) / (high - low) if high > low else 0.0
    return lambda value: first + (value - low) * factor


def _fit(values: Iterable[float | None]) -> tuple[float, float] | None:
    """The least and greatest value, a little apart where they are the same."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return None
    low, high = min(known), max(known)
    if not high > low:
        low, high = low - max(abs(low) * 0.01, 1e-9), high + max(abs(high) * 0.01, 1e-9)
    return low, high


def _known(time: Sequence[int], values: Values) -> list[tuple[int, float]]:
    pairs = zip(time, values, strict=True)
    return [(moment, value) for moment, value in pairs if value is not None and math.isfinite(value)]


def _unbroken(time: Sequence[int], values: Values) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for moment, value in zip(time, values, strict=True):
        if value is None or not math.isfinite(value):
            runs.append([])
        else:
            runs[-1].append((moment, value))
    return [run for run in runs if run]


def _grid(limits: tuple[float, float], place: Callable[[float], float], unit: str) -> str:
    lines = []
    for step in range(5):
        value = limits[0] + (limits[1] - limits[0]) * step / 4
        y = place(value)
        lines.append(
            f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" class="end">{escape(write_number(value, unit))}</text>'
        )
    return "".join(lines)


def _dates(start: int, end: int, x: Callable[[float], float], y: int = HEIGHT - 6) -> str:
    texts = []
    for step, anchor in ((0, "start"), (1, "middle"), (2, "middle"), (3, "end")):
        moment = start + (end - start) * step // 3
        text = (
            write_date(moment) if end - start > 2 * _DAY else f"{datetime.fromtimestamp(moment, UTC):%H:%M}"
        )
        texts.append(f'<text x="{x(moment):.1f}" y="{y}" text-anchor="{anchor}">{text}</text>')
    return "".join(texts)
