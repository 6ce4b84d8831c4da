"""The form in which a market's sessions are stored: a year of them as packed columns. Pure.

The bytes are five little-endian int64 columns, one after the other: labels, opens, closes, starts and ends of
breaks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.market.coverage import Sessions

BYTES_PER_SESSION = 5 * 8
_SECOND = "datetime64[s]"


def split_years(sessions: Sessions) -> dict[int, Sessions]:
    """Sessions by the year of their dates."""
    years = sessions.labels.astype(_SECOND).astype("datetime64[Y]").astype(np.int64) + 1970
    starts = np.flatnonzero(np.diff(years, prepend=-1))
    stops = np.append(starts[1:], len(years))
    return {
        int(years[start]): cut_sessions(sessions, int(start), int(stop))
        for start, stop in zip(starts, stops, strict=True)
    }


def cut_sessions(sessions: Sessions, start: int, stop: int) -> Sessions:
    """Sessions start..stop-1."""
    return Sessions(*(column[start:stop] for column in _columns(sessions)))


def cut_dates(sessions: Sessions, first: int, last: int) -> Sessions:
    """Sessions whose label lies in first..last (unix s)."""
    start, stop = np.searchsorted(sessions.labels, (first, last + 1))
    return cut_sessions(sessions, int(start), int(stop))


def join_sessions(parts: Sequence[Sessions]) -> Sessions:
    """Parts, oldest first, as one; no sessions for no parts."""
    nothing = np.empty(0, dtype=np.int64)
    if not parts:
        return Sessions(nothing, nothing, nothing, nothing, nothing)
    return Sessions(*(np.concatenate(columns) for columns in zip(*map(_columns, parts), strict=True)))


def encode_sessions(sessions: Sessions) -> bytes:
    """A year of sessions as bytes."""
    return b"".join(column.astype("<i8").tobytes() for column in _columns(sessions))


def decode_sessions(data: bytes) -> Sessions:
    """The same back. Raises ValueError when the bytes hold no whole sessions."""
    columns = np.frombuffer(data, dtype="<i8").astype(np.int64).reshape(5, -1)
    return Sessions(*columns)


def _columns(sessions: Sessions) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    return (
        sessions.labels,
        sessions.opens,
        sessions.closes,
        sessions.break_starts,
        sessions.break_ends,
    )
