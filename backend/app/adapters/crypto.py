"""Keyless crypto exchanges over ccxt: public candles and trades. For the worker alone: ccxt is heavy."""
