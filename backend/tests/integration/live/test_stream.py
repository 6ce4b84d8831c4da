"""The live connection over a real socket: who gets in, what one may hear, what comes back after a break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from app.core.live_publishing import KEPT_MESSAGES, KEPT_PREFIX, LivePublisher
from app.core.security import create_access_token
from app.live.hub_demand import WANTED_KEY
from app.live.hub_wire import frame_text
from app.market.domain import name_changes_topic
from tests.integration.conftest import Person
from tests.integration.live.conftest import Stream

pytestmark = pytest.mark.anyio
MakeInstrument = Callable[..., Any]
NOWHERE = "0192f0c8-0000-7000-8000-000000000000"


def _bearer(person: Person) -> str:
    return str(person.client.headers["Authorization"]).removeprefix("Bearer ")


async def _ticket(person: Person) -> str:
    answer = await person.client.post("/api/v1/stream/tickets")
    assert answer.status_code == 201
    assert answer.json()["expires_in"] == 30
    return str(answer.json()["ticket"])


# --- who gets in ------------------------------------------------------------------------------------


async def test_three_ways_in(stream: Stream, member: Person) -> None:
    await stream.open(member)  # by the header: the fixture asserts the welcome
    by_ticket = await stream.open(query=f"?ticket={await _ticket(member)}")
    assert await by_ticket.hear() == {"type": "authenticated"}
    by_message = await stream.open()
    await by_message.say(action="subscribe", channels=["alerts"])
    assert (await by_message.hear())["code"] == "unauthorized"
    await by_message.say(action="authenticate", token=_bearer(member))
    assert await by_message.hear() == {"type": "authenticated"}
    assert (await by_message.subscribe("alerts"))["channels"] == ["alerts"]


async def test_a_ticket_opens_one_connection(stream: Stream, member: Person) -> None:
    ticket = await _ticket(member)
    first = await stream.open(query=f"?ticket={ticket}")
    assert await first.hear() == {"type": "authenticated"}
    second = await stream.open(query=f"?ticket={ticket}")
    assert (await second.hear())["code"] == "invalid_token"
    assert await second.wait_closed() == 4401


async def test_tickets_are_for_those_who_are_signed_in(client: Any) -> None:
    assert (await client.post("/api/v1/stream/tickets")).status_code == 401


@pytest.mark.parametrize("token", ["", "rubbish", "a.b.c", "é" * 50])
async def test_a_bad_token_is_shown_the_door(stream: Stream, token: str) -> None:
    listener = await stream.open()
    await listener.say(action="authenticate", token=token)
    assert (await listener.hear())["code"] == "invalid_token"
    assert await listener.wait_closed() == 4401


async def test_an_expired_token_ends_the_connection_and_a_fresh_one_keeps_it(
    app: FastAPI, stream: Stream, member: Person
) -> None:
    def token(seconds: float, person: str = member.id) -> str:
        return create_access_token(
            app.state.secrets.jwt_secret_key,
            user_id=person,  # type: ignore[arg-type]  # a text does as well
            role="member",
            family_id=NOWHERE,  # type: ignore[arg-type]
            now=app.state.clock.now(),
            lifetime=timedelta(seconds=seconds),
        )

    ending, kept, taken_over = await stream.open(), await stream.open(), await stream.open()
    for one in (ending, kept, taken_over):
        await one.say(action="authenticate", token=token(2))
        assert await one.hear() == {"type": "authenticated"}
    await kept.say(action="authenticate", token=token(60))
    assert await kept.hear() == {"type": "authenticated"}
    await taken_over.say(action="authenticate", token=token(60, NOWHERE))
    assert (await taken_over.hear())["code"] == "unauthorized"
    assert await taken_over.wait_closed() == 4401
    assert (await ending.hear())["code"] == "unauthorized"
    assert await ending.wait_closed() == 4401
    await kept.hear_nothing()


async def test_one_user_has_so_many_connections(
    app: FastAPI, stream: Stream, member: Person, other_member: Person
) -> None:
    app.state.live_hub._connections_per_user = 2
    first = await stream.open(member)
    await stream.open(member)
    third = await stream.open(headers={"Authorization": member.client.headers["Authorization"]})
    assert (await third.hear())["code"] == "too_many_connections"
    assert await third.wait_closed() == 1013
    await stream.open(other_member)
    await first.socket.close()
    await asyncio.sleep(0.05)
    await stream.open(member)


# --- what one may hear --------------------------------------------------------------------------------


async def test_what_one_may_not_see_is_not_found(
    stream: Stream, member: Person, other_member: Person, make_instrument: MakeInstrument
) -> None:
    everyones, own = await make_instrument("ALL"), await make_instrument("OWN", member)
    foreign = await make_instrument("FAR", other_member)
    listener = await stream.open(member)
    answer = await listener.subscribe(
        f"quotes:{everyones}",
        f"bars:{own}:1min",
        f"quotes:{foreign}",
        f"bars:{foreign}:1day",
        f"backtest:{NOWHERE}",
        f"backtest:{everyones}",
        f"account:{NOWHERE}",
        "instruments",
    )
    assert answer["type"] == "subscribed"
    assert answer["channels"] == [f"quotes:{everyones}", f"bars:{own}:1min", "instruments"]
    rejected = {one["channel"]: one["code"] for one in answer["rejected"]}
    assert rejected == {
        f"quotes:{foreign}": "not_found",
        f"bars:{foreign}:1day": "not_found",
        f"backtest:{NOWHERE}": "not_found",
        f"backtest:{everyones}": "not_found",
        f"account:{NOWHERE}": "not_found",
    }
    assert all(one["detail"] for one in answer["rejected"])


async def test_messages_reach_their_listeners_and_nobody_else(
    stream: Stream,
    member: Person,
    other_member: Person,
    make_instrument: MakeInstrument,
    publisher: LivePublisher,
) -> None:
    one, two = await make_instrument("ONE"), await make_instrument("TWO")
    mine, theirs = await stream.open(member), await stream.open(other_member)
    await mine.subscribe(f"quotes:{one}", "alerts")
    await theirs.subscribe(f"quotes:{two}", "alerts")
    number = await publisher.publish(f"quotes:{one}", {"price": 1.5})
    assert await mine.hear() == {"seq": number, "channel": f"quotes:{one}", "data": {"price": 1.5}}
    await publisher.publish(f"alerts:{member.id}", {"text": "Größer als 256 " + "é" * 200})
    message = await mine.hear()
    assert message["channel"] == "alerts"  # one's own, without the id
    assert message["data"]["text"].endswith("é")
    await theirs.hear_nothing()
    await mine.say(action="unsubscribe", channels=[f"quotes:{one}"])
    assert (await mine.hear())["type"] == "unsubscribed"
    await publisher.publish(f"quotes:{one}", {"price": 2})
    await mine.hear_nothing()


async def test_new_bars_of_the_installation_are_everybodys_and_those_of_others_nobodys(
    app: FastAPI, stream: Stream, member: Person, other_member: Person, publisher: LivePublisher
) -> None:
    listener = await stream.open(member)
    assert (await listener.subscribe("instruments"))["channels"] == ["instruments"]
    refused = await listener.subscribe("instruments:all", f"instruments:{other_member.id}")
    assert [one["code"] for one in refused["rejected"]] == ["invalid_channel"] * 2
    await publisher.publish(name_changes_topic(UUID(other_member.id)), {"instrument_id": "foreign"})
    numbers = [
        await publisher.publish(name_changes_topic(owner), {"instrument_id": "seen"})
        for owner in (None, UUID(member.id))
    ]
    for number in numbers:
        assert await listener.hear() == {
            "seq": number, "channel": "instruments", "data": {"instrument_id": "seen"},
        }  # fmt: skip
    # Whoever comes back gets what he missed of both.
    back = await stream.open(member)
    await publisher.publish(name_changes_topic(None), {"instrument_id": "missed"})
    await back.subscribe("instruments", after={"instruments": numbers[1]})
    assert (await back.hear())["data"] == {"instrument_id": "missed"}
    await back.hear_nothing()
    await listener.hear()
    await listener.say(action="unsubscribe", channels=["instruments"])
    assert (await listener.hear())["type"] == "unsubscribed"
    await publisher.publish(name_changes_topic(None), {"instrument_id": "late"})
    await listener.hear_nothing()


async def test_what_is_looked_at_is_wanted_from_the_feed(
    app: FastAPI, stream: Stream, member: Person, make_instrument: MakeInstrument
) -> None:
    await app.state.redis.delete(WANTED_KEY)
    one = await make_instrument()
    listener = await stream.open(member)
    await listener.subscribe(f"quotes:{one}", f"bars:{one}:1min", "alerts")
    now = app.state.clock.now().timestamp()
    async with asyncio.timeout(5):
        while not (wanted := await app.state.redis.zrange(WANTED_KEY, 0, -1, withscores=True)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert {name.decode() for name, _ in wanted} == {f"quotes:{one}", f"bars:{one}:1min"}
    assert all(now + 10 < until < now + 20 for _, until in wanted)


# --- after a break --------------------------------------------------------------------------------------


async def test_a_break_is_filled_from_what_was_kept(
    stream: Stream, member: Person, make_instrument: MakeInstrument, publisher: LivePublisher
) -> None:
    channel = f"quotes:{await make_instrument()}"
    numbers = [await publisher.publish(channel, {"price": price}) for price in range(5)]
    listener = await stream.open(member)
    answer = await listener.subscribe(channel, after={channel: numbers[1]})
    assert answer["channels"] == [channel]
    numbers.append(await publisher.publish(channel, {"price": 5}))
    assert [(await listener.hear())["seq"] for _ in range(4)] == numbers[2:]
    await listener.hear_nothing()


async def test_nothing_is_lost_or_doubled_when_one_resumes_under_way(
    stream: Stream, member: Person, make_instrument: MakeInstrument, publisher: LivePublisher
) -> None:
    channel = f"quotes:{await make_instrument()}"
    others = await stream.open(member)
    await others.subscribe(channel)
    sent = [await publisher.publish(channel, {"price": 0})]

    async def publish_on() -> None:
        for price in range(1, 120):
            sent.append(await publisher.publish(channel, {"price": price}))  # noqa: PERF401 - others read it

    publishing = asyncio.create_task(publish_on())
    await asyncio.sleep(0.01)
    resuming = await stream.open(member)
    assert (await resuming.subscribe(channel, after={channel: sent[0]}))["type"] == "subscribed"
    await publishing
    assert [(await resuming.hear())["seq"] for _ in range(119)] == sent[1:]
    await resuming.hear_nothing()


async def test_a_hole_that_cannot_be_filled_is_told(
    app: FastAPI,
    stream: Stream,
    member: Person,
    make_instrument: MakeInstrument,
    publisher: LivePublisher,
) -> None:
    trimmed, emptied = (
        f"bars:{one}:1min" for one in (await make_instrument("A"), await make_instrument("B"))
    )
    first = await publisher.publish(trimmed, {"close": 0})
    await publisher.publish_many([(trimmed, {"close": n}) for n in range(1, KEPT_MESSAGES + 2)])
    await publisher.publish(emptied, {"close": 0})
    await app.state.redis.delete(KEPT_PREFIX + emptied)
    listener = await stream.open(member)
    await listener.subscribe(trimmed, emptied, after={trimmed: first, emptied: first})
    assert await listener.hear() == {"type": "gap", "channel": trimmed}
    assert (await listener.hear())["data"] == {"close": KEPT_MESSAGES + 1}  # the newest
    assert await listener.hear() == {"type": "gap", "channel": emptied}


async def test_one_subscription_and_one_frame_for_many(
    app: FastAPI,
    stream: Stream,
    member: Person,
    make_instrument: MakeInstrument,
    publisher: LivePublisher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    channel = f"quotes:{await make_instrument()}"
    listeners = [await stream.open(member) for _ in range(20)]
    for listener in listeners:
        await listener.subscribe(channel)
    assert await app.state.redis.pubsub_numsub(f"live:{channel}") == [(f"live:{channel}".encode(), 1)]
    framed: list[bytes] = []

    def frame_counted(message: bytes) -> bytes:
        framed.append(message)
        return frame_text(message)

    monkeypatch.setattr("app.live.hub.frame_text", frame_counted)
    await publisher.publish(channel, {"price": 7})
    assert all([(await one.hear())["data"] == {"price": 7} for one in listeners])
    assert len([one for one in framed if b'"price"' in one]) == 1


# --- rubbish ----------------------------------------------------------------------------------------------


async def test_rubbish_is_answered_and_harms_nobody(
    stream: Stream, member: Person, make_instrument: MakeInstrument, publisher: LivePublisher
) -> None:
    channel = f"quotes:{await make_instrument()}"
    listener = await stream.open(member)
    await listener.subscribe(channel)
    for text, code in (
        ("", "invalid_message"),
        ("garbage", "invalid_message"),
        ("[" * 30_000, "invalid_message"),
        ('{"action":' + '{"a":' * 5_000 + "1" + "}" * 5_000 + "}", "invalid_message"),
        ("[]", "invalid_message"),
        ("null", "invalid_message"),
        ('"\\ud800"', "invalid_message"),
        ('{"action":"subscribe","channels":["quotes:1"],"after":{"quotes:1":NaN}}', "invalid_message"),
        ('{"action":"subscribe","channels":["quotes:1"],"after":{"quotes:1":1e999}}', "invalid_message"),
        ('{"action":"subscribe","channels":["quotes:1"],"after":{"quotes:1":-1}}', "invalid_message"),
        ('{"action":"subscribe","channels":[1]}', "invalid_message"),
        ('{"action":"subscribe","channels":"alerts"}', "invalid_message"),
        ('{"action":"subscribe","channels":["alerts"],"more":1}', "invalid_message"),
        ('{"action":"subscribe"}', "invalid_message"),
        ('{"action":"dance"}', "unknown_action"),
        ('{"action":["ping"]}', "unknown_action"),
        ("{}", "unknown_action"),
    ):
        await listener.socket.send(text)
        answer = await listener.hear()
        assert (answer["type"], answer["code"]) == ("error", code), text[:60]
    for name in ("", ":", "quotes:", "quotes:x", "bars:x:1min", "q\x00", "alerts:1", "é" * 500, "backtest"):
        answer = await listener.subscribe(name)
        assert answer["channels"] == []
        assert answer["rejected"][0]["code"] == "invalid_channel"
    await publisher.publish(channel, {"price": 1})
    assert (await listener.hear())["data"] == {"price": 1}


async def test_what_cannot_be_a_message_ends_the_connection(stream: Stream, member: Person) -> None:
    binary, large = await stream.open(member), await stream.open(member)
    await binary.socket.send(b"\x00\xff")
    assert (await binary.hear())["code"] == "invalid_message"
    assert await binary.wait_closed() == 1003
    await large.socket.send("x" * 65_537)
    assert await large.wait_closed() == 1009
    await stream.open(member)


async def test_a_thousand_channels_are_too_many(
    app: FastAPI, stream: Stream, member: Person, make_instrument: MakeInstrument
) -> None:
    app.state.settings.live_channels_per_connection = 3
    listener = await stream.open(member)
    one = await make_instrument()
    names = [f"bars:{one}:{interval}" for interval in ("1min", "5min", "1h", "1day")]
    answer = await listener.subscribe(*names)
    assert answer["channels"] == names[:3]
    assert [(one["channel"], one["code"]) for one in answer["rejected"]] == [(names[3], "too_many_channels")]
    assert (await listener.subscribe(names[0]))["channels"] == [names[0]]  # it has that one already
    app.state.settings.live_channels_per_connection = 500
    many = await stream.open(member)
    answer = await many.subscribe(*(f"quotes:{NOWHERE[:-4]}{n:04d}" for n in range(1_000)))
    assert len(answer["rejected"]) == 1_000
    codes = [one["code"] for one in answer["rejected"]]
    assert (codes.count("not_found"), codes.count("too_many_channels")) == (500, 500)


async def test_a_flood_of_words_does_not_keep_others_waiting(
    stream: Stream, member: Person, other_member: Person
) -> None:
    talker, other = await stream.open(member), await stream.open(other_member)
    for _ in range(3_000):
        await talker.socket.send(json.dumps({"action": "ping"}))
    async with asyncio.timeout(2):
        await other.hear_nothing()
    talker.socket.transport.abort()
