"""What the rules of the library make of the demo bars: a table, and the file that the product ships.

    python -m benchmarks.library_reports [--write]

Everything goes the way of a backtest that somebody asks for: real servers, imported bars, the whole verdict.
`--write` replaces app/strategies/library/reports.json.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from app.backtests import service as backtests
from app.backtests.domain import RunResult
from app.backtests.jobs import compute_run
from app.config import Settings
from app.core.clock import SystemClock
from app.core.database import Databases
from app.market.demo.loading import load_demo
from app.market.domain import Viewer
from app.strategies import library
from app.strategies.domain import LibraryReport, LibraryRule
from benchmarks.market_data import running_installation

SYMBOLS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
INTERVAL = "1day"
TERMS = {"commission_bps": 10.0, "slippage_bps": 5.0}
_BADNESS = ("green", "amber", "red")


async def measure(settings: Settings) -> dict[str, list[LibraryReport]]:
    """Reports by slug, a symbol each."""
    databases = Databases.from_settings(settings, application_name="flowrex-bench")
    clock = SystemClock()
    try:
        await load_demo(databases, clock)
        return {
            rule.slug: [await _report(databases, clock, rule, symbol) for symbol in SYMBOLS]
            for rule in library.LIBRARY
        }
    finally:
        await databases.dispose()


async def _report(databases: Databases, clock: SystemClock, rule: LibraryRule, symbol: str) -> LibraryReport:
    body = backtests.BacktestCreate.model_validate(
        {"source": rule.source, "symbol": symbol, "interval": INTERVAL, **TERMS}
    )
    async with databases.main.session() as session:
        request = await backtests.prepare_request(session, Viewer(None), body, rule.source, {})
    began = time.perf_counter()
    result = await compute_run(databases.main, clock, request, None)
    report = _summarise(symbol, result)
    print(
        f"{rule.slug:22} {symbol:5} {report.total_return:+9.1%}  held {report.benchmark_return:+9.1%}  "
        f"sharpe {report.sharpe or 0.0:5.2f}  {report.trades:4} trades  {report.level:6} "
        f"{time.perf_counter() - began:4.1f} s  {report.statement}",
        flush=True,
    )
    return report


def _summarise(symbol: str, result: RunResult) -> LibraryReport:
    # The demo bars ended years ago, so that every report would say no more than that.
    checks = [check for check in result.verdict["checks"] if check["name"] != "data"]
    decisive = max(checks, key=lambda check: _BADNESS.index(check["level"]))
    return LibraryReport(
        symbol=symbol,
        interval=INTERVAL,
        total_return=result.metrics["total_return"],
        benchmark_return=result.benchmark["total_return"],
        sharpe=result.metrics["sharpe"],
        max_drawdown=result.metrics["max_drawdown"],
        trades=result.metrics["trades"],
        level=decisive["level"],
        statement=decisive["statement"],
    )


def main() -> None:
    """Measure all, print all, write where asked to."""
    with running_installation() as settings:
        reports = asyncio.run(measure(settings))
    levels = [report.level for of_rule in reports.values() for report in of_rule]
    print({level: levels.count(level) for level in _BADNESS}, "of", len(levels))
    if "--write" in sys.argv:
        content = {
            "terms": TERMS,
            "reports": {slug: [asdict(report) for report in of_rule] for slug, of_rule in reports.items()},
        }
        target = Path(library.__file__).with_name(library.REPORTS_FILE)
        target.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
