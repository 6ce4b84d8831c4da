"""Where the processes of `flowrex up` listen."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.embedded.errors import EmbeddedError
from app.embedded.home import Home
from app.embedded.plan import Options, Place, check_ports, default_workers, make_recipes
from app.embedded.processes import choose_port

OPEN = Place("0.0.0.0", is_production=True)  # noqa: S104 - what is tried here is that this is not bound


def read_host(command: tuple[str, ...]) -> str:
    return command[command.index("--host") + 1]


def test_behind_the_web_client_the_backend_listens_to_this_machine_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standalone = tmp_path / ".next" / "standalone"
    standalone.mkdir(parents=True)
    (standalone / "front.mjs").touch()
    monkeypatch.setenv("FLOWREX_FRONTEND", str(tmp_path))
    monkeypatch.setattr("app.embedded.plan.shutil.which", lambda _name: "node")
    for place in (OPEN, Place("192.0.2.7", is_production=True), Place("127.0.0.1", is_production=False)):
        backend, _worker, web = make_recipes(Options(tmp_path), place, Home(tmp_path), {})
        assert read_host(backend.command) == "127.0.0.1"
        assert web.environment["BACKEND_URL"] == "http://127.0.0.1:8000"
        assert web.environment["HOSTNAME"] == place.bind


def test_without_the_web_client_the_backend_is_what_is_open(tmp_path: Path) -> None:
    backend, _worker = make_recipes(Options(tmp_path, with_web=False), OPEN, Home(tmp_path), {})
    assert read_host(backend.command) == "0.0.0.0"  # noqa: S104 - as asked for


def test_workers_have_names_and_logs_of_their_own(tmp_path: Path) -> None:
    options = Options(tmp_path, with_web=False, workers=3)
    _backend, *workers = make_recipes(options, OPEN, Home(tmp_path), {})
    assert [worker.name for worker in workers] == ["worker", "worker-2", "worker-3"]
    assert len({worker.log_path for worker in workers}) == 3


@pytest.mark.parametrize(("cores", "workers"), [(None, 1), (1, 1), (2, 1), (4, 2), (64, 4)])
def test_one_worker_runs_for_two_cores(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, workers: int
) -> None:
    monkeypatch.setattr("app.embedded.plan.os.cpu_count", lambda: cores)
    assert default_workers() == workers


def test_ports_are_tried_where_they_will_be_bound(tmp_path: Path) -> None:
    """192.0.2.7 is nobody's: the web client's port cannot be had there, the backend's is not wanted there."""
    options = Options(tmp_path, choose_port([]), choose_port([]))
    with pytest.raises(EmbeddedError, match="FRONTEND_PORT"):
        check_ports(options, Place("192.0.2.7", is_production=True))
