"""A supervised process over its lives: starts, deaths, pauses, the end."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import psutil
import pytest

from app.embedded.children import Child, KeepsDying, Recipe, has_written
from app.embedded.processes import has_ended


def make_child(tmp_path: Path, script: str) -> Child:
    log_path = tmp_path / "child.log"
    recipe = Recipe(
        name="child",
        command=("/bin/sh", "-c", script),
        environment={"PATH": "/usr/bin:/bin"},
        folder=tmp_path,
        log_path=log_path,
        is_answering=lambda life: has_written(log_path, "here", life),
        stop_seconds=0.5,
    )
    return Child(recipe)


def await_exit(child: Child) -> int:
    deadline = time.monotonic() + 10
    while (code := child.take_exit()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return code


def await_answer(child: Child) -> None:
    deadline = time.monotonic() + 10
    while not child.check():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def await_end(processes: list[psutil.Process]) -> None:
    deadline = time.monotonic() + 10
    while not all(has_ended(process) for process in processes):
        assert time.monotonic() < deadline, processes
        time.sleep(0.02)


def test_one_that_keeps_dying_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    child = make_child(tmp_path, "echo out of luck; exit 3")
    for _ in range(2):
        child.start()
        assert await_exit(child) == 3
        child.plan_restart(excused=False)
    child.start()
    await_exit(child)
    with pytest.raises(KeepsDying, match="out of luck"):
        child.plan_restart(excused=False)


def test_one_that_had_answered_is_given_more_chances_and_longer_pauses(tmp_path: Path) -> None:
    child = make_child(tmp_path, "echo here; sleep 0.05; exit 3")
    pauses = []
    for _ in range(6):
        child.start()
        await_answer(child)
        await_exit(child)
        pauses.append(child.plan_restart(excused=False))
    assert pauses == sorted(pauses)
    assert pauses[-1] > 10 * pauses[0]
    assert not child.is_due()


def test_a_death_without_servers_is_excused(tmp_path: Path) -> None:
    child = make_child(tmp_path, "exit 0")
    for _ in range(12):
        child.start()
        await_exit(child)
        child.plan_restart(excused=True)
    assert child.quick_deaths == 0


def test_answers_count_for_one_life_only(tmp_path: Path) -> None:
    child = make_child(tmp_path, "test -e again && exec sleep 60; touch again; echo here")
    child.start()
    await_answer(child)
    await_exit(child)
    child.plan_restart(excused=False)
    child.start()
    assert not child.check()
    child.stop()


def test_one_that_ignores_sigterm_is_killed_with_what_it_started(tmp_path: Path) -> None:
    child = make_child(tmp_path, "trap '' TERM; sleep 300 & echo here; wait; sleep 300")
    child.start()
    await_answer(child)
    assert child.process is not None
    group = [psutil.Process(child.process.pid), *psutil.Process(child.process.pid).children(recursive=True)]
    assert len(group) == 2
    child.stop()
    await_end(group)


def test_a_grandchild_does_not_outlive_a_child_that_died(tmp_path: Path) -> None:
    child = make_child(tmp_path, "sleep 300 & echo here; wait")
    child.start()
    await_answer(child)
    assert child.process is not None
    grandchildren = psutil.Process(child.process.pid).children()
    child.process.send_signal(signal.SIGKILL)
    await_exit(child)
    await_end(grandchildren)
