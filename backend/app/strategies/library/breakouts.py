"""Rules that wait for a range to break."""

from __future__ import annotations

from app.strategies.domain import LibraryRule

DONCHIAN_BREAKOUT = LibraryRule(
    slug="donchian-breakout",
    name="Donchian breakout",
    idea="Buy what trades higher than in the last four weeks, sell what trades lower than in the last two.",
    reference="Donchian: High Finance in Copper, Financial Analysts Journal 16 (1960): the four-week rule",
    source="""\
# Donchian breakout: out of the channel of the last four weeks.
entry = param(20, 10, 100, 5)
leave = param(10, 5, 50, 5)
enter_long = close > shift(highest(high, entry), 1)
exit_long  = close < shift(lowest(low, leave), 1)
""",
)

TURTLE = LibraryRule(
    slug="turtle",
    name="Turtle system 1, with its N-stop",
    idea="The breakout that beginners were taught in 1983: small equal risks, a stop two average ranges "
    "away, long and short.",
    reference="Faith: Way of the Turtle (2007); The Original Turtle Trading Rules (2003)",
    source="""\
# Turtle system 1: N is the average true range; one percent of equity is lost at the 2 N stop.
entry = param(20, 10, 60, 5)
leave = param(10, 5, 30, 5)
N = atr(20)
enter_long  = close > shift(highest(high, entry), 1)
exit_long   = close < shift(lowest(low, leave), 1)
enter_short = close < shift(lowest(low, entry), 1)
exit_short  = close > shift(highest(high, leave), 1)
stop_loss   = 2 * N
risk        = 0.01
""",
)

BOLLINGER_SQUEEZE = LibraryRule(
    slug="bollinger-squeeze",
    name="Bollinger squeeze",
    idea="Quiet comes before movement: when the bands have been at their narrowest in half a year, go with "
    "the first close outside.",
    reference="Bollinger: Bollinger on Bollinger Bands (2001), Method I",
    source="""\
# Bollinger squeeze: a close above the upper band soon after the bands were at their narrowest.
n     = param(20, 10, 40)
quiet = param(125, 60, 250, 5)
width = (bb_upper(close, n, 2) - bb_lower(close, n, 2)) / sma(close, n)
squeezed   = bars_since(width <= lowest(width, quiet)) <= 5
enter_long = squeezed and crossover(close, bb_upper(close, n, 2))
exit_long  = close < sma(close, n)
stop_loss  = 2 * atr(14)
""",
)

KELTNER_BREAKOUT = LibraryRule(
    slug="keltner-breakout",
    name="Keltner channel breakout",
    idea="A close beyond two average ranges from the average is more than noise: follow it back to the "
    "average.",
    reference="Keltner: How to Make Money in Commodities (1960); Raschke's form with the average true range",
    source="""\
# Keltner breakout: beyond the channel of average true ranges around an exponential average.
n     = param(20, 10, 60)
width = param(2, 1, 4, 0.25)
middle = ema(close, n)
enter_long = crossover(close, middle + width * atr(n))
exit_long  = close < middle
""",
)

VOLATILITY_BREAKOUT = LibraryRule(
    slug="volatility-breakout",
    name="Volatility breakout",
    idea="A day that closes far above its open, measured by the day before, is often followed by another: "
    "hold briefly.",
    reference="Williams: Long-Term Secrets to Short-Term Trading (1999)",
    source="""\
# Volatility breakout: closed more than k of yesterday's range above the open; held a few bars.
k    = param(0.6, 0.2, 1.5, 0.1)
days = param(3, 1, 10)
range_before = shift(high - low, 1)
enter_long = close > open + k * range_before and close > sma(close, 200)
max_bars   = days
stop_loss  = range_before
""",
)

YEARS_HIGH = LibraryRule(
    slug="years-high",
    name="Near the year's high",
    idea="A price near its 52-week high makes people wait; what they wait for tends to come. Hold while it "
    "stays near.",
    reference="George, Hwang: The 52-Week High and Momentum Investing, Journal of Finance 59 (2004)",
    source="""\
# Near the year's high: in within five percent of it, out below twenty.
near = param(5, 1, 10)
far  = param(20, 12, 40, 2)
top  = highest(high, 252)
enter_long = close > top * (1 - near / 100)
exit_long  = close < top * (1 - far / 100)
""",
)

BREAKOUTS: tuple[LibraryRule, ...] = (
    DONCHIAN_BREAKOUT,
    TURTLE,
    BOLLINGER_SQUEEZE,
    KELTNER_BREAKOUT,
    VOLATILITY_BREAKOUT,
    YEARS_HIGH,
)
