"""What can be done with runs: ask for one, look at it, stop it, forget it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests import repository
from app.backtests.domain import (
    TOPIC,
    Basket,
    BasketUnsuitable,
    IntervalUnsuitable,
    ParametersInvalid,
    ResultNotReady,
    Run,
    RunFilter,
    RunFinished,
    RunNotFound,
    RunOrigin,
    RunOverview,
    RunRequest,
    RunStatus,
    RunUnderWay,
    SweepOrigin,
    label_symbols,
)
from app.backtests.reading import MetricsRead as MetricsRead
from app.backtests.schemas import BacktestCreate as BacktestCreate  # what other rooms ask for a run with
from app.backtests.schemas import RunAccepted as RunAccepted
from app.backtests.schemas import RunFailureRead as RunFailureRead
from app.backtests.terms import RunTerms as RunTerms  # what research asks for sweeps with
from app.backtests.terms import RunTermsRead as RunTermsRead
from app.backtests.terms import read_basket
from app.backtests.terms import write_terms as write_terms
from app.core.leased_work import defer_work
from app.core.notifications import Notifications, notify
from app.core.pagination import PageQuery, cut_page, decode_uuid_cursor, encode_cursor
from app.core.waiting import wait_until_set
from app.engine.basket.terms import BasketUnsuitable as Unsuitable
from app.engine.basket.terms import refuse_unsuitable
from app.engine.intervals import Interval
from app.engine.language import IntervalUnsuitable as BarsTooLong
from app.engine.language import ParametersInvalid as InvalidValues
from app.engine.language import Rule
from app.engine.packing import EquityCurve, unpack_equity, unpack_trades
from app.engine.trades import Trades
from app.market import service as market
from app.market.domain import Instrument, IntervalNotAvailable, InvalidRange, Viewer
from app.strategies import service as strategies

# A lost notification costs at most this much of a waiting client's time.
_LOOK_AGAIN_SECONDS = 1.0


async def request_run(
    session: AsyncSession,
    viewer: Viewer,
    owner_id: UUID,
    body: BacktestCreate,
    sweep: SweepOrigin | None = None,
) -> UUID:
    """Write a queued run and its job, in the session's transaction; the run's id.

    `sweep`: what the run is opened from; it has counted the run among its trials already. Raises
    TooMuchUnfinished and what `find_rule` and `prepare_request` raise.
    """
    await repository.refuse_more_runs(session, owner_id)
    source, origin = await find_rule(session, owner_id, body)
    request = await prepare_request(session, viewer, body, source, body.parameters)
    run_id = await repository.insert_run(session, owner_id, request, origin, sweep)
    await defer_work(session, repository.RUNS, run_id)
    return run_id


async def find_rule(session: AsyncSession, owner_id: UUID, body: RunTerms) -> tuple[str, RunOrigin | None]:
    """The text of the rule that is asked for, and the saved strategy that it comes from.

    Raises StrategyNotFound, StrategyVersionNotFound.
    """
    if body.strategy_id is None:
        return body.source or "", None
    strategy = await strategies.get_strategy(session, owner_id, body.strategy_id, body.version)
    return strategy.content.source, RunOrigin(strategy.id, strategy.version, strategy.name)


async def prepare_request(
    session: AsyncSession, viewer: Viewer, body: RunTerms, source: str, parameters: Mapping[str, float]
) -> RunRequest:
    """What a run of `source` with these parameters on the terms of `body` computes.

    Raises RuleInvalid, ParametersInvalid, IntervalUnsuitable, InvalidRange, InvalidSymbol,
    InstrumentNotFound, IntervalNotAvailable, BasketUnsuitable.
    """
    if body.start is not None and body.end is not None and body.start >= body.end:
        raise InvalidRange("The start must lie before the end.")
    rule = await strategies.compile_source(source)
    values = _resolve_parameters(rule, parameters)
    _check_interval(rule, body.interval)
    instruments = await _find_instruments(session, viewer, body)
    symbols = tuple(instrument.symbol for instrument in instruments)
    basket = None if body.symbols is None else read_basket(body.basket) or Basket(len(symbols))
    if basket is not None:
        _check_basket(rule, body, symbols, basket)
    return RunRequest(
        source=rule.source,
        parameters=values,
        instrument_id=instruments[0].id if basket is None else None,
        symbol=label_symbols(symbols),
        interval=body.interval,
        start=body.start,
        end=body.end,
        initial_cash=body.initial_cash,
        commission_bps=body.commission_bps,
        commission_fixed=body.commission_fixed,
        slippage_bps=body.slippage_bps,
        whole_units=body.whole_units,
        close_at_end=body.close_at_end,
        adjust=body.adjust,
        fill_terms=body.fill_terms(),
        detail_interval=body.detail_interval,
        symbols=None if basket is None else symbols,
        basket=basket,
    )


async def wait_for_run(
    session: AsyncSession, notifications: Notifications, owner_id: UUID, run_id: UUID, wait_seconds: float
) -> Run:
    """Commit, release the connection, wait until the run or the time is over; the run as it then stands."""
    with notifications.expect(TOPIC, run_id) as told:
        await session.commit()
        deadline = asyncio.get_running_loop().time() + wait_seconds
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            if await wait_until_set(told, min(left, _LOOK_AGAIN_SECONDS)):
                break
            status = await repository.find_status(session, run_id)
            await session.commit()
            if status is None or status.is_final:
                break
    return await get_run(session, owner_id, run_id)


async def get_run(session: AsyncSession, user_id: UUID, run_id: UUID) -> Run:
    """A run without its trades and equity. Raises RunNotFound."""
    run = await repository.find_run(session, user_id, run_id)
    if run is None:
        raise RunNotFound
    return run


async def find_visible_ids(
    session: AsyncSession, user_id: UUID, run_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Those of the runs that somebody may see."""
    return await repository.find_visible_ids(session, user_id, run_ids)


