"""Starting, finding and ending the operating system's processes of the embedded stack."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from app.embedded.binaries import ServerUser

_SHIM = Path(__file__).with_name("exec_shim.py")
# Below the range from which the kernel picks ports for outgoing connections, so that no client sits on one.
_PORTS = range(15_000, 32_000)


def start_process(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log_path: Path,
    death_signal: signal.Signals = signal.SIGTERM,
    user: ServerUser | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    pass_descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program that gets `death_signal` when we die (Linux) and that the terminal's Ctrl-C misses.

    Must be called on the main thread: the kernel sends the signal when the starting *thread* ends.
    """
    user_id, group_id = (user.user_id, user.group_id) if user else (-1, -1)
    shim = [sys.executable, "-I", "-S", str(_SHIM), str(os.getpid()), str(int(death_signal))]
    with log_path.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - the programs are our own and the wheels', never a user's text
            [*shim, str(user_id), str(group_id), *map(str, command)],
            env=dict(environment),
            cwd=folder,
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=pass_descriptors,
        )


@contextlib.contextmanager
def make_input(text: str) -> Iterator[IO[bytes]]:
    """The text as a child's stdin, from a file without a name: nobody has to write while the child reads."""
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        yield file


def stop_process(
    process: subprocess.Popen[bytes], stop_signal: signal.Signals, timeout_seconds: float
) -> bool:
    """Ask the process to end; kill its whole group when it has not in time. True when it ended as asked."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(stop_signal)
    try:
        process.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
        kill_group(process.pid)
        process.wait(10)
        return False
    else:
        return True


def kill_group(pid: int) -> None:
    """SIGKILL to a process that we started and to what it started in its turn."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def find_processes(name: str, token: str) -> list[psutil.Process]:
    """Running processes of that program name whose command line carries `token`: what an earlier stack left.

    The token belongs to one home alone; a process id by itself may have been given away again.
    """
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == name and token in " ".join(process.info["cmdline"] or ())
    ]


def find_parent_id(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.Error:
        return None


def end_processes(
    processes: Sequence[psutil.Process], stop_signal: signal.Signals, timeout_seconds: float
) -> None:
    """Ask left-over processes to end, then kill what is still there."""
    for number, patience_seconds in ((stop_signal, timeout_seconds), (signal.SIGKILL, 5.0)):
        alive = [process for process in processes if not has_ended(process)]
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)
        deadline = time.monotonic() + patience_seconds
        while not all(has_ended(process) for process in alive):
            if not wait_until(deadline):
                break


def has_ended(process: psutil.Process) -> bool:
    """True for a zombie too: it runs no more, whether or not its new parent has noticed."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def is_port_free(port: int, address: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True


def accepts_connections(port: int, address: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((address, port)) == 0


def find_port_owner(port: int) -> str | None:
    """Who listens on the port ("process 123, node"), where the system tells us."""
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.Error, OSError):
        return None
    for connection in connections:
        address = connection.laddr
        if connection.status == psutil.CONN_LISTEN and address and address.port == port and connection.pid:
            try:
                return f"process {connection.pid}, {psutil.Process(connection.pid).name()}"
            except psutil.Error:
                return f"process {connection.pid}"
    return None


def find_start_time(pid: int) -> float | None:
    """When the process began, which tells it from a later one of the same id."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def choose_port(taken: Iterable[int]) -> int:
    """A free port on 127.0.0.1 that is none of `taken`."""
    avoid = set(taken)
    chooser = random.SystemRandom()
    for _ in range(200):
        port = chooser.choice(_PORTS)
        if port not in avoid and is_port_free(port):
            return port
    raise OSError("no free port was found on 127.0.0.1")


def rotate_log(path: Path, keep_bytes: int = 4_000_000) -> None:
    """Put a log aside once it has grown past `keep_bytes`; one older one is kept."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > keep_bytes:
            path.replace(path.with_name(f"{path.name}.1"))


def cap_log(path: Path, cap_bytes: int = 20_000_000) -> None:
    """Shorten a log that is being written: writers append, so emptying it in place is safe."""
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return
    if size <= cap_bytes:
        return
    older = path.with_name(f"{path.name}.1")
    with path.open("rb+") as file:
        file.seek(size - cap_bytes // 4)
        older.write_bytes(file.read())
        file.truncate(0)


def measure_log(path: Path) -> int:
    """How many bytes the log has, 0 when there is none yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def read_tail(path: Path, lines: int = 12, *, from_byte: int = 0) -> str:
    """The last lines of a log, of what was written from `from_byte` on."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 16_384, from_byte if from_byte <= end else 0))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def wait_until(deadline: float, pause_seconds: float = 0.01) -> bool:
    """Sleep a little; False once `deadline` (of time.monotonic) has passed."""
    if time.monotonic() >= deadline:
        return False
    time.sleep(pause_seconds)
    return True
