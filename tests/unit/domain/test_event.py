from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from fleeting.domain.event import Event
from fleeting.domain.result import Status

from .make import a_record


def test_announcement_does_not_change() -> None:
    event = Event("1-0", a_record().address, "status", Status.SUCCEEDED, 1)

    with pytest.raises(FrozenInstanceError):
        event.attempt = 2  # type: ignore[misc]
