"""A worker under attack, as a program: one JSON object a line in, one out.

The first line says what to be, each other one is an attack. The secret is in the environment.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from .world import World


def main() -> None:
    """Be attacked until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    config = json.loads(sys.stdin.readline())
    if config["restricted"]:
        from .cloud_foundry import restrict

        restrict()
    user = config["user"] if os.geteuid() == 0 else os.geteuid()
    world = World(user=user, python=config["python"], secret=os.environ["SECRET_TOKEN"])
    try:
        held = _held(world, config)
        for line in sys.stdin:
            case = json.loads(line)
            told = held.facts() if case is None else held.attack(case)
            print(json.dumps(told), file=answers, flush=True)
    finally:
        world.close()


def _held(world: World, config: dict[str, Any]) -> Any:
    if config["runner"] == "none":
        from .control import Control

        return Control(world, config["python"])
    from .protected import Protected

    if config["runner"] == "process":
        from fleeting.adapters.sandbox.process_runner import ProcessRunner

        return Protected(world, ProcessRunner(), "process")
    from fleeting.adapters.sandbox.confined_runner import ConfinedRunner
    from fleeting.adapters.sandbox.confinement import Confinement
    from fleeting.domain.isolation import Isolation

    choices = {"user": config["user"], **config["confinement"]}
    level = choices["isolation"] = Isolation(choices.get("isolation", "confined"))
    confinement = Confinement(**choices)
    is_reusing = confinement.reuse
    return Protected(world, ConfinedRunner(confinement), level, is_reusing=is_reusing)
