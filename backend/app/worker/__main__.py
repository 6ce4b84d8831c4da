"""`python -m app.worker`"""

from __future__ import annotations

import asyncio
import sys

import structlog

from app.config import get_settings
from app.core.logging import configure_logging
from app.worker.process import run_worker


def main() -> int:
    """Run a worker in this process; the exit code."""
    settings = get_settings()
    configure_logging(settings.log_level)
    try:
        asyncio.run(run_worker(settings))
    except KeyboardInterrupt:
        return 0
    except TimeoutError as error:
        structlog.get_logger(__name__).error("database_never_came", detail=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
