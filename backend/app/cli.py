"""The `flowrex` command. Each command imports what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from app import __version__
from app.command_line.research import sweep, walkforward
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
from app.engine.intervals import Interval
from app.market.domain import AssetClass

cli = typer.Typer(
    name="flowrex",
    help="Is this trading idea any good, and can I believe the answer?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # its tables cut long options at 80 columns
    pretty_exceptions_enable=False,  # a plain traceback fits into the end of a log
)

users = typer.Typer(help="Accounts.", no_args_is_help=True)
cli.add_typer(users, name="user")


@cli.command()
def up(
    home: Home = None,
    backend_port: Annotated[int, typer.Option(envvar="BACKEND_PORT", help="The API's port.")] = 8000,
    frontend_port: Annotated[int, typer.Option(envvar="FRONTEND_PORT", help="The web client's port.")] = 3000,
    workers: Annotated[
        int | None,
        typer.Option(envvar="WORKERS", min=1, max=64, help="Worker processes; else one for two cores."),
    ] = None,
    no_web: Annotated[bool, typer.Option("--no-web", help="Leave the web client out.")] = False,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Load no demo data.")] = False,
    reload: Annotated[bool, typer.Option("--reload", hidden=True)] = False,
) -> None:
    """Start everything: servers, migrations, demo, backend, worker and web client. Ctrl-C stops it."""
    from app.embedded.plan import Options, default_home, default_workers
    from app.embedded.supervisor import Supervisor

    options = Options(
        home=home or default_home(),
        backend_port=backend_port,
        frontend_port=frontend_port,
        with_web=not no_web,
        with_demo=not no_demo,
        reload=reload,
        workers=workers or default_workers(),
    )
    raise typer.Exit(Supervisor(options).run())


@cli.command()
def migrate(home: Home = None) -> None:
    """Bring both databases to the newest version."""
    with connected(home):
        from app.config import get_settings
        from app.core.migrations import upgrade_databases

        upgrade_databases(get_settings())
    sys.stdout.write("both databases are at the newest version\n")


@cli.command()
def demo(home: Home = None) -> None:
    """Load the demo: an account, five real stocks, example rules and a finished run. Twice is once."""
    from app.worker.demo import load_demo

    with connected(home):
        account = run_with_tools(lambda tools: load_demo(tools.databases, tools.settings, tools.clock))
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

    with connected(home):
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
            done = run_with_tools(
                lambda tools: jobs.import_file(
                    tools.databases, tools.clock, Viewer(None), form, content, file.name
                )
            )
    counts = done.counts
    for problem in done.problems:
        sys.stdout.write(f"line {problem.line}: {problem.reason}\n")
    if done.status is not ImportStatus.SUCCEEDED:
        fail(done.failure.detail if done.failure else f"the import has {done.status.value}")
    sys.stdout.write(
        f"{form.symbol} {interval}: {counts.rows_read:,} rows read, {counts.inserted:,} inserted, "
        f"{counts.updated:,} updated, {counts.unchanged:,} unchanged, {counts.rejected:,} rejected\n"
    )


@cli.command()
@with_options_of(collect_terms)
def backtest(
    rule: Annotated[str, typer.Argument(help="A rule's file; - reads standard input.")],
    fields: dict[str, Any],
    parameter: Annotated[list[str] | None, typer.Option(help="NAME=NUMBER, as often as needed.")] = None,
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
        compiled = compile_rule(read_rule(rule))
        parameters = compiled.resolve_parameters(read_pairs("--parameter", "NAME=NUMBER", parameter))
    except RuleInvalid as error:
        fail("\n".join(f"{rule}:{p.line}:{p.column}: {p.message}" for p in error.problems))
    except ParametersInvalid as error:
        fail(str(error))
    asked = {**fields, "source": compiled.source, "parameters": parameters}
    try:
        body = BacktestCreate.model_validate(asked)
    except ValidationError as error:
        fail("\n".join(f"{name_option(e['loc'])}{e['msg']}" for e in error.errors()))

    async def compute(tools: Tools) -> ConsoleRun:
        name = "rule" if rule == "-" else Path(rule).stem
        return await run_on_console(tools.databases.main, tools.clock, body, compiled.source, name)

    with connected(home):
        try:
            done = run_with_tools(compute)
        except RunFailed as error:
            fail(error.failure.detail)
    if html is not None:
        try:
            done.write_page(html)
        except OSError as error:
            fail(f"{html} cannot be written: {error.strerror}")
    sys.stdout.write((done.as_json() if as_json else done.as_text()) + "\n")


cli.command()(sweep)
cli.command()(walkforward)


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
    with connected(home):
        try:
            user = run_with_tools(
                lambda tools: service.create_user(tools.databases, email, password, shown, role)
            )
        except ValueError as error:
            fail(str(error))
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


def _ask_password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


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
