"""The language as plain data, for editors and for the documentation, read from its own tables."""

from __future__ import annotations

from typing import Any

from app.engine.intervals import Interval
from app.engine.language.functions import RULE_FUNCTIONS, RuleFunction
from app.engine.language.vocabulary import (
    INPUTS,
    KEYWORDS,
    MAXIMUM_LOOKBACK_BARS,
    MAXIMUM_NODES,
    MAXIMUM_PARAMETERS,
    MAXIMUM_SOURCE_BYTES,
    OUTPUTS,
)


def describe_language() -> dict[str, Any]:
    """Functions, inputs, outputs, keywords, interval names and caps, JSON-ready; each word with its help."""
    return {
        "functions": [_describe_function(row) for row in RULE_FUNCTIONS.values()],
        "inputs": [{"name": row.name, "units": row.units, "help": row.help} for row in INPUTS.values()],
        "outputs": [
            {
                "name": row.name,
                "type": row.type,
                "units": row.units,
                "help": row.help,
                "example": row.example,
            }
            for row in OUTPUTS.values()
        ],
        "keywords": [
            {"name": row.name, "signature": row.signature, "help": row.help} for row in KEYWORDS.values()
        ],
        "intervals": [interval.value for interval in Interval],
        "caps": {
            "source_bytes": MAXIMUM_SOURCE_BYTES,
            "nodes": MAXIMUM_NODES,
            "lookback_bars": MAXIMUM_LOOKBACK_BARS,
            "parameters": MAXIMUM_PARAMETERS,
        },
    }


def _describe_function(row: RuleFunction) -> dict[str, Any]:
    return {
        "name": row.name,
        "signature": row.signature,
        "arguments": [
            {
                "name": argument.name,
                "kind": argument.kind,
                "default": argument.default,
                "min": argument.minimum if argument.kind == "window" else None,
                "repeats": argument.repeats,
                "optional": argument.is_optional,
            }
            for argument in row.arguments
        ],
        "returns": row.returns,
        "units": row.units,
        "warm_up": row.warm_up,
        "definition": row.definition,
        "help": row.help,
        "example": row.example,
    }
