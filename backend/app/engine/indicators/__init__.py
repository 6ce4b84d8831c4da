"""Indicators over whole columns: causal, exact where a sum is involved, NaN instead of infinite."""
