"""However the stack ends, nothing of it is left running and the data stays."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import psutil
import pytest

from tests.faults.conftest import MakeStack
from tests.faults.stack import wait_until


def none_left(processes: list[psutil.Process]) -> Callable[[], bool]:
    """Whether all of these have ended (`is_running` tells a process from a later one of the same id)."""

    def look() -> bool:
        return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    return look


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGINT, marks=pytest.mark.thorough),
        pytest.param(signal.SIGHUP, marks=pytest.mark.thorough),
    ],
)
def test_asked_to_stop_it_stops_all_in_order(make_stack: MakeStack, number: signal.Signals) -> None:
    stack = make_stack()
    stack.wait_ready()
    processes = stack.descendants()

    stack.process.send_signal(number)

    assert stack.process.wait(60) == 0, stack.dump()
    assert none_left(processes)(), stack.dump()
    steps = [
        stack.output.index(f"✓ {step}")
        for step in ("backend stopped", "worker stopped", "Database and cache servers stopped")
    ]
    assert steps == sorted(steps)
    assert not (stack.home / "state.json").exists()
    for name in ("postgres-main", "postgres-credentials"):
        assert (
            "database system is shut down" in (stack.home / "logs" / f"{name}.log").read_text("utf-8")[-400:]
        )


def test_killed_it_leaves_no_process_and_starts_again(make_stack: MakeStack) -> None:
    stack = make_stack()
    stack.wait_ready()
    processes = stack.descendants()
    before = (stack.home / "secrets.json").read_text("utf-8")

    stack.process.kill()
    wait_until(none_left(processes), 20, stack.dump)

    again = make_stack()
    again.wait_ready()
    assert (stack.home / "secrets.json").read_text("utf-8") == before


def test_it_ends_with_the_process_that_started_it(make_stack: MakeStack) -> None:
    """As under `make run`, which hands its process id down."""
    stack = make_stack(parent=("/bin/sh", "-c", 'export FLOWREX_STOP_WITH=$$; "$@"; true', "sh"))
    stack.wait_ready()
    processes = stack.descendants()

    stack.process.kill()

    wait_until(none_left(processes), 30, stack.dump)
    assert "the process that started Flowrex is gone: stopping" in stack.output


@pytest.mark.thorough
def test_asked_twice_it_does_not_wait_for_anybody(make_stack: MakeStack) -> None:
    stack = make_stack()
    stack.wait_ready()
    processes = stack.descendants()
    for name in ("backend", "valkey"):
        os.kill(stack.get(name).pid, signal.SIGSTOP)  # they will not answer to SIGTERM

    stack.process.send_signal(signal.SIGINT)
    wait_until(lambda: "SIGINT: stopping" in stack.output, 10, stack.dump)
    stack.process.send_signal(signal.SIGINT)

    assert stack.process.wait(15) == 0, stack.dump()
    assert none_left(processes)(), stack.dump()
    make_stack().wait_ready()


def test_stopped_while_it_starts_it_leaves_nothing(make_stack: MakeStack) -> None:
    stack = make_stack()
    wait_until(lambda: (stack.home / "state.json").exists(), 30, stack.dump)
    processes = stack.descendants()

    stack.process.terminate()

    assert stack.process.wait(60) == 0, stack.dump()
    assert none_left(processes)(), stack.dump()
