"""Whether the worker of this machine lives: `python -m app.worker.health` exits with 0 or 1.

The worker's event loop touches a file; a file that has grown old means a worker that is gone or stuck.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

BEAT_SECONDS = 2.0
STALE_SECONDS = 15.0


def find_heartbeat_path() -> Path:
    """The file of this user's worker."""
    return Path(tempfile.gettempdir()) / f"flowrex-worker-{os.getuid()}.heartbeat"


def write_heartbeat(path: Path) -> None:
    """Make the file new. It is replaced, never followed: a link that somebody left there is just removed."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with fresh.open("x") as file:
        file.write(str(os.getpid()))
    fresh.replace(path)


def remove_heartbeat(path: Path) -> None:
    """Say that the worker is gone, without waiting until the file is old."""
    path.unlink(missing_ok=True)


def is_alive(path: Path, now: float) -> bool:
    """True when the file was written within the last seconds; `now` in unix seconds."""
    try:
        return now - path.stat().st_mtime < STALE_SECONDS
    except OSError:
        return False


async def keep_beating(path: Path) -> None:
    """Write the heartbeat for ever; the file goes with the worker."""
    try:
        while True:
            write_heartbeat(path)
            await asyncio.sleep(BEAT_SECONDS)
    finally:
        remove_heartbeat(path)


if __name__ == "__main__":
    sys.exit(0 if is_alive(find_heartbeat_path(), time.time()) else 1)
