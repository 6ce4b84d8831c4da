"""Replays: nothing of the future comes out, whatever the interval; playing, stepping, seeking."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.replay.domain import MAXIMUM_REPLAYS
from tests.integration.conftest import Person
from tests.integration.market.conftest import Importer, days_csv, minutes_csv

START = "2019-01-10T12:30:00Z"
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


async def begin(person: Person, interval: str = "1min", start: str = START, symbol: str = "TEST") -> Any:
    body = {"symbol": symbol, "interval": interval, "start": start}
    answer = await person.client.post("/api/v1/replays", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def move(person: Person, replay: Any, how: str, **body: Any) -> Any:
    answer = await person.client.post(f"/api/v1/replays/{replay['id']}/{how}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def read_bars(person: Person, replay: Any, interval: str = "1min", **query: Any) -> Any:
    query = {"symbol": "TEST", "interval": interval, **query}
    answer = await person.client.get(f"/api/v1/replays/{replay['id']}/bars", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


SPANS = {"1min": MINUTE, "5min": 5 * MINUTE, "1h": HOUR, "4h": 4 * HOUR, "1day": DAY, "1week": 7 * DAY}


@pytest.mark.parametrize(
    "start", [START, "2019-01-10T12:30:30Z", "2019-01-10T12:59:59Z", "2019-01-11", "2019-01-14T00:00:00Z"]
)
async def test_no_bar_of_the_future_comes_out(member: Person, do_import: Importer, start: str) -> None:
    await do_import(member, minutes_csv(40_000), interval="1min")
    replay = await begin(member, start=start)
    position = datetime.fromisoformat(replay["position_at"]).timestamp()
    last_minute = await read_bars(member, replay, "1min", limit=1)
    for interval, span in SPANS.items():
        seen = await read_bars(member, replay, interval)
        assert seen["time"]
        assert seen["time"][-1] + span <= position
        # all there is up to then, as the chart has it
        query = {"symbol": "TEST", "interval": interval, "end": seen["position_at"]}
        whole = (await member.client.get("/api/v1/bars", params=query)).json()
        past = [n for n, time in enumerate(whole["time"]) if time + span <= position]
        newest = min(len(past), 400)  # both answers are as long as their limit
        assert seen["time"][-newest:] == [whole["time"][n] for n in past][-newest:]
        assert seen["close"][-newest:] == [whole["close"][n] for n in past][-newest:]
        if seen["forming"] is None:
            assert interval == "1min" or last_minute["time"][-1] + MINUTE == seen["time"][-1] + span
        else:
            # the file's closes rise by one a minute: the last minute that was over tells how far it went
            assert seen["forming"]["time"] > seen["time"][-1]
            assert seen["forming"]["close"] == last_minute["close"][-1]


async def test_a_stored_day_stays_hidden_until_it_is_over(member: Person, do_import: Importer) -> None:
    await do_import(member, days_csv(20))
    replay = await begin(member, "1day", "2019-01-10T23:59:59Z")
    assert (await read_bars(member, replay, "1day"))["time"][-1] == at("2019-01-09T00:00:00+00:00")
    replay = await move(member, replay, "seek", to="2019-01-11")
    assert (await read_bars(member, replay, "1day"))["time"][-1] == at("2019-01-10T00:00:00+00:00")


async def test_a_split_is_not_known_before_its_day(member: Person, do_import: Importer) -> None:
    stored = await do_import(member, days_csv(20))
    instrument = stored["instrument_id"]
    splits = [{"date": "2019-01-15", "ratio": 2}]
    answer = await member.client.put(f"/api/v1/instruments/{instrument}/splits", json=splits)
    assert answer.status_code == 200
    replay = await begin(member, "1day", "2019-01-14T12:00:00Z")
    seen = await read_bars(member, replay, "1day")
    assert (seen["close"][0], seen["known_splits"]) == (100.0, 0)
    replay = await move(member, replay, "seek", to="2019-01-15T00:00:00Z")
    seen = await read_bars(member, replay, "1day")
    assert (seen["close"][0], seen["known_splits"]) == (50.0, 1)
    assert (await read_bars(member, replay, "1day", adjust="none"))["close"][0] == 100.0


async def test_stepping_goes_bar_by_bar_both_ways(member: Person, do_import: Importer) -> None:
    await do_import(member, days_csv(10))
    replay = await begin(member, "1day", "2019-01-05")
    first = (await read_bars(member, replay, "1day"))["time"]
    replay = await move(member, replay, "step")
    assert (await read_bars(member, replay, "1day"))["time"] == [*first, at("2019-01-05T00:00:00+00:00")]
    replay = await move(member, replay, "step", bars=-1)
    assert (await read_bars(member, replay, "1day"))["time"] == first
    replay = await move(member, replay, "step", bars=100)
    assert replay["status"] == "ended"
    assert len((await read_bars(member, replay, "1day"))["time"]) == 10
    assert (await move(member, replay, "play"))["status"] == "ended"
    replay = await move(member, replay, "step", bars=-2)
    assert replay["status"] == "paused"
    assert len((await read_bars(member, replay, "1day"))["time"]) == 8


async def test_playing_brings_bars_in_by_the_clock(
    member: Person, do_import: Importer, clock: FixedClock
) -> None:
    await do_import(member, days_csv(30))
    replay = await begin(member, "1day", "2019-01-05")
    seen = len((await read_bars(member, replay, "1day"))["time"])
    assert (await move(member, replay, "play", bars_per_second=2))["status"] == "playing"
    clock.advance(timedelta(seconds=1.75))
    assert len((await read_bars(member, replay, "1day"))["time"]) == seen + 3
    # what was over of the fourth is not lost by looking
    clock.advance(timedelta(seconds=0.25))
    assert len((await read_bars(member, replay, "1day"))["time"]) == seen + 4
    await move(member, replay, "pause")
    clock.advance(timedelta(seconds=100))
    assert len((await read_bars(member, replay, "1day"))["time"]) == seen + 4
    await move(member, replay, "play", bars_per_second=60)
    clock.advance(timedelta(seconds=100))
    assert (await member.client.get(f"/api/v1/replays/{replay['id']}")).json()["status"] == "ended"


async def test_several_charts_share_one_present(member: Person, do_import: Importer) -> None:
    await do_import(member, minutes_csv(40_000), interval="1min")
    await do_import(member, days_csv(40), symbol="OTHER")
    replay = await begin(member)
    query = {"symbol": "OTHER", "interval": "1day"}
    other = await member.client.get(f"/api/v1/replays/{replay['id']}/bars", params=query)
    assert other.json()["time"][-1] == at("2019-01-09T00:00:00+00:00")
    changed = await member.client.patch(
        f"/api/v1/replays/{replay['id']}", json={"symbol": "OTHER", "interval": "1day"}
    )
    assert changed.status_code == 200
    replay = await move(member, replay, "step")
    assert replay["position_at"] == "2019-01-11T00:00:00Z"


async def test_what_is_refused(member: Person, other_member: Person, do_import: Importer) -> None:
    await do_import(member, days_csv(5))
    late = {"symbol": "TEST", "interval": "1day", "start": "2019-02-01"}
    answer = await member.client.post("/api/v1/replays", json=late)
    assert (answer.status_code, answer.json()["code"]) == (422, "replay_out_of_range")
    unknown = await member.client.post("/api/v1/replays", json={**late, "symbol": "NONE"})
    assert unknown.status_code == 404
    finer = await member.client.post("/api/v1/replays", json={**late, "interval": "1min"})
    assert finer.json()["code"] == "interval_not_available"
    replay = await begin(member, "1day", "2019-01-02")
    path = f"/api/v1/replays/{replay['id']}"
    ahead = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    assert (await member.client.post(f"{path}/seek", json={"to": ahead})).status_code == 422
    for speed in (0, -1, 1e9, "fast", None):
        assert (await member.client.post(f"{path}/play", json={"bars_per_second": speed})).status_code == 422
    for call in (
        other_member.client.get(path),
        other_member.client.delete(path),
        other_member.client.post(f"{path}/step", json={}),
        other_member.client.get(f"{path}/bars", params={"symbol": "TEST", "interval": "1day"}),
    ):
        assert (await call).status_code == 404
    assert (await other_member.client.get("/api/v1/replays")).json()["items"] == []
    assert [item["id"] for item in (await member.client.get("/api/v1/replays")).json()["items"]] == [
        replay["id"]
    ]
    assert (await member.client.delete(path)).status_code == 204
    assert (await member.client.get(path)).status_code == 404


async def test_a_replay_never_passes_the_present(member: Person, do_import: Importer) -> None:
    """A week that is under way, made of days that are over, is no bar to step on to."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    await do_import(member, days_csv(40, first=f"{today - timedelta(days=40):%Y-%m-%d}"), interval="1day")
    replay = await begin(member, "1week", start=f"{today - timedelta(days=20):%Y-%m-%d}")
    for _ in range(6):
        replay = await move(member, replay, "step", bars=1)
    assert datetime.fromisoformat(replay["position_at"]) <= datetime.now(UTC)
    assert replay["status"] == "ended"


async def test_the_cap_of_replays_holds_for_requests_at_once(member: Person, do_import: Importer) -> None:
    await do_import(member, minutes_csv(3_000), interval="1min")
    body = {"symbol": "TEST", "interval": "1min", "start": "2019-01-02T12:00:00Z"}
    for _ in range(MAXIMUM_REPLAYS - 1):
        assert (await member.client.post("/api/v1/replays", json=body)).status_code == 201
    answers = await asyncio.gather(*(member.client.post("/api/v1/replays", json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers)[:2] == [201, 409]
