"""Take the way of a run once, on constants.

The first `compile` of a process builds two hundred types, and what a fork server has loaded and
touched its children need not. Standard library only.
"""

from __future__ import annotations

import json

# Loaded only when needed elsewhere; a child may be unable to load anything of the platform.
from ....domain import callable_name, json_conversions, json_walk, progress, signature  # noqa: F401
from ....domain.executor import Call
from ..script_host import answer_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_SOURCE: Final = """
class Thing:
    pass
def value(a, b=1, *rest, **named):
    return {"sum": a + b, "list": [1.5, None, True, "text"], "set": {1}}
def failing(a):
    raise ValueError("warm")
def strange():
    return Thing()
"""


def warm() -> None:
    """Run functions of a script: one returns, one raises, one is called wrongly."""
    for function, args in (("value", [1, 2]), ("failing", [1]), ("failing", []), ("strange", [])):
        call = Call(
            source=_SOURCE,
            digest="0" * 64,
            function=function,
            args=json.loads(json.dumps(args)),
            kwargs={},
            max_value_bytes=1 << 20,
        )
        answer_to(call)
