"""Changing or making files, wherever a user may."""

from __future__ import annotations

from ..attack import CONFESSED, WRITTEN, Attack, script


def _writes(name: str, text: str, **more: object) -> Attack:
    return Attack(name=name, script=script(text), proof=WRITTEN, **more)  # type: ignore[arg-type]


def _makes(folder: str) -> Attack:
    return _writes(
        f"a file in {folder}",
        f'def f(bait): os.close(os.open("{folder}/" + bait["sign"], os.O_CREAT | os.O_WRONLY))',
    )


ATTACKS = (
    _makes("/tmp"),
    _makes("/var/tmp"),
    _makes("/dev/shm"),
    _writes("a file in a home", 'def f(bait): open(bait["home"] + "/new", "w").write("x")'),
    _writes("more in a file", 'def f(bait): open(bait["home"] + "/token", "a").write("x")'),
    _writes("less in a file", 'def f(bait): os.truncate(bait["home"] + "/token", 3)'),
    _writes(
        "nothing in a file that is opened for reading",
        'def f(bait): os.open(bait["home"] + "/token", os.O_RDONLY | os.O_TRUNC)',
    ),
    _writes(
        "in the middle of a file that is open to all",
        'def f(bait): os.pwrite(os.open(bait["home"] + "/open-to-all", os.O_RDWR), b"x", 3)',
    ),
    _writes("no file any more", 'def f(bait): os.unlink(bait["home"] + "/token")'),
    _writes(
        "another name", 'def f(bait): os.rename(bait["home"] + "/token", bait["home"] + "/taken")'
    ),
    _writes(
        "two names exchanged",
        """
        def f(bait):
            names = [ctypes.c_char_p((bait["home"] + n).encode()) for n in ("/token", "/.env")]
            raw(316, -100, names[0], -100, names[1], 2)
        """,
        machine="x86_64",
    ),
    _writes("a symbolic link", 'def f(bait): os.symlink("/etc", bait["home"] + "/link")'),
    _writes("a hard link", 'def f(bait): os.link(bait["home"] + "/token", bait["home"] + "/link")'),
    _writes("a folder", 'def f(bait): os.mkdir(bait["home"] + "/folder")'),
    _writes("no folder any more", 'def f(bait): os.rmdir(bait["home"] + "/empty")'),
    _writes("a pipe with a name", 'def f(bait): os.mkfifo(bait["home"] + "/pipe")'),
    _writes("a node", 'def f(bait): os.mknod(bait["home"] + "/node", 0o140600)'),
    _writes("other rights", 'def f(bait): os.chmod(bait["home"] + "/token", 0o777)'),
    _writes(
        "other rights by a descriptor",
        'def f(bait): os.fchmod(os.open(bait["home"] + "/token", os.O_RDONLY), 0o777)',
    ),
    _writes("another time", 'def f(bait): os.utime(bait["home"] + "/token", (1, 1))'),
    _writes(
        "a note beside a file",
        'def f(bait): os.setxattr(bait["home"] + "/token", "user.note", b"x")',
        control="not every file system has extended attributes",
    ),
    Attack(
        name="another owner",
        script=script(
            'def f(bait):\n os.chown(bait["home"] + "/token", os.getuid(), os.getgid())\n return "done"'
        ),
        proof=CONFESSED,
    ),
    Attack(
        name="a file without a name",
        script=script('def f(bait): return os.open("/tmp", os.O_TMPFILE | os.O_RDWR)'),
        proof=CONFESSED,
    ),
    Attack(
        name="a temporary file",
        script=script("import tempfile\ndef f(bait): return tempfile.TemporaryFile().fileno()"),
        proof=CONFESSED,
    ),
    Attack(
        name="its own score for a lack of memory",
        script=script(
            'def f(bait): return os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"500")'
        ),
        proof=CONFESSED,
    ),
    _writes(
        "a database",
        """
        import sqlite3
        def f(bait):
            try:
                with sqlite3.connect(bait["home"] + "/data.db") as database:
                    database.execute("DELETE FROM secrets")
            except sqlite3.OperationalError:
                pass
        """,
    ),
    _writes(
        "a database by a copy",
        """
        import sqlite3
        def f(bait):
            try: sqlite3.connect(":memory:").execute("VACUUM INTO ?", (bait["home"] + "/copy",))
            except sqlite3.OperationalError: pass
        """,
    ),
    _writes(
        "a log",
        """
        import logging
        def f(bait): logging.FileHandler(bait["home"] + "/log").close()
        """,
    ),
    _writes(
        "shared memory with a name",
        """
        from multiprocessing import shared_memory, resource_tracker
        resource_tracker.register = lambda *_: None
        def f(bait): shared_memory.SharedMemory(bait["sign"], create=True, size=10)
        """,
    ),
    _writes(
        "a message queue with a name",
        """
        def f(bait):
            # O_CREAT | O_RDWR, and no attributes
            raw(240, ctypes.c_char_p(bait["sign"].encode()), 0o102, 0o600, 0)
            return "made"
        """,
        machine="x86_64",
        control="seen as a file only where /dev/mqueue is mounted",
    ),
    _writes(
        "a socket with a name",
        'def f(bait): socket.socket(socket.AF_UNIX).bind(bait["home"] + "/socket")',
    ),
    _writes(
        "a core",
        """
        def f(bait):
            os.chdir(bait["home"])
            signal.raise_signal(signal.SIGQUIT)
        """,
        ends=("run_died", "script_raised"),
        control="cores may be limited, or go elsewhere",
    ),
    _writes(
        "what Python executes at its next start",
        """
        def f(bait):
            import site
            open(bait["home"] + "/sitecustomize.py", "w").write("import os")
        """,
    ),
)
