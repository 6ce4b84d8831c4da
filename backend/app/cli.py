"""The `flowrex` command. Each command imports what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from app import __version__
from app.backtests.domain import SlippageModel
from app.engine.intervals import Interval
from app.market.domain import Adjustment, AssetClass

if TYPE_CHECKING:
    from app.config import Settings
    from app.core.clock import Clock
    from app.core.database import Databases

cli = typer.Typer(
    name="flowrex",
    help="Is this trading idea any good, and can I believe the answer?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a plain traceback fits into the end of a log
)

users = typer.Typer(help="Accounts.", no_args_is_help=True)
cli.add_typer(users, name="user")

T = TypeVar("T")
_DATES = ["%Y-%m-%d"]
Home = Annotated[
    Path | None,
    typer.Option(
        envvar="FLOWREX_HOME", help="The folder that keeps data, passwords and logs.", show_default=".flowrex"
    ),
]


@cli.command()
def up(
    home: Home = None,
    backend_port: Annotated[int, typer.Option(envvar="BACKEND_PORT", help="The API's port.")] = 8000,
    frontend_port: Annotated[int, typer.Option(envvar="FRONTEND_PORT", help="The web client's port.")] = 3000,
    no_web: Annotated[bool, typer.Option("--no-web", help="Leave the web client out.")] = False,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Load no demo data.")] = False,
    reload: Annotated[bool, typer.Option("--reload", hidden=True)] = False,
) -> None:
    """Start everything: servers, migrations, demo, backend, worker and web client. Ctrl-C stops it."""
    from app.embedded.plan import Options, default_home
    from app.embedded.supervisor import Supervisor

    options = Options(
        home=home or default_home(),
        backend_port=backend_port,
        frontend_port=frontend_port,
        with_web=not no_web,
        with_demo=not no_demo,
        reload=reload,
    )
    raise typer.Exit(Supervisor(options).run())


@cli.command()
def migrate(home: Home = None) -> None:
    """Bring both databases to the newest version."""
    with _connected(home):
        from app.config import get_settings
        from app.core.migrations import upgrade_databases

        upgrade_databases(get_settings())
    sys.stdout.write("both databases are at the newest version\n")


@cli.command()
def demo(home: Home = None) -> None:
    """Load the demo: an account, five real stocks, example rules and a finished run. Twice is once."""
    from app.worker.demo import load_demo

    with _connected(home):
        account = _run(lambda tools: load_demo(tools.databases, tools.settings, tools.clock))
    kept = "(as it was; DEMO_PASSWORD sets another)"
    sys.stdout.write(f"demo sign-in: {account.email}  {account.password or kept}\n")


@cli.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV of bars.")],
    symbol: Annotated[str, typer.Option(help="The instrument; an unknown one is made.")],
    interval: Annotated[Interval, typer.Option(help="The bars' length.")],
    timezone: Annotated[str, typer.Option(help="Of times without an offset.")] = "UTC",
    date_format: Annotated[str | None, typer.Option(help="dmy or mdy, where it is open.")] = None,
    asset_class: Annotated[AssetClass | None, typer.Option(help="Of a new instrument.")] = None,
    name: Annotated[str | None, typer.Option(help="Of a new instrument.")] = None,
    calendar: Annotated[str | None, typer.Option(help="XNYS, 24/7, FX or none.")] = None,
    home: Home = None,
) -> None:
    """Import a CSV into the installation's instruments, which everybody here can read."""
    from app.market import jobs
    from app.market.domain import ImportForm, ImportStatus, Scope, Viewer, normalize_symbol

    with _connected(home):
        form = ImportForm(
            symbol=normalize_symbol(symbol),
            interval=interval,
            timezone=timezone,
            asset_class=asset_class,
            name=name,
            calendar=calendar,
            date_format=date_format,
            scope=Scope.INSTALLATION,
        )
        with file.open("rb") as content:
            done = _run(
                lambda tools: jobs.import_file(
                    tools.databases, tools.clock, Viewer(None), form, content, file.name
                )
            )
    counts = done.counts
    for problem in done.problems:
        sys.stdout.write(f"line {problem.line}: {problem.reason}\n")
    if done.status is not ImportStatus.SUCCEEDED:
        _fail(done.failure.detail if done.failure else f"the import has {done.status.value}")
    sys.stdout.write(
        f"{form.symbol} {interval}: {counts.rows_read:,} rows read, {counts.inserted:,} inserted, "
        f"{counts.updated:,} updated, {counts.unchanged:,} unchanged, {counts.rejected:,} rejected\n"
    )


