"""Pictures of figures however large or alike they are."""

from __future__ import annotations

import numpy as np
import pytest

from app.engine.verdict.pictures import histogram_picture


@pytest.mark.parametrize("size", [0.0, 1e-300, 1.0, 1e16, 1e300])
def test_alike_values_have_a_histogram(size: float) -> None:
    picture = histogram_picture("Alike", "fraction", np.full(9, size), size)
    assert sum(picture["counts"]) == 9
    assert picture["edges"][0] < picture["edges"][-1]
