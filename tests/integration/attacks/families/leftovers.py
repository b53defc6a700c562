"""What is to go on after the answer: threads, timers, handlers, children."""

from __future__ import annotations

from ..attack import LEFT, Attack, script


def _stays(name: str, text: str, **more: object) -> Attack:
    """Names its process, so that it can be found."""
    given = {"proof": LEFT, "ends": ("value", "script_raised"), **more}
    return Attack(name=name, script=script(text), **given)  # type: ignore[arg-type]


ATTACKS = (
    _stays(
        "a thread",
        """
        import threading
        def f(bait):
            sign(bait)
            threading.Thread(target=time.sleep, args=(9,)).start()
        """,
    ),
    _stays(
        "a thread that works",
        """
        import threading
        def g():
            until = time.monotonic() + 9
            while time.monotonic() < until: pass
        def f(bait):
            sign(bait)
            threading.Thread(target=g).start()
        """,
    ),
    _stays(
        "a timer",
        "import threading\ndef f(bait):\n sign(bait)\n threading.Timer(9, int).start()",
    ),
    _stays(
        "a pool of threads",
        """
        import concurrent.futures
        pool = concurrent.futures.ThreadPoolExecutor(2)
        def f(bait):
            sign(bait)
            pool.submit(time.sleep, 9)
        """,
    ),
    _stays(
        "a handler for the end",
        "import atexit\ndef f(bait):\n sign(bait)\n atexit.register(time.sleep, 9)",
    ),
    _stays(
        "an object that does not want to go",
        """
        class Stays:
            def __del__(self, sleep=time.sleep): sleep(9)
        def f(bait):
            sign(bait)
            sys.kept = Stays()
        """,
    ),
    _stays(
        "a stream that does not want to be flushed",
        """
        class Stream:
            def write(self, text): pass
            def flush(self, sleep=time.sleep): sleep(9)
        def f(bait):
            sign(bait)
            sys.stdout = Stream()
        """,
        ends=("run_timed_out",),
        timeout=0.2,
    ),
    _stays(
        "a child",
        """
        def f(bait):
            sign(bait)
            if os.fork() == 0:
                time.sleep(9)
                os._exit(0)
        """,
    ),
    _stays(
        "a child that holds the channel",
        """
        def f(bait):
            sign(bait)
            if os.fork() == 0:
                os.setsid()
                time.sleep(9)
            os._exit(3)
        """,
        ends=("script_raised", "run_died"),
        patience=0.25,
    ),
    _stays(
        "a program",
        """
        import subprocess
        def f(bait):
            subprocess.Popen([sys.executable, "-c", "import ctypes, time; "
                "ctypes.CDLL(None).prctl(15, %r, 0, 0, 0); time.sleep(9)" % bait["sign"].encode()])
            time.sleep(0.2)
        """,
    ),
    _stays(
        "a signal for later",
        """
        def f(bait):
            sign(bait)
            signal.signal(signal.SIGALRM, lambda *_: time.sleep(1))
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            import threading
            threading.Thread(target=time.sleep, args=(9,)).start()
        """,
    ),
)
