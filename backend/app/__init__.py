"""Flowrex: is this trading idea any good, and can I believe the answer?"""

__version__ = "0.1.0"