@cli.command()
def backtest(
    rule: Annotated[str, typer.Argument(help="A rule's file; - reads standard input.")],
    symbol: Annotated[str, typer.Option(help="An instrument of the installation.")],
    interval: Annotated[Interval, typer.Option(help="The bars' length.")] = Interval.DAY_1,
    start: Annotated[datetime | None, typer.Option(formats=_DATES, help="First day, in UTC.")] = None,
    end: Annotated[datetime | None, typer.Option(formats=_DATES, help="The day after the last.")] = None,
    parameter: Annotated[list[str] | None, typer.Option(help="NAME=NUMBER, as often as needed.")] = None,
    cash: Annotated[str, typer.Option(help="To begin with.")] = "10000",
    commission_bps: Annotated[float, typer.Option(min=0, max=1000)] = 0.0,
    commission_fixed: Annotated[str, typer.Option(help="Per fill.")] = "0",
    commission_per_unit: Annotated[str, typer.Option(help="For each unit of a fill.")] = "0",
    commission_minimum: Annotated[str, typer.Option(help="The least a fill costs.")] = "0",
    commission_tier: Annotated[
        list[str] | None, typer.Option(help="NOTIONAL=BPS: from a fill of this much on; ascending.")
    ] = None,
    slippage_bps: Annotated[float, typer.Option(min=0, max=1000)] = 0.0,
    slippage_model: Annotated[
        SlippageModel, typer.Option(help="volume_share: by the share of the bar's volume, beside the bps.")
    ] = "fixed",
    volume_limit: Annotated[float, typer.Option(help="Largest share of a volume that is filled.")] = 0.025,
    price_impact: Annotated[float, typer.Option(help="Price moves by this times the share squared.")] = 0.1,
    borrow_rate: Annotated[float, typer.Option(help="Fraction a year on a short's notional.")] = 0.0,
    overnight_rate: Annotated[float, typer.Option(help="Fraction a year on any notional.")] = 0.0,
    whole_units: Annotated[bool, typer.Option("--whole-units")] = False,
    close_at_end: Annotated[bool, typer.Option("--close-at-end/--leave-open")] = True,
    adjust: Annotated[Adjustment, typer.Option(help="Apply recorded splits, or not.")] = Adjustment.SPLITS,
    detail_interval: Annotated[
        Interval | None, typer.Option(help="Finer bars that say in which order prices came.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as the API's JSON.")] = False,
    html: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the report as a page to this file, too.")
    ] = None,
    home: Home = None,
) -> None:
    """Run a rule and print what can be believed, then the figures. Nothing is stored."""
    from pydantic import ValidationError

    from app.backtests.console import ConsoleRun, run_on_console
    from app.backtests.domain import RunFailed
    from app.backtests.service import BacktestCreate
    from app.engine.language import ParametersInvalid, RuleInvalid, compile_rule

    try:
        compiled = compile_rule(_read_rule(rule))
        parameters = compiled.resolve_parameters(_read_pairs("--parameter", "NAME=NUMBER", parameter))
    except RuleInvalid as error:
        _fail("\n".join(f"{rule}:{p.line}:{p.column}: {p.message}" for p in error.problems))
    except ParametersInvalid as error:
        _fail(str(error))
    tiers = _read_pairs("--commission-tier", "NOTIONAL=BPS", commission_tier)
    asked = {
        "source": compiled.source,
        "symbol": symbol,
        "interval": interval,
        "start": start and start.isoformat(),
        "end": end and end.isoformat(),
        "parameters": parameters,
        "initial_cash": _read_money("--cash", cash),
        "commission_bps": commission_bps,
        "commission_fixed": _read_money("--commission-fixed", commission_fixed),
        "commission_per_unit": _read_money("--commission-per-unit", commission_per_unit),
        "commission_minimum": _read_money("--commission-minimum", commission_minimum),
        "commission_tiers": [
            {"from_notional": _read_money("--commission-tier", floor), "bps": bps}
            for floor, bps in tiers.items()
        ],
        "slippage_bps": slippage_bps,
        "slippage_model": slippage_model,
        "volume_limit": volume_limit,
        "price_impact": price_impact,
        "borrow_rate": borrow_rate,
        "overnight_rate": overnight_rate,
        "whole_units": whole_units,
        "close_at_end": close_at_end,
        "adjust": adjust,
        "detail_interval": detail_interval,
    }
    try:
        body = BacktestCreate.model_validate(asked)
    except ValidationError as error:
        _fail("\n".join(f"{_name_option(e['loc'])}{e['msg']}" for e in error.errors()))

    async def compute(tools: _Tools) -> ConsoleRun:
        name = "rule" if rule == "-" else Path(rule).stem
        return await run_on_console(tools.databases.main, tools.clock, body, compiled.source, name)

    with _connected(home):
        try:
            done = _run(compute)
        except RunFailed as error:
            _fail(error.failure.detail)
    if html is not None:
        try:
            done.write_page(html)
        except OSError as error:
            _fail(f"{html} cannot be written: {error.strerror}")
    sys.stdout.write((done.as_json() if as_json else done.as_text()) + "\n")


