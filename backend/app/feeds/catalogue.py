"""The catalogue of data: what is stored of each instrument, what lacks, how fresh it is, and its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.notifications import notify
from app.core.pagination import PageQuery
from app.engine.intervals import Interval
from app.feeds import backfill_repository, repository
from app.feeds.domain import WORK_TOPIC, Backfill
from app.feeds.freshness import LOOK_AROUND_SECONDS, Freshness, judge_freshness
from app.feeds.planning import find_label_end
from app.feeds.provider_desk import ProviderDesk
from app.feeds.schemas import (
    BackfillRead,
    HoleRead,
    InstrumentCoverage,
    ProviderBadge,
    SeriesCoverage,
    to_moment,
)
from app.market import service as market
from app.market.domain import Instrument, InstrumentFilter, Viewer

# Who looks at a chart does not ask for newer bars more often than this.
_LOOK_AGAIN = timedelta(seconds=60)


async def list_catalogue(
    session: AsyncSession,
    viewer: Viewer,
    desk: ProviderDesk,
    wanted: InstrumentFilter,
    page: PageQuery,
    now: datetime,
) -> tuple[list[InstrumentCoverage], str | None]:
    """Instruments in the order of their symbols, with all that is known of their data. The same number of
    statements however many there are.
    """
    instruments, cursor = await market.list_instruments(session, viewer, wanted, page)
    return await _describe(session, desk, instruments, now), cursor


async def read_coverage(
    session: AsyncSession, viewer: Viewer, desk: ProviderDesk, instrument_id: UUID, now: datetime
) -> InstrumentCoverage:
    """The same of one instrument. Who asks is looking at it: its back-fills go first, and where bars lack at
    its end they are asked for. Raises InstrumentNotFound.
    """
    instrument = await market.get_instrument_by_id(session, viewer, instrument_id)
    described = (await _describe(session, desk, [instrument], now))[0]
    link = (await repository.find_links(session, [instrument_id])).get(instrument_id)
    if link is not None:
        await backfill_repository.hurry(session, instrument_id)
        if any(one.freshness is Freshness.STALE for one in described.series):
            await repository.want_fresh_bars(session, instrument_id, now, now - _LOOK_AGAIN)
        await notify(session, WORK_TOPIC, link.provider)
    return described


async def _describe(
    session: AsyncSession, desk: ProviderDesk, instruments: Sequence[Instrument], now: datetime
) -> list[InstrumentCoverage]:
    ids = [one.id for one in instruments]
    links = await repository.find_links(session, ids)
    badges = {one.name: ProviderBadge.of(one) for one in await desk.list_descriptions(session)}
    coverage = await market.list_coverage(session, ids)
    fed = await repository.list_fed_series(session, ids)
    backfills = await backfill_repository.group_open(session, ids)
    moment = int(now.timestamp())
    calendars = {one.calendar for one in instruments if one.calendar is not None}
    sessions = await market.read_sessions(
        session, calendars, moment - 2 * LOOK_AROUND_SECONDS, moment + LOOK_AROUND_SECONDS
    )
    described: list[InstrumentCoverage] = []
    for one in instruments:
        link = links.get(one.id)
        intervals = {series.interval for series in one.series}
        intervals |= {interval for instrument_id, interval in fed if instrument_id == one.id}
        described.append(
            InstrumentCoverage(
                id=one.id,
                symbol=one.symbol,
                name=one.name,
                exchange=one.exchange,
                asset_class=one.asset_class,
                timezone=one.timezone,
                calendar=one.calendar,
                scope=one.scope,
                provider=None if link is None else badges.get(link.provider),
                splits=len(one.splits),
                splits_problem=None if link is None else link.splits_problem,
                series=[
                    _describe_series(
                        one,
                        interval,
                        coverage.get((one.id, interval)),
                        fed.get((one.id, interval)),
                        backfills,
                        sessions.get(one.calendar or ""),
                        moment,
                    )
                    for interval in sorted(intervals, key=lambda interval: -interval.seconds)
                ],
            )
        )
    return described


def _describe_series(
    instrument: Instrument,
    interval: Interval,
    found: market.SeriesHoles | None,
    fed: repository.FedSeries | None,
    backfills: Mapping[tuple[UUID, Interval], Backfill],
    sessions: market.Sessions | None,
    now: int,
) -> SeriesCoverage:
    series = instrument.find_series(interval)
    backfill = backfills.get((instrument.id, interval))
    last = None if series is None else int(series.last_at.timestamp())
    return SeriesCoverage(
        interval=interval,
        bar_count=0 if series is None else series.bar_count,
        first_bar_at=None if series is None else series.first_at,
        last_bar_at=None if series is None else series.last_at,
        expected=None if found is None else found.expected,
        missing=None if found is None else found.missing,
        holes=[]
        if found is None
        else [
            HoleRead(start=to_moment(start), end=to_moment(end), missing=missing)
            for start, end, missing in found.holes
        ],
        is_measured=found is not None and series is not None and found.revision == series.revision,
        freshness=None if last is None else judge_freshness(interval, last, sessions, now),
        age_seconds=None if last is None else max(0.0, float(now - find_label_end(last, interval))),
        refreshed_at=None if fed is None else fed.refreshed_at,
        next_refresh_at=None if fed is None else fed.due_at,
        problem=None if fed is None else fed.problem,
        backfill=None if backfill is None else BackfillRead.of(backfill),
    )
