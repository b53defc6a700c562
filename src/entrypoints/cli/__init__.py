"""The command line: `fleeting --help`.

Nothing heavy is imported before a command runs: a shell that completes a word, and a person who
asks for help, wait for typer alone.
"""

from __future__ import annotations


def main() -> None:
    """Run the command that the process's arguments name, and exit with its code."""
    from .app import run

    run()