@users.command("create")
def create_user(
    email: Annotated[str, typer.Option(help="The sign-in address.")],
    name: Annotated[str | None, typer.Option(help="What others see; else of the address.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="May write the installation's data.")] = False,
    home: Home = None,
) -> None:
    """Make an account. The password is asked for, or read from the first line of standard input."""
    from app.auth import service
    from app.auth.domain import Role

    password = _ask_password()
    role = Role.ADMIN if admin else Role.MEMBER
    shown = name or email.partition("@")[0]
    with _connected(home):
        try:
            user = _run(lambda tools: service.create_user(tools.databases, email, password, shown, role))
        except ValueError as error:
            _fail(str(error))
    sys.stdout.write(f"{user.email} is {'an admin' if admin else 'a member'} now\n")


@cli.command()
def openapi() -> None:
    """Print the API's OpenAPI document. Needs no database."""
    from app.config import Settings
    from app.main import create_app

    document = create_app(Settings(app_env="test")).openapi()
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


@cli.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(f"{__version__}\n")


@dataclass(frozen=True)
class _Tools:
    """What the body of a command works with."""

    databases: Databases
    settings: Settings
    clock: Clock


def _run(body: Callable[[_Tools], Awaitable[T]]) -> T:
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
            return await body(_Tools(databases, settings, SystemClock()))
        finally:
            await databases.dispose()

    return asyncio.run(run())


def _read_rule(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"{path} cannot be read: {error}")


def _read_pairs(option: str, form: str, given: list[str] | None) -> dict[str, float]:
    values = {}
    for text in given or []:
        name, separator, number = text.partition("=")
        try:
            values[name.strip()] = float(number)
        except ValueError:
            separator = ""
        if not separator:
            _fail(f"{option} {text}: write {form}")
    return values


def _name_option(location: tuple[int | str, ...]) -> str:
    return f"--{str(location[0]).replace('_', '-')}: " if location else ""


def _read_money(option: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0:
        _fail(f"{option} {text}: write an amount such as 10000 or 0.5")
    return value


def _ask_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


@contextlib.contextmanager
def _connected(home: Path | None) -> Iterator[None]:
    """Find the databases, as `app.embedded.attach` says, for the length of a command."""
    from app.embedded.attach import attached
    from app.embedded.console import Progress
    from app.embedded.plan import default_home

    with attached(home or default_home(), Progress.on_stderr()):
        yield


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def main() -> None:
    """The console script. A fact that ends a command is said in a line, not as a traceback."""
    from pydantic import ValidationError

    from app.core.errors import FlowrexError
    from app.embedded.errors import EmbeddedError

    try:
        cli()
    except FlowrexError as error:
        sys.exit("\n".join([error.detail, *(f"  {fact.get('message', fact)}" for fact in error.errors)]))
    except ValidationError as error:
        sys.exit("\n".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()))
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
