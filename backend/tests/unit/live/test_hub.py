"""Frames, channels, and what the hub writes to whom: without a socket, without Redis."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from app.core.clock import SystemClock
from app.live.domain import Channel, ChannelKind, Rejection, TooManyConnections, parse_channel
from app.live.hub import Hub
from app.live.hub_client import SLOW_BYTES, Client
from app.live.hub_wire import (
    SEND_KEY,
    AsgiWire,
    OutermostSend,
    TransportWire,
    frame_text,
    open_wire,
    text_of_frame,
)
from app.live.schemas import ActionInvalid, read_action

USER = UUID("0192f0c8-0000-7000-8000-00000000000a")
FIRST = 10**15  # numbers have sixteen digits
THING = "0192f0c8-0000-7000-8000-000000000001"


class FakeWire:
    """A connection that takes as much as its test lets it."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.waiting = 0
        self.is_stalled = False
        self.is_gone = False

    def write(self, frame: bytes, /) -> None:
        self.frames.append(frame)
        if self.is_stalled:
            self.waiting += len(frame)

    def buffered_bytes(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.is_gone

    async def close(self, code: int, reason: str) -> None:
        self.is_gone = True

    def abort(self) -> None:
        self.is_gone = True

    def finish(self) -> None: ...

    def heard(self) -> list[Any]:
        """The numbers of data messages; others whole."""
        read = [orjson.loads(text_of_frame(frame)) for frame in self.frames]
        return [message["seq"] - FIRST if "seq" in message else message for message in read]


def make_hub(**limits: int) -> Hub:
    return Hub(None, SystemClock(), **{"connections": 10, "connections_per_user": 2, **limits})  # type: ignore[arg-type]


def make_message(channel: str, number: int, size: int = 0) -> bytes:
    data = orjson.dumps({"n": number, "fill": "x" * size})
    return b'{"seq":%d,"channel":"%s","data":%s}' % (FIRST + number, channel.encode(), data)


async def listen(hub: Hub, channel: str) -> tuple[FakeWire, Client, Channel]:
    wire, parsed = FakeWire(), parse_channel(channel, USER)
    assert isinstance(parsed, Channel)
    client = hub.open(wire)
    hub._subscription._held.add(parsed.topic)  # as if Redis had said so
    await hub.subscribe(client, [parsed])
    return wire, client, parsed


# --- frames ---------------------------------------------------------------------------------------------


@given(
    st.text(max_size=400)
    | st.integers(125, 127).map("x".__mul__)
    | st.integers(65_535, 65_537).map("x".__mul__)
)
def test_frames_are_those_of_the_protocol(text: str) -> None:
    frame = frame_text(text.encode())
    assert frame == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
    assert text_of_frame(frame) == text


def test_the_transport_is_used_where_the_server_is_known() -> None:
    async def tell(protocol: object) -> str:
        scope: dict[str, Any] = {"type": "websocket"}

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope["wire"] = open_wire(scope, send)

        await OutermostSend(app)(scope, None, protocol.send)  # type: ignore[attr-defined]
        assert scope[SEND_KEY] is not None
        wire = scope["wire"]
        wire.abort()
        return type(wire).__name__

    class Transport:
        def __getattr__(self, name: str) -> Any:
            return lambda *_: None

    class Known:
        transport = Transport()

        async def send(self, message: Any) -> None: ...

    class Stranger(Known): ...

    class Bare:
        async def send(self, message: Any) -> None: ...

    Known.__module__ = Bare.__module__ = "uvicorn.protocols.websockets.some_impl"
    assert asyncio.run(tell(Known())) == TransportWire.__name__
    assert asyncio.run(tell(Stranger())) == AsgiWire.__name__
    assert asyncio.run(tell(Bare())) == AsgiWire.__name__


def test_any_other_server_gets_messages_in_their_order() -> None:
    async def run() -> None:
        sent: list[dict[str, Any]] = []
        slow = asyncio.Event()

        async def send(message: Any) -> None:
            await slow.wait()
            sent.append(message)

        wire = AsgiWire(send)
        for number in range(3):
            wire.write(frame_text(str(number).encode()))
        await asyncio.sleep(0)
        assert wire.buffered_bytes() == 9
        slow.set()
        await wire.close(4401, "over")
        assert [message.get("text") for message in sent] == ["0", "1", "2", None]
        assert sent[-1] == {"type": "websocket.close", "code": 4401, "reason": "over"}
        assert wire.is_closing()

    asyncio.run(run())


# --- channels and actions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "topic"),
    [
        (f"quotes:{THING}", ChannelKind.QUOTES, f"quotes:{THING}"),
        (f"bars:{THING}:1min", ChannelKind.BARS, f"bars:{THING}:1min"),
        (f"backtest:{THING}", ChannelKind.BACKTEST, f"backtest:{THING}"),
        ("alerts", ChannelKind.ALERTS, f"alerts:{USER}"),
        ("backfills", ChannelKind.BACKFILLS, f"backfills:{USER}"),
        ("instruments", ChannelKind.INSTRUMENTS, f"instruments:{USER}"),
    ],
)
def test_channels(text: str, kind: ChannelKind, topic: str) -> None:
    channel = parse_channel(text, USER)
    assert isinstance(channel, Channel)
    assert (channel.kind, channel.name, channel.topic) == (kind, text, topic)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quotes",
        f"quotes:{THING.upper()}",
        f"quotes:{THING}:1min",
        f"quotes:{{{THING}}}",
        f"bars:{THING}",
        f"bars:{THING}:2min",
        f"alerts:{USER}",
        "alerts:",
        f"QUOTES:{THING}",
        "x" * 101,
    ],
)
def test_what_is_no_channel(text: str) -> None:
    rejected = parse_channel(text, USER)
    assert isinstance(rejected, Rejection)
    assert (rejected.code, rejected.channel) == ("invalid_channel", text[:100])


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_no_text_is_too_strange_to_refuse(text: str) -> None:
    with pytest.raises(ActionInvalid):
        read_action(text)
    assert isinstance(parse_channel(text, USER), Channel | Rejection)


