"""Signals to others: the worker, its fork server, siblings, all processes of the user."""

from __future__ import annotations

from ..attack import CONFESSED, SIGNALLED, Attack, script


def _signals(name: str, text: str, **more: object) -> Attack:
    return Attack(name=name, script=script(text), proof=SIGNALLED, **more)  # type: ignore[arg-type]


_OWNER = """
def f(bait):
    one, other = socket.socketpair()
    HERE
    flags = fcntl.fcntl(one, fcntl.F_GETFL)
    fcntl.fcntl(one, fcntl.F_SETFL, flags | os.O_ASYNC)
    other.send(b"x")
    time.sleep(0.05)
"""


def _owns(name: str, setting: str, **more: str) -> Attack:
    """Lets the kernel send a signal for it, when a socket can be read."""
    return _signals(name, "import fcntl\n" + _OWNER.replace("HERE", setting), **more)


ATTACKS = (
    _signals("kills another process", 'def f(bait): os.kill(bait["victim"], 9)'),
    _signals("stops another process", 'def f(bait): os.kill(bait["victim"], signal.SIGSTOP)'),
    _signals("signals the worker", 'def f(bait): os.kill(bait["worker"], signal.SIGUSR1)'),
    _signals("signals its parent", "def f(bait): os.kill(os.getppid(), signal.SIGUSR1)"),
    _signals("kills the fork server", 'def f(bait): os.kill(bait["server"], 9)'),
    _signals("stops the fork server", 'def f(bait): os.kill(bait["server"], signal.SIGSTOP)'),
    _signals("kills a sibling", 'def f(bait): os.kill(bait["sibling"], 9)'),
    _signals(
        "kills a sibling's thread",
        'def f(bait): raw(234, bait["sibling"], bait["sibling"], 9)',
        machine="x86_64",
    ),
    # A signal that most ignore: this goes to whoever belongs to the same user.
    _signals("signals all", "def f(bait): os.kill(-1, signal.SIGWINCH)", reaches_all=True),
    _signals("signals its group", "def f(bait): os.kill(0, signal.SIGWINCH)"),
    _signals("signals its group by name", "def f(bait): os.killpg(0, signal.SIGWINCH)"),
    _signals("signals another group", 'def f(bait): os.killpg(bait["victim"], signal.SIGUSR1)'),
    _signals(
        "signals a thread",
        'def f(bait): raw(234, bait["victim"], bait["victim"], signal.SIGUSR1)',
        machine="x86_64",
    ),
    _signals(
        "signals a thread by its number alone",
        'def f(bait): raw(200, bait["victim"], signal.SIGUSR1)',
        machine="x86_64",
    ),
    _signals(
        "queues a signal",
        """
        def f(bait):
            library = ctypes.CDLL(None)
            if library.sigqueue(bait["victim"], signal.SIGUSR1, ctypes.c_void_p(7)): return None
        """,
    ),
    _signals(
        "queues a signal for a thread",
        """
        def f(bait):
            told = ctypes.create_string_buffer(struct.pack("iii", 10, 0, -1), 128)
            raw(297, bait["victim"], bait["victim"], 10, ctypes.byref(told))
        """,
        machine="x86_64",
    ),
    _signals(
        "kills with high bits set",
        'def f(bait): raw(62, (1 << 32) | bait["victim"], signal.SIGUSR1)',
        machine="x86_64",
    ),
    _signals(
        "signals by a handle",
        """
        def f(bait):
            handle = os.pidfd_open(bait["victim"])
            signal.pidfd_send_signal(handle, signal.SIGUSR1)
        """,
    ),
    _signals(
        "signals by a folder of /proc",
        """
        def f(bait):
            handle = os.open("/proc/%d" % bait["victim"], os.O_RDONLY | os.O_DIRECTORY)
            signal.pidfd_send_signal(handle, signal.SIGUSR1)
        """,
    ),
    _owns("F_SETOWN", 'fcntl.fcntl(one, fcntl.F_SETOWN, bait["victim"])'),
    _owns(
        "F_SETOWN and F_SETSIG",
        'fcntl.fcntl(one, fcntl.F_SETOWN, bait["victim"]); fcntl.fcntl(one, 10, signal.SIGUSR1)',
    ),
    _owns("F_SETOWN_EX", 'fcntl.fcntl(one, 15, struct.pack("ii", 1, bait["victim"]))'),
    _owns("FIOSETOWN", 'fcntl.ioctl(one, 0x8901, struct.pack("i", bait["victim"]))'),
    _owns("SIOCSPGRP", 'fcntl.ioctl(one, 0x8902, struct.pack("i", bait["victim"]))'),
    Attack(
        name="TIOCSTI",
        script=script(
            """
            import fcntl
            def f(bait):
                for descriptor in range(3):
                    try: fcntl.ioctl(descriptor, 0x5412, b"x")
                    except OSError: continue
                    return descriptor
            """
        ),
        proof=CONFESSED,
        control="needs a terminal, and dev.tty.legacy_tiocsti",
    ),
    Attack(
        name="a terminal of its own",
        script=script("def f(bait): return os.openpty()"),
        proof=CONFESSED,
    ),
    Attack(
        name="a lease on a file",
        script=script(
            """
            import fcntl
            def f(bait):
                file = os.open(bait["home"] + "/token", os.O_RDONLY)
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
                return "leased"
            """
        ),
        proof=CONFESSED,
        control="the file may be open elsewhere, or the file system know no leases",
    ),
    Attack(
        name="a timer with signals",
        script=script(
            """
            def f(bait):
                event = ctypes.create_string_buffer(struct.pack("QiiI", 0, 10, 0, 0), 64)
                timer = ctypes.c_int()
                raw(222, 1, ctypes.byref(event), ctypes.byref(timer))
                return "made"
            """
        ),
        proof=CONFESSED,
        machine="x86_64",
    ),
)
