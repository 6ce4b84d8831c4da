"""Sets up what `make` needs: the virtual environment, the web client's packages and its build, a browser.

    prepare.py run [options of `flowrex up`]   set up for running, then become `flowrex up`
    prepare.py python | python-dev | packages | web | uv

Every part has a stamp that holds a hash of what it was made from, so a second call does next to nothing.
Standard library only: it runs before the virtual environment exists.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from steps import (
    BACKEND,
    FRONTEND,
    ROOT,
    VENV,
    VENV_PYTHON,
    Command,
    Step,
    StepFailed,
    run_quietly,
    say,
    stop_on_signals,
)

PEERS_VENV = VENV / "peers"
_OLDEST_NODE = (20, 19)
_NOT_WEB_SOURCES = {
    "node_modules",
    ".next",
    "out",
    "coverage",
    "tests",
    "next-env.d.ts",
    "Dockerfile",
    "README.md",
}


def prepare_python(*, with_tools: bool) -> None:
    """The virtual environment with everything of the lock: the parts to run, or also the tools to check."""
    lock = BACKEND / ("requirements-dev.txt" if with_tools else "requirements.txt")
    stamp = VENV / ("flowrex-tools.stamp" if with_tools else "flowrex.stamp")
    _make_venv()
    facts = _hash([lock, BACKEND / "requirements-uv.txt"], _find_venv_version() or "")
    if _read(stamp) != facts:
        _install_uv()
        with Step(f"Python packages of backend/{lock.name}"):
            uv: Command = [VENV / "bin" / "uv", "pip", "install", "--python", VENV_PYTHON, "--require-hashes"]
            run_quietly([*uv, "-r", lock], environment=cache_environment())
        stamp.write_text(facts, "utf-8")
    _link_sources()


def prepare_peers() -> None:
    """The libraries that the benchmarks compare with, in an environment of their own inside the other."""
    lock = BACKEND / "benchmarks" / "peers" / "requirements.txt"
    stamp = PEERS_VENV / "flowrex.stamp"
    facts = _hash([lock], _find_venv_version() or "")
    if _read(stamp) != facts:
        _install_uv()
        with Step("Peers of the benchmarks"):
            uv = VENV / "bin" / "uv"
            quiet = cache_environment()
            run_quietly([uv, "venv", "--clear", "--python", VENV_PYTHON, PEERS_VENV], environment=quiet)
            install: Command = [uv, "pip", "install", "--python", PEERS_VENV / "bin" / "python"]
            run_quietly([*install, "--require-hashes", "-r", lock], environment=quiet)
        stamp.write_text(facts, "utf-8")


def prepare_packages() -> None:
    """The web client's packages, as its lock has them."""
    version = check_node()
    inputs = [FRONTEND / "package-lock.json", FRONTEND / "package.json", FRONTEND / ".npmrc"]
    stamp = FRONTEND / "node_modules" / ".flowrex.stamp"
    facts = _hash(inputs, f"node {version[0]}")
    if _read(stamp) != facts:
        with Step("Web packages of frontend/package-lock.json"):
            run_quietly(
                ["npm", "ci", "--no-audit", "--no-fund"], folder=FRONTEND, environment=cache_environment()
            )
        stamp.write_text(facts, "utf-8")


def prepare_web() -> None:
    """The built web client in frontend/.next/standalone, built again when a source changed."""
    prepare_packages()
    public = sorted(
        f"{name}={value}" for name, value in os.environ.items() if name.startswith("NEXT_PUBLIC_")
    )
    stamp = FRONTEND / ".next" / "standalone" / ".flowrex.stamp"
    facts = _hash(_web_sources(), *public, _read(FRONTEND / "node_modules" / ".flowrex.stamp") or "")
    if _read(stamp) != facts or not (stamp.parent / "front.mjs").is_file():
        with Step("Web client"):
            run_quietly(["npm", "run", "build"], folder=FRONTEND, environment=cache_environment())
        stamp.write_text(facts, "utf-8")


def check_node() -> tuple[int, ...]:
    """Node's version.

    Raises:
        StepFailed: Node or npm is missing, or Node is too old.
    """
    wanted = f"Flowrex needs Node {'.'.join(map(str, _OLDEST_NODE))} or newer, with npm"
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise StepFailed(f"{wanted}: {program} is not installed")
    text = run_quietly(["node", "--version"]).strip()
    version = tuple(int(number) for number in re.findall(r"\d+", text)[:2])
    if version < _OLDEST_NODE:
        raise StepFailed(f"{wanted}: this one is {text}")
    return version


