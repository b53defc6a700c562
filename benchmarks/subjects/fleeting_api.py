"""fleeting's API as it is installed."""

from __future__ import annotations

from typing import Final

from ..child import Child
from ..ground import Ground

COMMAND: Final = "fleeting.entrypoints.cli"


def start_api(ground: Ground, port: int) -> Child:
    """The API with both halves; does not wait for it."""
    return Child(
        [COMMAND, "api", "--port", str(port)],
        log=ground.logs / "fleeting-api.log",
        environment={"FLEETING_STORE": ground.url},
    )
