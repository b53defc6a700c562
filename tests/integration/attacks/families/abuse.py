"""Taking more than one's share: time, memory, threads, output, descriptors; and going down."""

from __future__ import annotations

from ..attack import CONFESSED, DIED, OVERDUE, Attack, script

_STOPPED = ("run_timed_out",)


def _endless(name: str, text: str, *ends: str) -> Attack:
    """Goes on for `bait["long"]` seconds, and says so."""
    return Attack(
        name=name, script=script(text), proof=CONFESSED, ends=ends or _STOPPED, timeout=0.2
    )


def _greedy(name: str, text: str, *ends: str) -> Attack:
    """Takes 100 MiB and more where 64 are allowed."""
    return Attack(
        name=name, script=script(text), proof=CONFESSED, ends=ends, memory_mb=64, timeout=10
    )


def _deadly(name: str, text: str) -> Attack:
    return Attack(name=name, script=script(text), proof=DIED, ends=("run_died",))


ATTACKS = (
    _endless(
        "loops",
        """
        def f(bait):
            until = time.monotonic() + bait["long"]
            while time.monotonic() < until: pass
            return "looped"
        """,
    ),
    _endless(
        "loops with every signal ignored",
        """
        def f(bait):
            for number in set(range(1, 65)) - {9, 19, 32, 33}:
                try: signal.signal(number, signal.SIG_IGN)
                except OSError: pass
            until = time.monotonic() + bait["long"]
            while time.monotonic() < until: pass
            return "looped"
        """,
    ),
    _endless(
        "catches everything",
        """
        def f(bait):
            until = time.monotonic() + bait["long"]
            while time.monotonic() < until:
                try:
                    while time.monotonic() < until: pass
                except BaseException: pass
            return "looped"
        """,
    ),
    _endless(
        "loops in C",
        "def f(bait): return sum(range(10**9 * bait['many']) if bait['many'] > 1 else (1,))",
    ),
    _endless(
        "backtracks",
        """
        import re
        def f(bait):
            re.match("(a+)+$", "a" * (20 if bait["many"] == 1 else 60) + "b")
            return "matched"
        """,
    ),
    _endless("sleeps", "def f(bait):\n time.sleep(bait['long'])\n return 'slept'"),
    _endless(
        "blocks all signals and waits for one",
        """
        def f(bait):
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
            signal.sigtimedwait([signal.SIGUSR2], bait["long"])
            return "waited"
        """,
    ),
    _endless(
        "loops in a thread that is waited for",
        """
        import threading
        def g(until):
            while time.monotonic() < until: pass
        def f(bait):
            thread = threading.Thread(target=g, args=(time.monotonic() + bait["long"],))
            thread.start()
            thread.join()
            return "looped"
        """,
    ),
    Attack(
        name="stops itself",
        script=script("def f(bait): os.kill(os.getpid(), signal.SIGSTOP)"),
        proof=OVERDUE,
        ends=_STOPPED,
        timeout=0.2,
        patience=0.25,
    ),
    Attack(
        name="closes all it has and goes on",
        script=script("def f(bait):\n os.closerange(0, 100)\n time.sleep(60)"),
        proof=OVERDUE,
        ends=("run_protocol_error",),
        patience=0.25,
    ),
    _greedy("one block", "def f(bait): return len(bytearray(600 << 20))", "memory_exceeded"),
    _greedy(
        "grows and never gives up",
        """
        def f(bait):
            pieces = []
            until = time.monotonic() + 0.5
            while len(pieces) < 100 and time.monotonic() < until:
                try: pieces.append(bytearray(1 << 20))
                except MemoryError: pass
            return "grew" if len(pieces) == 100 else None
        """,
        "value",
        "memory_exceeded",
    ),
    _greedy(
        "shared memory of no file",
        """
        import mmap
        def f(bait):
            memory = mmap.mmap(-1, 600 << 20, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
            return len(memory)
        """,
        "script_raised",
        "memory_exceeded",
    ),
    _greedy(
        "maps by the system call",
        """
        def f(bait):
            # read and write, private and anonymous, with all pages at once
            return raw(9, 0, 600 << 20, 3, 0x8022, -1, 0)
        """,
        "script_raised",
        "memory_exceeded",
    ),
    _greedy(
        "a hundred threads",
        """
        import threading
        def f(bait):
            gate = threading.Event()
            threads = []
            try:
                for _ in range(100):
                    threads.append(threading.Thread(target=gate.wait))
                    threads[-1].start()
                return "they run"
            except RuntimeError:
                return None
            finally:
                gate.set()
        """,
        "value",
        "memory_exceeded",
    ),
    _greedy(
        "a value of a hundred megabytes",
        "def f(bait): return 'x' * (100 << 20)",
        "memory_exceeded",
    ),
    Attack(
        name="prints without end",
        script=script(
            """
            def f(bait):
                for _ in range(400): print("x" * 10_000)
                return "printed"
            """
        ),
        proof=CONFESSED,
        ends=("output_too_large",),
    ),
    Attack(
        name="writes to its descriptors without end",
        script=script(
            """
            def f(bait):
                for _ in range(400): os.write(2, bytes(10_000))
                return "printed"
            """
        ),
        proof=CONFESSED,
        ends=("output_too_large",),
    ),
    Attack(
        name="a value of twenty megabytes",
        script=script("def f(bait): return 'x' * 20_000_000"),
        proof=CONFESSED,
        ends=("value_too_large",),
    ),
    Attack(
        name="a traceback of twenty megabytes",
        script=script("def f(bait): raise ValueError(bait['mark'][:0] + 'x' * 20_000_000)"),
        proof=CONFESSED,
        ends=("script_raised",),
        control="what is too long is cut before it is told: there is nothing to confess",
    ),
    Attack(
        name="opens five hundred pipes",
        script=script("def f(bait):\n pipes = [os.pipe() for _ in range(250)]\n return len(pipes)"),
        proof=CONFESSED,
    ),
    Attack(
        name="raises its own limits",
        script=script(
            """
            import resource
            def f(bait):
                raised = []
                for name in ("FSIZE", "MEMLOCK", "MSGQUEUE"):
                    which = getattr(resource, "RLIMIT_" + name)
                    try: resource.setrlimit(which, (4096, 4096))
                    except (OSError, ValueError): continue
                    raised.append(name)
                return raised or None
            """
        ),
        proof=CONFESSED,
    ),
    Attack(
        name="locks memory",
        script=script(
            """
            def f(bait):
                memory = ctypes.create_string_buffer(4096)
                return 1 + raw(149, ctypes.addressof(memory), 4096)
            """
        ),
        proof=CONFESSED,
        machine="x86_64",
    ),
    Attack(
        name="recurses for ever",
        script=script(
            """
            def g(_): return list(map(g, (0,)))
            def f(bait):
                sys.setrecursionlimit(10**8)
                return g(0)
            """
        ),
        proof=DIED,
        ends=("run_died", "memory_exceeded", "script_raised"),
        raises=("RecursionError", "SystemError"),
        memory_mb=64,
        control="Python from 3.12 on stops it by itself",
    ),
    _deadly("exits", "def f(bait): os._exit(0)"),
    _deadly("aborts", "def f(bait): os.abort()"),
    _deadly("reads at address 0", "def f(bait): ctypes.string_at(0)"),
    _deadly("kills itself", "def f(bait): os.kill(os.getpid(), 9)"),
    _deadly("a real-time signal to itself", "def f(bait): os.kill(os.getpid(), 40)"),
    _deadly(
        "an alarm", "def f(bait):\n signal.setitimer(signal.ITIMER_REAL, 0.01)\n time.sleep(9)"
    ),
)
