"""Descriptors: what is inherited, what can be sent, what is shared with others."""

from __future__ import annotations

from ..attack import CONFESSED, DIED, FOOLED, LOOT, OVERDUE, Attack, script

ATTACKS = (
    Attack(
        name="reads all that it has inherited",
        script=script(
            """
            def f(bait):
                found = []
                for number in range(4096):
                    try: found.append(os.pread(number, 200, 0).decode(errors="replace"))
                    except OSError: pass
                return found if bait["mark"] in str(found) else None
            """
        ),
        proof=LOOT,
    ),
    Attack(
        name="has more than it needs",
        script=script(
            """
            def f(bait):
                found = []
                for number in range(4096):
                    try: os.fstat(number)
                    except OSError: continue
                    found.append(number)
                return found if len(found) > 4 else None
            """
        ),
        proof=CONFESSED,
    ),
    Attack(
        name="an end of another process's output",
        script=script('def f(bait): return os.open("/proc/%d/fd/1" % bait["victim"], os.O_RDWR)'),
        proof=CONFESSED,
    ),
    Attack(
        name="sends descriptors over its channel",
        script=script(
            """
            def f(bait):
                one = socket.socket(fileno=os.dup(channel()))
                reading, writing = os.pipe()
                for _ in range(20): socket.send_fds(one, [b"V"], [reading] * 20)
                return None
            """
        ),
        proof=FOOLED,
        ends=("run_protocol_error",),
        patience=0.25,
    ),
    Attack(
        name="waits for another's job on its channel",
        script=script(
            """
            import select
            def f(bait):
                number = channel()
                if select.select([number], [], [], 0.05)[0]: return os.read(number, 1).decode()
                return None
            """
        ),
        proof=CONFESSED,
        control="nobody else speaks there, also where nothing protects",
    ),
    Attack(
        name="shuts its channel down",
        script=script(
            """
            def f(bait):
                socket.socket(fileno=os.dup(channel())).shutdown(2)
                time.sleep(20)
            """
        ),
        proof=OVERDUE,
        ends=("run_protocol_error",),
        patience=0.25,
    ),
    Attack(
        name="closes its channel and returns",
        script=script("def f(bait): os.close(channel())"),
        proof=DIED,
        ends=("run_died",),
    ),
    Attack(
        name="puts another descriptor in place of its channel",
        script=script(
            """
            def f(bait):
                os.dup2(1, channel())
            """
        ),
        proof=DIED,
        ends=("run_died", "run_protocol_error"),
    ),
    Attack(
        name="a larger pipe for its output",
        script=script("import fcntl\ndef f(bait): return fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)"),
        proof=CONFESSED,
    ),
)
