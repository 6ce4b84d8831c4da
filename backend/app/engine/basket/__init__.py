"""Baskets: one rule over several instruments that share one cash."""
