"""Settings for the engine's property tests."""

from __future__ import annotations

from hypothesis import settings

# The first example of a test may compile a kernel: a deadline would measure that.
settings.register_profile("engine", deadline=None)
settings.load_profile("engine")
