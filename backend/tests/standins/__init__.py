"""Servers for the tests that speak the protocols of outside providers, with switches for faults."""
