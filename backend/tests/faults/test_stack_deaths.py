"""Each process of the stack is killed, and comes back by itself."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.faults.stack import Stack, wait_until


@pytest.mark.parametrize("name", ["postgres-main", "postgres-credentials", "valkey", "backend", "worker"])
def test_a_killed_process_comes_back_and_the_stack_heals(running_stack: Stack, name: str) -> None:
    wait_until(running_stack.is_healthy, 20, running_stack.dump)
    victim = running_stack.get(name)

    victim.kill()

    def is_back() -> bool:
        successor = running_stack.find(name)
        return successor is not None and successor.pid != victim.pid and running_stack.is_healthy()

    wait_until(is_back, 40, running_stack.dump)
    assert f"{name} ended (by SIGKILL): starting it again" in running_stack.output


def test_what_was_committed_outlives_a_killed_database(running_stack: Stack) -> None:
    dsn = read_setting(running_stack, "DATABASE_URL")
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE outlives_a_kill AS SELECT 42 AS answer")
    running_stack.get("postgres-main").kill()

    def reads_it() -> bool:
        try:
            with psycopg.connect(dsn, connect_timeout=2) as connection:
                return connection.execute("SELECT answer FROM outlives_a_kill").fetchone() == (42,)
        except psycopg.OperationalError:
            return False

    wait_until(reads_it, 40, running_stack.dump)


def test_a_worker_that_left_with_its_database_comes_back(running_stack: Stack) -> None:
    """It ends with exit code 0 then, which is no failure, and is started again all the same."""
    worker = running_stack.get("worker")
    worker.terminate()

    def is_back() -> bool:
        successor = running_stack.find("worker")
        return successor is not None and successor.pid != worker.pid

    wait_until(is_back, 40, running_stack.dump)


def test_no_password_stands_in_a_command_line(running_stack: Stack) -> None:
    state = (running_stack.home / "secrets.json").read_text("utf-8")
    secrets = [
        word for word in state.split('"') if len(word) >= 14 and not word.endswith(("password", "key"))
    ]
    assert len(secrets) >= 6
    lines = "\n".join(" ".join(process.cmdline()) for process in running_stack.descendants())
    assert not [secret for secret in secrets if secret in lines]


def test_files_with_secrets_are_their_owners_alone(running_stack: Stack) -> None:
    for name in ("secrets.json", "state.json", "ports.json"):
        assert (running_stack.home / name).stat().st_mode & 0o077 == 0, name


def read_setting(stack: Stack, name: str) -> str:
    state = json.loads((stack.home / "state.json").read_text("utf-8"))
    return str(state["environment"][name])
