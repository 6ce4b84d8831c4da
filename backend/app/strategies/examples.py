"""Three rules to begin with: one follows a trend, one bets against it, one trades both ways."""

from __future__ import annotations

from app.strategies.domain import ExampleRule

SMA_CROSSOVER = ExampleRule(
    name="SMA crossover",
    summary="Buys when a fast average of the close rises above a slow one, sells when it falls below.",
    source="""\
# Follow the trend: in when the fast average crosses above the slow one, out when it crosses below.
fast = param(10, 5, 50)            # default, min, max
slow = param(30, 20, 200)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long  = crossunder(sma(close, fast), sma(close, slow))
""",
)

RSI_REVERSION = ExampleRule(
    name="RSI mean reversion",
    summary="Buys a fall within a long rise, sells when it has recovered; a stop limits each loss.",
    source="""\
# Buy a dip in a rising market, sell the recovery.
days      = param(5, 2, 30)
oversold  = param(30, 10, 45)
recovered = param(60, 50, 90)
strength  = rsi(close, days)
enter_long = crossunder(strength, oversold) and close > sma(close, 200)
exit_long  = strength > recovered
stop_loss  = 3 * atr(14)           # distance in price, taken at the signal bar
size       = 0.95                  # fraction of equity
""",
)

BREAKOUT = ExampleRule(
    name="Breakout, long and short",
    summary="Trades a close beyond the range of the last weeks, either way, behind a stop that follows.",
    source="""\
# Trade the break of a range in either direction; the stop follows the best price.
weeks   = param(11, 4, 40)
upper   = shift(highest(high, 5 * weeks), 1)
lower   = shift(lowest(low, 5 * weeks), 1)
enter_long  = crossover(close, upper)
enter_short = crossunder(close, lower)
exit_long   = crossunder(close, sma(close, 50))
exit_short  = crossover(close, sma(close, 50))
stop_loss     = 3 * atr(20)
trailing_stop = 4 * atr(20)
risk          = 0.02               # fraction of equity lost at the stop
""",
)

EXAMPLES: tuple[ExampleRule, ...] = (SMA_CROSSOVER, RSI_REVERSION, BREAKOUT)
