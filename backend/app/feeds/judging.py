"""What is made of a page of bars: how far it is believed, and what is asked for once more before it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.feeds.asking import Means, Patience
from app.feeds.backfill_repository import Doubt
from app.feeds.domain import Backfill, ProviderLink
from app.feeds.planning import Judgement, find_settled_until, judge_answer
from app.market import service as market
from app.market.domain import Instrument
from app.market.provider_facts import BarsPage


@dataclass(frozen=True, slots=True)
class PageTask:
    """One page to ask for: of a stretch, or (`doubt`) of what was answered as empty."""

    backfill: Backfill
    link: ProviderLink
    instrument: Instrument
    sessions: market.Sessions | None
    start: int
    end: int
    doubt: Doubt | None = None


def judge_page(task: PageTask, page: BarsPage, now: datetime, means: Means) -> Judgement:
    """What a page says of the stretch that was asked for."""
    settled = find_settled_until(int(now.timestamp()), task.backfill.interval)
    judgement = judge_answer(
        (page.covered_from, task.end),
        task.backfill.interval,
        page.bars.time,
        task.sessions,
        settled,
        means.provider.description.max_bars_per_request,
    )
    asked = 1 if task.doubt is None else task.doubt[2] + 1
    if not judgement.doubted or asked <= len(means.patience.doubt_seconds):
        return judgement
    # It was asked for often enough: there is nothing.
    return Judgement(judgement.covered_from, (*judgement.answered, *judgement.doubted), ())


def collect_doubts(
    task: PageTask, current: Backfill, judgement: Judgement, now: datetime, patience: Patience
) -> list[Doubt]:
    """What is to be asked for once more, and when, after this page."""
    doubts = [one for one in current.doubts if one != task.doubt]
    asked = 1 if task.doubt is None else task.doubt[2] + 1
    for start, end in judgement.doubted:
        later = int(now.timestamp() + patience.doubt_seconds[asked - 1])
        doubts.append((start, end, asked, later))
    if task.doubt is not None and judgement.covered_from > task.doubt[0]:
        doubts.append((task.doubt[0], judgement.covered_from, task.doubt[2], int(now.timestamp())))
    return doubts
