"""Many parameter sets of one rule on the same bars, each with the figures of a run of its own."""

from app.engine.conventions import METRIC_NAMES
from app.engine.sweep.figures import SetFigures
from app.engine.sweep.runs import run_sets

__all__ = ["METRIC_NAMES", "SetFigures", "run_sets"]
