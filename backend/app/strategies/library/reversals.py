"""Rules that bet on the way back."""

from __future__ import annotations

from app.strategies.domain import LibraryRule

RSI_2 = LibraryRule(
    slug="rsi-2",
    name="RSI-2 mean reversion",
    idea="A sharp fall of a few days within a long rise is usually bought: be among the first, and leave "
    "at the first recovery.",
    reference="Connors, Alvarez: Short Term Trading Strategies That Work (2008)",
    source="""\
# RSI-2: buy a two-day panic above the 200-bar average, sell above the 5-bar one.
panic = param(10, 2, 30)
enter_long = rsi(close, 2) < panic and close > sma(close, 200)
exit_long  = close > sma(close, 5)
""",
)

BOLLINGER_REVERSION = LibraryRule(
    slug="bollinger-reversion",
    name="Bollinger reversion",
    idea="A close below the lower band is unusual; what is unusual tends to end. Buy it, sell at the "
    "average.",
    reference="Bollinger: Bollinger on Bollinger Bands (2001), Method III in its plain form",
    source="""\
# Bollinger reversion: below the lower band in, at the average out; not longer than a month.
n     = param(20, 10, 50)
width = param(2, 1, 3, 0.25)
enter_long = close < bb_lower(close, n, width)
exit_long  = close > sma(close, n)
stop_loss  = 3 * atr(14)
max_bars   = 21
""",
)

THREE_DOWN_DAYS = LibraryRule(
    slug="three-down-days",
    name="Three down days",
    idea="After several lower closes in a row within a rise, sellers are through for now.",
    reference="Connors, Alvarez: High Probability ETF Trading (2009)",
    source="""\
# Three down days: bought within a rise, sold at the first close above the 5-bar average.
days = param(3, 2, 6)
down = if_else(close < shift(close, 1), 1, 0)
enter_long = sum(down, days) == days and close > sma(close, 200) and close < sma(close, 5)
exit_long  = close > sma(close, 5)
""",
)

STOCHASTIC_TURN = LibraryRule(
    slug="stochastic-turn",
    name="Stochastic turn",
    idea="Near the low of its recent range, the first turn upwards counts; near the high, the first turn "
    "down.",
    reference="Lane: Lane's Stochastics, Technical Analysis of Stocks & Commodities 2 (1984)",
    source="""\
# Stochastic turn: %K crosses %D while low to get in, while high to get out.
n = param(14, 5, 30)
k = stoch_k(n, 3)
d = sma(k, 3)
enter_long = crossover(k, d) and k < 30
exit_long  = crossunder(k, d) and k > 70
stop_loss  = 3 * atr(14)
""",
)

CHANNEL_INDEX = LibraryRule(
    slug="cci-turn",
    name="CCI turn",
    idea="The commodity channel index says how far today lies from its average, in usual distances: buy "
    "the return from far below.",
    reference="Lambert: Commodity Channel Index: Tool for Trading Cyclic Trends, Commodities (1980)",
    source="""\
# CCI turn: back above -100 gets in, back below +100 gets out.
n = param(20, 10, 50)
enter_long = crossover(cci(n), -100)
exit_long  = crossunder(cci(n), 100)
stop_loss  = 3 * atr(14)
""",
)

MONEY_FLOW = LibraryRule(
    slug="money-flow",
    name="Money flow reversal",
    idea="The money flow index weighs each move with its volume: where almost all money has flowed out, it "
    "comes back first.",
    reference="Quong, Soudack: Volume-Weighted RSI: Money Flow, Technical Analysis of Stocks & Commodities 7 "
    "(1989)",
    source="""\
# Money flow: out of the oversold zone in, into the overbought zone out.
n    = param(14, 5, 30)
low_ = param(20, 5, 35)
enter_long = crossover(mfi(n), low_)
exit_long  = mfi(n) > 80
stop_loss  = 3 * atr(14)
""",
)

REVERSALS: tuple[LibraryRule, ...] = (
    RSI_2,
    BOLLINGER_REVERSION,
    THREE_DOWN_DAYS,
    STOCHASTIC_TURN,
    CHANNEL_INDEX,
    MONEY_FLOW,
)
