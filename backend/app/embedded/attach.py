"""How a `flowrex` command finds its databases when nobody named them in the environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from app.embedded import plan
from app.embedded.console import Progress
from app.embedded.errors import EmbeddedError
from app.embedded.home import Home
from app.embedded.servers import start_servers


@contextlib.contextmanager
def attached(home_path: Path, progress: Progress) -> Iterator[None]:
    """Settings can be read inside: of the environment, of the running stack, or of servers started for this.

    The order: DATABASE_URL in the environment, a stack that runs in the home, DATABASE_URL in a `.env`, and
    last servers that run only as long as the command, on databases that are migrated first.
    """
    if os.environ.get("DATABASE_URL"):
        yield
        return
    state = Home(home_path).find_state()
    if state is not None:
        if not state.get("environment"):
            raise EmbeddedError("Flowrex is just starting there: try again when it is ready")
        os.environ.update(state["environment"])
        yield
        return
    given = plan.read_given()
    if "DATABASE_URL" in given:
        yield
        return
    with progress.step("Database and cache servers, for this command"):
        servers = start_servers(home_path, log=progress.tick)
    with servers:
        os.environ.update(plan.make_environment(servers, plan.Options(home=home_path), given))
        with progress.step("Migrations of both databases"):
            from app.config import get_settings
            from app.core.migrations import upgrade_databases

            upgrade_databases(get_settings())
        yield