# --- the fan-out -------------------------------------------------------------------------------------------


async def _stall_and_wake() -> None:
    hub, channel = make_hub(), f"quotes:{THING}"
    good, _, parsed = await listen(hub, channel)
    stalled, client, _ = await listen(hub, channel)
    stalled.is_stalled = True
    size, rounds = 2_000, 300
    for number in range(1, rounds + 1):
        hub._on_message(parsed.topic, make_message(channel, number, size))
    assert good.heard() == list(range(1, rounds + 1))
    assert all(one is two for one, two in zip(good.frames, stalled.frames, strict=False))  # the same bytes
    assert client.is_slow
    assert stalled.waiting < SLOW_BYTES + 2 * size
    hub._catch_up()
    assert len(stalled.frames) < 20  # no room yet
    stalled.waiting, stalled.is_stalled = 0, False
    hub._catch_up()
    assert stalled.heard()[-1] == rounds
    assert not client.is_slow
    hub._on_message(parsed.topic, make_message(channel, rounds + 1))
    assert stalled.heard()[-1] == rounds + 1


def test_who_does_not_read_gets_the_newest_value() -> None:
    asyncio.run(_stall_and_wake())


async def _stall_on_bars() -> None:
    hub, channel = make_hub(), f"bars:{THING}:1min"
    stalled, client, parsed = await listen(hub, channel)
    stalled.is_stalled, stalled.waiting = True, SLOW_BYTES
    for number in range(1, 5):
        hub._on_message(parsed.topic, make_message(channel, number))
    stalled.waiting = 0
    hub._catch_up()
    assert stalled.heard() == [1, 4, {"type": "gap", "channel": channel}]
    assert not client.lost


def test_a_bar_that_was_left_out_is_told_as_a_gap() -> None:
    asyncio.run(_stall_on_bars())


async def _lose_one() -> None:
    hub, channel = make_hub(), f"quotes:{THING}"
    broken, _, parsed = await listen(hub, channel)
    good, _, _ = await listen(hub, channel)
    broken.write = None  # type: ignore[method-assign,assignment]
    next(iter(hub._clients))._write = None  # type: ignore[assignment]
    hub._on_message(parsed.topic, make_message(channel, 1))
    hub._on_message(parsed.topic, b"rubbish")
    hub._on_message("quotes:unknown", make_message(channel, 2))
    hub._on_gap(parsed.topic)
    assert broken.is_gone
    assert good.heard() == [1, {"type": "gap", "channel": channel}]
    broken.is_gone = False
    topic = hub._topics[parsed.topic]
    topic.floors = dict.fromkeys(topic.clients, 0)
    hub._on_message(parsed.topic, make_message(channel, 2))
    assert broken.is_gone
    assert good.heard()[-1] == 2
    broken.is_gone = False
    for turn in range(10):
        hub._say_heartbeat(turn)
    assert broken.is_gone
    assert good.heard()[-1]["type"] == "heartbeat"


def test_one_broken_connection_does_not_cost_the_others_theirs() -> None:
    asyncio.run(_lose_one())


async def _come_and_go() -> None:
    hub, channel = make_hub(connections=3), f"quotes:{THING}"
    _, first, parsed = await listen(hub, channel)
    _, second, _ = await listen(hub, channel)
    hub.name(first, USER)
    hub.name(second, USER)
    third = hub.open(FakeWire())
    with pytest.raises(TooManyConnections):
        hub.name(third, USER)
    with pytest.raises(TooManyConnections):
        hub.open(FakeWire())
    assert list(hub._subscription._wanted) == [parsed.topic]
    assert hub._list_fed_topics() == [parsed.topic]
    hub.close(first)
    hub.close(first)
    hub.name(third, USER)
    assert hub._topics
    hub.close(second)
    hub.close(third)
    assert not hub._topics
    assert not hub._subscription._wanted
    assert not hub._clients
    assert not hub._per_user


def test_nothing_is_left_of_those_who_went() -> None:
    asyncio.run(_come_and_go())
