"""Conditions as rules and words, levels over splits, public addresses, signatures, retries, bands."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest

from app.alerts.conditions import (
    check_condition_text,
    describe_condition,
    find_level_factor,
    write_price_rule,
)
from app.alerts.deliveries import MAXIMUM_ATTEMPTS, describe_outcome
from app.alerts.domain import Direction, PriceCondition, RuleCondition, WebhookRefused
from app.alerts.evaluation import compile_source, evaluate, watch_band, watch_line
from app.alerts.signatures import derive_secret, sign
from app.alerts.webhook_addresses import check_webhook_url, is_public_address
from app.alerts.webhooks import Attempt
from app.engine.bars import Bars
from app.engine.conditions import evaluate_conditions
from app.engine.evaluation import evaluate_rule
from app.engine.intervals import Interval
from app.market.domain import Split

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("64:ff9b::5db8:d822", True),  # NAT64 of a public one
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("10.1.2.3", False),
        ("172.31.255.255", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("168.63.129.16", False),
        ("192.0.0.192", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("no address", False),
    ],
)
def test_only_what_is_plainly_public_may_be_sent_to(address: str, is_public: bool) -> None:
    assert is_public_address(address) is is_public


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com",
        "example.com/hook",
        "https://",
        "https://user:secret@example.com/",
        "https://user@example.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://example.com\\@10.0.0.1/",
        "https://example.com/\r\nHost: x",
        "https://[::1/",
        "https://" + "a" * 3_000,
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(WebhookRefused):
        check_webhook_url(url)


def test_hosts_and_ports_are_read() -> None:
    assert check_webhook_url("https://example.com/hook?x=1") == ("example.com", 443)
    assert check_webhook_url("http://[2606:2800::1]:8080/") == ("2606:2800::1", 8080)


def test_a_signature_is_what_the_page_says() -> None:
    alert_id = uuid4()
    secret = derive_secret("installation key", alert_id, 1)
    assert secret != derive_secret("installation key", alert_id, 2)
    assert secret != derive_secret("installation key", uuid4(), 1)
    assert secret != derive_secret("another key", alert_id, 1)
    body = b'{"kind":"alert.fired"}'
    wanted = hmac.new(secret.encode(), b"1772409600." + body, hashlib.sha256).hexdigest()
    assert sign(secret, body, 1_772_409_600) == f"t=1772409600,v1={wanted}"


def test_deliveries_are_tried_for_hours_and_then_given_up() -> None:
    failed = Attempt(500, "no", "It answered 500.")
    waits = []
    for attempts in range(1, MAXIMUM_ATTEMPTS):
        outcome = describe_outcome(attempts, failed, NOW)
        assert "status" not in outcome
        waits.append(outcome["next_attempt_at"] - NOW)
    assert waits == sorted(waits)
    assert timedelta(hours=3) < sum(waits, timedelta()) < timedelta(hours=6)
    last = describe_outcome(MAXIMUM_ATTEMPTS, failed, NOW)
    assert (last["status"], last["next_attempt_at"]) == ("failed", None)
    assert describe_outcome(1, Attempt(410, "", "gone", is_final=True), NOW)["status"] == "failed"
    assert describe_outcome(3, Attempt(204, "", None), NOW)["status"] == "delivered"


def test_a_level_follows_the_splits_that_come_after_it() -> None:
    splits = [Split(date(2026, 3, 2), 2.0), Split(date(2026, 4, 1), 3.0)]
    for at, factor in (
        (datetime(2026, 3, 2, 4, 59, tzinfo=UTC), 6.0),  # the evening before, in New York
        (datetime(2026, 3, 2, 5, 0, tzinfo=UTC), 3.0),
        (datetime(2026, 4, 2, tzinfo=UTC), 1.0),
    ):
        assert find_level_factor(splits, "America/New_York", at) == factor


def test_what_cannot_be_read_is_told_in_the_words_of_a_condition() -> None:
    (problem,) = check_condition_text("close 3").errors
    assert problem.message.endswith("the last line is a condition, as in close > 100.")
    (problem,) = check_condition_text("close > smaa(close, 20) and").errors
    assert problem.message == "Something is missing after `and`."


def test_conditions_have_words() -> None:
    price = PriceCondition(190.5, Direction.CROSSES_BELOW)
    assert describe_condition(price) == "Price crosses below 190.5"
    for level, words in ((45_741.84, "45741.84"), (1_234_567.0, "1234567"), (1e-7, "0.0000001")):
        assert describe_condition(replace(price, level=level)) == f"Price crosses below {words}"
    rule = RuleCondition("# why\nn = 5\n\nclose > sma(close, n)")
    assert describe_condition(rule) == "n = 5 close > sma(close, n)"
    assert len(describe_condition(RuleCondition("x" * 1_000))) == 200
    for direction in (Direction.CROSSES, Direction.CROSSES_ABOVE, Direction.CROSSES_BELOW):
        assert check_condition_text(write_price_rule(1e-7, direction)).ok


def _bars(close: list[float]) -> Bars:
    column = np.array(close)
    times = 60 * np.arange(len(close), dtype=np.int64)
    return Bars(times, column, column, column, column, column, Interval.MIN_1)


def test_many_conditions_at_once_say_what_each_says_alone() -> None:
    random = np.random.default_rng(3)
    bars = _bars(list(100 + np.cumsum(random.normal(0, 1, 700))))
    sources = [
        "crossover(close, sma(close, 20))",
        "sma(close, 20) > sma(close, 50) and close > 1 / (close - close)",
        "n = param(14, 2, 50)\nrsi(close, n) < 40",
        'crossunder(close, on("5min", ema(close, 9)))',
        "bars_since(close > highest(shift(close, 1), 30)) < 3",
        "close > -0.0 and not (close > 100)",
        "True",
        *(f"crossover(close, {level})" for level in range(90, 110)),
    ]
    compiled = []
    for source in sources:
        condition = compile_source(source)
        assert condition is not None, source
        compiled.append(condition)
    for condition, truth in zip(compiled, evaluate_conditions(compiled, bars), strict=True):
        assert np.array_equal(truth, evaluate_rule(condition.rule, bars).enter_long), condition.rule.source
    # A short tail of what looks through windows alone says the same.
    tails = evaluate([RuleCondition(source) for source in sources], bars, {}, 600)
    for source, condition, tail in zip(sources, compiled, tails, strict=True):
        assert np.array_equal(tail, evaluate_rule(condition.rule, bars).enter_long[600:]), source


def test_lines_are_crossed_and_bands_entered_and_left() -> None:
    nan = float("nan")
    close = np.array([99.0, 101, 101, 99, 101, 99])
    line = np.array([nan, 100.0, 100, 100, 100, nan])
    assert watch_line(close, line, Direction.CROSSES_ABOVE).tolist() == [0, 0, 0, 0, 1, 0]
    assert watch_line(close, line, Direction.CROSSES_BELOW).tolist() == [0, 0, 0, 1, 0, 0]
    assert watch_line(close, line, Direction.CROSSES).tolist() == [0, 0, 0, 1, 1, 0]
    close = np.array([10.0, 10, 5, 7, 10, 12, 20, 3])
    lower, upper = np.array([nan, *[10.0] * 7]), np.array([nan, *[15.0] * 7])
    assert watch_band(close, lower, upper, Direction.ENTERS).tolist() == [0, 0, 0, 0, 1, 0, 0, 0]
    assert watch_band(close, lower, upper, Direction.LEAVES).tolist() == [0, 0, 1, 0, 0, 0, 1, 0]
