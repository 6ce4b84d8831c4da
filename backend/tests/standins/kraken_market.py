"""What the stand-in of Kraken trades: pairs, and prices that are a pure function of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NEWEST_CANDLES = 720


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair as Kraken names it: id, alternative name, name on the socket."""

    id: str
    altname: str
    wsname: str
    base: str
    quote: str
    price: float
    decimals: int
    status: str = "online"

    @property
    def symbol(self) -> str:
        """The name on the second version of the socket: BTC/USD, not XBT/USD."""
        return self.wsname.replace("XBT", "BTC").replace("XDG", "DOGE")


PAIRS = (
    Pair("XXBTZUSD", "XBTUSD", "XBT/USD", "XXBT", "ZUSD", 60_000.0, 1),
    Pair("XETHZUSD", "ETHUSD", "ETH/USD", "XETH", "ZUSD", 3_000.0, 2),
    Pair("XETHXXBT", "ETHXBT", "ETH/XBT", "XETH", "XXBT", 0.05, 5),
    Pair("XXBTZEUR", "XBTEUR", "XBT/EUR", "XXBT", "ZEUR", 55_000.0, 1),
    Pair("SOLUSDT", "SOLUSDT", "SOL/USDT", "SOL", "USDT", 150.0, 2),
    Pair("LUNAUSD", "LUNAUSD", "LUNA/USD", "LUNA", "ZUSD", 1.0, 4, status="cancel_only"),
)


@dataclass(frozen=True, slots=True)
class KrakenMarket:
    """One trade of each pair every `trade_seconds`, and candles that are made of exactly those trades."""

    trade_seconds: float

    def make_trades(self, pair: Pair, start: float, end: float) -> list[tuple[int, float, float, float]]:
        """Trades (number, time, price, volume) with start ≤ time < end."""
        first, last = (-int(-edge // self.trade_seconds) for edge in (start, end))
        numbers = np.arange(first, last)
        prices, volumes = _price(pair, numbers, self.trade_seconds), _volume(numbers)
        times = numbers * self.trade_seconds
        return list(zip(numbers.tolist(), times.tolist(), prices.tolist(), volumes.tolist(), strict=True))

    def make_candles(self, pair: Pair, minutes: int, since: int, until: float) -> list[list[Any]]:
        """Candles as Kraken gives them: the newest 720, the last one forming, those after `since`."""
        step = minutes * 60
        newest = int(until // step)
        first = max(newest - _NEWEST_CANDLES + 1, since // step + 1)
        candles: list[list[Any]] = []
        for number in range(first, newest + 1):
            start = number * step
            low = -int(-start // self.trade_seconds)
            high = -int(-min(start + step, until) // self.trade_seconds)
            numbers = np.arange(low, high)
            if len(numbers) == 0:
                continue
            prices, volumes = _price(pair, numbers, self.trade_seconds), _volume(numbers)
            average = float((prices * volumes).sum() / volumes.sum())
            texts = [
                f"{one:.{pair.decimals}f}"
                for one in (prices[0], prices.max(), prices.min(), prices[-1], average)
            ]
            candles.append([start, *texts, f"{volumes.sum():.8f}", len(numbers)])
        return candles

    def make_ticker(self, pair: Pair, now: float) -> dict[str, Any]:
        """What is told of the last day; made of the newest trades alone, for a day of them takes long."""
        day = self.make_trades(pair, now - min(86_400, 2_000 * self.trade_seconds), now)
        today = [each for each in day if each[1] >= now - now % 86_400] or day

        def figure(value: float) -> str:
            return f"{value:.{pair.decimals}f}"

        prices, volumes = ([[each[at] for each in trades] for trades in (today, day)] for at in (2, 3))
        last = prices[1][-1]
        return {
            "a": [figure(last), "1", "1.000"],
            "b": [figure(last), "1", "1.000"],
            "c": [figure(last), f"{volumes[1][-1]:.8f}"],
            "v": [f"{sum(each):.8f}" for each in volumes],
            "p": [figure(sum(each) / len(each)) for each in prices],
            "t": [len(each) for each in prices],
            "l": [figure(min(each)) for each in prices],
            "h": [figure(max(each)) for each in prices],
            "o": figure(prices[0][0]),
        }


def choose_pairs(query: Mapping[str, str], needed: bool = False) -> Sequence[Pair]:
    """The pairs that a request names; all where it names none. Raises LookupError with Kraken's words."""
    wanted = query.get("pair")
    if wanted is None and not needed:
        return PAIRS
    chosen = []
    for name in str(wanted or "").split(","):
        pair = next((each for each in PAIRS if name in (each.id, each.altname, each.wsname)), None)
        if pair is None:
            raise LookupError("EQuery:Unknown asset pair")
        chosen.append(pair)
    return chosen


def describe_pair(pair: Pair) -> dict[str, Any]:
    """A pair as AssetPairs tells it."""
    return {
        "altname": pair.altname,
        "wsname": pair.wsname,
        "aclass_base": "currency",
        "base": pair.base,
        "aclass_quote": "currency",
        "quote": pair.quote,
        "lot": "unit",
        "cost_decimals": 5,
        "pair_decimals": pair.decimals,
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "leverage_buy": [],
        "leverage_sell": [],
        "fees": [[0, 0.4]],
        "fees_maker": [[0, 0.25]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": "0.0001",
        "costmin": "0.5",
        "tick_size": f"{10.0**-pair.decimals:.{pair.decimals}f}",
        "status": pair.status,
    }


def _price(pair: Pair, numbers: NDArray[np.int64], trade_seconds: float) -> NDArray[np.float64]:
    minutes = numbers * (trade_seconds / 60)
    waves = (
        0.2 * np.sin(minutes / 90_000)
        + 0.02 * np.sin(minutes / 700)
        + 0.002 * np.sin(minutes / 3 + pair.price)
    )
    rounded: NDArray[np.float64] = np.round(pair.price * np.exp(waves), pair.decimals)
    return rounded


def _volume(numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    # Eighths: their sums are exact.
    volume: NDArray[np.float64] = (1 + numbers % 7) / 8
    return volume


def rfc3339(at: float) -> str:
    """A time (unix s) as the socket writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
