"""fleeting's API as it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..child import Child
from ..ground import Ground

COMMAND: Final = "fleeting.entrypoints.cli"


def start_api(ground: Ground, port: int, settings: Mapping[str, str] | None = None) -> Child:
    """The API with both halves; does not wait for it.

    `settings` are named as their variables without `FLEETING_`.
    """
    own = {f"FLEETING_{name.upper()}": value for name, value in (settings or {}).items()}
    return Child(
        [COMMAND, "api", "--port", str(port)],
        log=ground.logs / f"fleeting-api-{port}.log",
        environment={"FLEETING_STORE": ground.url, **own},
    )
