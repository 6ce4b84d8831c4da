"""From the values of a rule's outputs to what the fill kernel reads."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from app.engine.language.vocabulary import OUTPUTS
from app.engine.operations import Series, Value, spread
from app.engine.signals import Signals


def build_signals(values: Mapping[str, Value], count: int) -> Signals:
    """Signals of `count` bars from the outputs that the rule defines; truths that it does not are False."""
    columns = {name: spread(value, count) for name, value in values.items()}
    return join_signals(columns, find_silent_truths(values, count))


def find_silent_truths(names: Container[str], count: int) -> dict[str, Series]:
    """The truths that a rule with these outputs does not define, as columns of `count` bars."""
    return {
        name: spread(False, count)
        for name, output in OUTPUTS.items()
        if output.type == "truth" and name not in names
    }


def join_signals(outputs: Mapping[str, Any], silent_truths: Mapping[str, Any]) -> Signals:
    """Signals from columns alone."""
    return Signals(**silent_truths, **outputs)
