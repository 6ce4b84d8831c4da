"""The worker's heartbeat file and the command that looks at it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.worker.health import STALE_SECONDS, is_alive, keep_beating, write_heartbeat


def test_a_fresh_heartbeat_is_alive_and_an_old_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "beat"
    assert not is_alive(path, time.time())
    write_heartbeat(path)
    written_at = path.stat().st_mtime
    assert is_alive(path, written_at + STALE_SECONDS - 1)
    assert not is_alive(path, written_at + STALE_SECONDS)


def test_a_link_left_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep me")
    path = tmp_path / "beat"
    path.symlink_to(precious)
    write_heartbeat(path)
    assert precious.read_text() == "keep me"
    assert not path.is_symlink()
    assert path.read_text() == str(os.getpid())


def test_the_heartbeat_goes_with_the_worker(tmp_path: Path) -> None:
    path = tmp_path / "beat"

    async def live_shortly() -> None:
        beating = asyncio.create_task(keep_beating(path))
        await asyncio.sleep(0.05)
        assert path.exists()
        beating.cancel()
        with pytest.raises(asyncio.CancelledError):
            await beating

    asyncio.run(live_shortly())
    assert not path.exists()


@pytest.mark.parametrize("is_beating", [True, False])
def test_the_command_says_so_with_its_exit_code(tmp_path: Path, is_beating: bool) -> None:
    if is_beating:
        write_heartbeat(tmp_path / f"flowrex-worker-{os.getuid()}.heartbeat")
    done = subprocess.run(
        [sys.executable, "-m", "app.worker.health"], env={**os.environ, "TMPDIR": str(tmp_path)}, check=False
    )
    assert done.returncode == (0 if is_beating else 1)
