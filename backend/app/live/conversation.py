"""What one live connection says and is answered: first who it is, then what it wants to hear."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
import structlog

from app.core.clock import Clock
from app.core.problems import is_database_away
from app.core.security import InvalidToken
from app.live.domain import (
    Channel,
    Rejection,
    TooManyConnections,
    add_common,
    parse_channel,
    reject_unknown,
)
from app.live.hub import Hub
from app.live.hub_client import Client
from app.live.hub_wire import Wire, frame_text
from app.live.schemas import ActionInvalid, Authenticate, Subscribe, Unsubscribe, read_action
from app.live.tickets import Caller

log = structlog.get_logger(__name__)

AUTHENTICATION_SECONDS = 10.0
MAX_MESSAGE_CHARS = 65_536
# So many messages may come at once; after that, as many a second as this.
_BURST = 300
_MESSAGES_PER_SECOND = 50

NOT_SIGNED_IN = 4401
UNSUPPORTED = 1003
TOO_BIG = 1009
TRY_LATER = 1013

FindVisible = Callable[[Caller, Sequence[Channel]], Awaitable[set[Channel]]]


class Left(Exception):
    """The client is gone."""


class _Ended(Exception):
    def __init__(self, close_code: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.close_code, self.code = close_code, code


class Conversation:
    """Runs over a connection that was accepted, until one of both sides ends it.

    `receive` gives the next message, text or bytes, and raises Left; `read_token` who a token speaks for, and
    raises InvalidToken; `find_visible` those of the channels that a caller may hear.
    """

    def __init__(
        self,
        hub: Hub,
        clock: Clock,
        wire: Wire,
        receive: Callable[[], Awaitable[str | bytes]],
        read_token: Callable[[str], Caller],
        find_visible: FindVisible,
        channels_per_connection: int,
    ) -> None:
        self._hub, self._clock, self._wire, self._receive = hub, clock, wire, receive
        self._read_token, self._find_visible = read_token, find_visible
        self._channels_per_connection = channels_per_connection
        self._budget, self._refilled_at = float(_BURST), 0.0

    async def run(self, who: Callable[[], Awaitable[Caller | None]]) -> None:
        """Talk. `who` tells the caller of the upgrade itself, None when it carried no proof."""
        try:
            client = self._hub.open(self._wire)
        except TooManyConnections as error:
            self._say(type="error", code=error.code, detail=error.detail)
            await self._wire.close(TRY_LATER, error.code)
            return
        try:
            async with asyncio.timeout(AUTHENTICATION_SECONDS) as until:
                caller = await self._authenticate(client, who)
                self._extend(until, caller)
                await self._listen(client, caller, until)
        except Left:
            return
        except TimeoutError:
            ended = _Ended(NOT_SIGNED_IN, "unauthorized", "The access token has expired: sign in anew.")
            if client.user_id is None:
                ended = _Ended(NOT_SIGNED_IN, "unauthorized", "Nobody signed in within ten seconds.")
            await self._end(client, ended)
        except _Ended as ended:
            await self._end(client, ended)
        finally:
            self._hub.close(client)
            self._wire.finish()

    async def _end(self, client: Client, ended: _Ended) -> None:
        self._hub.close(client)
        self._say(type="error", code=ended.code, detail=str(ended))
        await self._wire.close(ended.close_code, ended.code)

    async def _authenticate(self, client: Client, who: Callable[[], Awaitable[Caller | None]]) -> Caller:
        try:
            caller = await who()
        except InvalidToken as error:
            raise _Ended(NOT_SIGNED_IN, error.code, error.detail) from error
        while caller is None:
            try:
                action = read_action(await self._hear())
            except ActionInvalid as error:
                self._refuse(error)
                continue
            if isinstance(action, Authenticate):
                caller = self._read_caller(action)
            else:
                self._say(type="error", code="unauthorized", detail="Authenticate first.")
        try:
            self._hub.name(client, caller.user_id)
        except TooManyConnections as error:
            raise _Ended(TRY_LATER, error.code, error.detail) from error
        self._say(type="authenticated")
        return caller

    async def _listen(self, client: Client, caller: Caller, until: asyncio.Timeout) -> None:
        while True:
            # Who does not read is not heard: answers would pile up.
            await client.wait_for_room()
            try:
                action = read_action(await self._hear())
            except ActionInvalid as error:
                self._refuse(error)
                continue
            if isinstance(action, Subscribe):
                await self._subscribe(client, caller, action)
            elif isinstance(action, Unsubscribe):
                self._unsubscribe(client, caller, action)
            elif isinstance(action, Authenticate):
                fresh = self._read_caller(action)
                if fresh.user_id != caller.user_id:
                    raise _Ended(NOT_SIGNED_IN, "unauthorized", "The token is somebody else's.")
                caller = fresh
                self._extend(until, caller)
                self._say(type="authenticated")
            else:
                self._say(type="pong")

    async def _subscribe(self, client: Client, caller: Caller, action: Subscribe) -> None:
        wanted, rejected = self._sort_out(client, caller, action.channels)
        try:
            visible = await self._find_visible(caller, wanted)
        except Exception as error:
            if not is_database_away(error):
                log.exception("live_channels_not_checked")
            visible, away = set[Channel](), Rejection("", "service_unavailable", "Try again in a moment.")
            rejected += [Rejection(channel.name, away.code, away.detail) for channel in wanted]
        else:
            rejected += [reject_unknown(channel) for channel in wanted if channel not in visible]
        channels = [channel for channel in wanted if channel in visible]
        names = [channel.name for channel in channels]
        channels = add_common(channels)
        await self._hub.subscribe(client, channels, action.after)
        self._say(type="subscribed", channels=names, rejected=[asdict(one) for one in rejected])
        for channel in channels:
            after = action.after.get(channel.name)
            if after is not None:
                await self._hub.resume(client, channel, after)

    def _sort_out(
        self, client: Client, caller: Caller, names: Sequence[str]
    ) -> tuple[list[Channel], list[Rejection]]:
        wanted: list[Channel] = []
        rejected: list[Rejection] = []
        room = self._channels_per_connection - len({one.name for one in client.channels.values()})
        for name in dict.fromkeys(names):
            channel = parse_channel(name, caller.user_id)
            if isinstance(channel, Rejection):
                rejected.append(channel)
            elif channel.topic in client.channels:
                wanted.append(channel)
            elif room <= 0:
                detail = f"A connection has at most {self._channels_per_connection} channels."
                rejected.append(Rejection(name, "too_many_channels", detail))
            else:
                room -= 1
                wanted.append(channel)
        return wanted, rejected

    def _unsubscribe(self, client: Client, caller: Caller, action: Unsubscribe) -> None:
        for name in action.channels:
            parsed = parse_channel(name, caller.user_id)
            for channel in add_common([parsed] if isinstance(parsed, Channel) else []):
                if channel.topic in client.channels:
                    self._hub.unsubscribe(client, channel)
        self._say(type="unsubscribed", channels=action.channels)

    def _read_caller(self, action: Authenticate) -> Caller:
        try:
            return self._read_token(action.token)
        except InvalidToken as error:
            raise _Ended(NOT_SIGNED_IN, error.code, error.detail) from error

    def _extend(self, until: asyncio.Timeout, caller: Caller) -> None:
        left = (caller.expires_at - self._clock.now()).total_seconds()
        until.reschedule(asyncio.get_running_loop().time() + max(0.0, left))

    async def _hear(self) -> str:
        await self._keep_pace()
        message = await self._receive()
        if isinstance(message, bytes):
            raise _Ended(UNSUPPORTED, "invalid_message", "Messages are text.")
        if len(message) > MAX_MESSAGE_CHARS:
            raise _Ended(
                TOO_BIG, "message_too_big", f"A message has at most {MAX_MESSAGE_CHARS:,} characters."
            )
        return message

    async def _keep_pace(self) -> None:
        """Let a client that talks without a break wait: the others' messages go first."""
        now = asyncio.get_running_loop().time()
        self._budget = min(_BURST, self._budget + (now - self._refilled_at) * _MESSAGES_PER_SECOND) - 1
        self._refilled_at = now
        if self._budget < 0:
            await asyncio.sleep(1 / _MESSAGES_PER_SECOND)
            if self._wire.is_closing():
                raise Left

    def _refuse(self, error: ActionInvalid) -> None:
        self._say(type="error", code=error.code, detail=str(error))

    def _say(self, **answer: Any) -> None:
        if not self._wire.is_closing():
            self._wire.write(frame_text(_encode(answer)))


def _encode(answer: Mapping[str, Any]) -> bytes:
    return orjson.dumps(answer)
