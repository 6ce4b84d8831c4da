"""Indicators over whole columns: causal, exact where a sum is involved, undefined (NaN) instead of infinite."""
