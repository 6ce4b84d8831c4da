"""The `flowrex` command over real databases, as a person runs it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from app.config import Settings
from app.embedded.home import Home
from app.embedded.servers import start_servers

DEMO_BARS = Path(__file__).parents[3] / "app" / "market" / "demo" / "us_stocks_daily.csv.gz"
RULE = """\
enter_long = crossover(sma(close, 10), sma(close, 30))
exit_long = crossunder(sma(close, 10), sma(close, 30))
"""

Flowrex = Callable[..., subprocess.CompletedProcess[str]]


def run_flowrex(
    folder: Path, *words: str, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    given = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | environment
    return subprocess.run(
        [sys.executable, "-P", "-m", "app.cli", *words],
        cwd=folder,
        env=given,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def flowrex(settings: Settings, tmp_path: Path) -> Flowrex:
    """Runs the command over this test's databases."""

    def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return run_flowrex(
            tmp_path,
            *words,
            stdin=stdin,
            DATABASE_URL=settings.database_dsn,
            CREDS_DATABASE_URL=settings.creds_database_dsn,
            REDIS_URL=settings.redis_url,
        )

    return run


@pytest.fixture
def google(tmp_path: Path) -> Path:
    """The demo's bars of GOOG as a file of their own."""
    with gzip.open(DEMO_BARS, "rt", encoding="utf-8") as file:
        header, *rows = file
    path = tmp_path / "goog.csv"
    path.write_text(header + "".join(row for row in rows if row.startswith("GOOG,")))
    return path


def test_import_names_the_lines_it_rejects(flowrex: Flowrex, tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_text(
        "Date,Open,High,Low,Close\n2020-01-02,1,2,0.5,1\n2020-01-03,1,0.5,2,1\n2020-01-06,1,2,0.5,1\n"
    )
    done = flowrex("import", str(path), "--symbol", "X", "--interval", "1day")
    assert done.returncode == 0, done.stderr
    assert "line 3: " in done.stdout
    assert "2 inserted, 0 updated, 0 unchanged, 1 rejected" in done.stdout


def test_a_refused_import_is_told_in_words(flowrex: Flowrex, tmp_path: Path) -> None:
    """And without a line of the log, which is for machines."""
    path = tmp_path / "bars.csv"
    path.write_text("Timestamp;Settle;Top;Bottom;First\n2020-01-02;4;5;2;3\n2020-01-03;4;5;2;3\n")
    done = flowrex("import", str(path), "--symbol", "X", "--interval", "1day")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The file's header has no column for high, low, close.")
    assert len(done.stderr.splitlines()) == 1


def test_an_imported_file_can_be_backtested(flowrex: Flowrex, google: Path, tmp_path: Path) -> None:
    """What the import did is said, twice is once, and the verdict stands before the figures."""
    words = ("import", str(google), "--symbol", "goog", "--interval", "1day", "--asset-class", "stock")
    first = flowrex(*words)
    assert first.returncode == 0, first.stderr
    assert "GOOG 1day: 2,148 rows read, 2,148 inserted, 0 updated, 0 unchanged, 0 rejected" in first.stdout
    assert "2,148 unchanged" in flowrex(*words).stdout

    rule = tmp_path / "averages.rule"
    rule.write_text(RULE)
    costs = ("--cash", "1000000", "--commission-bps", "10")
    done = flowrex("backtest", str(rule), "--symbol", "goog", *costs)
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("look ahead") < done.stdout.index("5,454,497.97")
    assert "Costs assumed: 10 bps of commission." in done.stdout
    assert done.stderr == ""

    page = tmp_path / "report.html"
    more = ("--json", "--html", str(page), "--commission-tier", "0=12", "--commission-minimum", "1")
    done = flowrex("backtest", str(rule), "--symbol", "goog", *costs, *more)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["status"] == "succeeded"
    assert report["verdict"]["complete"] is True
    assert report["commission_tiers"] == [{"from_notional": "0", "bps": 12.0}]
    assert report["metrics"]["final_equity"] < 5_454_497.97
    assert {"id", "owner_id", "strategy_id"} & set(report) == set()
    assert "<h1>averages</h1>" in page.read_text("utf-8")

    twin = ("import", str(google), "--symbol", "twin", "--interval", "1day", "--asset-class", "stock")
    assert flowrex(*twin).returncode == 0
    both = ("--symbol", "goog", "--symbol", "twin", "--slots", "1", "--rebalance", "quarter", "--json")
    done = flowrex("backtest", str(rule), *both, *costs)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["symbols"], report["basket"]["slots"]) == (["GOOG", "TWIN"], 1)
    assert report["basket"]["rebalance"] == "quarter"
    assert len(report["verdict"]["checks"]) == 8


