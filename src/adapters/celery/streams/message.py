"""A message whose body is read quickly where it is JSON, as those of tasks are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kombu.transport import virtual

from ..quick_json import loads

if TYPE_CHECKING:

    class VirtualMessage:
        """What is used of kombu's untyped class."""

        body: bytes
        content_type: str
        content_encoding: str
        accept: set[str] | None

        def _decode(self) -> Any: ...
else:
    VirtualMessage = virtual.Message

_JSON: Final = "application/json"


class StreamMessage(VirtualMessage):
    """kombu's message of a virtual channel; what its consumer does not accept stays refused."""

    def _decode(self) -> Any:
        is_accepted = self.accept is None or _JSON in self.accept
        if is_accepted and (self.content_type, self.content_encoding) == (_JSON, "utf-8"):
            try:
                return loads(self.body)
            except ValueError:
                pass  # told in kombu's own exceptions
        return super()._decode()
