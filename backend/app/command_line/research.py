"""`flowrex sweep` and `flowrex walkforward`: computed right here, on the installation's bars."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from app.command_line.terms import collect_terms, with_options_of
from app.command_line.tools import (
    Home,
    Tools,
    connected,
    fail,
    name_option,
    read_pairs,
    read_rule,
    run_with_tools,
)
from app.research.domain import DEFAULT_OBJECTIVE, Method

BodyT = TypeVar("BodyT", bound=BaseModel)
_RANGE_FORM = "NAME=MIN:MAX:STEP or NAME=VALUE,VALUE,…"


def collect_search(
    range_: Annotated[
        list[str] | None,
        typer.Option("--range", help=f"{_RANGE_FORM}; without any, every parameter's own range."),
    ] = None,
    fix: Annotated[list[str] | None, typer.Option(help="NAME=NUMBER: one value for a parameter.")] = None,
    sets: Annotated[int, typer.Option(help="How many sets random and tpe draw.")] = 500,
    seed: Annotated[int, typer.Option(help="Of what is drawn.")] = 1,
    objective: Annotated[str, typer.Option(help="The figure that shall be largest.")] = DEFAULT_OBJECTIVE,
    min_trades: Annotated[int | None, typer.Option(help="Sets with fewer trades do not count.")] = None,
    max_drawdown: Annotated[
        float | None, typer.Option(help="Sets that fall deeper do not count; 0.3 is −30 %.")
    ] = None,
) -> dict[str, Any]:
    """The fields of a request's search."""
    return {
        "ranges": dict(_read_range(text) for text in range_ or []),
        "fixed": read_pairs("--fix", "NAME=NUMBER", fix),
        "sets": sets,
        "seed": seed,
        "objective": objective,
        "constraints": {"min_trades": min_trades, "max_drawdown": max_drawdown},
    }


@with_options_of(collect_search, collect_terms)
def sweep(
    rule: Annotated[str, typer.Argument(help="A rule's file; - reads standard input.")],
    fields: dict[str, Any],
    method: Annotated[Method, typer.Option(help="How the parameter sets are chosen.")] = Method.GRID,
    as_json: Annotated[bool, typer.Option("--json", help="Print the sweep as the API's JSON.")] = False,
    csv: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write every set with its figures to this file, too.")
    ] = None,
    home: Home = None,
) -> None:
    """Run a rule with many parameter sets; print the best and how far to believe it. Nothing is stored."""
    from app.backtests.domain import RunFailed
    from app.research.console import ConsoleSweep, sweep_on_console
    from app.research.service import SweepCreate

    source, ranges = _read_rule(rule, fields)
    body = _validate(SweepCreate, {**fields, "source": source, "ranges": ranges, "method": method})

    async def compute(tools: Tools) -> ConsoleSweep:
        return await sweep_on_console(tools.databases.main, tools.clock, body)

    with connected(home):
        try:
            done = run_with_tools(compute)
        except RunFailed as error:
            fail(error.failure.detail)
    if csv is not None:
        try:
            with csv.open("wb") as file:
                file.writelines(done.results.iterate_lines())
        except OSError as error:
            fail(f"{csv} cannot be written: {error.strerror}")
    sys.stdout.write((done.as_json() if as_json else done.as_text()) + "\n")


@with_options_of(collect_search, collect_terms)
def walkforward(
    rule: Annotated[str, typer.Argument(help="A rule's file; - reads standard input.")],
    fields: dict[str, Any],
    train_bars: Annotated[int, typer.Option(help="On how many bars parameters are chosen.")] = 750,
    test_bars: Annotated[int, typer.Option(help="On how many bars after them they trade.")] = 250,
    anchored: Annotated[bool, typer.Option("--anchored", help="Train from the first bar on.")] = False,
    draw: Annotated[bool, typer.Option("--random", help="Draw random sets instead of a grid.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as the API's JSON.")] = False,
    home: Home = None,
) -> None:
    """Choose parameters on one stretch of bars, trade them on the next, and so on. Nothing is stored."""
    from app.backtests.domain import RunFailed
    from app.research.console import ConsoleWalk, walk_on_console
    from app.research.walk_forward_service import WalkForwardCreate

    source, ranges = _read_rule(rule, fields)
    windows = {"train_bars": train_bars, "test_bars": test_bars, "anchored": anchored}
    method = "random" if draw else "grid"
    body = _validate(
        WalkForwardCreate, {**fields, **windows, "source": source, "ranges": ranges, "method": method}
    )

    async def compute(tools: Tools) -> ConsoleWalk:
        return await walk_on_console(tools.databases.main, tools.clock, body)

    with connected(home):
        try:
            done = run_with_tools(compute)
        except RunFailed as error:
            fail(error.failure.detail)
    sys.stdout.write((done.as_json() if as_json else done.as_text()) + "\n")


def _read_rule(path: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The rule's text, and the ranges that were given, or every parameter's own."""
    from app.engine.language import RuleInvalid, compile_rule

    try:
        rule = compile_rule(read_rule(path))
    except RuleInvalid as error:
        fail("\n".join(f"{path}:{p.line}:{p.column}: {p.message}" for p in error.problems))
    if not rule.parameters:
        fail(f"{path} has no parameter to vary: write fast = param(10, 5, 50) for one.")
    own = {
        each.name: {"min": each.minimum, "max": each.maximum, "step": each.step}
        for each in rule.parameters
        if each.name not in fields["fixed"]
    }
    return rule.source, fields["ranges"] or own


def _read_range(text: str) -> tuple[str, dict[str, Any]]:
    name, _, values = text.partition("=")
    try:
        if ":" in values:
            minimum, maximum, step = (float(number) for number in values.split(":"))
            return name.strip(), {"min": minimum, "max": maximum, "step": step}
        return name.strip(), {"values": [float(number) for number in values.split(",")]}
    except ValueError:
        fail(f"--range {text}: write {_RANGE_FORM}")


def _validate(model: type[BodyT], asked: dict[str, Any]) -> BodyT:
    try:
        return model.model_validate(asked)
    except ValidationError as error:
        fail("\n".join(f"{name_option(e['loc'])}{e['msg']}" for e in error.errors()))
