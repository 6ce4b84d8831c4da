"""The `flowrex` command. Each command imports what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app import __version__

cli = typer.Typer(
    name="flowrex",
    help="Is this trading idea any good, and can I believe the answer?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they would print passwords
)

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


@contextlib.contextmanager
def _connected(home: Path | None) -> Iterator[None]:
    """Find the databases (`app.embedded.attach`); say in a line what is wrong with them or the settings."""
    from pydantic import ValidationError

    from app.embedded.attach import attached
    from app.embedded.console import Progress
    from app.embedded.errors import EmbeddedError
    from app.embedded.plan import default_home

    try:
        with attached(home or default_home(), Progress()):
            yield
    except EmbeddedError as error:
        _fail(str(error))
    except ValidationError as error:
        _fail("\n".join(f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()))


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def main() -> None:
    """The console script."""
    cli()


if __name__ == "__main__":
    main()
