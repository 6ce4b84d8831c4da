"""`python -m app.worker`"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

import structlog

from app.config import Settings, get_settings
from app.core.logging import configure_logging
from app.worker.process import hush_broken_handshakes, run_worker


def main() -> int:
    """Run a worker in this process; the exit code."""
    settings = get_settings()
    configure_logging(settings.log_level)
    try:
        asyncio.run(_run_until_told(settings))
    except TimeoutError as error:
        structlog.get_logger(__name__).error("database_never_came", detail=str(error))
        return 1
    return 0


async def _run_until_told(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Later signals change nothing: the first one is being followed."""
    working = asyncio.create_task(run_worker(settings))
    is_told = False

    def stop() -> None:
        nonlocal is_told
        if not is_told:
            is_told = True
            hush_broken_handshakes()
            working.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with contextlib.suppress(asyncio.CancelledError):
        await working


if __name__ == "__main__":
    sys.exit(main())
