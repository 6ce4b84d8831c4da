"""A compiled function notices when a function that it calls in another file has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CALLER = """
from app.engine.compiled import compile_loop
from callee import STEP, twice

@compile_loop
def run(x: float) -> float:
    return twice(x) + STEP

print(run(3.0), run.stats.cache_hits and sum(run.stats.cache_hits.values()))
"""
CALLEE = """
from app.engine.compiled import compile_loop

STEP = {step}

@compile_loop
def twice(x: float) -> float:
    return x * {factor}
"""


def _run(folder: Path) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    done = subprocess.run(
        [sys.executable, str(folder / "caller.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.split()


def test_a_change_in_a_called_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(CALLER)
    (tmp_path / "callee.py").write_text(CALLEE.format(factor="2.0", step="1.0"))
    assert _run(tmp_path)[0] == "7.0"
    assert _run(tmp_path) == ["7.0", "1"], "the second process takes it from the cache"
    (tmp_path / "callee.py").write_text(CALLEE.format(factor="5.0", step="1.0"))
    assert _run(tmp_path)[0] == "16.0"


@pytest.mark.parametrize("constant", ["{}", "numpy.float32({})"])
def test_a_change_of_a_constant_of_another_file_is_noticed(tmp_path: Path, constant: str) -> None:
    (tmp_path / "caller.py").write_text(CALLER.replace("twice(x) + STEP", "x + STEP"))
    for step, expected in (("1.0", "4.0"), ("-1.0", "2.0")):
        callee = CALLEE.format(factor="2.0", step=constant.format(step))
        (tmp_path / "callee.py").write_text(f"import numpy\n{callee}")
        assert _run(tmp_path)[0] == expected
