"""Twelve Data's socket: prices as they come, until the connection is lost."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeGuard
from urllib.parse import urlencode, urlsplit, urlunsplit

import orjson
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from app.adapters.twelvedata_symbols import AMERICAN_PLACES
from app.core.clock import Clock
from app.core.waiting import end_task
from app.market.provider_facts import (
    ProviderKeyRefused,
    ProviderPlanLacks,
    ProviderSymbol,
    ProviderUnavailable,
    Tick,
)

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10.0
# Heartbeats are answered: this long without a word means that nobody is there.
SILENCE_SECONDS = 30.0
_OPEN_SECONDS = 10.0
_MAX_AHEAD_SECONDS = 120
_MAX_MESSAGE_BYTES = 1024 * 1024
# The key stands in the address; the library would write it into its log.
_silent = logging.getLogger("app.adapters.twelvedata_stream.silent")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL + 1)


async def stream_ticks(
    url: str,
    key: str,
    symbols: Sequence[ProviderSymbol],
    clock: Clock,
    refused: set[str],
    *,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    silence_seconds: float = SILENCE_SECONDS,
) -> AsyncIterator[Tick]:
    """Prices of symbols. `refused` is filled with the codes that the key may not have.

    Raises ProviderUnavailable when the connection is lost or cannot be made, ProviderPlanLacks when no symbol
    is given to this key, ProviderKeyRefused.
    """
    reader = _TickReader(symbols, clock, refused)
    try:
        async with connect(
            _with_key(url, key),
            open_timeout=_OPEN_SECONDS,
            close_timeout=2,
            ping_interval=20,
            ping_timeout=20,
            max_size=_MAX_MESSAGE_BYTES,
            logger=_silent,
        ) as socket:
            await socket.send(_write_subscription(symbols))
            beating = asyncio.create_task(_beat(socket, heartbeat_seconds))
            try:
                while True:
                    async with asyncio.timeout(silence_seconds):
                        message = await socket.recv()
                    tick = reader.read(message)
                    if tick is not None:
                        yield tick
            finally:
                await end_task(beating)
    except InvalidStatus as error:
        if error.response.status_code in {401, 403}:
            raise ProviderKeyRefused("Twelve Data's stream refuses the key.") from None
        raise ProviderUnavailable(
            f"Twelve Data's stream cannot be opened ({error.response.status_code})."
        ) from None
    except (OSError, TimeoutError, WebSocketException) as error:
        # Not chained: what the library says can hold the address, and the key is in it.
        raise ProviderUnavailable(
            f"The connection to Twelve Data's stream was lost ({type(error).__name__})."
        ) from None


def _with_key(url: str, key: str) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode({"apikey": key})) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))


def _write_subscription(symbols: Sequence[ProviderSymbol]) -> str:
    """With plain tickers where these mean the right place, else with the place of each."""
    wanted: object = ",".join(symbol.code for symbol in symbols)
    if any(symbol.mic_code and symbol.mic_code not in AMERICAN_PLACES for symbol in symbols):
        wanted = [
            {"symbol": symbol.code} | ({"mic_code": symbol.mic_code} if symbol.mic_code else {})
            for symbol in symbols
        ]
    return orjson.dumps({"action": "subscribe", "params": {"symbols": wanted}}).decode()


async def _beat(socket: ClientConnection, seconds: float) -> None:
    with suppress(OSError, WebSocketException):  # who receives notices that the connection is gone
        while True:
            await asyncio.sleep(seconds)
            await socket.send('{"action": "heartbeat"}')


class _TickReader:
    """Turns messages into ticks. The vendor tells the day's volume: a tick's is what it grew by."""

    def __init__(self, symbols: Sequence[ProviderSymbol], clock: Clock, refused: set[str]) -> None:
        self._codes = {symbol.code.upper(): symbol for symbol in symbols}
        self._clock = clock
        self._refused = refused
        self._day_volumes: dict[str, float] = {}

    def read(self, message: str | bytes) -> Tick | None:
        try:
            event = orjson.loads(message)
        except orjson.JSONDecodeError:
            raise ProviderUnavailable("Twelve Data's stream sent something that is no JSON.") from None
        if not isinstance(event, Mapping):
            return None
        if event.get("event") == "subscribe-status":
            self._note_status(event)
        return self._read_price(event) if event.get("event") == "price" else None

    def _note_status(self, event: Mapping[str, Any]) -> None:
        failed = [str(one.get("symbol", "")) for one in event.get("fails") or () if isinstance(one, Mapping)]
        self._refused.update(self._codes[name.upper()].code for name in failed if name.upper() in self._codes)
        if not event.get("success") and (failed or event.get("status") == "error"):
            raise ProviderPlanLacks("The plan of the Twelve Data key has no stream for these symbols.")
        if failed:
            log.warning("stream_symbols_refused", provider="twelvedata", symbols=failed[:50])

    def _read_price(self, event: Mapping[str, Any]) -> Tick | None:
        symbol = self._codes.get(str(event.get("symbol", "")).upper())
        if symbol is None:
            return None
        mic_code = event.get("mic_code")
        if (
            mic_code
            and symbol.mic_code
            and mic_code != symbol.mic_code
            and not _both_american(symbol, mic_code)
        ):
            return None
        price, at = event.get("price"), event.get("timestamp")
        if not _is_number(price) or not _is_number(at) or price <= 0:
            return None
        if not 0 < at <= self._clock.now().timestamp() + _MAX_AHEAD_SECONDS:
            return None
        return Tick(symbol.code, float(price), float(at), self._count_traded(symbol.code, event))

    def _count_traded(self, code: str, event: Mapping[str, Any]) -> float | None:
        total = event.get("day_volume")
        if not _is_number(total) or total < 0:
            return None
        before = self._day_volumes.get(code)
        self._day_volumes[code] = float(total)
        # The first one says nothing of this trade; a smaller one begins a new day.
        return None if before is None or total < before else float(total) - before


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _both_american(symbol: ProviderSymbol, mic_code: str) -> bool:
    return symbol.mic_code in AMERICAN_PLACES and mic_code in AMERICAN_PLACES
