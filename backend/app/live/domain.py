"""What one can listen to: channels as clients name them, the topics they stand for, and what refuses them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from app.core.errors import TooManyRequests
from app.engine.intervals import Interval
from app.market.domain import name_changes_topic

MAX_CHANNEL_CHARS = 100


class ChannelKind(StrEnum):
    """What a channel tells of."""

    QUOTES = "quotes"
    BARS = "bars"
    BACKTEST = "backtest"
    ACCOUNT = "account"
    ALERTS = "alerts"
    BACKFILLS = "backfills"
    INSTRUMENTS = "instruments"


# One's own: clients name them without the id, which is the caller's.
OWN_KINDS = frozenset({ChannelKind.ALERTS, ChannelKind.BACKFILLS, ChannelKind.INSTRUMENTS})
# Of these every message counts: whoever missed one is told to fetch. Of the others the newest says all.
_HISTORIES = frozenset({ChannelKind.BARS, ChannelKind.ALERTS, ChannelKind.BACKFILLS, ChannelKind.INSTRUMENTS})
# What the market room feeds on demand.
_FED_KINDS = frozenset({ChannelKind.QUOTES, ChannelKind.BARS})


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that makes sense. `name` is the client's word for it, `key` the id it is about."""

    kind: ChannelKind
    name: str
    key: UUID
    topic: str

    @property
    def is_history(self) -> bool:
        """Whether a message that is left out leaves a hole."""
        return self.kind in _HISTORIES

    @property
    def is_fed(self) -> bool:
        """Whether the feed runs for those who listen."""
        return self.kind in _FED_KINDS


@dataclass(frozen=True, slots=True)
class Rejection:
    """A channel that one does not get, and why."""

    channel: str
    code: str
    detail: str


class TooManyConnections(TooManyRequests):
    """One user has opened more live connections than are allowed, or the process is full."""

    code, title = "too_many_connections", "Too many live connections"


def parse_channel(text: str, user_id: UUID) -> Channel | Rejection:
    """What a client's word for a channel means when `user_id` says it."""
    shown = text[:MAX_CHANNEL_CHARS]
    if len(text) > MAX_CHANNEL_CHARS:
        return Rejection(shown, "invalid_channel", f"A channel has at most {MAX_CHANNEL_CHARS} characters.")
    name, *rest = text.split(":")
    try:
        kind = ChannelKind(name)
    except ValueError:
        return Rejection(shown, "invalid_channel", "There is no such kind of channel.")
    if kind in OWN_KINDS:
        if rest:
            return Rejection(shown, "invalid_channel", f"{kind} stands without an id: it is one's own.")
        topic = name_changes_topic(user_id) if kind is ChannelKind.INSTRUMENTS else f"{kind}:{user_id}"
        return Channel(kind, text, user_id, topic)
    wanted = 2 if kind is ChannelKind.BARS else 1
    key = _read_id(rest[0]) if len(rest) == wanted else None
    if key is None or (kind is ChannelKind.BARS and not _is_interval(rest[1])):
        shape = "bars:<instrument id>:<interval>" if kind is ChannelKind.BARS else f"{kind}:<id>"
        return Rejection(shown, "invalid_channel", f"Such a channel is written {shape}.")
    return Channel(kind, text, key, text)


def add_common(channels: Iterable[Channel]) -> list[Channel]:
    """The channels, and for whoever listens to his own instruments those of the installation, under the same
    name: they have no owner, and everybody reads them.
    """
    added: list[Channel] = []
    for channel in channels:
        added.append(channel)
        if channel.kind is ChannelKind.INSTRUMENTS:
            added.append(replace(channel, topic=name_changes_topic(None)))
    return added


def reject_unknown(channel: Channel) -> Rejection:
    """The answer to a channel of what is not there, or not for the caller's eyes."""
    return Rejection(channel.name, "not_found", "There is no such thing, or none that you may see.")


def _read_id(text: str) -> UUID | None:
    """An id as the API writes it; another spelling would be another channel."""
    try:
        read = UUID(text)
    except ValueError:
        return None
    return read if str(read) == text else None


def _is_interval(text: str) -> bool:
    try:
        Interval(text)
    except ValueError:
        return False
    return True
