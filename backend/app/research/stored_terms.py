"""What a sweep computes, as its row keeps it: JSON objects, read back as what they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from app.backtests.domain import RunRequest
from app.research.axes import Axis
from app.research.domain import Constraints, Method, Search

_REQUEST = TypeAdapter(RunRequest)
_AXES = TypeAdapter(tuple[Axis, ...])
_CONSTRAINTS = TypeAdapter(Constraints)


def pack_request(request: RunRequest) -> dict[str, Any]:
    """The JSON object of a request."""
    stored: dict[str, Any] = _REQUEST.dump_python(request, mode="json")
    return stored


def unpack_request(stored: Mapping[str, Any]) -> RunRequest:
    """The request of `pack_request`."""
    return _REQUEST.validate_python(stored)


def pack_axes(axes: tuple[Axis, ...]) -> list[dict[str, Any]]:
    """The JSON list of a sweep's axes."""
    stored: list[dict[str, Any]] = _AXES.dump_python(axes, mode="json")
    return stored


def unpack_axes(stored: list[dict[str, Any]]) -> tuple[Axis, ...]:
    """The axes of `pack_axes`."""
    return _AXES.validate_python(stored)


def pack_constraints(constraints: Constraints) -> dict[str, Any]:
    """The JSON object of constraints."""
    stored: dict[str, Any] = _CONSTRAINTS.dump_python(constraints, mode="json")
    return stored


def unpack_constraints(stored: Mapping[str, Any]) -> Constraints:
    """The constraints of `pack_constraints`."""
    return _CONSTRAINTS.validate_python(stored)


def describe_sets(search: Search) -> dict[str, Any]:
    """What makes a search the same as another in the ledger: which sets it runs, not how many of them yet."""
    return {
        "method": search.method.value,
        "axes": pack_axes(search.axes),
        "fixed": dict(search.fixed),
        "seed": 0 if search.method is Method.GRID else search.seed,
        "objective": search.objective if search.method is Method.TPE else "",
    }
