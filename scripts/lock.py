"""`make lock`: resolves the Python and web packages anew and writes the locks. No lock names a registry."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import prepare
from steps import BACKEND, FRONTEND, VENV, Step, StepFailed, run_openly, run_quietly

_COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
)


def lock_python(upgrade: bool) -> None:
    """requirements.txt to run, requirements-dev.txt with the tools, requirements-uv.txt for uv itself; the
    peers' requirements.txt.
    """
    uv = VENV / "bin" / "uv"
    more = ["--upgrade"] if upgrade else []
    run_quietly([uv, *_COMPILE, *more, "pyproject.toml", "-o", "requirements.txt"], folder=BACKEND)
    tools = ["--extra", "dev", "-c", "requirements.txt", "-o", "requirements-dev.txt"]
    run_quietly([uv, *_COMPILE, *more, "pyproject.toml", *tools], folder=BACKEND)
    peers = BACKEND / "benchmarks" / "peers"
    run_quietly([uv, *_COMPILE, *more, "requirements.in", "-o", "requirements.txt"], folder=peers)
    pin = re.search(r"^uv==\S+", (BACKEND / "requirements-uv.txt").read_text("utf-8"), re.MULTILINE)
    if pin is None:
        raise StepFailed("backend/requirements-uv.txt pins no uv")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "uv.in")
        source.write_text("uv\n" if upgrade else f"{pin.group()}\n", "utf-8")
        output = BACKEND / "requirements-uv.txt"
        run_quietly([uv, *_COMPILE, *more, "--no-annotate", source, "-o", output], folder=BACKEND)


def write_locks(arguments: list[str]) -> int:
    """Both languages' locks. Returns an exit code."""
    prepare.prepare_uv()
    prepare.check_node()
    with Step("Python locks"):
        lock_python("--upgrade" in arguments)
    return run_openly(
        ["npm", "run", "--silent", "lock"], folder=FRONTEND, environment=prepare.cache_environment()
    )
