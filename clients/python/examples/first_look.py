# %% [markdown]
# # A first look
# Each `# %%` begins a cell: open this file as a notebook, or run it as it is. It needs an installation
# with the demo bars (`make run`); FLOWREX_URL names another one.

# %%
import os
from typing import Any

from flowrex_client import Client

flowrex = Client.demo(os.environ.get("FLOWREX_URL", "http://127.0.0.1:8000"))
print(*(f"{row['symbol']:6} {row['name']}" for row in flowrex.instruments()), sep="\n")

# %% [markdown]
# ## Bars
# Prices come split-adjusted, oldest first.

# %%
bars = flowrex.bars("GOOG", "1day").to_pandas().set_index("time")
print(bars.tail(3))

# %% [markdown]
# ## A rule, and whether its answer can be believed

# %%
RULE = """
fast = param(10, 5, 50, 5)
slow = param(30, 20, 200, 10)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long  = crossunder(sma(close, fast), sma(close, slow))
"""
terms: dict[str, Any] = {
    "source": RULE,
    "symbol": "GOOG",
    "interval": "1day",
    "commission_bps": 10,
    "slippage_bps": 5,
}
run = flowrex.backtest(**terms)
print("verdict:", run.verdict["level"])
for check in run.verdict["checks"]:
    print(f"  {check['level']:6} {check['name']}: {check['statement']}")

# %% [markdown]
# ## Only now the profit

# %%
print("total return", run.metrics["total_return"], "bought and held", run.benchmark["total_return"])
trades = run.trades().to_polars()
print(trades.select("entry_time", "exit_time", "pnl").head(3))

# %% [markdown]
# ## Many parameter sets: the plateau, not the peak

# %%
ranges: dict[str, Any] = {
    "fast": {"min": 5, "max": 50, "step": 5},
    "slow": {"min": 20, "max": 200, "step": 10},
}
sweep = flowrex.sweep(
    **terms, method="grid", ranges=ranges, objective="sharpe", constraints={"min_trades": 10}
)
for name in ("best", "plateau"):
    found = sweep.sweep[name]
    if found is not None:
        print(f"{name:8}", found["parameters"], found["metrics"]["sharpe"])
overfitting = sweep.sweep["overfitting"]
if overfitting is not None:
    print("probability of overfitting:", overfitting["pbo"])
heat = sweep.heatmap("fast", "slow").to_pandas().set_index("slow")
print(heat.round(2).iloc[:3, :5])

# %% [markdown]
# ## Chosen on one stretch, traded on the next

# %%
walk = flowrex.walk_forward(**terms, method="grid", ranges=ranges, train_bars=750, test_bars=250)
print(walk.windows().to_pandas().tail(3).T)
print("stitched:", walk.metrics["sharpe"], "efficiency:", walk.walk_forward["efficiency"])
flowrex.close()
