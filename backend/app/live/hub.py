"""The fan-out of one process: what Redis tells once is framed once and written to everyone who listens."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.clock import Clock
from app.core.live_publishing import KEPT_MESSAGES, KEPT_PREFIX, SEQUENCE_DIGITS, SEQUENCE_START
from app.core.metrics import LIVE_CLIENTS, LIVE_DELIVERIES, LIVE_MESSAGES
from app.core.waiting import end_task
from app.live.domain import Channel, TooManyConnections
from app.live.hub_client import HEARTBEAT_KEY, Client
from app.live.hub_demand import Demand
from app.live.hub_subscription import Subscription
from app.live.hub_wire import Wire, frame_text

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10
_TICK_SECONDS = 1.0
_CATCH_UP_SECONDS = 0.05
_SEQUENCE_END = SEQUENCE_START + SEQUENCE_DIGITS
# A connection that is closing and cannot say its last words, as nobody reads, is cut after so many beats.
_LAST_WORDS_TICKS = 5


@dataclass(slots=True, eq=False)
class _Topic:
    """Who listens to a topic here, and who is just being brought up to date."""

    channel: Channel
    last_sequence: int = 0
    clients: dict[Client, None] = field(default_factory=dict)
    # What comes in while the kept messages are fetched for somebody who resumes.
    joining: dict[Client, deque[tuple[int, bytes]]] = field(default_factory=dict)
    # Messages up to these numbers have been sent to the client from what was kept.
    floors: dict[Client, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.clients and not self.joining


class Hub:
    """Clients of this process and the topics they listen to."""

    def __init__(self, redis: Redis, clock: Clock, *, connections_per_user: int, connections: int) -> None:
        self._redis, self._clock = redis, clock
        self._connections_per_user, self._connections = connections_per_user, connections
        self._topics: dict[str, _Topic] = {}
        self._clients: dict[Client, int] = {}
        self._closing: Counter[Client] = Counter()
        self._per_user: Counter[UUID] = Counter()
        self._slow: set[Client] = set()
        self._catching_up: asyncio.TimerHandle | None = None
        self._subscription = Subscription(redis, self._on_message, self._on_gap)
        self._demand = Demand(redis, clock, self._list_fed_topics)
        self._beating: asyncio.Task[None] | None = None
        self._opened = 0

    def start(self) -> None:
        """Begin to listen, in tasks of its own."""
        self._subscription.start()
        self._demand.start()
        self._beating = asyncio.create_task(self._beat(), name="live-heartbeats")

    async def stop(self) -> None:
        """End; connections are closed by the server that holds them. Never fails."""
        await self._subscription.stop()
        await self._demand.stop()
        if self._beating is not None:
            await end_task(self._beating)
        if self._catching_up is not None:
            self._catching_up.cancel()

    def open(self, wire: Wire) -> Client:
        """Take a connection in. Raises TooManyConnections."""
        if len(self._clients) >= self._connections:
            raise TooManyConnections("The server holds as many live connections as it can. Try again later.")
        client = Client(wire, self._on_slow)
        # Heartbeats are spread over the seconds: nobody waits while a thousand others are written to.
        self._opened += 1
        self._clients[client] = self._opened % HEARTBEAT_SECONDS
        LIVE_CLIENTS.inc()
        return client

    def name(self, client: Client, user_id: UUID) -> None:
        """Know whose connection it is. Raises TooManyConnections."""
        if self._per_user[user_id] >= self._connections_per_user:
            raise TooManyConnections(
                f"You have {self._connections_per_user} live connections open: close one first."
            )
        self._per_user[user_id] += 1
        client.user_id = user_id

    def close(self, client: Client) -> None:
        """Forget a connection that is over, or is about to be closed."""
        if self._clients.pop(client, None) is None:
            return
        LIVE_CLIENTS.dec()
        self._slow.discard(client)
        self._closing.pop(client, None)
        for channel in list(client.channels.values()):
            self.unsubscribe(client, channel)
        if client.user_id is not None:
            self._per_user[client.user_id] -= 1
            if not self._per_user[client.user_id]:
                del self._per_user[client.user_id]

    async def subscribe(
        self, client: Client, channels: Sequence[Channel], resumed: Container[str] = ()
    ) -> None:
        """Listen to channels: when this returns, everything that is published from then on arrives.

        While Redis is away it returns nevertheless; then a gap is told when it is back. What comes in on the
        channels `resumed` waits until `resume` is called for them.
        """
        for channel in channels:
            topic = self._topics.get(channel.topic)
            if topic is None:
                topic = self._topics[channel.topic] = _Topic(channel)
                self._subscription.want(channel.topic)
                if channel.is_fed:
                    self._demand.tell()
            client.channels[channel.topic] = channel
            if channel.name in resumed:
                topic.clients.pop(client, None)
                topic.joining[client] = deque(maxlen=KEPT_MESSAGES)
            else:
                topic.clients[client] = None
        await asyncio.gather(*(self._subscription.wait_until_held(one.topic) for one in channels))

    async def resume(self, client: Client, channel: Channel, after: int) -> None:
        """Send what came after message `after` of a channel just subscribed to, or tell of the gap."""
        topic = self._topics.get(channel.topic)
        arriving = None if topic is None else topic.joining.get(client)
        if topic is None or arriving is None:
            return
        try:
            kept = await self._find_kept(channel.topic)
            if kept is None or not any(sequence <= after for sequence, _ in kept):
                # The client fetches the present state; the newest message alone tells it of the time after.
                client.send(frame_gap(channel.name))
                kept = kept[-1:] if kept else None
                after = 0
            for number, (sequence, message) in enumerate(kept or ()):
                if sequence > after:
                    client.send(self._frame(topic, message))
                    after = sequence
                if number % 32 == 31:
                    await client.wait_for_room()
        finally:
            topic.joining.pop(client, None)
        if client not in self._clients or channel.topic not in client.channels:
            return
        if len(arriving) == KEPT_MESSAGES and arriving[0][0] > after:
            client.send(frame_gap(channel.name))
        for sequence, frame in arriving:
            if sequence > after:
                client.deliver(channel.name, frame, channel.is_history)
                after = sequence
        topic.clients[client] = None
        if after > topic.last_sequence:
            topic.floors[client] = after

    def unsubscribe(self, client: Client, channel: Channel) -> None:
        """Listen no more."""
        client.channels.pop(channel.topic, None)
        client.forget(channel.name)
        topic = self._topics.get(channel.topic)
        if topic is None:
            return
        topic.clients.pop(client, None)
        topic.joining.pop(client, None)
        topic.floors.pop(client, None)
        if topic.is_empty:
            del self._topics[channel.topic]
            self._subscription.let_go(channel.topic)

    def _on_message(self, name: str, message: bytes) -> None:
        topic = self._topics.get(name)
        if topic is None:
            return
        try:
            sequence = int(message[SEQUENCE_START:_SEQUENCE_END])
        except ValueError:
            log.warning("live_message_unreadable", topic=name)
            return
        frame = self._frame(topic, message)
        channel, topic.last_sequence = topic.channel, sequence
        key, is_history = channel.name, channel.is_history
        if topic.floors:
            self._deliver_above_floors(topic, sequence, frame)
        else:
            for client in topic.clients:
                try:
                    client.deliver(key, frame, is_history)
                except Exception as error:
                    _give_up(client, error)
        for arriving in topic.joining.values():
            arriving.append((sequence, frame))
        LIVE_DELIVERIES.inc(len(topic.clients))

    def _deliver_above_floors(self, topic: _Topic, sequence: int, frame: bytes) -> None:
        for client in topic.clients:
            if sequence > topic.floors.get(client, 0):
                topic.floors.pop(client, None)
                _deliver(client, topic.channel.name, frame, topic.channel.is_history)

    def _on_gap(self, name: str) -> None:
        topic = self._topics.get(name)
        if topic is None:
            return
        frame = frame_gap(topic.channel.name)
        for client in [*topic.clients, *topic.joining]:
            _deliver(client, f"gap {topic.channel.name}", frame, False)

    def _frame(self, topic: _Topic, message: bytes) -> bytes:
        LIVE_MESSAGES.inc()
        channel = topic.channel
        if channel.name != channel.topic:  # one's own channel travels without the id
            told = b',"channel":' + orjson.dumps(channel.topic)
            message = message.replace(told, b',"channel":' + orjson.dumps(channel.name), 1)
        return frame_text(message)

    async def _find_kept(self, topic: str) -> list[tuple[int, bytes]] | None:
        try:
            kept = await self._redis.lrange(KEPT_PREFIX + topic, 0, -1)
            messages = [bytes(message) for message in kept if isinstance(message, bytes)]
            return [(int(message[SEQUENCE_START:_SEQUENCE_END]), message) for message in messages]
        except (RedisError, OSError, TimeoutError, ValueError) as error:
            log.warning("live_history_not_read", topic=topic, reason=type(error).__name__)
            return None

    def _list_fed_topics(self) -> list[str]:
        return [name for name, topic in self._topics.items() if topic.channel.is_fed]

    def _on_slow(self, client: Client) -> None:
        self._slow.add(client)
        if self._catching_up is None:
            self._catching_up = asyncio.get_running_loop().call_later(_CATCH_UP_SECONDS, self._catch_up)

    def _catch_up(self) -> None:
        self._catching_up = None
        self._slow = {client for client in self._slow if not _catch_up(client)}
        if self._slow:
            self._catching_up = asyncio.get_running_loop().call_later(_CATCH_UP_SECONDS, self._catch_up)

    async def _beat(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            turn = (turn + 1) % HEARTBEAT_SECONDS
            self._say_heartbeat(turn)

    def _say_heartbeat(self, turn: int) -> None:
        at = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        frame = frame_text(orjson.dumps({"type": "heartbeat", "at": at}))
        for client, place in list(self._clients.items()):
            if place == turn:
                _deliver(client, HEARTBEAT_KEY, frame, False)
            if client.wire.is_closing():
                self._closing[client] += 1
                if self._closing[client] > _LAST_WORDS_TICKS:
                    client.wire.abort()


def _deliver(client: Client, key: str, frame: bytes, is_history: bool) -> None:
    try:
        client.deliver(key, frame, is_history)
    except Exception as error:
        _give_up(client, error)


def _catch_up(client: Client) -> bool:
    try:
        return client.catch_up(frame_gap)
    except Exception as error:
        _give_up(client, error)
        return True


def _give_up(client: Client, error: Exception) -> None:
    """Whatever is wrong with one connection, the others get theirs."""
    log.error("live_delivery_failed", exc_info=error)
    client.wire.abort()


def frame_gap(channel: str) -> bytes:
    """The frame that tells a client that history of a channel is lost: fetch over REST."""
    return frame_text(orjson.dumps({"type": "gap", "channel": channel}))
