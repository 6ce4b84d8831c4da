"""What the façade's routes ask for by type: who holds the key, and parameters in the vendor's words."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from app.auth.dependencies import KeyHolder
from app.compat.domain import (
    AS_STORED,
    DEFAULT_PLACES,
    MAX_PLACES,
    MAX_SIZE,
    InvalidParameter,
    Place,
    SeriesQuery,
    read_choice,
    read_interval,
    read_moment,
    read_symbols,
    read_whole,
    read_zone,
)
from app.market.domain import Adjustment, Viewer

# Text, whatever it is meant as: what does not fit is refused in the vendor's words.
Text = Annotated[str | None, Query(max_length=200)]
_ADJUSTED = {"splits": Adjustment.SPLITS, "all": Adjustment.SPLITS}


def _viewer(user: KeyHolder) -> Viewer:
    return Viewer(user.id, user.is_admin)


def _symbols(
    symbol: Annotated[str | None, Query(max_length=4_000, description="One, or several with commas.")] = None,
) -> tuple[str, ...]:
    return read_symbols(symbol)


def _place(mic_code: Text = None, exchange: Text = None) -> Place:
    return Place(mic_code.strip().upper() if mic_code else None, exchange.strip() if exchange else None)


def _places(dp: Text = None) -> int:
    found = read_whole("dp", dp, AS_STORED, MAX_PLACES)
    return DEFAULT_PLACES if found is None else found


def _zone_name(timezone: Text = None) -> str:
    named = (timezone or "Exchange").strip()
    read_zone(named)
    return named


def _series_query(
    places: Annotated[int, Depends(_places)],
    timezone: Annotated[str, Depends(_zone_name)],
    interval: Text = None,
    outputsize: Text = None,
    start_date: Text = None,
    end_date: Text = None,
    order: Text = None,
    adjust: Text = None,
    date: Text = None,
    previous_close: Text = None,
) -> SeriesQuery:
    if date or read_choice("previous_close", previous_close, ("false", "true")) == "true":
        raise InvalidParameter("**date** and **previous_close** are not served: use start_date, end_date.")
    chosen = read_choice("adjust", adjust, ("splits", "all", "dividends", "none"))
    start, end = read_moment("start_date", start_date), read_moment("end_date", end_date)
    if start is not None and end is not None and start > end:
        raise InvalidParameter("**start_date** must not lie after **end_date**.")
    return SeriesQuery(
        read_interval(interval),
        read_whole("outputsize", outputsize, 1, MAX_SIZE),
        start,
        end,
        timezone,
        read_choice("order", order, ("desc", "asc")) == "asc",
        _ADJUSTED.get(chosen, Adjustment.NONE),
        places,
    )


ViewerDep = Annotated[Viewer, Depends(_viewer)]
SymbolsDep = Annotated[tuple[str, ...], Depends(_symbols)]
PlaceDep = Annotated[Place, Depends(_place)]
PlacesDep = Annotated[int, Depends(_places)]
ZoneNameDep = Annotated[str, Depends(_zone_name)]
SeriesQueryDep = Annotated[SeriesQuery, Depends(_series_query)]