async def list_runs(
    session: AsyncSession, user_id: UUID, wanted: RunFilter, page: PageQuery
) -> tuple[list[RunOverview], str | None]:
    """One's own runs, newest first, and the cursor of the next page."""
    before = None if page.cursor is None else decode_uuid_cursor(page.cursor)
    rows = await repository.list_runs(session, user_id, wanted, page.limit + 1, before)
    items, more = cut_page(rows, page.limit)
    return items, encode_cursor(str(items[-1].id)) if more else None


async def cancel_run(session: AsyncSession, user_id: UUID, run_id: UUID) -> Run:
    """End a queued run at once; ask the worker to stop a running one. Raises RunNotFound, RunFinished."""
    status = await repository.lock_run(session, user_id, run_id)
    if status is None:
        raise RunNotFound
    if status is RunStatus.QUEUED:
        await repository.cancel_queued(session, run_id)
        await notify(session, TOPIC, run_id)
    elif status is RunStatus.RUNNING:
        await repository.request_cancel(session, run_id)
    else:
        raise RunFinished(f"The backtest has {status.value}: there is nothing to cancel.")
    return await get_run(session, user_id, run_id)


async def delete_run(session: AsyncSession, user_id: UUID, run_id: UUID) -> None:
    """Remove a run that is not running. Raises RunNotFound, RunUnderWay."""
    status = await repository.lock_run(session, user_id, run_id)
    if status is None:
        raise RunNotFound
    if status is RunStatus.RUNNING:
        raise RunUnderWay("Cancel the backtest first, then delete it.")
    await repository.delete_run(session, run_id)
    await notify(session, TOPIC, run_id)


async def get_trades(session: AsyncSession, user_id: UUID, run_id: UUID) -> tuple[tuple[str, ...], Trades]:
    """The symbols and the trades of a run that succeeded. Raises RunNotFound, ResultNotReady."""
    symbols, packed = await _get_columns(session, user_id, run_id, "trades")
    return symbols, unpack_trades(packed)


async def get_equity(
    session: AsyncSession, user_id: UUID, run_id: UUID
) -> tuple[tuple[str, ...], EquityCurve]:
    """The symbols and the equity of a run that succeeded. Raises RunNotFound, ResultNotReady."""
    symbols, packed = await _get_columns(session, user_id, run_id, "equity")
    return symbols, unpack_equity(packed)


async def _get_columns(
    session: AsyncSession, user_id: UUID, run_id: UUID, column: str
) -> tuple[tuple[str, ...], bytes]:
    found = await repository.find_columns(session, user_id, run_id, column)
    if found is None:
        raise RunNotFound
    status, symbols, packed = found
    if packed is None:
        state = "is not over yet" if not status.is_final else f"has {status.value}"
        raise ResultNotReady(f"The backtest {state}: it has no {column}.")
    return symbols, packed


async def _find_instruments(session: AsyncSession, viewer: Viewer, body: RunTerms) -> list[Instrument]:
    """What is to be traded, in the order that was given; each has bars of the interval, or finer ones."""
    found: list[Instrument] = []
    for symbol in body.symbols or [body.symbol or ""]:
        instrument = await market.get_instrument(session, viewer, symbol)
        if any(instrument.symbol == other.symbol for other in found):
            raise BasketUnsuitable(f"{instrument.symbol} is named twice.")
        market.choose_source_interval(body.interval, instrument.intervals)
        if body.detail_interval is not None and body.detail_interval not in instrument.intervals:
            raise IntervalNotAvailable(
                f"{instrument.symbol} has no {body.detail_interval} bars to replay its {body.interval} bars "
                "on.",
                field="detail_interval",
            )
        found.append(instrument)
    return found


def _check_basket(rule: Rule, body: RunTerms, symbols: Sequence[str], basket: Basket) -> None:
    if body.detail_interval is not None:
        raise BasketUnsuitable(
            "A basket is not replayed on finer bars: leave the finer interval out.", field="detail_interval"
        )
    if basket.slots > len(symbols):
        raise BasketUnsuitable(
            f"{basket.slots} slots for {len(symbols)} instruments: a slot more than there are instruments "
            "would keep its part of the cash unused. Choose as many at most.",
            field="basket",
        )
    try:
        refuse_unsuitable(rule.outputs, basket)
    except Unsuitable as error:
        raise BasketUnsuitable(str(error), field="source") from error


def _check_interval(rule: Rule, interval: Interval) -> None:
    try:
        rule.check_interval(interval)
    except BarsTooLong as error:
        raise IntervalUnsuitable(str(error)) from error


def _resolve_parameters(rule: Rule, given: Mapping[str, float]) -> dict[str, float]:
    try:
        return rule.resolve_parameters(given)
    except InvalidValues as error:
        raise ParametersInvalid(
            str(error),
            errors=[
                {
                    "location": f"body.parameters.{problem.name}",
                    "message": problem.message,
                    "name": problem.name,
                    "code": problem.code,
                }
                for problem in error.problems
            ],
        ) from error
