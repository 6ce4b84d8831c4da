"""The columns that sweeps and walk-forwards share, written and read back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.backtests.domain import RunFailure, RunOrigin, RunRequest
from app.research.domain import Method, Search
from app.research.stored_terms import (
    pack_axes,
    pack_constraints,
    pack_request,
    unpack_axes,
    unpack_constraints,
    unpack_request,
)
from app.research.tables import Asked


def write_asked(
    owner_id: UUID, request: RunRequest, search: Search, origin: RunOrigin | None
) -> dict[str, Any]:
    """The values of the shared columns."""
    return {
        "owner_id": owner_id,
        "strategy_id": origin.strategy_id if origin else None,
        "strategy_version": origin.version if origin else None,
        "strategy_name": origin.name if origin else None,
        "instrument_id": request.instrument_id,
        "request": pack_request(request),
        "method": search.method.value,
        "axes": pack_axes(search.axes),
        "fixed": dict(search.fixed),
        "seed": search.seed,
        "set_count": search.sets,
        "objective": search.objective,
        "constraints": pack_constraints(search.constraints),
    }


def read_request(row: Asked) -> RunRequest:
    """What each of the sets runs on; without an instrument when that is gone."""
    return unpack_request({**row.request, "instrument_id": row.instrument_id})


def read_search(row: Asked) -> Search:
    """Which sets are run, and which of them counts as the best."""
    return Search(
        method=Method(row.method),
        axes=unpack_axes(row.axes),
        fixed=row.fixed,
        sets=row.set_count,
        seed=row.seed,
        objective=row.objective,
        constraints=unpack_constraints(row.constraints),
    )


def read_origin(row: Asked) -> RunOrigin | None:
    """The saved strategy that the rule came from, if it is still there."""
    if row.strategy_id is None or row.strategy_version is None:
        return None
    return RunOrigin(row.strategy_id, row.strategy_version, row.strategy_name or "")


def read_failure(code: str | None, detail: str | None) -> RunFailure | None:
    """Why it failed."""
    return None if code is None else RunFailure(code, detail or "")
