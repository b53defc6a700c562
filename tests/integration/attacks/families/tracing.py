"""Looking into other processes, or steering them."""

from __future__ import annotations

from ..attack import CONFESSED, LOOT, SIGNALLED, Attack, script


def _steers(name: str, text: str, **more: str) -> Attack:
    return Attack(name=name, script=script(text), proof=CONFESSED, **more)


_VECTORS = """
def vectors(bait, who, own):
    mine = ctypes.create_string_buffer(own, bait["length"])
    one = struct.pack("QQ", ctypes.addressof(mine), bait["length"])
    other = struct.pack("QQ", bait[who + "_address"], bait["length"])
    return mine, ctypes.create_string_buffer(one), ctypes.create_string_buffer(other)
"""


def _reads(who: str) -> Attack:
    return Attack(
        name=f"process_vm_readv of the {who}",
        script=script(
            f"""{_VECTORS}
def f(bait):
    mine, one, other = vectors(bait, "{who}", b"")
    raw(310, bait["{who}"], one, 1, other, 1, 0)
    return mine.raw.decode()
"""
        ),
        proof=LOOT,
        machine="x86_64",
    )


def _writes(who: str) -> Attack:
    return Attack(
        name=f"process_vm_writev of the {who}",
        script=script(
            f"""{_VECTORS}
def f(bait):
    mine, one, other = vectors(bait, "{who}", b"overwritten")
    raw(311, bait["{who}"], one, 1, other, 1, 0)
"""
        ),
        proof=SIGNALLED,
        machine="x86_64",
    )


_STEALS = """
def f(bait):
    handle = os.pidfd_open(bait["WHO"])
    descriptor = raw(438, handle, bait["WHO_descriptor"], 0)
    return os.pread(descriptor, 200, 0).decode()
"""


def _traces(name: str, number: int, who: str) -> Attack:
    """Lets go of it at once: whoever is traced stands still."""
    return _steers(
        name,
        f"""
        def f(bait):
            raw(101, {number:#x}, bait["{who}"], 0, 0)
            raw(101, 17, bait["{who}"], 0, 0) if {number} == 16 else None
            return "traced"
        """,
        machine="x86_64",
    )


ATTACKS = (
    _steers(
        "sees its parent's number",
        """
        def f(bait):
            parent = os.getppid()
            return parent if parent != 1 else None
        """,
        from_level="isolated",
    ),
    _steers(
        "counts the processes of the machine",
        """
        def f(bait):
            found = []
            for number in range(1, 1 << 16):
                try: os.getpgid(number)
                except ProcessLookupError: continue
                found.append(number)
            return len(found) if len(found) > 10 else None
        """,
        from_level="isolated",
        control="few processes may run here",
    ),
    _steers(
        "attaches to the victim",
        """
        def f(bait):
            raw(101, 16, bait["victim"], 0, 0)
            os.waitpid(bait["victim"], 0x40000000)
            raw(101, 17, bait["victim"], 0, 0)
            return "traced"
        """,
        machine="x86_64",
    ),
    _traces("seizes the worker", 0x4206, "worker"),
    _traces("seizes the victim", 0x4206, "victim"),
    _traces("seizes the fork server", 0x4206, "server"),
    _steers(
        "is traced by its parent",
        "def f(bait):\n raw(101, 0, 0, 0, 0)\n return 'traced'",
        machine="x86_64",
    ),
    _reads("worker"),
    _reads("victim"),
    _writes("worker"),
    _writes("victim"),
    Attack(
        name="writes the victim's memory through /proc",
        script=script(
            """
            def f(bait):
                memory = os.open("/proc/%d/mem" % bait["victim"], os.O_WRONLY)
                os.pwrite(memory, b"overwritten", bait["victim_address"])
            """
        ),
        proof=SIGNALLED,
    ),
    Attack(
        name="takes a descriptor from the worker",
        script=script(_STEALS.replace("WHO", "worker")),
        proof=LOOT,
    ),
    Attack(
        name="takes a descriptor from the victim",
        script=script(_STEALS.replace("WHO", "victim")),
        proof=LOOT,
    ),
    _steers(
        "holds a handle of another process",
        'def f(bait): return os.pidfd_open(bait["victim"])',
    ),
    _steers(
        "compares with another process",
        """
        def f(bait):
            # KCMP_FILES
            return 1 + raw(312, os.getpid(), bait["victim"], 2, 0, 0)
        """,
        machine="x86_64",
        control="the kernel may lack kcmp",
    ),
    _steers(
        "where another process has its locks",
        """
        def f(bait):
            head, length = ctypes.c_void_p(), ctypes.c_size_t()
            raw(274, bait["victim"], ctypes.byref(head), ctypes.byref(length))
            return hex(head.value or 1)
        """,
        machine="x86_64",
    ),
    _steers(
        "moves another process's pages",
        'def f(bait): return 1 + raw(279, bait["victim"], 0, 0, 0, 0, 0)',
        machine="x86_64",
        control="the kernel may lack NUMA",
    ),
    _steers(
        "counts events of another process",
        """
        def f(bait):
            # PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, without the kernel's
            how = ctypes.create_string_buffer(struct.pack("IIQQQQQ", 1, 120, 1, 0, 0, 0, 0x60), 120)
            return raw(298, ctypes.byref(how), bait["victim"], -1, -1, 0)
        """,
        machine="x86_64",
        control="kernel.perf_event_paranoid may forbid it",
    ),
    _steers(
        "limits another process",
        """
        import resource
        def f(bait): return resource.prlimit(bait["victim"], resource.RLIMIT_CORE, (0, 0))
        """,
    ),
    _steers(
        "reads another process's limits",
        """
        import resource
        def f(bait): return resource.prlimit(bait["victim"], resource.RLIMIT_NOFILE)
        """,
    ),
    _steers(
        "puts another process back",
        'def f(bait):\n os.setpriority(os.PRIO_PROCESS, bait["victim"], 19)\n return "slow"',
    ),
    _steers(
        "puts itself elsewhere",
        "def f(bait):\n os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))\n return 'batch'",
    ),
    _steers(
        "holds another process to a processor",
        """
        def f(bait):
            os.sched_setaffinity(bait["victim"], os.sched_getaffinity(bait["victim"]))
            return "held"
        """,
    ),
    _steers(
        "puts another process's disk back",
        'def f(bait): return 1 + raw(251, 1, bait["victim"], 2 << 13 | 7)',
        machine="x86_64",
    ),
    _steers(
        "lets others look into itself",
        """
        def f(bait):
            # PR_SET_DUMPABLE, PR_SET_PTRACER
            library = ctypes.CDLL(None)
            done = [o for o, a in ((4, 1), (0x59616d61, -1)) if library.prctl(o, ctypes.c_long(a), 0, 0, 0) == 0]
            return done or None
        """,
    ),
)
