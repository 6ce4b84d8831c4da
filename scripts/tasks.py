"""The smaller commands of the Makefile: format, client, bench, faults, clean; and `lock`, in its own file.

Standard library only: it runs before the virtual environment exists.
"""

from __future__ import annotations

import shutil
import sys

import lock
import prepare
from steps import (
    BACKEND,
    FRONTEND,
    ROOT,
    VENV,
    VENV_PYTHON,
    Command,
    StepFailed,
    run_openly,
    say,
    stop_on_signals,
)


def format_sources(_arguments: list[str]) -> int:
    prepare.prepare_python(with_tools=True)
    prepare.prepare_packages()
    ruff: Command = [VENV_PYTHON, "-m", "ruff"]
    places = ["--config", "pyproject.toml", ".", "../scripts", "../clients/python"]
    run_openly([*ruff, "check", "--fix", "--quiet", *places], folder=BACKEND)
    run_openly([*ruff, "format", *places], folder=BACKEND)
    return run_openly(["npm", "run", "--silent", "format"], folder=FRONTEND)


def generate_client(_arguments: list[str]) -> int:
    prepare.prepare_python(with_tools=True)
    prepare.prepare_packages()
    environment = {"FLOWREX": str(VENV / "bin" / "flowrex")}
    if run_openly([VENV_PYTHON, ROOT / "scripts" / "python_client.py"], folder=ROOT) != 0:
        return 1
    return run_openly(["npm", "run", "--silent", "client"], folder=FRONTEND, environment=environment)


def run_faults(arguments: list[str]) -> int:
    """One stack after the other: what is killed here is timed."""
    prepare.prepare_python(with_tools=True)
    return run_openly([VENV_PYTHON, "-m", "pytest", "-q", "tests/faults", *arguments], folder=BACKEND)


def run_benchmarks(arguments: list[str]) -> int:
    """Every benchmark that is a program, or those named; each prints its ratios."""
    prepare.prepare_python(with_tools=True)
    files = sorted((BACKEND / "benchmarks").glob("*.py"))
    programs = {path.stem: path for path in files if "__main__" in path.read_text("utf-8")}
    unknown = set(arguments) - programs.keys()
    if unknown:
        raise StepFailed(f"no benchmark is called {', '.join(sorted(unknown))}: {', '.join(programs)}")
    chosen = arguments or list(programs)
    if any("run_peer" in programs[name].read_text("utf-8") for name in chosen):
        prepare.prepare_peers()
    failed = 0
    for name in chosen:
        say(f"\n=== {name} ===")
        failed += run_openly([VENV_PYTHON, "-m", f"benchmarks.{name}"], folder=BACKEND) != 0
    return 1 if failed else 0


def clean(_arguments: list[str]) -> int:
    """Remove what set-up and the tools made. Data stays: removing it is a decision, not housekeeping."""
    made = [VENV, ROOT / ".cache", FRONTEND / "node_modules", FRONTEND / ".next", FRONTEND / "coverage"]
    tools = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
    made += [folder / name for folder in (ROOT, BACKEND) for name in tools]
    made += [path for folder in (BACKEND, ROOT / "scripts") for path in folder.rglob("__pycache__")]
    for path in made:
        shutil.rmtree(path, ignore_errors=True)
    say("removed environment, packages, builds and caches; data stays in .flowrex")
    return 0


TASKS = {
    "format": format_sources,
    "client": generate_client,
    "lock": lock.write_locks,
    "faults": run_faults,
    "bench": run_benchmarks,
    "clean": clean,
}


def main(name: str, arguments: list[str]) -> None:
    stop_on_signals()
    try:
        raise SystemExit(TASKS[name](arguments))
    except StepFailed as error:
        raise SystemExit(f"{error}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
