"""What an attack is: a script, and what shows that it worked."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Final

CONFESSED: Final = "confessed"
"""The script returned something: what it wanted to do was done."""
LOOT: Final = "loot"
"""A secret that was laid out is in what the run answered."""
WRITTEN: Final = "written"
"""Files are not as they were."""
HEARD: Final = "heard"
"""A listener was spoken to."""
SIGNALLED: Final = "signalled"
"""Another process was signalled, stopped or ended."""
LEFT: Final = "left"
"""A process is there after the run."""
OVERDUE: Final = "overdue"
"""The run went on after its time."""
DIED: Final = "died"
"""The process that ran the script was taken down."""
FOOLED: Final = "fooled"
"""A reader that trusts what it reads took a forged answer, waited for ever or broke."""
POISONED: Final = "poisoned"
"""The run after it found what it had left."""

REFUSED: Final = ("value", "script_raised")
"""How a run ends whose attempts were refused: it says so, or an OSError comes through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A script that tries something, as data.

    The script defines `f(bait)`. It returns what it has got, or None where it got nothing; it
    raises an OSError where the system refuses. `arena/world.py` says what `bait` holds.
    """

    name: str
    script: str
    proof: str
    """What shows, where nothing protects, that it works."""
    ends: tuple[str, ...] = REFUSED
    """The endings that an honest runner may report: `value` or a code of an error."""
    spoils: tuple[str, ...] = ()
    """How the next run of the script may also end in a process that is kept: its own doing."""
    raises: tuple[str, ...] = ()
    """Exceptions that the script means to raise, beside those of a refusal."""
    timeout: float = 10.0
    memory_mb: int = 256
    max_value_bytes: int = 1 << 20
    probe: str = ""
    """Defines `g()`, run next: returns what it finds of the attack, or None."""
    control: str = ""
    """Why it may fail even where nothing protects; then its control is skipped, not failed."""
    reaches_all: bool = False
    """Whether, without protection, it reaches all processes of its user: its control then needs a
    user that nobody else is."""
    machine: str = ""
    """The only machine that its numbers or instructions are of."""
    from_level: str = "confined"
    """The weakest level that is to hold it off."""
    patience: float = 8.0
    """Seconds for which the control waits."""

    def __str__(self) -> str:
        return self.name


def script(*parts: str) -> str:
    """A script as it is written in a family: each part indented, with what most of them need."""
    return "".join([PRELUDE, *map(textwrap.dedent, parts)])


PRELUDE: Final = textwrap.dedent(
    """
    import ctypes, os, signal, socket, struct, sys, time

    def raw(number, *arguments):
        library = ctypes.CDLL(None, use_errno=True)
        library.syscall.restype = ctypes.c_long
        given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        answer = library.syscall(ctypes.c_long(number), *given)
        if answer == -1:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return answer

    def text(path):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return os.read(descriptor, 65536).decode(errors="replace")
        finally:
            os.close(descriptor)

    def sign(bait):
        # PR_SET_NAME: children inherit it, so whatever is left of the run can be found.
        ctypes.CDLL(None).prctl(15, bait["sign"].encode(), 0, 0, 0)

    def channel():
        import stat
        for number in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    return number
            except OSError:
                pass
    """
)
"""Names that scripts of the families use."""
