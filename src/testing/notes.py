"""The part of the `ResultWriter` contract on what runs say while they run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from ..domain.change import Hold, Note
from ..domain.result import Progress, Record, Status
from ..domain.result_key import Address
from ..ports.event_feed import EventFeed
from ..ports.result_store import ResultReader, ResultWriter, Slice
from .contract import PassTime, Run, StoreContract
from .given import LONG, Given, hold

_HALF = Progress(done=1, total=2, note="half of it")


def _note(record: Record, *, progress: Progress | None = None, output: str | None = None) -> Note:
    return Note(hold=hold(record), progress=progress, output=output)


def _shown(run: Run, reader: ResultReader, address: Address) -> Record:
    stored = run(reader.read(address))
    assert stored is not None
    return stored.record


class NoteContract(StoreContract):
    """`report` of a `ResultWriter`; see `ResultWriterContract`."""

    def test_note_is_shown(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """Readers see the latest progress and output in the record, and nothing else changed."""
        record = given.running()

        writer.report([_note(record, progress=_HALF, output="ü\n")])

        expected = record.model_copy(update={"progress": _HALF, "output": "ü\n"})
        assert _shown(run, reader, record.address) == expected

    def test_note_is_shown_in_lists(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """A list shows a record as a single look at it does."""
        record = given.running()
        writer.report([_note(record, progress=_HALF, output="one\n")])

        listed = run(reader.records("", "add", Slice(), frozenset({Status.RUNNING})))

        assert listed == [_shown(run, reader, record.address)]

    def test_later_note_replaces_the_one_before(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """Output is told since the start, so it is not appended."""
        record = given.running()
        writer.report([_note(record, progress=Progress(done=0), output="one\n")])

        writer.report([_note(record, progress=_HALF, output="one\ntwo\n")])

        shown = _shown(run, reader, record.address)
        assert (shown.progress, shown.output) == (_HALF, "one\ntwo\n")

    def test_output_is_shown_with_what_came_before_it(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """Who has seen the beginning knows where the latest part goes on."""
        record = given.running()
        note = Note(hold=hold(record), progress=None, output="two\n", output_start=4)

        writer.report([note])

        shown = _shown(run, reader, record.address)
        assert (shown.output, shown.output_start) == ("two\n", 4)

    def test_none_in_a_note_leaves_what_is_there(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """Progress and output can be told apart from each other."""
        record = given.running()
        writer.report([_note(record, progress=_HALF)])
        writer.report([_note(record, output="one\n")])

        writer.report([_note(record)])

        shown = _shown(run, reader, record.address)
        assert (shown.progress, shown.output) == (_HALF, "one\n")

    def test_note_of_a_former_attempt_is_ignored(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """Who has been fenced off has nothing to say."""
        record = given.running()
        former = Note(hold=Hold(record.address, "running:0"), progress=_HALF, output="late")

        writer.report([former])

        assert _shown(run, reader, record.address) == record

    def test_note_after_the_end_is_ignored(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """The record of an ended task stays as it was stored."""
        running = given.running()
        done = given.finished(running)

        writer.report([_note(running, progress=_HALF, output="late")])

        assert _shown(run, reader, done.address) == done

    def test_note_on_nothing_creates_nothing(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """Nor does it bring back what has expired."""
        absent = given.record().running(at=given.now, worker="worker-1")

        writer.report([_note(absent, progress=_HALF, output="late")])

        assert run(reader.read(absent.address)) is None

    def test_ignored_note_stops_no_other(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """Notes of several runs travel together and count one by one."""
        first, second = given.running(1), given.running(2)
        ignored = Note(hold=Hold(given.address(7), "running:1"), progress=_HALF, output=None)

        writer.report([_note(first, output="1"), ignored, _note(second, output="2")])

        assert _shown(run, reader, first.address).output == "1"
        assert _shown(run, reader, second.address).output == "2"

    def test_record_stands_as_stored_once_the_run_has_ended(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """Each swap puts the notes away: the final record says what was printed."""
        running = given.running()
        writer.report([_note(running, progress=_HALF, output="partial")])

        done = given.finished(running)

        assert _shown(run, reader, done.address) == done

    def test_next_attempt_begins_without_notes(
        self, run: Run, writer: ResultWriter, reader: ResultReader, given: Given
    ) -> None:
        """What a lost attempt said is not taken for the progress of the next one."""
        running = given.running()
        writer.report([_note(running, progress=_HALF, output="partial")])

        second = given.claimed(given.ended(running, running.queued()))

        assert _shown(run, reader, second.address) == second

    def test_load_leaves_notes_out(self, writer: ResultWriter, given: Given) -> None:
        """A snapshot has the record as it was swapped in, so that changes can be compared."""
        record = given.running()

        writer.report([_note(record, progress=_HALF, output="one\n")])

        assert writer.load([record.address])[0].record == record

    def test_note_is_announced(
        self, run: Run, writer: ResultWriter, feed: EventFeed, given: Given
    ) -> None:
        """As an event of kind `progress`; what is ignored is not."""
        record = given.running(namespace="team-a")
        ignored = Note(hold=Hold(record.address, "running:9"), progress=_HALF, output=None)
        position = run(feed.latest("team-a"))

        writer.report([_note(record, progress=_HALF), ignored])

        [event] = run(feed.read("team-a", position, wait=timedelta(0), limit=9))
        assert (event.kind, event.status, event.attempt) == ("progress", Status.RUNNING, 1)
        assert event.address == record.address

    def test_announced_note_can_be_read(
        self, run: Run, writer: ResultWriter, reader: ResultReader, feed: EventFeed, given: Given
    ) -> None:
        """Who hears of a line finds it, also with the first note that the store ever gets."""
        record = given.running()
        position = run(feed.latest(""))

        async def listen() -> Record:
            [event] = await feed.read("", position, wait=LONG / 360, limit=1)
            stored = await reader.read(event.address)
            assert stored is not None
            return stored.record

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(writer.report, [_note(record, output="one\n")])
            shown = run(listen())
            writing.result()

        assert shown.output == "one\n"

    def test_note_does_not_prolong_the_record(
        self, writer: ResultWriter, given: Given, pass_time: PassTime
    ) -> None:
        """What a chatty run says does not keep its record for ever."""
        record = given.running(patience=self.tick, ttl=2 * self.tick)
        writer.report([_note(record, progress=_HALF, output="alive")])

        pass_time(4 * self.tick)

        assert writer.load([record.address])[0].record is None

    def test_report_of_nothing_is_no_work(self, writer: ResultWriter) -> None:
        """An empty sequence is fine."""
        writer.report([])
