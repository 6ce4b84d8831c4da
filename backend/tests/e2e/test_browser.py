"""The browser suite (frontend/e2e, real Chromium) against the real stack."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.e2e.conftest import REPOSITORY, Stack


def find_chromium() -> str | None:
    """CHROMIUM, else Debian's or another Chromium on the path."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.mark.timeout(900)
def test_browser_suite(stack: Stack) -> None:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium: install Debian's `chromium`, or name one with CHROMIUM=/path/to/it")
    done = subprocess.run(
        ["npm", "run", "--silent", "e2e"],
        cwd=REPOSITORY / "frontend",
        env={**os.environ, "BASE_URL": stack.frontend_url, "CHROMIUM": chromium},
        timeout=880,
    )
    assert done.returncode == 0
