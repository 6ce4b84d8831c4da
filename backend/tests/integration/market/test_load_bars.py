"""What other rooms get: bars with their warm-up, splits, facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.database import Databases
from app.engine.intervals import Interval
from app.market import service
from app.market.domain import Adjustment, IntervalNotAvailable, Split, Viewer
from app.market.service import LoadedBars
from tests.integration.conftest import Person
from tests.integration.market.conftest import CLOCK, Importer, days_csv, minutes_csv


async def load(databases: Databases, person: Person, interval: Interval, **terms: Any) -> LoadedBars:
    async with databases.main.session() as session:
        instrument = await service.get_instrument(session, Viewer(UUID(person.id)), "TEST")
        return await service.load_bars(session, instrument, interval, now=CLOCK.now(), **terms)


def on(day: int, hour: int = 0) -> datetime:
    return datetime(2019, 1, day, hour, tzinfo=UTC)


async def test_parts_of_a_second_count_at_both_ends(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, days_csv(5))
    a_moment = timedelta(milliseconds=1)
    late = await load(databases, member, Interval.DAY_1, start=on(2) + a_moment, end=on(4) + a_moment)
    assert late.bars.close.tolist() == [102.0, 103.0]


async def test_bars_before_the_start_warm_up(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, days_csv(20))
    loaded = await load(databases, member, Interval.DAY_1, start=on(10), end=on(15), warmup_bars=4)
    assert (loaded.first_bar, loaded.bars.close.tolist()) == (4, [100.0 + n for n in range(5, 14)])
    assert (loaded.source, loaded.revision, loaded.bars.interval) == (Interval.DAY_1, 1, Interval.DAY_1)
    early = await load(databases, member, Interval.DAY_1, start=on(3), end=on(5), warmup_bars=100)
    assert (early.first_bar, early.bars.close.tolist()) == (2, [100.0, 101.0, 102.0, 103.0])
    everything = await load(databases, member, Interval.DAY_1, warmup_bars=100)
    assert (everything.first_bar, len(everything.bars)) == (0, 20)
    nothing = await load(databases, member, Interval.DAY_1, start=on(30))
    assert (nothing.first_bar, len(nothing.bars)) == (0, 0)


async def test_warm_up_of_coarser_bars(member: Person, databases: Databases, do_import: Importer) -> None:
    await do_import(member, minutes_csv(300_000), interval="1min")
    loaded = await load(
        databases, member, Interval.HOUR_1, start=datetime(2019, 7, 20, tzinfo=UTC), warmup_bars=24 * 190
    )
    assert loaded.source is Interval.MIN_1
    assert loaded.first_bar == 24 * 190
    first, at_start = (int(loaded.bars.time[row]) for row in (0, loaded.first_bar))
    assert datetime.fromtimestamp(first, UTC) == datetime(2019, 1, 11, tzinfo=UTC)
    assert datetime.fromtimestamp(at_start, UTC) == datetime(2019, 7, 20, tzinfo=UTC)
    assert loaded.bars.volume[0] == sum(range(9 * 1440 + 1, 9 * 1440 + 61))


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
    facts = (await load(databases, member, Interval.DAY_1)).facts
    assert (facts.imports, facts.rejected_rows) == (2, 3)
    assert facts.last_import_at is not None


async def test_the_same_bars_have_the_same_hash(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, days_csv(5))
    one = (await load(databases, member, Interval.DAY_1)).bars
    other = (await load(databases, member, Interval.DAY_1)).bars
    assert service.hash_bars(one) == service.hash_bars(other)
    other.volume[2] += 1
    assert service.hash_bars(one) != service.hash_bars(other)


async def test_an_interval_that_nothing_divides(
    member: Person, databases: Databases, do_import: Importer
) -> None:
    await do_import(member, days_csv(5))
    with pytest.raises(IntervalNotAvailable):
        await load(databases, member, Interval.HOUR_1)
