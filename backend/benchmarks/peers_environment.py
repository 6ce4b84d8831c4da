"""Runs the peers' programs in their own environment, which `make bench` makes in .venv/peers.

They stay apart: backtesting.py is under the AGPL, and both pull in parts that the product does not want.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PEERS = Path(__file__).parent / "peers"
_PYTHON = Path(__file__).parents[2] / ".venv" / "peers" / "bin" / "python"
_LIMIT_SECONDS = 1_800


class PeersMissing(Exception):
    """The environment is not there. `make bench` makes it."""


def run_peer(program: str, *arguments: str | Path) -> Any:
    """What a program of `peers/` prints as its last line, read as JSON.

    Raises PeersMissing without the environment, RuntimeError with its words when the program fails.
    """
    if not _PYTHON.exists():
        raise PeersMissing("the peers are not installed: `make bench` does that")
    command = [str(_PYTHON), "-W", "ignore", str(_PEERS / f"{program}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_SECONDS)
    if done.returncode != 0:
        raise RuntimeError(f"{program} failed: {done.stderr[-2_000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def save_bars(path: Path, bars: Any, **more: NDArray[Any]) -> Path:
    """Bars as an .npz file that the peers' programs read."""
    np.savez(
        path,
        time=bars.time,
        open=bars.open,
        high=bars.high,
        low=bars.low,
        close=bars.close,
        volume=bars.volume,
        **more,
    )
    return path
