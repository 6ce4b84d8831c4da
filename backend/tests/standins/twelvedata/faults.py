"""The stand-in's switches: every way in which the vendor was seen to fail, for some requests or all."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong."""

    MINUTE = "minute"  # 429, credits of the minute
    DAY = "day"  # 429, credits of the day
    ERROR_BODY = "error_body"  # HTTP 200, status "error", code 500
    HTML = "html"  # a page of a proxy
    SERVER_ERROR = "server_error"  # HTTP 500
    NOT_A_NUMBER = "nan"  # values that are none
    TRUNCATED = "truncated"  # JSON cut in the middle
    STALE = "stale"  # the newest bars are missing
    REPEATED = "repeated"  # some bars twice
    CONTRADICTORY = "contradictory"  # some bars twice, first with other values
    STALL = "stall"  # answers after `seconds`
    KEY_REFUSED = "key_refused"  # 401
    PLAN_LACKS = "plan_lacks"  # 404 «available starting with»
    NO_DATA = "no_data"  # 400 «No data is available on the specified dates»
    CUT = "cut"  # the connection is closed without an answer


@dataclass(slots=True)
class Fault:
    """A fault that is switched on. `path`, `symbol`: only there. `times`: so many requests, None: all.
    `probability`: of each request that fits.
    """

    kind: FaultKind
    path: str | None = None
    symbol: str | None = None
    times: int | None = None
    probability: float = 1.0
    seconds: float = 30.0


class Faults:
    """The faults that are on. May be called from any thread."""

    def __init__(self, seed: int = 1) -> None:
        self._on: list[Fault] = []
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self.met: dict[FaultKind, int] = {}

    def set(self, kind: FaultKind | str, **more: Any) -> Fault:
        """Switch one on, beside those that are on. Raises ValueError, TypeError."""
        fault = Fault(FaultKind(kind), **more)
        with self._lock:
            self._on.append(fault)
        return fault

    def set_from(self, document: Mapping[str, Any]) -> Fault:
        """The same from JSON. Raises ValueError, TypeError."""
        known = {one.name for one in fields(Fault)}
        return self.set(**{name: value for name, value in document.items() if name in known})

    def clear(self, kind: FaultKind | str | None = None) -> None:
        """Switch all off, or those of a kind."""
        with self._lock:
            self._on = [one for one in self._on if kind is not None and one.kind != kind]

    def draw(self, path: str, symbols: str) -> Fault | None:
        """The fault that this request meets, used up by one time."""
        with self._lock:
            for fault in self._on:
                if fault.path is not None and fault.path != path:
                    continue
                if fault.symbol is not None and fault.symbol not in symbols.split(","):
                    continue
                if fault.times == 0 or self._random.random() >= fault.probability:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                self.met[fault.kind] = self.met.get(fault.kind, 0) + 1
                return fault
        return None
