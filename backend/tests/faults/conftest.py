"""Stacks for the fault tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.stack import Stack

MakeStack = Callable[..., Stack]


@pytest.fixture
def make_stack(tmp_path: Path) -> Iterator[MakeStack]:
    """Starts stacks that end with the test. Without arguments all of a test live in one home."""
    made: list[Stack] = []

    def make(*options: str, home: Path | None = None, parent: tuple[str, ...] = ()) -> Stack:
        output = tmp_path / f"output-{len(made)}.txt"
        stack = Stack(home or tmp_path / "home", output, *options, parent=parent)
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.end()


@pytest.fixture(scope="module")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for all tests of a file, ready."""
    folder = tmp_path_factory.mktemp("stack")
    stack = Stack(folder / "home", folder / "output.txt")
    try:
        stack.wait_ready()
        yield stack
    finally:
        stack.end()
