"""What other parts ask of the live room: which channels somebody may hear."""

from __future__ import annotations

from collections.abc import Sequence

from app.backtests import service as backtests
from app.core.database import Database
from app.live.domain import OWN_KINDS, Channel, ChannelKind
from app.live.tickets import Caller
from app.market import service as market
from app.market.domain import Viewer

_OF_INSTRUMENTS = frozenset({ChannelKind.QUOTES, ChannelKind.BARS})


async def find_visible_channels(
    database: Database, caller: Caller, channels: Sequence[Channel]
) -> set[Channel]:
    """Those of the channels whose subject the caller may see, in two statements at most."""
    visible = {channel for channel in channels if channel.kind in OWN_KINDS}
    instruments = {channel.key for channel in channels if channel.kind in _OF_INSTRUMENTS}
    runs = {channel.key for channel in channels if channel.kind is ChannelKind.BACKTEST}
    if not instruments and not runs:
        return visible
    async with database.session() as session:
        if instruments:
            viewer = Viewer(caller.user_id, caller.is_admin)
            seen = await market.find_visible_ids(session, viewer, instruments)
            visible |= {one for one in channels if one.kind in _OF_INSTRUMENTS and one.key in seen}
        if runs:
            seen = await backtests.find_visible_ids(session, caller.user_id, runs)
            visible |= {one for one in channels if one.kind is ChannelKind.BACKTEST and one.key in seen}
    return visible
