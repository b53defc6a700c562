"""The conversation with the process of one run: from the job to the answer, or to its end."""

from __future__ import annotations

import os
import select
import time
from typing import Final

from ...domain.outcome import Outcome
from ...ports.runner import RunRequest
from .answers import caps, error_in, progress_in, value_in
from .connector import Connector
from .delivery import Delivery
from .endings import flooded, misbehaved, timed_out
from .output import Output
from .protocol import CONNECT, KEPT, PROGRESS, STARTED, VALUE, BadFrame, FrameReader
from .run_process import RunProcess

_PIECE: Final = 64 * 1024
"""Bytes read at once: what a pipe holds."""

_LOOK: Final = 0.1
"""Seconds between two looks whether the process is still there. Its end shows on the channel at
once, unless a descendant holds that open."""

_START: Final = 60.0
"""Seconds for the interpreter to come up, which takes 20 ms: the machine is past use by then."""

_BURST: Final = 1000
_RATE: Final = 100
"""Statements of progress allowed at once, and each second; an honest process sends a fifth."""


class Exchange:
    """One run's conversation: `until_answer`, then end the process, then `drain`.

    Args:
        process: a fresh one.
        job: the frame that tells it what to do.
        request: says what the run may do.
        delivery: takes what the run says.
        connector: opens what the run may connect to; None: nothing.
    """

    def __init__(
        self,
        process: RunProcess,
        job: bytes,
        request: RunRequest,
        delivery: Delivery,
        connector: Connector | None = None,
    ) -> None:
        self._connector = connector
        self._process = process
        self._to_send = memoryview(job)
        self._request = request
        self._delivery = delivery
        self._output = Output(request.max_output_bytes)
        self._reader = FrameReader(caps(request.max_value_bytes, has_network=connector is not None))
        self._answer: Outcome | None = None
        self._is_open = True
        self._statements = 0
        self._began = time.monotonic()
        self._next_look = self._began + _LOOK
        self.is_kept = False
        """Whether the process says that it can take another job after this one."""
        self._is_start_due = process.says_started and not process.is_up
        self._is_unread = False
        """Whether it ended without having looked at its job."""
        self._speak()
        self._poll = select.poll()
        self._poll.register(process.output, select.POLLIN)
        # Most jobs were sent whole just before.
        wanted = select.POLLIN | select.POLLOUT if self._to_send else select.POLLIN
        self._poll.register(process.channel, wanted)

    @property
    def has_answer(self) -> bool:
        """Whether the process has said its last word."""
        return self._answer is not None

    @property
    def has_started(self) -> bool:
        """Whether the process came as far as the script."""
        return self._process.is_up or not (self._is_start_due or self._is_unread)

    @property
    def text(self) -> str:
        """What is kept of what the run printed."""
        return self._output.text

    def until_answer(self) -> Outcome | None:
        """Talk until there is an answer or a reason to end the run; None: it has gone silent."""
        try:
            while self._is_open and self._answer is None:
                for descriptor, events in self._poll.poll(self._patience() * 1000):
                    self._attend(descriptor, events)
                reason = self._reason_to_end()
                if reason is not None:
                    return reason
        except BadFrame as exc:
            return misbehaved(str(exc))
        finally:
            if self._connector is not None:
                self._connector.close()
        return self._answer

    def drain(self) -> None:
        """Take what the run has printed and nobody has read; its process has ended."""
        while not self._output.is_flood and self._listen():
            pass
        self._delivery.output(self._output.finish())

    def _patience(self) -> float:
        """Seconds until somebody has to look at the clock."""
        return max(0.0, min(self._next_look, self._deadline()) - time.monotonic())

    def _deadline(self) -> float:
        timeout = self._request.timeout
        return float("inf") if timeout is None else self._began + timeout.total_seconds()

    def _reason_to_end(self) -> Outcome | None:
        now = time.monotonic()
        if self._answer is not None:
            return self._answer
        if self._output.is_flood:
            return flooded(self._request.max_output_bytes)
        if self._request.timeout is not None and now >= self._deadline():
            return timed_out(self._request.timeout)
        if now >= self._next_look:
            self._next_look = now + _LOOK
            self._look(now)
        return self._answer

    def _look(self, now: float) -> None:
        if self._process.is_dead():
            while self._is_open and self._answer is None and self._hear():
                pass
            self._is_open = False
        elif now > self._began + _START:
            self._is_unread = self._is_unread or not self._process.has_read_job()
            self._is_open = self.has_started

    def _attend(self, descriptor: int, events: int) -> None:
        if descriptor == self._process.output:
            if not self._listen():
                self._poll.unregister(descriptor)
            return
        if events & select.POLLOUT:
            self._speak()
            if not self._to_send:
                self._poll.modify(self._process.channel, select.POLLIN)
        if events & ~select.POLLOUT:
            self._hear()

    def _listen(self) -> bool:
        """Take a piece of output; False where nothing is left."""
        try:
            data = os.read(self._process.output, _PIECE)
        except BlockingIOError:
            return False
        self._delivery.output(self._output.feed(data))
        return bool(data)

    def _speak(self) -> None:
        try:
            sent = self._process.channel.send(self._to_send)
        except OSError:
            # It has died: so says the next read.
            self._is_unread = True
            sent = len(self._to_send)
        self._to_send = self._to_send[sent:]

    def _hear(self) -> bool:
        """Take a piece of what the process answers; False where nothing is left."""
        try:
            data = self._process.channel.recv(_PIECE)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            # What the kernel says where the other end was closed with something left to read.
            self._is_unread = True
            data = b""
        self._is_open = bool(data)
        for kind, payload in self._reader.feed(data):
            self._take(kind, payload)
            if self._answer is not None:
                break
        return self._is_open

    def _take(self, kind: bytes, payload: bytes) -> None:
        if (kind == STARTED) != self._is_start_due:
            raise BadFrame("it answered out of turn")
        if kind == STARTED:
            self._is_start_due = False
        elif kind == KEPT:
            self.is_kept = True
        elif kind == PROGRESS:
            self._count_statement()
            self._delivery.progress(*progress_in(payload))
        elif kind == CONNECT and self._connector is not None:
            self._connector.connect(payload)
        else:
            self._answer = value_in(payload) if kind == VALUE else error_in(payload)

    def _count_statement(self) -> None:
        self._statements += 1
        if self._statements > _BURST + _RATE * (time.monotonic() - self._began):
            raise BadFrame("it sent progress without end")
