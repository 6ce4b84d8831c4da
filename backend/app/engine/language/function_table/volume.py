"""What needs the volume."""

from __future__ import annotations

from app.engine.language.compositions import build_mfi, on_bars
from app.engine.language.rule_function import Argument, RuleFunction

VOLUME: tuple[RuleFunction, ...] = (
    RuleFunction(
        "obv",
        (),
        "number",
        "units traded",
        "0",
        "Starts as the first bar's volume; then volume is added where close > close[i-1] and taken "
        "off where close < close[i-1].",
        "On-balance volume (Granville). Its level depends on where the data starts: compare it with "
        "its own average. Starts anew after an undefined volume.",
        "obv()",
        on_bars("obv", "close", "volume"),
    ),
    RuleFunction(
        "mfi",
        (Argument("n", "window", 14),),
        "number",
        "0 to 100",
        "n",
        "100 × r / (r + f), r and f being the sums of p × volume over those of the last n bars on "
        "which p = (high + low + close) / 3 rose and fell; 0 where both are 0.",
        "Money flow index (Quong and Soudack): the share of rises in the money that changed hands.",
        "mfi(14)",
        build_mfi,
    ),
)
