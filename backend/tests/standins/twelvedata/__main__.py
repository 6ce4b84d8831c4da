"""Run the stand-in by itself: `python -m tests.standins.twelvedata --port 9000 --per-minute 600`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from tests.standins.twelvedata.server import KEY, StandIn
from tests.standins.twelvedata.stream import StreamTerms


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--per-minute", type=int, default=8, help="credits; 0: no limit")
    parser.add_argument("--per-day", type=int, default=800, help="credits; 0: no limit")
    parser.add_argument("--tick-seconds", type=float, default=1.0)
    parser.add_argument("--always-200", action="store_true", help="errors come with HTTP 200")
    asked = parser.parse_args()
    stand_in = StandIn(
        port=asked.port,
        keys=(asked.key,),
        per_minute=asked.per_minute or None,
        per_day=asked.per_day or None,
        always_200=asked.always_200,
        stream=StreamTerms(tick_seconds=asked.tick_seconds),
    )
    over = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: over.set())
    with stand_in:
        where = f"on {stand_in.base_url}, its socket on {stand_in.stream_url}"
        sys.stdout.write(f"Twelve Data's stand-in {where}" + chr(10))
        sys.stdout.flush()
        over.wait()


if __name__ == "__main__":
    main()
