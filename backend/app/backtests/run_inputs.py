"""What a run computes with: its bars, finer ones for the replay, and its terms as the engine takes them.

For workers alone. Research loads the bars of sweeps through here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests.domain import RunFailed, RunRequest
from app.core.database import Database
from app.core.errors import FlowrexError
from app.core.fields import ceil_seconds
from app.engine.bars import Bars
from app.engine.execution import Execution
from app.engine.filling.calendar_days import Split
from app.market import service as market
from app.market.domain import Instrument, IntervalNotAvailable, Viewer
from app.market.service import LoadedBars


@dataclass(frozen=True, slots=True, eq=False)
class RunBars:
    """The bars of a run, warm-up included, and the finer ones on which it is replayed, if that was asked."""

    loaded: LoadedBars
    detail: Bars | None = None


async def load_run_bars(
    database: Database, request: RunRequest, owner_id: UUID | None, now: datetime
) -> RunBars:
    """Every bar up to the end that was asked for: all that lie before the start warm the indicators up.

    Recursive indicators depend on where they begin; this way a shorter run sees the values of a longer one.
    Without `owner_id`, of the installation's instruments. Raises RunFailed.
    """
    async with database.session() as session:
        # Bars come in batches: an import that commits in between must not show in the later ones.
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            instrument = await _get_instrument(session, request, Viewer(owner_id))
            loaded = await market.load_bars(
                session, instrument, request.interval, now=now, end=request.end, adjust=request.adjust
            )
            return RunBars(loaded, await _load_detail(session, instrument, request, now))
        except FlowrexError as error:
            raise RunFailed(error.code, error.detail) from error


async def load_basket_bars(
    database: Database, request: RunRequest, owner_id: UUID | None, now: datetime
) -> tuple[LoadedBars, ...]:
    """The bars of each instrument of a basket, in its order, as `load_run_bars` loads those of one."""
    loaded = []
    async with database.session() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            for symbol in request.instruments:
                instrument = await market.get_instrument(session, Viewer(owner_id), symbol)
                bars = await market.load_bars(
                    session, instrument, request.interval, now=now, end=request.end, adjust=request.adjust
                )
                loaded.append(bars)
        except FlowrexError as error:
            raise RunFailed(error.code, error.detail) from error
    return tuple(loaded)


def find_first_bar(request: RunRequest, loaded: LoadedBars) -> int:
    """The place of the first bar whose signal counts. Raises RunFailed where there is none."""
    bars = loaded.bars
    first_bar = 0 if request.start is None else int(bars.time.searchsorted(ceil_seconds(request.start)))
    if first_bar >= len(bars):
        raise RunFailed("no_bars", _describe_missing_bars(request, loaded))
    return first_bar


def find_raw_splits(loaded: LoadedBars) -> tuple[Split, ...]:
    """The splits that positions go through: those that the bars were not adjusted for."""
    return () if loaded.adjusted else tuple((split.date, split.ratio) for split in loaded.splits)


def make_execution(request: RunRequest) -> Execution:
    """The terms of a run's fills, as the engine takes them. Raises RunFailed where they clash."""
    more = request.fill_terms
    try:
        return Execution(
            initial_cash=float(request.initial_cash),
            commission_bps=request.commission_bps,
            slippage_bps=request.slippage_bps,
            commission_fixed=float(request.commission_fixed),
            whole_units=request.whole_units,
            close_at_end=request.close_at_end,
            commission_per_unit=float(more.commission_per_unit),
            commission_minimum=float(more.commission_minimum),
            commission_tiers=tuple((float(floor), bps) for floor, bps in more.commission_tiers),
            slippage_model=more.slippage_model,
            volume_limit=more.volume_limit,
            price_impact=more.price_impact,
            borrow_rate=more.borrow_rate,
            overnight_rate=more.overnight_rate,
        )
    except ValueError as error:
        raise RunFailed("terms_invalid", str(error)) from error


async def _get_instrument(session: AsyncSession, request: RunRequest, viewer: Viewer) -> Instrument:
    """The instrument, or what its symbol means to who asks where the request names no more than that."""
    if request.instrument_id is None:
        return await market.get_instrument(session, viewer, request.symbol)
    return await market.get_instrument_by_id(session, viewer, request.instrument_id)


async def _load_detail(
    session: AsyncSession, instrument: Instrument, request: RunRequest, now: datetime
) -> Bars | None:
    finer = request.detail_interval
    if finer is None:
        return None
    if finer not in instrument.intervals:
        raise IntervalNotAvailable(f"{request.symbol} has no {finer} bars to replay its bars on.")
    loaded = await market.load_bars(
        session, instrument, finer, now=now, end=request.end, adjust=request.adjust
    )
    return loaded.bars


def _describe_missing_bars(request: RunRequest, loaded: LoadedBars) -> str:
    stored = loaded.instrument.find_series(loaded.source)
    reach = f" There are bars from {stored.first_at:%Y-%m-%d} to {stored.last_at:%Y-%m-%d}." if stored else ""
    symbol = loaded.instrument.symbol
    return f"{symbol} has no {request.interval.value} bars in the range that was asked for.{reach}"