def cache_environment() -> dict[str, str]:
    """Quiet tools, and caches in the project when the home folder takes none."""
    quiet = {"NEXT_TELEMETRY_DISABLED": "1", "UV_NO_PROGRESS": "1", "npm_config_update_notifier": "false"}
    home = os.environ.get("HOME", "")
    if home and os.access(home, os.W_OK):
        return quiet
    cache = ROOT / ".cache"
    return {
        **quiet,
        "HOME": str(cache),
        "UV_CACHE_DIR": str(cache / "uv"),
        "npm_config_cache": str(cache / "npm"),
    }


def prepare_uv() -> None:
    """The virtual environment with uv alone, for `make lock`."""
    _make_venv()
    _install_uv()


def _make_venv() -> None:
    wanted = platform.python_version()
    found = _find_venv_version()
    if found is not None:
        asked = bool(os.environ.get("PYTHON"))
        if found.rpartition(".")[0] in {"3.11", "3.12", "3.13"} and (found == wanted or not asked):
            return
        say(f"{VENV.name} is of Python {found}: it is made anew with {wanted}")
    with Step(f"Virtual environment with Python {wanted}"):
        shutil.rmtree(VENV, ignore_errors=True)
        run_quietly([sys.executable, "-m", "venv", VENV])


def _install_uv() -> None:
    pin = BACKEND / "requirements-uv.txt"
    stamp = VENV / "flowrex-uv.stamp"
    facts = _hash([pin])
    if _read(stamp) != facts or not (VENV / "bin" / "uv").exists():
        with Step("uv, which installs the rest fast"):
            pip: Command = [
                VENV_PYTHON,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-cache-dir",
            ]
            run_quietly([*pip, "--require-hashes", "-r", pin], environment=cache_environment())
        stamp.write_text(facts, "utf-8")


def _link_sources() -> None:
    """Put the package `app` on the environment's path, and the command `flowrex` beside its Python.

    The project needs no build for that, so running it needs no build tools. A moved project is linked anew.
    """
    version = (_find_venv_version() or "").rpartition(".")[0]
    packages = VENV / "lib" / f"python{version}" / "site-packages"
    _write_if_changed(packages / "flowrex-sources.pth", f"{BACKEND}\n")
    command = VENV / "bin" / "flowrex"
    # A first line may hold no spaces and few characters: a shell finds the Python beside the command.
    _write_if_changed(
        command,
        "#!/bin/sh\n"
        "''':'\n"
        'exec "$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")/python" -P "$0" "$@"\n'
        "'''\n"
        "from app.cli import main\n\nmain()\n",
    )
    command.chmod(0o755)


def _web_sources() -> list[Path]:
    return sorted(
        path
        for entry in FRONTEND.iterdir()
        if entry.name not in _NOT_WEB_SOURCES and not entry.name.endswith(".tsbuildinfo")
        for path in ([entry] if entry.is_file() else entry.rglob("*"))
        if path.is_file() and ".test." not in path.name
    )


def _hash(paths: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for word in words:
        digest.update(f"{word}\0".encode())
    return digest.hexdigest()


def _find_venv_version() -> str | None:
    """The environment's Python, such as 3.12.4; None when there is none, or only a part of one."""
    match = re.search(r"^version\s*=\s*(\S+)", _read(VENV / "pyvenv.cfg") or "", re.MULTILINE)
    is_whole = VENV_PYTHON.exists() and (VENV / "bin" / "pip").exists()
    return match.group(1) if match and is_whole else None


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None


def _write_if_changed(path: Path, text: str) -> None:
    if _read(path) != text:
        path.write_text(text, "utf-8")


def _become_stack(arguments: list[str]) -> None:
    """Turn into `flowrex up`: the same process, so `make` and the terminal go on talking to it."""
    command = [str(VENV_PYTHON), "-P", "-m", "app.cli", "up", *arguments]
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606 - becoming the stack is the purpose


def main(arguments: list[str]) -> None:
    part, *rest = arguments
    stop_on_signals()
    try:
        if part == "run":
            if not VENV.exists():
                say("The first start sets everything up: one to two minutes. Later ones take some seconds.")
            prepare_python(with_tools=False)
            if "--reload" in rest:
                prepare_packages()
            elif "--no-web" not in rest:
                prepare_web()
            _become_stack(rest)
        elif part == "python":
            prepare_python(with_tools=False)
        elif part == "python-dev":
            prepare_python(with_tools=True)
        elif part == "packages":
            prepare_packages()
        elif part == "web":
            prepare_web()
        elif part == "uv":
            prepare_uv()
        else:
            raise SystemExit(__doc__)
    except StepFailed as error:
        raise SystemExit(f"{error}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main(sys.argv[1:])
