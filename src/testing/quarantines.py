"""What every `QuarantineRegister` and `Quarantines` must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from ..domain.errors import StoreUnavailable
from ..domain.quarantine import Loss, Quarantine, SourceName
from ..domain.result_key import ResultKey
from ..ports.quarantines import QuarantineRegister, Quarantines
from .contract import Contract, PassTime, Run

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_LIFE: Final = timedelta(minutes=1)
_SOURCE: Final = SourceName("", "a" * 64)


def loss_of(number: int, *, source: SourceName = _SOURCE) -> Loss:
    """A lost run of some task, noticed a second after those of lower numbers."""
    noticed = _NOW + number * _SECOND
    key = str(ResultKey.make("add", _NOW, f"{number:016x}"))
    return Loss(source, key, attempt=2, began=noticed - _SECOND / 2, noticed=noticed)


def quarantine_of(source: SourceName = _SOURCE) -> Quarantine:
    """A quarantine of some source."""
    return Quarantine(source, losses=3, tasks=2, since=_NOW, until=_NOW + _LIFE)


async def _lift(quarantines: Quarantines, *sources: SourceName) -> None:
    await quarantines.lift(sources)


class QuarantinesContract(Contract):
    """The contract of `ports.quarantines`.

    Fixtures to supply, all over one backend that is empty when a test begins:
        register: a `QuarantineRegister`.
        quarantines: a `Quarantines`.
        pass_time: `PassTime`; waits, or moves the backend's clock.
        broken_register, broken_quarantines: the same, whose backend cannot be reached.
    """

    def test_losses_of_a_source_come_back_together(self, register: QuarantineRegister) -> None:
        """Each as it was noted, to the millisecond."""
        register.note(loss_of(1), window=_LIFE)

        found = register.note(loss_of(2), window=_LIFE)

        assert sorted(found, key=lambda one: one.noticed) == [loss_of(1), loss_of(2)]

    def test_attempt_counts_once(self, register: QuarantineRegister) -> None:
        """The answer to the first call may have been lost."""
        register.note(loss_of(1), window=_LIFE)

        assert register.note(loss_of(1), window=_LIFE) == [loss_of(1)]

    @pytest.mark.parametrize(
        "other", [SourceName("team-a", _SOURCE.digest), SourceName("", "b" * 64)]
    )
    def test_losses_of_other_sources_are_apart(
        self, register: QuarantineRegister, other: SourceName
    ) -> None:
        """Another text, or the same in another namespace."""
        register.note(loss_of(1), window=_LIFE)

        elsewhere = loss_of(2, source=other)
        assert register.note(elsewhere, window=_LIFE) == [elsewhere]

    def test_loss_before_the_window_is_forgotten(self, register: QuarantineRegister) -> None:
        """The window ends with the loss that is noted."""
        register.note(loss_of(1), window=_LIFE)

        assert register.note(loss_of(9), window=5 * _SECOND) == [loss_of(9)]

    def test_losses_are_forgotten_once_nothing_is_noted(
        self, register: QuarantineRegister, pass_time: PassTime
    ) -> None:
        """Nothing lives for ever, by the backend's clock."""
        register.note(loss_of(1), window=self.tick)

        pass_time(2 * self.tick)

        later = replace(loss_of(2), noticed=loss_of(1).noticed + 2 * self.tick)
        assert register.note(later, window=self.tick) == [later]

    def test_nothing_is_in_force_at_first(
        self, run: Run, register: QuarantineRegister, quarantines: Quarantines
    ) -> None:
        """On both sides."""
        assert register.in_force() == run(quarantines.in_force()) == []

    def test_both_sides_see_what_is_imposed(
        self, run: Run, register: QuarantineRegister, quarantines: Quarantines
    ) -> None:
        """All of it, by namespace and digest."""
        other = quarantine_of(SourceName("team-a", _SOURCE.digest))
        for one in (other, quarantine_of()):
            register.impose(one, keep=_LIFE)

        assert register.in_force() == [quarantine_of(), other]
        assert run(quarantines.in_force()) == [quarantine_of(), other]

    def test_the_latest_word_counts(self, register: QuarantineRegister) -> None:
        """In place of the one before."""
        later = replace(quarantine_of(), losses=4, until=_NOW + 2 * _LIFE)
        register.impose(quarantine_of(), keep=_LIFE)
        register.impose(later, keep=_LIFE)

        assert register.in_force() == [later]

    def test_quarantine_ends_by_itself_and_others_stay(
        self,
        run: Run,
        register: QuarantineRegister,
        quarantines: Quarantines,
        pass_time: PassTime,
    ) -> None:
        """By the backend's clock."""
        other = quarantine_of(SourceName("", "b" * 64))
        register.impose(quarantine_of(), keep=self.tick)
        register.impose(other, keep=_LIFE)

        pass_time(2 * self.tick)

        assert register.in_force() == run(quarantines.in_force()) == [other]

    def test_lifting_ends_it_and_forgets_what_led_to_it(
        self, run: Run, register: QuarantineRegister, quarantines: Quarantines
    ) -> None:
        """Of the sources named alone; lifting twice is lifting once."""
        other = quarantine_of(SourceName("", "b" * 64))
        for one in (quarantine_of(), other):
            register.impose(one, keep=_LIFE)
        register.note(loss_of(1), window=_LIFE)

        run(_lift(quarantines, _SOURCE))
        run(_lift(quarantines, _SOURCE))
        run(_lift(quarantines))

        assert register.in_force() == [other]
        assert register.note(loss_of(2), window=_LIFE) == [loss_of(2)]

    def test_unreachable_store_says_so(
        self, run: Run, broken_register: QuarantineRegister, broken_quarantines: Quarantines
    ) -> None:
        """In every method."""
        for call in (
            lambda: broken_register.note(loss_of(1), window=_LIFE),
            lambda: broken_register.impose(quarantine_of(), keep=_LIFE),
            broken_register.in_force,
            lambda: run(broken_quarantines.in_force()),
            lambda: run(_lift(broken_quarantines, _SOURCE)),
        ):
            with pytest.raises(StoreUnavailable):
                call()
