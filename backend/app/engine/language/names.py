"""Guesses what an unknown name was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

_LONGEST_GUESSED = 40

# What people write who know other tools. Values must be words of the language.
_OTHER_TOOLS: Mapping[str, str] = {
    "average": "mean",
    "avg": "mean",
    "std": "stdev",
    "stddev": "stdev",
    "maximum": "max",
    "minimum": "min",
    "hhv": "highest",
    "llv": "lowest",
    "cross": "crossover",
    "cross_above": "crossover",
    "crosses_above": "crossover",
    "crossabove": "crossover",
    "cross_below": "crossunder",
    "crosses_below": "crossunder",
    "crossbelow": "crossunder",
    "ref": "shift",
    "lag": "shift",
    "where": "if_else",
    "iff": "if_else",
    "ifelse": "if_else",
    "tr": "atr",
    "vol": "volume",
    "price": "close",
    "dayofweek": "weekday",
    "stochastic": "stoch_k",
    "stoch": "stoch_k",
    "bbands": "bb_upper",
    "bollinger": "bb_upper",
    "stochk": "stoch_k",
    "slowk": "stoch_k",
    "fastk": "stoch_k",
    "stochd": "stoch_d",
    "slowd": "stoch_d",
    "fastd": "stoch_d",
    "willr": "williams_r",
    "wpr": "williams_r",
    "momentum": "mom",
    "dmi": "plus_di",
    "di_plus": "plus_di",
    "di_minus": "minus_di",
    "ln": "log",
    "barssince": "bars_since",
    "barslast": "bars_since",
    "value_when": "valuewhen",
    "donchian": "highest",
    "keltner": "atr",
    "security": "on",
    "timeframe": "on",
    "resample": "on",
    "dayofmonth": "day",
    "true": "True",
    "false": "False",
    "input": "param",
    "buy": "enter_long",
    "entry_long": "enter_long",
    "long_entry": "enter_long",
    "long": "enter_long",
    "sell": "exit_long",
    "close_long": "exit_long",
    "short": "enter_short",
    "entry_short": "enter_short",
    "short_entry": "enter_short",
    "cover": "exit_short",
    "stop": "stop_loss",
    "target": "take_profit",
}


def suggest_name(name: str, known: Collection[str]) -> str | None:
    """The one of `known` that `name` most likely stands for, or None."""
    if len(name) > _LONGEST_GUESSED:
        return None
    lowered = name.lower()
    for candidate in (lowered, _OTHER_TOOLS.get(lowered)):
        if candidate is not None and candidate in known and candidate != name:
            return candidate
    close = difflib.get_close_matches(lowered, sorted(known), n=1, cutoff=0.7)
    return close[0] if close else None
