from __future__ import annotations

import pytest

from fleeting.domain.distrust import Distrust
from fleeting.entrypoints.refusals import Refusals, SharedRefusals


@pytest.mark.parametrize("kind", [Refusals, SharedRefusals])
def test_refusals_are_counted_by_reason(kind: type[Refusals]) -> None:
    refusals = kind()

    for reason in ("malformed", Distrust.ALTERED, Distrust.ALTERED):
        refusals.add(reason)

    assert refusals.totals() == {"malformed": 1, "altered": 2}
