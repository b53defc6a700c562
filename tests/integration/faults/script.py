"""The script whose runs leave marks outside, so that they can be counted; and those marks."""

from __future__ import annotations

from pathlib import Path

FUNCTION = "work"
SOURCE = """
import os
import time


def work(marks, name, seconds):
    mark(marks, name, "begun")
    print("running", flush=True)
    time.sleep(seconds)
    mark(marks, name, "ended")
    return {"name": name, "run": os.urandom(8).hex()}


def mark(marks, name, what):
    with open(os.path.join(marks, name), "a") as file:
        file.write(what + "\\n")
"""


class Marks:
    """A folder with a file for each task, and a line in it for each run that began or ended."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder

    def begun(self, name: str) -> int:
        """How often the task of that name was begun."""
        try:
            return (self.folder / name).read_text().count("begun\n")
        except FileNotFoundError:
            return 0

    @property
    def count(self) -> int:
        """How many tasks were begun."""
        return sum(1 for _ in self.folder.iterdir())
