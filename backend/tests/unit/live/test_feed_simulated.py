"""The engine over the simulated market: what its stream tells, built into bars, is what its history tells."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.adapters.simulated import SimulatedProvider
from app.engine.intervals import Interval
from app.live.feed import FeedEngine, FeedParts
from app.live.feed_ports import FedInstrument
from app.live.feed_publishing import Outbox
from app.live.feed_wanted import Wanted
from app.market.calendars import find_calendar
from app.market.domain import AssetClass, Instrument
from app.market.market_hours import find_bar_hours
from tests.unit.live.stage import MemoryHistory, Published, ScriptedProvider, StageTime, at

pytestmark = pytest.mark.anyio
START = at("2026-03-10 16:00:20")
# A minute takes two seconds.
SPEED = 30.0
AN_ID = UUID(int=1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class QuickClock:
    """A clock that runs by itself, only faster."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return datetime.fromtimestamp(START + (time.monotonic() - self._began) * SPEED, UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


async def test_the_simulated_stream_and_history_agree_bar_by_bar() -> None:
    clock, history = QuickClock(), MemoryHistory()
    provider = SimulatedProvider(1, clock, find_calendar, sleep=clock.sleep)
    symbol = (await provider.search("SIM-", 10))[0]
    stage_time = StageTime(START)
    instrument = Instrument(
        AN_ID, None, symbol.symbol, "", None, AssetClass.OTHER, None, symbol.timezone, symbol.calendar, 0
    )
    history.fed[AN_ID] = FedInstrument(instrument, "simulated", symbol)
    published = Published(stage_time)

    async def read_wanted() -> Wanted:
        return {AN_ID: frozenset({Interval.MIN_1})}

    engine = FeedEngine(
        FeedParts(
            providers={"simulated": provider},
            history=history,
            find_hours=find_bar_hours,
            spend=ScriptedProvider(stage_time).spend,
            read_wanted=read_wanted,
            outbox=Outbox(published, published),  # type: ignore[arg-type]
            clock=clock,
        )
    )
    running = asyncio.create_task(engine.run())
    key = AN_ID, Interval.MIN_1
    first = START - START % 60 + 60
    async with asyncio.timeout(30):
        while True:
            if max(history.bars.get(key, {0: None})) >= first + 120:
                break
            await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    page = await provider.fetch_bars(symbol, Interval.MIN_1, first, first + 180)
    built = history.bars[key]
    times = page.bars.time.tolist()
    assert times
    for place, column in enumerate(page.bars.columns()):
        assert [built[one][place] for one in times] == pytest.approx(column.tolist())
    assert {data["state"] for _at, topic, data in published.messages if topic.startswith("quotes:")} <= {
        "simulated",
        "stale",
    }
