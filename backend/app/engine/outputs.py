"""From the values of a rule's outputs to what the fill kernel reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.engine.language.vocabulary import OUTPUTS
from app.engine.operations import Value, spread
from app.engine.signals import Signals


def build_signals(values: Mapping[str, Value], count: int) -> Signals:
    """Signals of `count` bars from the outputs that the rule defines; truths that it does not are False."""
    fields: dict[str, Any] = {}
    for name, output in OUTPUTS.items():
        if name in values:
            fields[name] = np.asarray(spread(values[name], count))
        elif output.type == "truth":
            fields[name] = spread(False, count)
    return Signals(**fields)
