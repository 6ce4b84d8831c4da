"""The demo workspace: an account, instruments, three example rules and one finished run."""

from __future__ import annotations

from uuid import UUID

from app.auth.domain import DemoAccount
from app.auth.service import ensure_demo_user
from app.backtests import service as backtests
from app.backtests.domain import RunFilter
from app.config import Settings
from app.core.clock import Clock
from app.core.database import Databases
from app.core.pagination import PageQuery
from app.engine.intervals import Interval
from app.market.demo.loading import load_demo as load_demo_bars
from app.market.domain import Viewer
from app.strategies import service as strategies
from app.strategies.examples import SMA_CROSSOVER

SYMBOL = "GOOG"
_ONE = PageQuery(limit=1, cursor=None)


async def load_demo(databases: Databases, settings: Settings, clock: Clock) -> DemoAccount:
    """Make what is missing of the demo. Calling it again changes nothing and takes little time.

    Raises DemoNotAvailable where the demo is off.
    """
    account = await ensure_demo_user(databases, settings)
    await load_demo_bars(databases, clock)
    async with databases.main.session() as session:
        await strategies.ensure_examples(session, account.user_id)
    await ensure_demo_run(databases, clock, account.user_id)
    return account


async def ensure_demo_run(databases: Databases, clock: Clock, user_id: UUID) -> None:
    """One finished run, computed right here, unless the user has runs."""
    async with databases.main.session() as session:
        runs, _ = await backtests.list_runs(session, user_id, RunFilter(), _ONE)
        if runs:
            return
        mine, _ = await strategies.list_strategies(session, user_id, PageQuery(limit=100, cursor=None))
        saved = next((strategy for strategy in mine if strategy.name == SMA_CROSSOVER.name), None)
        body = backtests.BacktestCreate.model_validate(
            {
                **({"strategy_id": saved.id} if saved else {"source": SMA_CROSSOVER.source}),
                "symbol": SYMBOL,
                "interval": Interval.DAY_1,
                "initial_cash": "1000000",
                "commission_bps": 10,
            }
        )
        run_id = await backtests.request_run(session, Viewer(user_id), user_id, body)
    # Only now: the engine takes a second to load, and a second start has no use for it.
    from app.backtests.jobs import run_backtest_job

    await run_backtest_job(databases, clock, run_id)
