"""The plans of a worker about its claims: load what is stored, keep leases alive, report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ...domain.change import Hold, Note, Renewal, Snapshot
from ...domain.result_key import Address
from .announcements import Announcement, announce, prolong
from .changes import Layout
from .commands import Command, Plan, Word, command
from .keyspace import Keyspace
from .record_codec import milliseconds, stored_at
from .scripts import script


def load(space: Keyspace, addresses: Sequence[Address]) -> Plan[list[Snapshot]]:
    """Read records with the clock of the server that holds them, in one round trip."""
    if not addresses:
        return []
    keys = [space.record(address) for address in addresses]
    replies = yield [script("load").call([key]) for key in keys]
    return [
        stored_at(address, key, reply).snapshot
        for address, key, reply in zip(addresses, keys, replies, strict=True)
    ]


def renew(space: Keyspace, holds: Sequence[Hold], lease: timedelta) -> Plan[list[Renewal]]:
    """Extend leases in one round trip; without any, ask for a sign of life."""
    if not holds:
        yield [sign_of_life(space)]
        return []
    extent = milliseconds(lease) if lease else 0
    replies = yield [
        script("renew").call([space.record(hold.address)], hold.version, extent) for hold in holds
    ]
    return [
        Renewal(hold, is_held=bool(held), cancel_requested=bool(marked))
        for hold, (held, marked) in zip(holds, replies, strict=True)
    ]


def sign_of_life(space: Keyspace) -> Command:
    """A command that costs nothing, and that whoever may read is permitted."""
    return command("EXISTS", space.functions(""))


def report(layout: Layout, notes: Sequence[Note]) -> Plan[None]:
    """Keep notes, and announce each when it is kept: not sooner, as the look that follows shows it.

    One round trip; where servers are sharded a second one makes the announcements.
    """
    if not notes:
        return
    kept = yield [_note(layout, note) for note in notes]
    if layout.is_sharded:
        heard = [note for note, is_kept in zip(notes, kept, strict=True) if is_kept]
        if heard:
            yield [*(_announcement(layout, note) for note in heard), *_prolong(layout, heard)]


def _note(layout: Layout, note: Note) -> Command:
    address, feed = note.hold.address, layout.feed
    keys = [layout.space.record(address)]
    if not layout.is_sharded:
        keys.append(layout.space.events(address.namespace))
    words: list[Word] = [note.hold.version, address.key, feed.events, milliseconds(feed.life)]
    if note.progress is not None:
        words += ["progress", note.progress.model_dump_json()]
    if note.output is not None:
        # A script may print what UTF-8 cannot carry; readers see a replacement for it.
        words += ["output", note.output.encode("utf-8", "replace")]
        words += ["output_start", note.output_start]
    return script("note").call(keys, *words)


def _announcement(layout: Layout, note: Note) -> Command:
    announcement = Announcement(note.hold.address, note.hold.version, "progress")
    return announce(layout.space, announcement, layout.feed)


def _prolong(layout: Layout, notes: Sequence[Note]) -> list[Command]:
    return prolong(layout.space, [note.hold.address.namespace for note in notes], layout.feed)
