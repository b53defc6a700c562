"""Everything on one machine, until Ctrl-C."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from .demo import EXAMPLES, PARTS, show_addresses
from .demo import run as run_demo
from .stack import Stack

PORT = 8000


def run(*, port: int = PORT, data: Path | None = None, demo: bool = False) -> None:
    """Start server, worker and API, print their addresses, and stay until Ctrl-C or SIGTERM.

    Args:
        port: where the API listens.
        data: folder in which the server keeps its data; None: nothing outlives it.
        demo: submit the examples first.

    Raises:
        MissingExtra: the packages for everything on one machine are not installed.
        InvalidSetting: the port is taken, or another server uses `data`.
        ServiceUnavailable: a part did not start, or has ended.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    if demo and (EXAMPLES / PARTS[0].script).is_file():
        run_demo(port=port, stay=True)
        return
    console = Console()
    with (
        tempfile.TemporaryDirectory(prefix="fleeting-") as logs,
        Stack(port=port, data=data, logs=Path(logs)) as stack,
    ):
        with console.status("") as status:
            stack.start(status.update)
        show_addresses(console, stack)
        console.print("\nCtrl-C stops everything.")
        try:
            stack.wait()
        except KeyboardInterrupt:
            console.print("\nstopping")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
