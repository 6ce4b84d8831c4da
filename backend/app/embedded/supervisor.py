"""`flowrex up`: start everything in order, keep it alive, stop it in order.

One thread and a loop: the kernel ends a child when the *thread* that started it dies, so there is one only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import psutil

from app import __version__
from app.embedded import plan, processes
from app.embedded.children import Child
from app.embedded.console import Progress
from app.embedded.errors import EmbeddedError, HomeInUse, ServerNotStarted
from app.embedded.home import Home
from app.embedded.servers import RunningServers, Server, start_servers

READY_SECONDS = 120.0
_TICK_SECONDS = 0.05
_LOG_CHECK_SECONDS = 10.0
_MAX_SERVER_TRIES = 6
# Set by `make run`: the stack then ends with the process that started it.
_PARENT_VARIABLE = "FLOWREX_STOP_WITH"


class _StopAsked(BaseException):
    """A signal, or the parent's death, asked the stack to stop. No failure, so no Exception."""


class Supervisor:
    """One run of the embedded stack."""

    def __init__(self, options: plan.Options, progress: Progress | None = None) -> None:
        self._options = options
        self._progress = progress or Progress()
        self._home = Home(options.home)
        self._servers: RunningServers | None = None
        self._children: list[Child] = []
        self._recovering: dict[Server, _Recovery] = {}
        self._environment: Mapping[str, str] = {}
        self._address: str | None = None
        self._stop_reason = ""
        self._is_stopping = False
        self._parent_id = int(os.environ.pop(_PARENT_VARIABLE, "0"))
        self._logs_checked_at = time.monotonic()

    def run(self) -> int:
        """Run until asked to stop. Returns the exit code: 0 after a wanted stop, 1 after a failure."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._handle_signal)
        code = 0
        try:
            self._bring_up()
            self._watch()
        except _StopAsked:
            self._progress.tell(f"{self._stop_reason}: stopping")
        except EmbeddedError as error:
            self._progress.warn(str(error))
            code = 1
        finally:
            self._is_stopping = True
            self._bring_down()
        return code

    # --- up -------------------------------------------------------------------------------------------------

    def _bring_up(self) -> None:
        options, progress = self._options, self._progress
        given = plan.read_given()
        place = plan.read_place(given)
        state = self._home.find_state()
        if state is not None:
            raise HomeInUse(self._home.path, state.get("pid"), state.get("address"))
        self._end_leftovers()
        plan.check_ports(options, place)
        with progress.step("Database and cache servers"):
            self._servers = start_servers(options.home, log=progress.tick)
        environment = plan.make_environment(self._servers, options, given)
        self._environment = environment
        self._write_state()
        recipes = plan.make_recipes(options, place, self._home, environment)
        self._children = [Child(recipe) for recipe in recipes]
        for child in self._children:
            if not child.recipe.needs_servers:
                child.start()  # it can wake up while the databases are being migrated
        self._run_step("Migrations of both databases", "migrate", environment)
        for child in self._children:
            if child.recipe.needs_servers:
                child.start()
        has_demo = options.with_demo and not place.is_production
        if has_demo:
            self._run_step("Demo data", "demo", environment)  # while backend and worker wake up
        with progress.step(", ".join(child.name for child in self._children).capitalize()):
            self._await_ready()
        port = options.frontend_port if options.with_web else options.backend_port
        address = f"http://{place.host}:{port}"
        self._environment, self._address = environment, address
        self._write_state()
        progress.welcome(address, self._facts(environment if has_demo else {}, place))

    def _facts(self, environment: Mapping[str, str], place: plan.Place) -> list[tuple[str, str]]:
        facts = []
        if "DEMO_PASSWORD" in environment:
            from app.auth.domain import DEMO_EMAIL

            facts.append(("Demo sign-in", f"{DEMO_EMAIL}  {environment['DEMO_PASSWORD']}"))
        if not place.is_production:
            host = plan.place_backend(self._options, place).host
            facts.append(("API", f"http://{host}:{self._options.backend_port}/docs"))
        facts.append(("Logs", str(self._home.logs)))
        facts.append(("Stop", "Ctrl-C (data stays)"))
        return facts

    def _run_step(self, title: str, command: str, environment: Mapping[str, str]) -> None:
        log_path = self._home.logs / f"{command}.log"
        processes.rotate_log(log_path)
        log_start = processes.measure_log(log_path)
        with self._progress.step(title):
            process = processes.start_process(
                plan.command_line(command),
                environment={**os.environ, **environment},
                folder=Path.cwd(),
                log_path=log_path,
                death_signal=signal.SIGKILL,
            )
            try:
                self._await_exit(process)
            finally:
                if process.poll() is None:
                    processes.stop_process(process, signal.SIGTERM, 5)
            if process.returncode != 0:
                tail = processes.read_tail(log_path, from_byte=log_start)
                raise EmbeddedError(
                    f"{title} failed ({_describe(process.returncode)}). Log: {log_path}\n{tail}"
                )

    def _await_exit(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            self._pause()
            self._progress.tick()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while waiting := [child for child in self._children if not child.check()]:
            self._pause()
            self._progress.tick("waiting for " + ", ".join(child.name for child in waiting))
            self._look_after_servers()
            self._look_after_children()
            if time.monotonic() > deadline:
                slow = waiting[0]
                raise EmbeddedError(
                    f"{slow.name} did not answer within {READY_SECONDS:.0f} s. "
                    f"Log: {slow.recipe.log_path}\n{slow.read_log_tail()}"
                )

    def _end_leftovers(self) -> None:
        """End what a killed supervisor left where the kernel did not do it (it does on Linux)."""
        left = []
        for fact in self._home.read_leftovers():
            try:
                process = psutil.Process(fact["pid"])
                if abs(process.create_time() - fact["created"]) < 0.1:
                    left.append(process)
            except psutil.Error:
                continue
        if left:
            processes.end_processes(left, signal.SIGTERM, 10)

    def _write_state(self) -> None:
        """Note what `flowrex` commands in other terminals need, and what a kill would leave."""
        running = [child.process.pid for child in self._children if child.process is not None]
        self._home.write_state(
            {
                "version": __version__,
                "pid": os.getpid(),
                "address": self._address,
                "environment": dict(self._environment),
                "processes": [{"pid": pid, "created": processes.find_start_time(pid)} for pid in running],
            }
        )

    # --- while it runs --------------------------------------------------------------------------------------

    def _watch(self) -> None:
        while True:
            self._pause()
            self._look_after_servers()
            self._look_after_children()
            if time.monotonic() - self._logs_checked_at > _LOG_CHECK_SECONDS:
                self._logs_checked_at = time.monotonic()
                for path in self._home.logs.glob("*.log"):
                    processes.cap_log(path)

    def _look_after_servers(self) -> None:
        if self._servers is None:
            return
        for server in self._servers.all:
            recovery = self._recovering.get(server)
            if recovery is not None:
                self._continue_recovery(server, recovery)
            elif server.process is not None and server.process.poll() is not None:
                self._progress.warn(
                    f"{server.name} ended ({_describe(server.process.returncode)}): starting it again"
                )
                recovery = self._recovering[server] = _Recovery()
                self._try_server(server, recovery)

    def _continue_recovery(self, server: Server, recovery: _Recovery) -> None:
        try:
            if server.process is None:
                if time.monotonic() >= recovery.next_try_at:
                    self._try_server(server, recovery)
            elif server.is_ready():
                del self._recovering[server]
                self._progress.warn(f"{server.name} is back after {recovery.elapsed:.1f} s")
        except ServerNotStarted:
            server.process = None
            if recovery.tries >= _MAX_SERVER_TRIES:
                raise
            recovery.next_try_at = time.monotonic() + 0.25 * 2**recovery.tries

    def _try_server(self, server: Server, recovery: _Recovery) -> None:
        recovery.tries += 1
        server.recover()
        server.begin_start()

    def _look_after_children(self) -> None:
        for child in self._children:
            was_ready = child.is_ready
            code = child.take_exit()
            if code is not None:
                # what was killed from outside has nothing to say in its log
                tail = child.read_log_tail() if code > 0 else ""
                child.plan_restart(excused=bool(self._recovering) and child.recipe.needs_servers)
                self._progress.warn(f"{child.name} ended ({_describe(code)}): starting it again", tail)
            elif child.process is None:
                if child.is_due() and not (self._recovering and child.recipe.needs_servers):
                    child.start()
                    self._write_state()
            elif child.lives > 1 and not was_ready and child.check():
                self._progress.warn(f"{child.name} is back")

    def _pause(self) -> None:
        time.sleep(_TICK_SECONDS)
        if not self._stop_reason and self._parent_id and os.getppid() != self._parent_id:
            self._stop_reason = "the process that started Flowrex is gone"
        if self._stop_reason:
            raise _StopAsked

    def _handle_signal(self, number: int, _frame: FrameType | None) -> None:
        if not self._stop_reason:
            self._stop_reason = signal.Signals(number).name
            return
        # asked again: no more patience with anybody
        for child in self._children:
            if child.process is not None:
                processes.kill_group(child.process.pid)
        if self._is_stopping and self._servers is not None:
            for server in self._servers.all:
                server.hasten()
        elif not self._is_stopping:
            raise _StopAsked

    # --- down -----------------------------------------------------------------------------------------------

    def _bring_down(self) -> None:
        """Web, backend, workers, then the servers: nobody loses what he stands on before he has ended."""
        first = {"frontend": 0, "backend": 1}
        for child in sorted(self._children, key=lambda child: (first.get(child.name, 2), child.name)):
            if child.process is not None:
                with self._progress.step(f"{child.name} stopped"):
                    child.stop()
        if self._servers is not None:
            with self._progress.step("Database and cache servers stopped"):
                self._servers.stop()
            self._home.remove_state()


class _Recovery:
    """One server's way back after a death."""

    def __init__(self) -> None:
        self.tries = 0
        self.next_try_at = 0.0
        self._since = time.monotonic()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._since


def _describe(code: int | None) -> str:
    if code is not None and code < 0:
        return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"
