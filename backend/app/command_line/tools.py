"""What the bodies of commands stand on: databases to work with, what was typed, and how a command ends."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from app.config import Settings
    from app.core.clock import Clock
    from app.core.database import Databases

T = TypeVar("T")
DATES = ["%Y-%m-%d"]
Home = Annotated[
    Path | None,
    typer.Option(
        envvar="FLOWREX_HOME", help="The folder that keeps data, passwords and logs.", show_default=".flowrex"
    ),
]


@dataclass(frozen=True)
class Tools:
    """What the body of a command works with."""

    databases: Databases
    settings: Settings
    clock: Clock


def run_with_tools(body: Callable[[Tools], Awaitable[T]]) -> T:
    """Run a room's function over the databases of the settings."""
    import asyncio

    from app.config import get_settings
    from app.core.clock import SystemClock
    from app.core.database import Databases
    from app.core.logging import configure_logging

    async def run() -> T:
        settings = get_settings()
        # A person reads this terminal: refusals are told in words, and logs only where they were asked for.
        configure_logging(settings.log_level if os.environ.get("LOG_LEVEL") else "ERROR", sys.stderr)
        databases = Databases.from_settings(settings, application_name="flowrex-cli")
        try:
            return await body(Tools(databases, settings, SystemClock()))
        finally:
            await databases.dispose()

    return asyncio.run(run())


@contextlib.contextmanager
def connected(home: Path | None) -> Iterator[None]:
    """Find the databases, as `app.embedded.attach` says, for the length of a command."""
    from app.embedded.attach import attached
    from app.embedded.console import Progress
    from app.embedded.plan import default_home

    with attached(home or default_home(), Progress.on_stderr()):
        yield


def read_rule(path: str) -> str:
    """The text of a rule's file; of standard input for -."""
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path} cannot be read: {error}")


def read_pairs(option: str, form: str, given: list[str] | None) -> dict[str, float]:
    """The numbers of an option that is written NAME=NUMBER, as often as needed."""
    values = {}
    for text in given or []:
        name, separator, number = text.partition("=")
        try:
            values[name.strip()] = float(number)
        except ValueError:
            separator = ""
        if not separator:
            fail(f"{option} {text}: write {form}")
    return values


def read_money(option: str, text: str) -> Decimal:
    """An amount that is not below 0."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        fail(f"{option} {text}: write an amount such as 10000 or 0.5")
    return value


def name_option(location: tuple[int | str, ...]) -> str:
    """The option that a field of a request came from, as a sentence begins with it."""
    return f"--{str(location[0]).replace('_', '-')}: " if location else ""


def fail(message: str) -> NoReturn:
    """End the command with a line that says why."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
