"""Reading what is not one's own: other processes through /proc, secrets in files, the system."""

from __future__ import annotations

from ..attack import CONFESSED, LOOT, Attack, script


def _loot(name: str, text: str, **more: object) -> Attack:
    return Attack(name=name, script=script(text), proof=LOOT, **more)


def _opens(name: str, path: str, control: str = "") -> Attack:
    """Opens a path that holds no secret of ours: that it can is enough."""
    return Attack(
        name=f"opens {name}",
        script=script(f"def f(bait): return os.open({path}, os.O_RDONLY)"),
        proof=CONFESSED,
        control=control,
    )


_MEMORY = """
def f(bait):
    descriptor = os.open("/proc/%d/mem" % bait["WHO"], os.O_RDONLY)
    return os.pread(descriptor, bait["length"], bait["WHO_address"]).decode()
"""

ATTACKS = (
    _loot(
        "the worker's environment", 'def f(bait): return text("/proc/%d/environ" % bait["worker"])'
    ),
    _loot(
        "the victim's environment", 'def f(bait): return text("/proc/%d/environ" % bait["victim"])'
    ),
    _loot(
        "its parent's environment", 'def f(bait): return text("/proc/%d/environ" % os.getppid())'
    ),
    _loot(
        "the victim's command line", 'def f(bait): return text("/proc/%d/cmdline" % bait["victim"])'
    ),
    _loot("the worker's memory", _MEMORY.replace("WHO", "worker")),
    _loot("the victim's memory", _MEMORY.replace("WHO", "victim")),
    _opens("the worker's map of memory", '"/proc/%d/maps" % bait["worker"]'),
    _opens("the worker's task", '"/proc/%d/task/%d/status" % (bait["worker"], bait["worker"])'),
    _loot(
        "a file that the worker has open",
        'def f(bait): return text("/proc/%d/fd/%d" % (bait["worker"], bait["worker_descriptor"]))',
    ),
    _loot(
        "a file that the victim has open",
        'def f(bait): return text("/proc/%d/fd/%d" % (bait["victim"], bait["victim_descriptor"]))',
    ),
    _loot(
        "files below the victim's root",
        'def f(bait): return text("/proc/%d/root%s/token" % (bait["victim"], bait["home"]))',
    ),
    _loot(
        "files below its own root in /proc",
        'def f(bait): return text("/proc/self/root" + bait["home"] + "/token")',
    ),
    _loot(
        "its own environment",
        "def f(bait): return ' '.join(os.environ.values()) if bait['mark'] in str(os.environ) else None",
    ),
    _loot(
        "its own environment in C",
        """
        def f(bait):
            library = ctypes.CDLL(None)
            library.getenv.restype = ctypes.c_char_p
            found = library.getenv(b"SECRET_TOKEN")
            return found and found.decode()
        """,
    ),
    _opens("the environment of process 1", '"/proc/1/environ"', "another user's process"),
    _loot("a token of its own user", 'def f(bait): return text(bait["home"] + "/token")'),
    _loot("settings that are open to all", 'def f(bait): return text(bait["home"] + "/.env")'),
    _loot("a key for SSH", 'def f(bait): return text(bait["home"] + "/.ssh/id_ed25519")'),
    _loot(
        "settings by the built-in open", 'def f(bait): return open(bait["home"] + "/.env").read()'
    ),
    _loot(
        "settings by pathlib",
        'def f(bait):\n import pathlib\n return pathlib.Path(bait["home"], ".env").read_text()',
    ),
    _loot(
        "settings by their relative name",
        'def f(bait):\n os.chdir(bait["home"])\n return text(".env")',
    ),
    _loot(
        "settings by way of Python's library",
        "def f(bait):\n lib = os.path.dirname(os.__file__)\n"
        ' return text(lib + "/.." * lib.count("/") + bait["home"] + "/.env")',
    ),
    _loot(
        "settings by a handle to their folder",
        """
        def f(bait):
            folder = os.open(bait["home"], os.O_PATH)
            return os.read(os.open(".env", os.O_RDONLY, dir_fd=folder), 999).decode()
        """,
    ),
    _loot(
        "settings by opening a path's descriptor again",
        """
        def f(bait):
            path = os.open(bait["home"] + "/.env", os.O_PATH)
            return text("/proc/self/fd/%d" % path)
        """,
    ),
    _loot(
        "settings by the C library",
        """
        def f(bait):
            library = ctypes.CDLL(None)
            library.fopen.restype = ctypes.c_void_p
            file = library.fopen((bait["home"] + "/.env").encode(), b"r")
            if not file: return None
            line = ctypes.create_string_buffer(200)
            library.fgets(line, 200, ctypes.c_void_p(file))
            return line.value.decode()
        """,
    ),
    _loot(
        "settings by the old system call",
        """
        def f(bait):
            path = ctypes.c_char_p((bait["home"] + "/.env").encode())
            return os.read(raw(2, path, 0, 0), 999).decode()
        """,
        machine="x86_64",
    ),
    _loot(
        "settings by the newest system call",
        """
        def f(bait):
            path = ctypes.c_char_p((bait["home"] + "/.env").encode())
            how = ctypes.create_string_buffer(24)
            return os.read(raw(437, -100, path, ctypes.byref(how), 24), 999).decode()
        """,
    ),
    _loot(
        "a database",
        """
        import sqlite3
        def f(bait):
            try:
                database = sqlite3.connect(bait["home"] + "/data.db")
                return database.execute("SELECT secret FROM secrets").fetchall()
            except sqlite3.OperationalError:
                return None
        """,
    ),
    _loot(
        "a database by attaching it",
        """
        import sqlite3
        def f(bait):
            try:
                database = sqlite3.connect(":memory:")
                database.execute("ATTACH ? AS other", (bait["home"] + "/data.db",))
                return database.execute("SELECT secret FROM other.secrets").fetchall()
            except sqlite3.OperationalError:
                return None
        """,
    ),
    _loot(
        "a module in another folder",
        """
        def f(bait):
            sys.path.insert(0, bait["home"])
            try: import loot
            except ImportError: return None
            return loot.LOOT
        """,
    ),
    Attack(
        name="loads a shared library of another folder",
        script=script('def f(bait): return str(ctypes.CDLL(bait["home"] + "/other.so"))'),
        proof=CONFESSED,
        control="only where the C library has a libm.so.6 of its own",
    ),
    _loot(
        "a line quoted by a traceback",
        """
        def f(bait):
            exec(compile("1/0", bait["home"] + "/.env", "exec"))
        """,
        raises=("ZeroDivisionError",),
    ),
    _loot(
        "a line quoted by linecache",
        'import linecache\ndef f(bait): return linecache.getline(bait["home"] + "/.env", 1) or None',
    ),
    _loot(
        "a line quoted by a warning",
        'import warnings\ndef f(bait): warnings.warn_explicit("x", UserWarning, bait["home"] + "/.env", 1)',
    ),
    Attack(
        name="lists a home",
        script=script('def f(bait): return os.listdir(bait["home"])'),
        proof=CONFESSED,
    ),
    Attack(
        name="lists processes",
        script=script('def f(bait): return [n for n in os.listdir("/proc") if n.isdigit()]'),
        proof=CONFESSED,
    ),
    Attack(
        name="lists the worker's descriptors",
        script=script('def f(bait): return os.listdir("/proc/%d/fd" % bait["worker"])'),
        proof=CONFESSED,
    ),
    Attack(
        name="sees which files a process has open",
        script=script(
            'def f(bait): return os.readlink("/proc/%d/fd/%d"'
            ' % (bait["victim"], bait["victim_descriptor"]))'
        ),
        proof=CONFESSED,
    ),
    Attack(
        name="sees in which folder a process works",
        script=script('def f(bait): return os.readlink("/proc/%d/cwd" % bait["victim"])'),
        proof=CONFESSED,
    ),
    Attack(
        name="sees in which folder a process works by going there",
        script=script(
            'def f(bait):\n os.chdir("/proc/%d/cwd" % bait["victim"])\n return os.getcwd()'
        ),
        proof=CONFESSED,
    ),
    Attack(
        name="sees how large a file is that a process has open",
        script=script(
            'def f(bait): return os.stat("/proc/%d/fd/%d"'
            ' % (bait["victim"], bait["victim_descriptor"])).st_size'
        ),
        proof=CONFESSED,
        from_level="isolated",
    ),
    Attack(
        name="sees that a file is there",
        script=script('def f(bait): return os.stat(bait["home"] + "/token").st_size'),
        proof=CONFESSED,
        from_level="isolated",
    ),
    _opens("the list of users", '"/etc/passwd"'),
    _opens("the passwords", '"/etc/shadow"', "only root may"),
    _opens("the machine's name", '"/proc/sys/kernel/hostname"'),
    _opens("the machine's connections", '"/proc/net/tcp"'),
    _opens("the machine's mounts", '"/proc/self/mountinfo"'),
    _opens("its own memory", '"/proc/self/mem"'),
    _opens("its own map", '"/proc/self/maps"'),
    _opens("the hardware", '"/sys/devices"'),
    _opens("the terminals' master", '"/dev/ptmx"'),
    _opens("a device that is full", '"/dev/full"'),
    _opens("the terminal", '"/dev/tty"', "there may be no terminal"),
    _opens("physical memory", '"/dev/mem"', "only root may"),
    _opens("the disk", '"/dev/vda"', "only root may, where it is called so"),
    _opens("the kernel's log", '"/dev/kmsg"', "may be for root alone"),
    _opens("file systems in user space", '"/dev/fuse"', "may be missing"),
    _opens("the root folder", '"/"'),
)
