"""What must not be found of a secret, in whatever form it may have got there."""

from __future__ import annotations

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Canary:
    """A secret with a middle that stands nowhere else and that most escapes leave as it is."""

    core: str = field(default_factory=lambda: f"canary{secrets.token_hex(12)}")

    @property
    def text(self) -> str:
        """The secret: its edges are characters that each form writes in its own way."""
        return f'"ä/{self.core}&+\\'

    def traces(self) -> set[str]:
        """Whatever of these stands in a text has been given away."""
        return {self.core, self.core.encode().hex(), *_base64(self.text), *_base64(self.core)}

    def found_in(self, text: str) -> list[str]:
        """Where traces stand in a text, each with what is around it."""
        low = text.lower()
        return [
            text[max(0, at - 80) : at + len(trace) + 80]
            for trace in self.traces()
            for at in [low.find(trace.lower())]
            if at >= 0
        ]


def _base64(text: str) -> Iterator[str]:
    """The middles of the base64 of `text`, at each of the three places in what was encoded."""
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(before) + text.encode()).decode()[4:-4]
