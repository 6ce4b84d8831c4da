"""Somebody who watches live channels of a stack, and comes back whenever the connection ends."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, and when it came (time.monotonic)."""

    at: float
    message: dict[str, Any]

    @property
    def price_at(self) -> float:
        """Of a quote: the time of its price (unix s)."""
        return datetime.fromisoformat(self.message["data"]["at"]).timestamp()


class Watcher:
    """Listens in a thread of its own. `sign_in`: a fresh access token."""

    def __init__(self, port: int, sign_in: Callable[[], str], channels: Sequence[str]) -> None:
        self._address = f"ws://127.0.0.1:{port}/api/v1/stream"
        self._sign_in, self._channels = sign_in, list(channels)
        self._after: dict[str, int] = {}
        self._is_over = False
        self.heard: list[Heard] = []
        self.connections = 0
        self.disordered: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._is_over = True
        self._thread.join(10)

    def _run(self) -> None:
        while not self._is_over:
            with suppress(WebSocketException, OSError, ValueError):
                self._listen()
            time.sleep(0.2)

    def _listen(self) -> None:
        with connect(self._address, proxy=None, compression=None, open_timeout=5, close_timeout=1) as socket:
            self.connections += 1
            socket.send(json.dumps({"action": "authenticate", "token": self._sign_in()}))
            wanted = {"action": "subscribe", "channels": self._channels, "after": self._after}
            socket.send(json.dumps(wanted))
            while not self._is_over:
                with suppress(TimeoutError):
                    self._take(json.loads(socket.recv(timeout=0.2)))

    def _take(self, message: dict[str, Any]) -> None:
        self.heard.append(Heard(time.monotonic(), message))
        if "seq" in message:
            channel, number = message["channel"], int(message["seq"])
            self.disordered[channel] += number <= self._after.get(channel, 0)
            self._after[channel] = number

    def quotes(self, channel: str) -> list[Heard]:
        """What came on a channel of quotes."""
        return [one for one in tuple(self.heard) if one.message.get("channel") == channel and _is_data(one)]

    def find_price(self, channel: str, later_than: float) -> Heard | None:
        """The first quote whose price is of later than that (unix s)."""
        return next((one for one in self.quotes(channel) if one.price_at > later_than), None)

    def gaps(self, since: float) -> set[str]:
        """Channels of which it was told since then (time.monotonic) that messages are lost."""
        told = [one.message for one in tuple(self.heard) if one.at >= since]
        return {str(one["channel"]) for one in told if one.get("type") == "gap"}


def _is_data(heard: Heard) -> bool:
    return "seq" in heard.message
