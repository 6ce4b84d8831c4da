"""A finished run as one HTML file that needs nothing else: opened anywhere, printed, sent, kept."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from app import __version__
from app.backtests import columns, svg_charts
from app.backtests.costs import describe_costs
from app.backtests.domain import label_symbols
from app.backtests.figure_units import ANSWERS, COUNTS, ENDED, FRACTIONS, MONEY
from app.backtests.report_schemas import TearSheetRead
from app.backtests.schemas import RunRead
from app.engine.packing import EquityCurve
from app.engine.trades import Trades

if TYPE_CHECKING:
    from jinja2 import Template

TRADES_SHOWN = 500
CHART_POINTS = 600
SCATTERED = 500
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def render_page(run: RunRead, tear_sheet: TearSheetRead, curve: EquityCurve, trades: Trades) -> bytes:
    """The page in UTF-8. Whatever people wrote is escaped; no request leaves it."""
    return _template().render(**_gather(run, tear_sheet, curve, trades)).encode()


def _gather(run: RunRead, tear_sheet: TearSheetRead, curve: EquityCurve, trades: Trades) -> dict[str, Any]:
    shown = columns.thin_out(curve, CHART_POINTS)
    time = shown.time.tolist()
    metrics = run.metrics.model_dump() if run.metrics else {}
    held = run.benchmark.model_dump() if run.benchmark else {}
    sheet = tear_sheet.model_dump()
    symbols = run.symbols or [run.symbol]
    listed = columns.write_trades(trades, np.arange(min(len(trades), TRADES_SHOWN)), symbols)
    return {
        "run": run.model_dump(mode="json"),
        "label": label_symbols(symbols),
        "is_basket": len(symbols) > 1,
        "verdict": run.verdict.model_dump() if run.verdict else {"level": "red", "checks": []},
        "answer": ANSWERS,
        "ended": ENDED,
        "rows": [
            (name, _write(name, value), _write(name, held.get(name))) for name, value in metrics.items()
        ],
        "costs": describe_costs(run),
        "sheet": sheet,
        "trades": listed,
        "trades_left_out": len(trades) - len(listed),
        "version": __version__,
        "weekdays": WEEKDAYS,
        "number": svg_charts.write_number,
        "date": svg_charts.write_date,
        "shade": _shade,
        "draw_picture": svg_charts.draw_picture,
        "charts": {
            "equity": svg_charts.draw_lines(
                time,
                {"Strategy": shown.equity.tolist(), "Buy and hold": shown.benchmark.tolist()},
                "money",
            ),
            "underwater": svg_charts.draw_lines(
                time, {"Below the peak": shown.drawdown.tolist()}, "fraction", area=True
            ),
            "rolling_sharpe": svg_charts.draw_lines(
                sheet["rolling"]["time"], {"Sharpe": sheet["rolling"]["sharpe"]}, "ratio"
            ),
            "rolling_volatility": svg_charts.draw_lines(
                sheet["rolling"]["time"], {"Volatility": sheet["rolling"]["volatility"]}, "fraction"
            ),
            "distribution": svg_charts.draw_histogram(
                sheet["distribution"]["edges"], sheet["distribution"]["counts"], "fraction"
            ),
            "exposure": svg_charts.draw_lines(
                sheet["exposure"]["time"], {"Exposure": sheet["exposure"]["value"]}, "fraction", area=True
            ),
            "excursions": _draw_excursions(trades),
            "by_hour": _draw_groups(sheet["by_hour"], lambda row: f"{row['hour']:02d}:00"),
            "by_weekday": _draw_groups(sheet["by_weekday"], lambda row: WEEKDAYS[row["weekday"]]),
        },
    }


def _draw_excursions(trades: Trades) -> Any:
    kept = np.unique(np.round(np.linspace(0, max(len(trades) - 1, 0), SCATTERED)).astype(np.int64))
    kept = kept[kept < len(trades)]
    points = list(zip(trades.mae[kept].tolist(), trades.returns[kept].tolist(), strict=True))
    return svg_charts.draw_scatter(points, "fraction", "worst excursion", "return of the trade")


def _draw_groups(rows: list[dict[str, Any]], label: Any) -> Any:
    bars = [{"label": f"{label(row)} ({row['trades']:,} trades)", "value": row["pnl"]} for row in rows]
    return svg_charts.draw_bars(bars, "money")


def _write(name: str, value: float | None) -> str:
    unit = "fraction" if name in FRACTIONS else "count" if name in COUNTS else "ratio"
    if name in MONEY and value is not None:
        return f"{value:,.2f}".replace("-", "−")
    return svg_charts.write_number(value, unit)


def _shade(value: float | None) -> str:
    """How strongly a month's return colours its cell: 10 % and more in full."""
    if value is None or value == 0.0:
        return ""
    name = "gain" if value > 0 else "loss"
    return f"background: rgb(var(--{name}) / {min(abs(value) / 0.10, 1.0) * 0.45:.2f})"


@cache
def _template() -> Template:
    # Only who asks for a page pays for the library.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("app.backtests"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = lambda name: str(name).replace("_", " ")
    return environment.get_template("report.html")
