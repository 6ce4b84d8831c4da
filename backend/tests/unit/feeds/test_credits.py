"""The meter: never more than the plan, in any minute of anybody's clock, nor in a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.feeds.domain import MINUTE, Spend, decide_spending
from app.market.provider_facts import Quota

_START = datetime(2026, 11, 20, 23, 50, tzinfo=UTC)
_requests = st.lists(
    st.tuples(
        st.floats(0, 40),  # seconds until the next wish
        st.integers(1, 4),  # credits
        st.floats(0, 35),  # seconds from the reservation to its arrival
        st.floats(0, 5),  # and from there to its end
        st.booleans(),  # whether its end is reported, or its process died
    ),
    max_size=60,
)


@given(_requests, st.integers(4, 9))
def test_no_window_of_a_minute_ever_holds_more_than_the_plan(
    requests: list[tuple[float, int, float, float, bool]], per_minute: int
) -> None:
    quota = Quota(per_minute, 40)
    now, by_day = _START, dict.fromkeys((20, 21), 0)
    spends: list[Spend] = []
    arrivals: list[tuple[datetime, int]] = []
    planned: list[tuple[datetime, datetime | None]] = []
    for pause, credits, travel, answer, is_reported in requests:
        now += timedelta(seconds=pause)
        known = [
            Spend(one.credits, one.sent_at, ended if ended is not None and ended <= now else None)
            for one, (_at, ended) in zip(spends, planned, strict=True)
        ]
        wait = decide_spending(now, credits, quota, known, by_day[now.day])
        if wait is not None:
            assert wait.retry_at > now
            continue
        arrived = now + timedelta(seconds=travel)
        spends.append(Spend(credits, now))
        planned.append((arrived, arrived + timedelta(seconds=answer) if is_reported else None))
        arrivals.append((arrived, credits))
        by_day[now.day] += credits
    for begin, _credits in arrivals:
        within = sum(one for at, one in arrivals if begin <= at < begin + MINUTE)
        assert within <= per_minute
    assert all(spent <= 40 for spent in by_day.values())


def test_a_full_minute_says_when_it_has_room_for_what_is_wanted() -> None:
    at = [_START + timedelta(seconds=second) for second in (0, 10, 20)]
    spends = [Spend(3, moment, moment) for moment in at]
    quota = Quota(9, None)
    wait = decide_spending(_START + timedelta(seconds=30), 4, quota, spends, 0)
    assert wait is not None
    assert wait.retry_at == at[1] + MINUTE
    assert decide_spending(wait.retry_at, 4, quota, spends, 0) is None


def test_a_spent_day_waits_for_the_next_one() -> None:
    wait = decide_spending(_START, 1, Quota(8, 800), [], 800)
    assert wait is not None
    assert (wait.retry_at, wait.for_today) == (datetime(2026, 11, 21, tzinfo=UTC), True)


def test_more_than_a_minute_ever_holds_is_refused_outright() -> None:
    with pytest.raises(ValueError, match="20 credits"):
        decide_spending(_START, 20, Quota(8, 800), [], 0)
