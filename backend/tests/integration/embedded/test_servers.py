"""The two databases and Valkey from their wheels, really started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from app.embedded import binaries, processes
from app.embedded.errors import EmbeddedError, HomeInUse, HomeNotUnderstood
from app.embedded.home import Home
from app.embedded.processes import has_ended
from app.embedded.servers import RunningServers, start_servers


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServers]:
    with start_servers(tmp_path_factory.mktemp("own") / "home") as running:
        yield running


def ask(dsn: str, question: str) -> object:
    with psycopg.connect(dsn, connect_timeout=5) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def await_end(ended: list[psutil.Process]) -> None:
    deadline = time.monotonic() + 20
    while not all(has_ended(process) for process in ended):
        assert time.monotonic() < deadline, ended
        time.sleep(0.02)


@pytest.mark.parametrize("name", ["main", "credentials"])
def test_databases_are_postgresql_18_in_utf8_with_checksums(servers: RunningServers, name: str) -> None:
    dsn = servers.main_dsn if name == "main" else servers.credentials_dsn
    assert str(ask(dsn, "SHOW server_version")).startswith("18.")
    assert ask(dsn, "SHOW server_encoding") == "UTF8"
    assert ask(dsn, "SHOW data_checksums") == "on"
    assert ask(dsn, "SHOW fsync") == "on"
    assert ask(dsn, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(dsn, "SELECT datlocale FROM pg_database WHERE datname = current_database()") == "C.UTF-8"
    assert ask(dsn, "SHOW timezone") == "UTC"


def test_the_application_is_no_superuser(servers: RunningServers) -> None:
    for dsn in (servers.main_dsn, servers.credentials_dsn):
        assert ask(dsn, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(dsn, "SELECT pg_read_file('postgresql.conf')")


def test_nobody_comes_in_without_the_password(servers: RunningServers) -> None:
    for server in (servers.main, servers.credentials):
        for user in ("flowrex", "postgres"):
            for password in ("", "wrong"):
                with pytest.raises(psycopg.OperationalError, match=r"password|supplied"):
                    psycopg.connect(f"postgresql://{user}@127.0.0.1:{server.port}/flowrex", password=password)
    with redis.Redis(port=servers.valkey.port) as anonymous, pytest.raises(redis.AuthenticationError):
        anonymous.ping()
    assert servers.main_dsn.split(":")[2] != servers.credentials_dsn.split(":")[2]


def test_valkey_answers_and_keeps_an_append_only_file(servers: RunningServers) -> None:
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.ping()
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_started_by_root_they_run_as_somebody_else(servers: RunningServers) -> None:
    for server in servers.all:
        assert server.process is not None
        owner = psutil.Process(server.process.pid).uids().real
        assert owner == (os.geteuid() or binaries.find_server_user().user_id)  # type: ignore[union-attr]  # not None for root
        assert owner != 0


def test_a_second_start_in_the_same_home_is_refused(servers: RunningServers) -> None:
    with pytest.raises(HomeInUse, match=f"process {os.getpid()}"):
        start_servers(servers.home.path)
    assert ask(servers.main_dsn, "SELECT 1") == 1


def test_data_passwords_and_ports_outlive_a_stop(tmp_path: Path) -> None:
    with start_servers(tmp_path / "home", durable=False) as first:
        with psycopg.connect(first.main_dsn) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        with redis.Redis.from_url(first.redis_url) as client:
            client.set("lost", "or not")
        addresses = (first.main_dsn, first.credentials_dsn, first.redis_url)
    with start_servers(tmp_path / "home", durable=False) as second:
        assert (second.main_dsn, second.credentials_dsn, second.redis_url) == addresses
        assert ask(second.main_dsn, "SELECT number FROM kept") == 7
    second.stop()  # once more does nothing


def test_a_port_that_somebody_took_is_chosen_anew(tmp_path: Path) -> None:
    with start_servers(tmp_path / "home", durable=False) as first:
        ports = {server.name: server.port for server in first.all}
    with socket.socket() as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", ports["postgres-main"]))
        thief.listen()
        with start_servers(tmp_path / "home", durable=False) as second:
            assert second.main.port != ports["postgres-main"]
            assert second.credentials.port == ports["postgres-credentials"]
            assert ask(second.main_dsn, "SELECT 1") == 1


def test_a_port_that_is_taken_between_choice_and_start_is_chosen_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_servers(tmp_path / "home", durable=False) as first:
        ports = {server.name: server.port for server in first.all}
    monkeypatch.setattr(processes, "is_port_free", lambda port: True)  # it was, a moment ago
    with socket.socket() as one, socket.socket() as other:
        for thief, name in ((one, "postgres-credentials"), (other, "valkey")):
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", ports[name]))
            thief.listen()
        with start_servers(tmp_path / "home", durable=False) as second:
            assert second.main.port == ports["postgres-main"]
            assert ask(second.credentials_dsn, "SELECT 1") == 1
            with redis.Redis.from_url(second.redis_url) as client:
                assert client.ping()


def test_what_an_unclean_death_left_is_cleared(servers: RunningServers, tmp_path: Path) -> None:
    """A process id in postmaster.pid that somebody else has by now, and a half-made data folder."""
    home = tmp_path / "home"
    with start_servers(home, durable=False):
        pass
    stale = home / "postgres-main" / "postmaster.pid"
    assert servers.main.process is not None
    stale.write_text(f"{servers.main.process.pid}\n{home}/postgres-main\n1\n1\n\n127.0.0.1\n1 1\nready\n")
    os.rename(home / "postgres-credentials", home / "postgres-credentials.new")
    (home / "postgres-credentials.new" / "PG_VERSION").unlink()
    with start_servers(home, durable=False) as again:
        assert ask(again.main_dsn, "SELECT 1") == 1
        assert ask(again.credentials_dsn, "SELECT 1") == 1


_LEAVE_SERVERS_BEHIND = """
import os, sys
from pathlib import Path
from app.embedded import processes
start = processes.start_process
processes.start_process = lambda *words, **options: start(*words, **{**options, "death_signal": 0})
from app.embedded.servers import start_servers
running = start_servers(Path(sys.argv[1]), durable=False)
print(*[server.process.pid for server in running.all], flush=True)
os._exit(9)
"""


def test_servers_that_outlived_their_parent_are_ended_first(tmp_path: Path) -> None:
    """As on systems whose kernel does not end them with the parent."""
    home = tmp_path / "home"
    left = subprocess.run(
        [sys.executable, "-c", _LEAVE_SERVERS_BEHIND, str(home)], capture_output=True, text=True, check=False
    )
    orphans = [psutil.Process(int(word)) for word in left.stdout.split()]
    assert len(orphans) == 3, left.stderr
    assert all(orphan.is_running() for orphan in orphans)
    with start_servers(home, durable=False) as again:
        assert ask(again.main_dsn, "SELECT 1") == 1
        await_end(orphans)


def test_servers_end_with_their_parent(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("the kernel of this system does not tell children of their parent's death")
    script = _LEAVE_SERVERS_BEHIND.replace('"death_signal": 0', "")
    left = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "home")], capture_output=True, text=True, check=False
    )
    pids = [int(word) for word in left.stdout.split()]
    assert len(pids) == 3, left.stderr
    await_end([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)])


def test_a_locale_of_the_person_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "xx_YY.ISO-8859-1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    with start_servers(tmp_path / "home", durable=False) as running:
        assert ask(running.main_dsn, "SELECT 'é' || chr(8364)") == "é€"


def test_a_home_of_another_format_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.lock():
        home.prepare()
    marker = home.path / "flowrex-home.json"
    marker.write_text(json.dumps({**json.loads(marker.read_text()), "format": 99}))
    with pytest.raises(HomeNotUnderstood, match="format 99"):
        start_servers(home.path)


def test_an_unwritable_home_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedError, match="FLOWREX_HOME"):
        start_servers(tmp_path / "file" / "home")


def test_programs_below_a_closed_folder_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = binaries.find_server_user()
    if user is None:
        pytest.skip("only root runs the servers as somebody else")
    monkeypatch.setattr(binaries, "_everybody_reaches", lambda program: False)
    copied = binaries.provide_binaries(user)
    assert copied.postgres != binaries.locate_binaries().postgres
    copied.initdb.unlink()  # as a sweep of temporary folders would
    with start_servers(tmp_path / "home", durable=False) as running:
        assert running.main.process is not None
        assert psutil.Process(running.main.process.pid).cmdline()[0] == str(copied.postgres)
        assert ask(running.main_dsn, "SELECT 1") == 1


def test_a_killed_server_can_be_started_again_at_once(tmp_path: Path) -> None:
    with start_servers(tmp_path / "home", durable=False) as running:
        assert running.main.process is not None
        with psycopg.connect(running.main_dsn):  # a client keeps one backend busy
            os.kill(running.main.process.pid, signal.SIGKILL)
            running.main.process.wait(5)
            running.main.recover()
            running.main.begin_start()
            while not running.main.is_ready():
                pass
        assert ask(running.main_dsn, "SELECT 1") == 1
