"""The kernels' exit codes under their former address."""

from __future__ import annotations

from app.engine.filling.layout import OPEN as OPEN
