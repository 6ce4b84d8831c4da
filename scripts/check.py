"""`make test`: sets itself up, then lint, types, import rules, unit, integration, web unit and browser tests.

Every check runs even when an earlier one failed; a summary closes the run. Names after the command pick
checks: `check.py lint types`. Standard library only: it runs before the virtual environment exists.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import prepare
from steps import (
    BACKEND,
    FRONTEND,
    ON_ALL_CORES,
    ROOT,
    VENV,
    VENV_PYTHON,
    Command,
    Step,
    StepFailed,
    run_and_keep_last_line,
    run_openly,
    run_quietly,
    say,
    stop_on_signals,
)

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Check:
    """One check: its name on the command line, what it is, and how it runs.

    `run` returns True (passed), False (failed) or None (not run), and the line that sums it up, if any.
    """

    name: str
    title: str
    run: Callable[[], tuple[bool | None, str]]


def _run(command: Command, folder: Path, **environment: str) -> tuple[bool, str]:
    code, last = run_and_keep_last_line(command, folder=folder, environment=environment)
    return code == 0, last


def _check_types() -> tuple[bool, str]:
    code, last = run_and_keep_last_line([VENV_PYTHON, "-m", "mypy"], folder=BACKEND)
    scripts: Command = [
        VENV_PYTHON,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        "../backend/.mypy_cache/scripts",
        ".",
    ]
    return run_openly(scripts, folder=ROOT / "scripts") == 0 and code == 0, last


def _npm(script: str) -> Callable[[], tuple[bool, str]]:
    environment = {**prepare.cache_environment(), "FLOWREX": str(VENV / "bin" / "flowrex"), "NO_COLOR": "1"}
    return lambda: (
        run_openly(["npm", "run", "--silent", script], folder=FRONTEND, environment=environment) == 0,
        "",
    )


def _lint_python() -> tuple[bool, str]:
    places = [".", "../scripts", "../clients/python"]
    results = [
        run_openly([VENV_PYTHON, "-m", "ruff", *words, "--config", "pyproject.toml", *places], folder=BACKEND)
        for words in (("check",), ("format", "--check"))
    ]
    return not any(results), ""


def _lint_imports() -> tuple[bool, str]:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return _run([VENV_PYTHON, "-c", code], BACKEND)


def _pytest(folder: str, *options: str, **environment: str) -> tuple[bool, str]:
    """Run a folder of tests; an empty one fails, as nothing would be shown by it."""
    return _run([VENV_PYTHON, "-m", "pytest", "-q", *options, folder], BACKEND, **environment)


def _e2e() -> tuple[bool | None, str]:
    browser = find_browser()
    if browser is None:
        if os.environ.get("CI"):
            return False, "no browser, and CI must have one"
        return None, "no browser"
    prepare.prepare_web()
    return _pytest("tests/e2e", CHROMIUM=browser)


def find_browser() -> str | None:
    """Chromium: the one CHROMIUM names, one on the PATH, or Debian's, installed where that is allowed."""
    given = os.environ.get("CHROMIUM")
    if given:
        if os.access(given, os.X_OK):
            return given
        say(f"CHROMIUM={given} is no program.")
        return None
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        try:
            with Step("Debian's chromium, for the browser tests"):
                quiet = {"DEBIAN_FRONTEND": "noninteractive"}
                run_quietly(["apt-get", "update", "-q"], environment=quiet)
                words = ["install", "-q", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
                run_quietly(["apt-get", *words], environment=quiet)
        except StepFailed as error:
            say(f"{error}")
        found = shutil.which("chromium")
        if found:
            return found
    say(
        "The browser tests did not run: there is no Chromium here, and only root on Debian may install it.\n"
        "Install it (`sudo apt-get install chromium`) or name one: make test CHROMIUM=/path/to/chromium"
    )
    return None


def _check_python_client() -> tuple[bool, str]:
    """Typed, and generated from the API as it is."""
    cache = ["--cache-dir", "../../backend/.mypy_cache/client"]
    types: Command = [VENV_PYTHON, "-m", "mypy", "--strict", *cache, "src", "examples"]
    typed = run_openly(types, folder=ROOT / "clients" / "python") == 0
    return run_openly([VENV_PYTHON, "scripts/python_client.py", "--check"], folder=ROOT) == 0 and typed, ""


CHECKS = (
    Check("lint", "ruff: lint and format", _lint_python),
    Check("types", "mypy: types", _check_types),
    Check("imports", "import-linter: who may import whom", _lint_imports),
    Check("unit", "pytest: unit", lambda: _pytest("tests/unit", *ON_ALL_CORES)),
    Check(
        "integration",
        "pytest: integration, on real servers",
        lambda: _pytest("tests/integration", *ON_ALL_CORES),
    ),
    Check("web-lint", "eslint and prettier: web client", _npm("lint")),
    Check("web-types", "typescript: web client", _npm("typecheck")),
    Check("web-unit", "vitest: web client", _npm("test")),
    Check("client", "generated API client is fresh", _npm("client:check")),
    Check("python-client", "mypy: Python client, and that it fits the API", _check_python_client),
    Check("e2e", "pytest: the whole stack in a browser", _e2e),
)


def main(names: list[str]) -> None:
    stop_on_signals()
    unknown = set(names) - {check.name for check in CHECKS}
    if unknown:
        raise SystemExit(
            f"no check is called {', '.join(sorted(unknown))}: {', '.join(c.name for c in CHECKS)}"
        )
    chosen = [check for check in CHECKS if not names or check.name in names]
    started = time.monotonic()
    results: list[tuple[str, float, str]] = []
    try:
        prepare.prepare_python(with_tools=True)
        if any(check.name.startswith(("web", "client", "e2e")) for check in chosen):
            prepare.prepare_packages()
        setup_seconds = time.monotonic() - started
        for check in chosen:
            say(f"\n=== {check.title} ===")
            begun = time.monotonic()
            try:
                passed, last = check.run()
            except StepFailed as error:
                say(str(error))
                passed, last = False, "could not run"
            outcome = {True: "passed", False: "FAILED", None: "not run"}[passed]
            seconds = time.monotonic() - begun
            results.append((outcome, seconds, f"{check.title}: {last}" if last else check.title))
            say(f"--- {outcome} in {seconds:.1f} s")
    except StepFailed as error:
        raise SystemExit(f"{error}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    say(f"\n=== summary, {time.monotonic() - started:.0f} s in all, {setup_seconds:.0f} s of it set-up ===")
    for outcome, seconds, text in results:
        say(f"{outcome:8} {seconds:7.1f} s  {text}")
    if any(outcome == "FAILED" for outcome, *_ in results):
        raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
