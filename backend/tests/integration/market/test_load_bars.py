"""What other rooms get: bars, splits, and what a verdict judges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.database import Databases
from app.engine.intervals import Interval
from app.engine.verdict import Level
from app.engine.verdict.data import check_data
from app.market import service
from app.market.domain import Adjustment, IntervalNotAvailable, Split, Viewer
from app.market.run_facts import gather_run_facts
from app.market.service import LoadedBars
from tests.integration.conftest import Person
from tests.integration.market.conftest import CLOCK, Importer, days_csv, minutes_csv


async def load(databases: Databases, person: Person, interval: Interval, **terms: Any) -> LoadedBars:
    async with databases.main.session() as session:
        instrument = await service.get_instrument(session, Viewer(UUID(person.id)), "TEST")
        return await service.load_bars(session, instrument, interval, now=CLOCK.now(), **terms)


def on(day: int, hour: int = 0) -> datetime:
    return datetime(2019, 1, day, hour, tzinfo=UTC)


async def test_parts_of_a_second_count_at_the_end(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, days_csv(5))
    a_moment = timedelta(milliseconds=1)
    late = await load(databases, member, Interval.DAY_1, end=on(4) + a_moment)
    assert late.bars.close.tolist() == [100.0, 101.0, 102.0, 103.0]


async def test_all_bars_before_the_end_come(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, days_csv(20))
    loaded = await load(databases, member, Interval.DAY_1, end=on(15))
    assert loaded.bars.close.tolist() == [100.0 + n for n in range(14)]
    assert (loaded.source, loaded.bars.interval) == (Interval.DAY_1, Interval.DAY_1)
    assert len((await load(databases, member, Interval.DAY_1)).bars) == 20
    assert len((await load(databases, member, Interval.DAY_1, end=on(1))).bars) == 0


async def test_coarser_bars_are_made_from_all_of_the_finer(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, minutes_csv(300_000), interval="1min")
    loaded = await load(databases, member, Interval.HOUR_1)
    assert (loaded.source, len(loaded.bars)) == (Interval.MIN_1, 5_000)
    assert datetime.fromtimestamp(int(loaded.bars.time[0]), UTC) == on(2)
    assert loaded.bars.volume[9 * 24] == sum(range(9 * 1440 + 1, 9 * 1440 + 61))


async def test_a_symbol_means_ones_own_bars_first(
    member: Person, other_member: Person, admin: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, days_csv(2))
    await do_import(admin, days_csv(2, close=500.0), scope="installation")
    assert (await load(databases, member, Interval.DAY_1)).bars.close.tolist() == [100.0, 101.0]
    assert (await load(databases, other_member, Interval.DAY_1)).bars.close.tolist() == [500.0, 501.0]


async def test_splits_are_applied_or_told(member: Person, databases: Databases, do_import: Importer) -> None:
    done = await do_import(member, days_csv(5))
    splits = [{"date": day, "ratio": 2} for day in ("2018-06-01", "2019-01-03", "2019-03-01")]
    await member.client.put(f"/api/v1/instruments/{done['instrument_id']}/splits", json=splits)
    adjusted = await load(databases, member, Interval.DAY_1)
    raw = await load(databases, member, Interval.DAY_1, adjust=Adjustment.NONE)
    assert (adjusted.adjusted, raw.adjusted) == (True, False)
    assert adjusted.bars.close.tolist() == [25.0, 25.25, 51.0, 51.5, 52.0]
    assert raw.bars.close.tolist() == [100.0, 101.0, 102.0, 103.0, 104.0]
    assert adjusted.splits == raw.splits == (Split(on(3).date(), 2.0),)


async def test_rejected_rows_of_different_files_add_up(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    first, second = days_csv(5) + "bad,1,1,1,1,1\n", days_csv(5, "2019-02-01") + "bad,1,1,1,1,1\nbad\n"
    for file in (first, second, first):
        await do_import(member, file)
    assert (await load(databases, member, Interval.DAY_1)).rejected_rows == 3


async def test_an_interval_that_nothing_divides(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, days_csv(5))
    with pytest.raises(IntervalNotAvailable):
        await load(databases, member, Interval.HOUR_1)


async def test_what_a_verdict_judges_comes_from_the_market(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    rows = [
        "2019-01-02,10,12,9,11,100",
        "2019-01-03,13,12,9,11,100",  # opens above its high
        "2019-01-04,10,12,9,8,100",  # closes below its low
        "2019-01-05,10,12,9,11,100",  # a Saturday
        "2019-01-08,10,12,9,11,100",  # Monday is missing
        "2019-01-09,0,12,9,11,100",
    ]
    await do_import(member, "\n".join(["Date,Open,High,Low,Close,Volume", *rows]), asset_class="stock")
    loaded = await load(databases, member, Interval.DAY_1)
    known = gather_run_facts(loaded.bars, loaded, CLOCK.now())
    data = known.data
    assert (data.calendar, data.expected_bars, data.missing_bars) == ("XNYS", 5, 1)
    assert (data.outside_bars, data.inconsistent_bars, data.rejected_rows) == (1, 2, 1)
    assert (data.adjusted, data.splits, known.periods_per_year) == (True, 0, 252.0)
    assert data.last_bar_age_days is not None
    assert check_data(loaded.bars, data).level is Level.RED  # one of five is missing
