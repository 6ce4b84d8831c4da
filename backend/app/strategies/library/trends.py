"""Rules that go with what the price has done for weeks or months."""

from __future__ import annotations

from app.strategies.domain import LibraryRule

GOLDEN_CROSS = LibraryRule(
    slug="golden-cross",
    name="Golden cross",
    idea="A market whose last ten weeks lie above its last forty is rising; be in it then, and out of it "
    "otherwise.",
    reference="Brock, Lakonishok, LeBaron: Simple Technical Trading Rules and the Stochastic Properties of "
    "Stock Returns, Journal of Finance 47 (1992)",
    source="""\
# Golden cross: in when the 50-bar average rises above the 200-bar one, out at the death cross.
fast = param(50, 20, 100, 5)
slow = param(200, 120, 300, 10)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long  = crossunder(sma(close, fast), sma(close, slow))
""",
)

TEN_MONTH_AVERAGE = LibraryRule(
    slug="ten-month-average",
    name="Ten-month average",
    idea="Look once a month: hold while the month closed above its ten-month average, else stay in cash.",
    reference="Faber: A Quantitative Approach to Tactical Asset Allocation, Journal of Wealth Management 9 "
    "(2007)",
    source="""\
# Ten-month average: the trend as seen from closed months alone.
months = param(10, 4, 20)
above = on("1month", if_else(close > sma(close, months), 1, 0))
enter_long = above == 1
exit_long  = above == 0
""",
)

TIME_SERIES_MOMENTUM = LibraryRule(
    slug="time-series-momentum",
    name="Time-series momentum",
    idea="What rose over the last year tends to go on rising for a while. Put in less when the market is "
    "wild.",
    reference="Moskowitz, Ooi, Pedersen: Time Series Momentum, Journal of Financial Economics 104 (2012)",
    source="""\
# Time-series momentum: the sign of the last year's return, sized to a target volatility.
year   = param(252, 120, 300, 12)  # bars that are looked back on
target = param(20, 5, 40)          # volatility a year, in percent
change = close / shift(close, 1) - 1
wanted = target / 100 / (stdev(change, 60) * sqrt(252))
enter_long = roc(close, year) > 0
exit_long  = roc(close, year) <= 0
size       = min(wanted, 1)
""",
)

MACD_CROSS = LibraryRule(
    slug="macd-cross",
    name="MACD cross",
    idea="When the gap between a fast and a slow average widens upwards, buyers are in a hurry: go with "
    "them until it narrows.",
    reference="Appel: Technical Analysis: Power Tools for Active Investors (2005); the indicator is of 1979",
    source="""\
# MACD cross: in when the line rises above its signal, out when it falls below.
fast   = param(12, 5, 20)
slow   = param(26, 21, 50)
smooth = param(9, 3, 20)
enter_long = crossover(macd_hist(close, fast, slow, smooth), 0)
exit_long  = crossunder(macd_hist(close, fast, slow, smooth), 0)
""",
)

DIRECTIONAL_MOVEMENT = LibraryRule(
    slug="directional-movement",
    name="Directional movement",
    idea="Trade in the direction of the stronger movement, and only where there is a trend at all.",
    reference="Wilder: New Concepts in Technical Trading Systems (1978)",
    source="""\
# Directional movement: +DI against -DI, in trends (ADX above 25) only; long and short.
n      = param(14, 7, 40)
trend  = param(25, 15, 40)
enter_long  = crossover(plus_di(n), minus_di(n)) and adx(n) > trend
enter_short = crossunder(plus_di(n), minus_di(n)) and adx(n) > trend
exit_long   = crossunder(plus_di(n), minus_di(n))
exit_short  = crossover(plus_di(n), minus_di(n))
""",
)

CHANDELIER_TREND = LibraryRule(
    slug="chandelier-exit",
    name="Chandelier exit",
    idea="Enter a rise, then let a stop hang from its highest price, as far away as the market usually "
    "swings.",
    reference="LeBeau, in: Elder: Come Into My Trading Room (2002)",
    source="""\
# Chandelier exit: a month's high gets in, a stop three average ranges below the best price gets out.
n        = param(22, 10, 60)
distance = param(3, 1, 6, 0.5)
enter_long = close > shift(highest(high, n), 1)
chandelier_stop = distance * atr(n)
""",
)

TRENDS: tuple[LibraryRule, ...] = (
    GOLDEN_CROSS,
    TEN_MONTH_AVERAGE,
    TIME_SERIES_MOMENTUM,
    MACD_CROSS,
    DIRECTIONAL_MOVEMENT,
    CHANDELIER_TREND,
)
