"""The OpenAPI document tells of errors as they are sent."""

from __future__ import annotations

from typing import Any

import pytest

from app.config import Settings
from app.core.openapi import Problem
from app.core.problems import MEDIA_TYPE, problem_document
from app.main import create_app

REFERENCE = {"$ref": "#/components/schemas/Problem"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings(_env_file=None, app_env="test")).openapi()


def test_every_operation_declares_its_problems(document: dict[str, Any]) -> None:
    wanted = {"400", "401", "403", "404", "409", "413", "422", "429", "503"}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            problems = {status: one for status, one in operation["responses"].items() if status >= "400"}
            if path.startswith("/api/v1/health"):
                assert set(problems) == {"503"}, (method, path)
            elif path.startswith("/api/"):
                assert wanted <= set(problems), (method, path)
            for one in problems.values():
                assert one["content"] == {MEDIA_TYPE: {"schema": REFERENCE}}, (method, path)
                assert one["description"]


def test_the_schema_is_that_of_what_is_sent(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)
    errors: list[dict[str, Any]] = [
        {"location": "body.name", "message": "is too long"},
        {"line": 1, "column": 2, "code": "unknown_name", "message": "There is no smaa."},
    ]
    sent = problem_document(422, "rule_invalid", "The rule has errors", "Look.", "abc", errors)
    assert set(sent) == set(schemas["Problem"]["properties"])
    assert set(schemas["Problem"]["required"]) == set(sent) - {"errors"}
    assert Problem.model_validate(sent).model_dump(exclude_unset=True) == sent
    assert "ProblemError" in schemas


def test_bounds_stand_under_the_names_of_json_schema(document: dict[str, Any]) -> None:
    properties = document["components"]["schemas"]["BacktestCreate"]["properties"]
    assert (properties["commission_bps"]["minimum"], properties["commission_bps"]["maximum"]) == (0, 1000)
    assert properties["initial_cash"]["exclusiveMinimum"] == 0
    assert not _find_keywords(document["components"]) & {"ge", "gt", "le", "lt", "max_digits"}


def test_no_bound_is_beyond_what_a_json_number_tells_exactly(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        for part in schema.get("properties", {}).values():
            for one in [part, *part.get("anyOf", [])]:
                if one.get("type") == "integer" and "maximum" in one:
                    assert one["maximum"] <= 2**53


def _find_keywords(part: Any) -> set[str]:
    if isinstance(part, list):
        return set().union(*map(_find_keywords, part))
    if isinstance(part, dict):
        return {name for name in part if not isinstance(part[name], dict)}.union(
            *map(_find_keywords, part.values())
        )
    return set()
