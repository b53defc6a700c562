"""What every `SourceWriter` and every `SourceReader` must do."""

from __future__ import annotations

import hashlib
from typing import Final

import pytest

from ..domain.errors import StoreDenied, StoreUnavailable
from ..ports.source_store import SourceReader, SourceWriter
from .contract import Contract, PassTime, Run, optional
from .given import LONG

SOURCE: Final = "def add(a, b):\n    return a + b\n"

TEXTS: Final = {
    "plain": SOURCE,
    "empty": "",
    "unicode": "# ünïcode 🙂\ndef ü():\n    return 'ß'\n",
    "line ends": "a = 1\r\nb = 2\rc = '\x0c\t'\n\n",
    "no last newline": "a = 1",
    "zero byte": "a = '\x00'",
    "long": "# " + "x" * 300_000,
}
"""Texts that a careless store changes."""


def digest_of(source: str) -> str:
    """The name of a source: SHA-256 of its UTF-8 bytes."""
    return hashlib.sha256(source.encode()).hexdigest()


class SourceWriterContract(Contract):
    """The contract of `ports.source_store.SourceWriter`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        writer: a `SourceWriter`.
        pass_time: a `Callable[[timedelta], None]` that returns once that much time has passed
            on the store's clock: by waiting, or by moving the clock.
        broken: a `SourceWriter` whose backend cannot be reached.
        denied (optional): a `SourceWriter` whose credentials are refused.
    """

    def test_unknown_digest_is_none(self, run: Run, writer: SourceWriter) -> None:
        """Not an error: the caller is asked for the source."""
        assert run(_get(writer, digest_of(SOURCE))) is None

    @pytest.mark.parametrize("text", TEXTS)
    def test_source_comes_back_as_it_was(self, run: Run, writer: SourceWriter, text: str) -> None:
        """Character for character, or its digest would not be its name."""
        source = TEXTS[text]

        run(_put(writer, source))

        assert run(_get(writer, digest_of(source))) == source

    def test_sources_are_apart(self, run: Run, writer: SourceWriter) -> None:
        """Each has its own place."""
        run(_put(writer, "a = 1"))
        run(_put(writer, "a = 2"))

        assert run(_get(writer, digest_of("a = 1"))) == "a = 1"
        assert run(_get(writer, digest_of("a = 2"))) == "a = 2"

    def test_storing_again_is_harmless(self, run: Run, writer: SourceWriter) -> None:
        """Every API process stores a source that it meets."""
        run(_put(writer, SOURCE))
        run(_put(writer, SOURCE))

        assert run(_get(writer, digest_of(SOURCE))) == SOURCE

    def test_source_is_kept_for_keep(
        self, run: Run, writer: SourceWriter, pass_time: PassTime
    ) -> None:
        """At least that long."""
        run(writer.put(digest_of(SOURCE), SOURCE, keep=4 * self.tick))

        pass_time(2 * self.tick)

        assert run(_get(writer, digest_of(SOURCE))) == SOURCE

    def test_storing_again_extends_its_life(
        self, run: Run, writer: SourceWriter, pass_time: PassTime
    ) -> None:
        """Counted from the later call."""
        run(writer.put(digest_of(SOURCE), SOURCE, keep=2 * self.tick))
        run(writer.put(digest_of(SOURCE), SOURCE, keep=LONG))

        pass_time(3 * self.tick)

        assert run(_get(writer, digest_of(SOURCE))) == SOURCE

    def test_expired_source_can_be_stored_again(
        self, run: Run, writer: SourceWriter, pass_time: PassTime
    ) -> None:
        """A source that was forgotten is as good as one that was never there."""
        run(writer.put(digest_of(SOURCE), SOURCE, keep=self.tick))
        pass_time(2 * self.tick)

        run(_put(writer, SOURCE))

        assert run(_get(writer, digest_of(SOURCE))) == SOURCE

    def test_unreachable_store_says_so(self, run: Run, broken: SourceWriter) -> None:
        """Every method raises StoreUnavailable, and nothing of the vendor's gets through."""
        with pytest.raises(StoreUnavailable):
            run(_put(broken, SOURCE))
        with pytest.raises(StoreUnavailable):
            run(_get(broken, digest_of(SOURCE)))

    def test_refused_credentials_say_so(self, run: Run, request: pytest.FixtureRequest) -> None:
        """Every method raises StoreDenied."""
        denied = optional(request, "denied", what="the backend knows credentials")

        with pytest.raises(StoreDenied):
            run(_put(denied, SOURCE))
        with pytest.raises(StoreDenied):
            run(_get(denied, digest_of(SOURCE)))


class SourceReaderContract(Contract):
    """The contract of `ports.source_store.SourceReader`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        reader, writer: the ports `SourceReader` and `SourceWriter`.
        broken: a `SourceReader` whose backend cannot be reached.
        denied (optional): a `SourceReader` whose credentials are refused.
    """

    def test_unknown_digest_is_none(self, reader: SourceReader) -> None:
        """Not an error: the task fails with a message that says what to do."""
        assert reader.get(digest_of(SOURCE)) is None

    @pytest.mark.parametrize("text", TEXTS)
    def test_source_is_read_as_it_was_written(
        self, run: Run, reader: SourceReader, writer: SourceWriter, text: str
    ) -> None:
        """The worker gets what the API took, character for character."""
        source = TEXTS[text]

        run(_put(writer, source))

        assert reader.get(digest_of(source)) == source

    def test_unreachable_store_says_so(self, broken: SourceReader) -> None:
        """StoreUnavailable, and nothing of the vendor's gets through."""
        with pytest.raises(StoreUnavailable):
            broken.get(digest_of(SOURCE))

    def test_refused_credentials_say_so(self, request: pytest.FixtureRequest) -> None:
        """StoreDenied."""
        denied = optional(request, "denied", what="the backend knows credentials")

        with pytest.raises(StoreDenied):
            denied.get(digest_of(SOURCE))


async def _put(writer: SourceWriter, source: str) -> None:
    await writer.put(digest_of(source), source, keep=LONG)


async def _get(writer: SourceWriter, digest: str) -> str | None:
    return await writer.get(digest)
