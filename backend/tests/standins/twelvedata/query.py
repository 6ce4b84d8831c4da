"""A request to the stand-in as parameters that are checked, and the errors in the vendor's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.engine.intervals import Interval
from tests.standins.twelvedata.market import Listing, find_listing

Document = dict[str, Any]


class Refused(Exception):
    """An answer with status "error"."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    def document(self) -> Document:
        """The body."""
        return {"code": self.code, "message": self.message, "status": "error"}


@dataclass(slots=True)
class Query:
    """A request's parameters. Raises Refused where they make no sense."""

    parameters: Mapping[str, str]
    now: float
    delivered: dict[str, list[int]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """A parameter, or what it is without."""
        return self.parameters.get(name) or default

    def symbols(self) -> list[str]:
        """The symbols, in capitals, each once."""
        named = [one.strip().upper() for one in self.get("symbol").split(",")]
        return list(dict.fromkeys(one for one in named if one))

    def interval(self) -> Interval:
        """The bar's length."""
        try:
            return Interval(self.get("interval"))
        except ValueError:
            raise Refused(
                400,
                f"Invalid **interval** provided: {self.get('interval')}. Supported intervals: "
                f"{', '.join(Interval)}",
            ) from None

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within its limits."""
        text = self.get(name)
        if not text:
            return default
        if not text.isdigit() or not least <= int(text) <= most:
            raise Refused(
                400, f"Invalid **{name}** provided: {text}. It should be between {least} and {most}"
            )
        return int(text)

    def places(self) -> int:
        """Decimals of a price; the vendor's default is 5."""
        return 5 if self.get("dp") == "-1" else self.whole("dp", 5, 0, 11)

    def zone(self, listing: Listing, interval: Interval) -> ZoneInfo:
        """The zone of dates in and out: UTC, a name, or the exchange's (currencies and coins: UTC)."""
        named = self.get("timezone", "Exchange")
        if not interval.is_intraday:
            return ZoneInfo("UTC")
        if named.lower() == "exchange":
            return ZoneInfo(listing.timezone or "UTC")
        try:
            return ZoneInfo(named)
        except (ZoneInfoNotFoundError, ValueError):
            raise Refused(400, f"Invalid **timezone** provided: {named}.") from None

    def moment(self, name: str, zone: ZoneInfo) -> int | None:
        """A date or a date with a time, in unix seconds."""
        text = self.get(name).replace("T", " ")
        if not text:
            return None
        for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"):
            try:
                return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp())
            except ValueError:
                continue
        raise Refused(400, f"Invalid **{name}** provided: {text}. Use YYYY-MM-DD or YYYY-MM-DD HH:MM:SS")

    def listing(self, symbol: str) -> Listing:
        """What a symbol means."""
        found = find_listing(symbol, self.get("mic_code"), self.get("exchange"))
        if found is None:
            raise Refused(
                404,
                f"**symbol** not found: {symbol or 'none given'}. Please specify it correctly according to "
                "API Documentation.",
            )
        if found.plan is not None:
            raise Refused(404, f"This symbol is available starting with {found.plan}. Consider upgrading.")
        return found
