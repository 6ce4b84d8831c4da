"""What the OpenAPI document says of errors: each is a problem, as `core.problems` writes it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from app.core.problems import MEDIA_TYPE

_REFERENCE = "#/components/schemas/{model}"


class ProblemError(BaseModel):
    """One mistake: where it is in the request, or at which line and column of a rule, and what it is."""

    message: str
    location: str | None = Field(None, description="As in `body.name` or `query.limit`.")
    line: int | None = Field(None, description="Of a rule's text, from 1.")
    column: int | None = Field(None, description="Of a rule's text, from 1.")
    code: str | None = Field(None, description="Stable name of the mistake in a rule or its parameters.")
    name: str | None = Field(None, description="Of the rule's parameter that the mistake is about.")


class Problem(BaseModel):
    """Why a request was not done (RFC 9457). `code` is stable; `detail` is for the person who reads it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None
    errors: list[ProblemError] | None = Field(None, description="Each mistake of a request, on 422 and 400.")


def _describe(*described: tuple[int, str]) -> dict[int | str, dict[str, Any]]:
    schema = {"$ref": _REFERENCE.format(model=Problem.__name__)}
    return {
        status: {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status, description in described
    }


# What an operation may answer instead of what it is for; routers pass these to FastAPI as `responses`.
PROBLEMS = _describe(
    (400, "The body cannot be read."),
    (401, "Nobody is signed in, or the proof of it does not hold."),
    (403, "Who asks may not do this."),
    (404, "There is no such thing, or none that who asks may see."),
    (409, "The thing's present state does not allow this."),
    (413, "More bytes than are taken."),
    (422, "Some fields are not valid; `errors` names each."),
    (429, "A rate limit was reached; Retry-After says how long to wait."),
    (503, "A part that is needed is away or busy; Retry-After says how long to wait."),
)
UNAVAILABLE = _describe((503, "A database is away."))


# Pydantic writes a bound under its own name where a validator of ours reads the value first.
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_NO_KEYWORDS = ("decimal_places", "max_digits")


def _name_bounds(part: Any) -> None:
    """Name bounds as JSON Schema does, everywhere in a part of the document."""
    if isinstance(part, list):
        for one in part:
            _name_bounds(one)
        return
    if not isinstance(part, dict):
        return
    for name in [one for one in part if one in _BOUNDS and not isinstance(part[one], dict)]:
        part[_BOUNDS[name]] = float(part.pop(name))
    for name in _NO_KEYWORDS:
        if not isinstance(part.get(name), dict):
            part.pop(name, None)
    for one in part.values():
        _name_bounds(one)


class DocumentedApi(FastAPI):
    """FastAPI whose document holds the schema of `PROBLEMS` and names bounds in the words of JSON Schema."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        document = super().openapi()
        schema = Problem.model_json_schema(ref_template=_REFERENCE)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(schema.pop("$defs", {}))
        schemas[Problem.__name__] = schema
        _name_bounds(document)
        return document
