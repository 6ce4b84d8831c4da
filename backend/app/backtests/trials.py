"""The ledger of trials: everything that somebody ever tried of a family of rules on some data, counted once.

For workers alone: what it tells the verdict comes from the heavy engine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.backtests import trial_repository
from app.backtests.domain import RunRequest, SharpeMoments, Trial, TrialGround
from app.backtests.terms import RunTermsRead, write_terms
from app.engine.language import Rule
from app.engine.manifest import canonical_json
from app.engine.verdict import TrialFacts

__all__ = ["SharpeMoments", "Trial", "find_ground", "fingerprint_of", "gather_trial_facts", "record_trial"]

# What a rule is called and written like is no other trial.
_NOT_TRIED = {"source", "symbol", "symbols", "interval"}


async def record_trial(session: AsyncSession, owner_id: UUID, trial: Trial) -> None:
    """Count what was tried, in the session's transaction. The same again is counted once.

    A sweep is one trial whose moments hold all of its sets.
    """
    await trial_repository.upsert_trial(session, owner_id, trial)


async def gather_trial_facts(
    session: AsyncSession,
    owner_id: UUID,
    ground: TrialGround,
    fingerprint: str,
    *,
    counted: bool = False,
    overfitting: float | None = None,
) -> TrialFacts:
    """What the verdict shall know of the search that led to a run with this fingerprint.

    The run itself is added, unless it was `counted` among the sets of a sweep. `overfitting`: the probability
    of backtest overfitting of that sweep.
    """
    others = await trial_repository.sum_other_trials(session, owner_id, ground, fingerprint)
    known = others.sharpe_count
    return TrialFacts(
        trials=max(others.count + (0 if counted else 1), 1),
        sharpe_mean=others.mean if known >= 2 else None,
        sharpe_variance=others.m2 / (known - 1) if known >= 2 else None,
        overfitting=overfitting,
    )


def find_ground(rule: Rule, request: RunRequest) -> TrialGround:
    """Where a run of `rule` is counted."""
    market = request.symbol if request.symbols is None else ",".join(sorted(request.symbols))
    return TrialGround(rule.family_hash, market, request.interval)


def fingerprint_of(rule: Rule, request: RunRequest, more: Mapping[str, Any] | None = None) -> str:
    """SHA-256 (hex) of what a run tries: the rule's meaning, its parameters, the range, the terms.

    Not of the bars: the same rule on a few more days is no new trial. `more`: what a sweep adds, JSON-ready.
    """
    terms = RunTermsRead.model_validate(write_terms(request)).model_dump(mode="json", exclude=_NOT_TRIED)
    tried = {
        "rule": rule.content_hash,
        "parameters": {name: float(value) for name, value in request.parameters.items()},
        "terms": terms,
        "more": dict(more or {}),
    }
    return hashlib.sha256(canonical_json(tried)).hexdigest()
