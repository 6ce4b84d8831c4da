"""The folder that holds everything the embedded stack keeps: data, passwords, ports, logs, state."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.embedded.errors import EmbeddedError, HomeInUse, HomeNotUnderstood

FORMAT = 1
_MARKER = "flowrex-home.json"
# Somebody who only asks whether a stack runs holds the lock for an instant: outwait that before "in use".
_LOCK_SECONDS = 0.3


class Home:
    """One folder, made on first use with mode 0700. Its parents' modes are never touched."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.abspath(path.expanduser()))
        self.logs = self.path / "logs"
        self.main_data = self.path / "postgres-main"
        self.credentials_data = self.path / "postgres-credentials"
        self.valkey_data = self.path / "valkey"

    def prepare(self) -> None:
        """Make the folder and its marker, or check that the marker is one this version understands."""
        marker = self._read(_MARKER)
        if marker is None:
            strangers = sorted(path.name for path in self.path.iterdir() if path.name not in {"lock", "logs"})
            if strangers:
                raise HomeNotUnderstood(
                    f"{self.path} is not empty and is no Flowrex home: it holds {', '.join(strangers[:3])}. "
                    "Set FLOWREX_HOME to a folder of its own."
                )
            self._write(_MARKER, {"format": FORMAT, "id": secrets.token_hex(8)})
        elif marker.get("format") != FORMAT:
            raise HomeNotUnderstood(
                f"{self.path} was written in format {marker.get('format')}, and this version reads {FORMAT}. "
                "Use the version that wrote it, or set FLOWREX_HOME to another folder."
            )
        self.logs.mkdir(mode=0o700, exist_ok=True)

    def identify(self) -> str:
        """A word in the command lines of this folder's servers and of nobody else's, not even a copy's."""
        marker = self._read(_MARKER) or {}
        text = f"{marker.get('id')}:{os.path.realpath(self.path)}"
        return f"flowrex-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for this process; the kernel lets go when the process dies, however it dies."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise EmbeddedError(
                f"{self.path} cannot be used: {error.strerror}. Set FLOWREX_HOME to a folder of yours."
            ) from error
        try:
            deadline = time.monotonic() + _LOCK_SECONDS
            while not _try_lock(descriptor):
                if time.monotonic() > deadline:
                    text = os.pread(descriptor, 32, 0).decode("ascii", "ignore").strip()
                    raise HomeInUse(self.path, int(text) if text.isdigit() else None)
                time.sleep(0.02)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
            yield
        finally:
            os.close(descriptor)

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(36)) -> str:
        """The secret of that name, made at random on first use and kept for ever after."""
        kept = self._read("secrets.json") or {}
        if name not in kept:
            kept[name] = make()
            self._write("secrets.json", kept)
        return str(kept[name])

    def read_ports(self) -> dict[str, int]:
        return {name: int(port) for name, port in (self._read("ports.json") or {}).items()}

    def write_ports(self, ports: dict[str, int]) -> None:
        self._write("ports.json", ports)

    def find_state(self) -> dict[str, Any] | None:
        """What the running stack wrote about itself, or None when no stack runs here."""
        state = self._read("state.json")
        if state is None:
            return None
        with (self.path / "lock").open("rb") as file:
            # nobody holds the folder: the file is left over from a stack that was killed
            return None if _try_lock(file.fileno(), fcntl.LOCK_SH) else state

    def read_leftovers(self) -> list[dict[str, Any]]:
        """The processes of the last stack here, as its state file has them: [{pid, created}]."""
        facts = (self._read("state.json") or {}).get("processes", [])
        return [fact for fact in facts if fact.get("created")]

    def write_state(self, state: dict[str, Any]) -> None:
        self._write("state.json", state)

    def remove_state(self) -> None:
        (self.path / "state.json").unlink(missing_ok=True)

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            text = (self.path / name).read_text("utf-8")
        except FileNotFoundError:
            return None
        try:
            value = json.loads(text)
        except ValueError as error:
            raise HomeNotUnderstood(f"{self.path / name} is damaged: {error}") from error
        if not isinstance(value, dict):
            raise HomeNotUnderstood(f"{self.path / name} is damaged: not an object")
        return value

    def _write(self, name: str, value: dict[str, Any]) -> None:
        """Replace the file whole, readable by its owner alone: a kill leaves the old one or the new one."""
        path = self.path / name
        beside = path.with_name(f"{name}.new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
