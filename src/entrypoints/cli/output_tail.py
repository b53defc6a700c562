"""Follow a text of which only the latest part is ever seen."""

from __future__ import annotations


class OutputTail:
    """Tells what is new in each look at a growing text.

    While a task runs, its record shows the last few thousand characters of its output; at the end
    it shows the whole from the start, up to the installation's limit.
    """

    def __init__(self) -> None:
        self._seen = ""

    def new(self, window: str) -> str:
        """What `window` shows beyond what earlier looks have shown."""
        seen, self._seen = self._seen, window
        if window.startswith(seen):
            return window[len(seen) :]
        # The whole text at the end: what was seen last is somewhere in it.
        at = window.rfind(seen)
        if at >= 0:
            return window[at + len(seen) :]
        return window[self._overlap(seen, window) :]

    @staticmethod
    def _overlap(seen: str, window: str) -> int:
        """Length of the longest end of `seen` that `window` begins with."""
        longest = min(len(seen), len(window))
        return next((n for n in range(longest, 0, -1) if window.startswith(seen[-n:])), 0)