@pytest.mark.parametrize(
    ("source", "words", "expected"),
    [
        ("enter_long = nope(close)\n", (), ":1:14: "),
        (RULE, (), "There is no instrument GOOG"),
        (RULE, ("--parameter", "fast=ten"), "NAME=NUMBER"),
        (RULE, ("--cash", "NaN"), "--cash NaN"),
        (RULE, ("--slots", "2"), "several symbols"),
        (RULE, ("--symbol", "IBM", "--slots", "0"), "--basket: "),
        (RULE, ("--commission-tier", "5"), "NOTIONAL=BPS"),
        (RULE, ("--commission-tier", "x=5"), "--commission-tier x"),
        (RULE, ("--volume-limit", "2"), "--volume-limit: "),
        (RULE, ("--detail-interval", "1week"), "detail_interval must be finer"),
    ],
)
def test_backtest_says_what_is_wrong_in_a_line(
    flowrex: Flowrex, tmp_path: Path, source: str, words: tuple[str, ...], expected: str
) -> None:
    rule = tmp_path / "a.rule"
    rule.write_text(source)
    done = flowrex("backtest", str(rule), "--symbol", "GOOG", *words)
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr


def test_user_create_makes_an_admin_who_can_sign_in(flowrex: Flowrex, settings: Settings) -> None:
    words = ("user", "create", "--email", "boss@example.com", "--admin")
    made = flowrex(*words, stdin="correct horse battery\n")
    assert made.returncode == 0, made.stderr
    assert "boss@example.com is an admin now" in made.stdout
    with psycopg.connect(settings.creds_database_dsn) as connection:
        rows = connection.execute("SELECT role FROM credentials WHERE email = 'boss@example.com'").fetchall()
    assert rows == [("admin",)]
    again = flowrex(*words, stdin="correct horse battery\n")
    assert again.returncode == 1
    assert "already" in again.stderr
    short = flowrex("user", "create", "--email", "x@example.com", stdin="short\n")
    assert short.returncode == 1
    assert "8 characters" in short.stderr


def test_wrong_settings_are_named(tmp_path: Path) -> None:
    done = run_flowrex(tmp_path, "migrate", DATABASE_URL="mysql://nowhere")
    assert done.returncode == 1
    assert "DATABASE_URL: " in done.stderr
    assert "Traceback" not in done.stderr


def test_commands_find_the_servers_of_the_home(tmp_path: Path) -> None:
    """Those of a running stack, and else servers of their own for as long as they take."""
    home = tmp_path / "home"
    alone = run_flowrex(tmp_path, "migrate", "--home", str(home))
    assert alone.returncode == 0, alone.stderr
    assert "for this command" in alone.stderr
    with start_servers(home, durable=False) as servers:
        starting = run_flowrex(tmp_path, "migrate", "--home", str(home))
        assert starting.returncode == 1
        assert "in use" in starting.stderr
        addresses = {
            "DATABASE_URL": servers.main_dsn,
            "CREDS_DATABASE_URL": servers.credentials_dsn,
            "REDIS_URL": servers.redis_url,
        }
        Home(home).write_state({"pid": os.getpid(), "environment": addresses})
        beside = run_flowrex(tmp_path, "migrate", "--home", str(home))
        assert beside.returncode == 0, beside.stderr
        assert "for this command" not in beside.stderr


def test_openapi_is_a_document_and_nothing_else(tmp_path: Path) -> None:
    done = run_flowrex(tmp_path, "openapi")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["info"]["title"] == "Flowrex API"
