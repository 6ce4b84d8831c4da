"""The ten rules of `benchmarks.agreement`; `peers/rules.py` writes the same in pandas under these names."""

from __future__ import annotations

RULES: dict[str, str] = {
    "SMA cross": """\
enter_long = crossover(sma(close, 10), sma(close, 30))
exit_long = crossunder(sma(close, 10), sma(close, 30))
""",
    "Golden cross": """\
enter_long = crossover(sma(close, 50), sma(close, 200))
exit_long = crossunder(sma(close, 50), sma(close, 200))
""",
    "EMA cross": """\
enter_long = crossover(ema(close, 12), ema(close, 26))
exit_long = crossunder(ema(close, 12), ema(close, 26))
""",
    "RSI-2": """\
enter_long = rsi(close, 2) < 10 and close > sma(close, 200)
exit_long = close > sma(close, 5)
""",
    "Bollinger reversion": """\
enter_long = close < bb_lower(close, 20, 2)
exit_long = close > sma(close, 20)
""",
    "Donchian breakout": """\
enter_long = close > shift(highest(high, 20), 1)
exit_long = close < shift(lowest(low, 10), 1)
""",
    "MACD": """\
enter_long = crossover(macd(close, 12, 26, 9), macd_signal(close, 12, 26, 9))
exit_long = crossunder(macd(close, 12, 26, 9), macd_signal(close, 12, 26, 9))
""",
    "Time-series momentum": """\
enter_long = close > shift(close, 120)
exit_long = close < shift(close, 120)
""",
    "SMA cross, 5 % stop": """\
enter_long = crossover(sma(close, 10), sma(close, 30))
exit_long = crossunder(sma(close, 10), sma(close, 30))
stop_loss = 0.05 * close
""",
    "Short RSI, stop and target": """\
enter_short = crossover(rsi(close, 14), 70)
exit_short = crossunder(rsi(close, 14), 50)
stop_loss = 0.08 * close
take_profit = 0.10 * close
""",
}
