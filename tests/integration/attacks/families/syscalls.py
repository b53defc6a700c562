"""System calls that Python has no function for, made through ctypes or in machine code."""

from __future__ import annotations

from ..attack import CONFESSED, DIED, Attack, script


def _calls(name: str, text: str, **more: object) -> Attack:
    """Returns something true where the kernel did it."""
    given = {"machine": "x86_64", **more}
    return Attack(name=name, script=script(text), proof=CONFESSED, **given)  # type: ignore[arg-type]


ALLOWED = sorted(
    # What a runner may well leave open, looked at by hand: nothing here reaches anything but the
    # process itself, or a file that it can open.
    {*range(41), 47, 46, 44, 45, 48, 51, 52, 53, 55, 56, 60, 61, 62, 63, 72, 73, 74, 75, 77, 78, 79}
    | {*range(80, 82), 89, 95, *range(96, 101), 102, 104, 107, 108, 110, 111, 115, 118, 120, 121}
    | {124, 125, 127, 128, 130, 131, 137, 138, 140, 143, 145, 149, 150, 157, 158, 186, 201, 202}
    | {203, 204, 213, 217, 218, 219, 221, 228, 229, 230, 231, 232, 233, 234, 247, 257, 262, 267}
    | {269, 270, 271, 273, 274, 281, 283, 285, 286, 287, 290, 291, 292, 293, 295, 296, 297, 302}
    | {309, 318, 324, 326, 327, 328, 332, 334, 436, 439, 441, 449, 451, 453, 454, 455, 456, 462}
    | {129}
    # uretprobe and uprobe: the kernel lets them through every filter, for its own trampolines, and
    # ends whoever calls them from elsewhere.
    | {335, 336}
)

_HARMLESS = (68, 71, 112, 141, 164, 191, 250, 253, 254, 298, 319, 323, 425, 428, 434, 444)
"""Refused ones that the control may make with nonsense for arguments."""

_REACHED = """
def f(bait):
    import errno
    allowed, harmless = set(ALLOWED), HARMLESS
    numbers = harmless if bait["many"] == 1 else [n for n in range(1024) if n not in allowed]
    reached = []
    for number in numbers:
        try: raw(number, -1, -1, -1, -1, -1, -1)
        except OSError as exc:
            if exc.errno in (errno.EPERM, errno.ENOSYS, errno.EACCES): continue
        reached.append(number)
    return reached or None
""".replace("ALLOWED", repr(ALLOWED)).replace("HARMLESS", repr(_HARMLESS))

_CODE = """
import mmap
def execute(code):
    memory = mmap.mmap(-1, 4096, prot=7)
    memory.write(bytes.fromhex(code))
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()
"""

_RETURNS = "def f(bait): return 1 + "

ATTACKS = (
    _calls("every other number", _REACHED),
    _calls(
        "io_uring",
        """
        def f(bait): return raw(425, 4, ctypes.byref(ctypes.create_string_buffer(120)))
        """,
        control="kernel.io_uring_disabled, or memory that may not be locked",
    ),
    _calls(
        "io_setup",
        "def f(bait):\n raw(206, 4, ctypes.byref(ctypes.c_ulong(0)))\n return 'made'",
        control="the kernel may lack it",
    ),
    _calls(
        "bpf: a map",
        "def f(bait): return raw(321, 0, ctypes.create_string_buffer(struct.pack('IIII', 2, 4, 8, 1), 128), 128)",
        control="kernel.unprivileged_bpf_disabled",
    ),
    _calls(
        "bpf: a filter for sockets",
        """
        def f(bait):
            # mov r0, 0; exit
            code = ctypes.create_string_buffer(bytes.fromhex("b700000000000000" "9500000000000000"))
            name = ctypes.create_string_buffer(b"GPL")
            how = struct.pack("IIQQ", 1, 2, ctypes.addressof(code), ctypes.addressof(name))
            return raw(321, 5, ctypes.create_string_buffer(how, 128), 128)
        """,
        control="kernel.unprivileged_bpf_disabled",
    ),
    _calls("userfaultfd", "def f(bait): return raw(323, 1)", control="the kernel may lack it"),
    _calls("memfd_create", "def f(bait): return raw(319, ctypes.c_char_p(b'x'), 0)"),
    _calls("memfd_create by Python", "def f(bait): return os.memfd_create('x')", machine=""),
    _calls("memfd_secret", "def f(bait): return raw(447, 0)", control="the kernel may lack it"),
    _calls(
        "keys: adds one",
        "def f(bait): return raw(248, ctypes.c_char_p(b'user'), ctypes.c_char_p(b'x'), ctypes.c_char_p(b'x'), 1, -2)",
        control="the kernel may lack keys",
    ),
    _calls(
        "keys: its session",
        "def f(bait): return raw(250, 0, -3, 1)",
        control="the kernel may lack keys",
    ),
    _calls(
        "keys: joins a session",
        "def f(bait): return raw(250, 1, 0)",
        control="the kernel may lack keys",
    ),
    _calls(
        "keys: asks for one",
        "def f(bait): return raw(249, ctypes.c_char_p(b'user'), ctypes.c_char_p(b'x'), 0, 0) or 1",
        control="there may be no such key",
    ),
    _calls(
        "perf: its own events",
        """
        def f(bait):
            how = ctypes.create_string_buffer(struct.pack("IIQQQQQ", 1, 120, 1, 0, 0, 0, 0x60), 120)
            return raw(298, ctypes.byref(how), 0, -1, -1, 0)
        """,
        control="kernel.perf_event_paranoid, or a machine without it",
    ),
    _calls("mounts: takes a tree", "def f(bait): return raw(428, -100, ctypes.c_char_p(b'/'), 0)"),
    _calls(
        "mounts: copies a tree",
        "def f(bait): return raw(428, -100, ctypes.c_char_p(b'/'), 1)",
        control="only root may",
    ),
    _calls(
        "mounts: a new file system",
        "def f(bait): return raw(430, ctypes.c_char_p(b'tmpfs'), 0)",
        control="only root may",
    ),
    _calls(
        "mounts: by the old call",
        "def f(bait):\n t = ctypes.c_char_p(b'tmpfs')\n return 1 + raw(165, t, ctypes.c_char_p(b'/mnt'), t, 0, 0)",
        control="only root may",
    ),
    _calls(
        "mounts: takes one away",
        "def f(bait): return 1 + raw(166, ctypes.c_char_p(b'/dev/shm'), 2)",
        control="only root may",
    ),
    _calls(
        "mounts: asks about one",
        """
        def f(bait):
            # LSMT_ROOT, and the first few of the mounts below it
            how = ctypes.create_string_buffer(struct.pack("IIQQ", 24, 0, 2**64 - 1, 0))
            return raw(458, how, ctypes.create_string_buffer(80), 10, 0)
        """,
        control="the kernel may be older",
    ),
    _calls(
        "shared memory of System V",
        "def f(bait):\n n = raw(29, 0, 4096, 0o600)\n raw(31, n, 0, 0)\n return 1 + n",
    ),
    _calls(
        "semaphores of System V",
        "def f(bait):\n n = raw(64, 0, 1, 0o600)\n raw(66, n, 0, 0, 0)\n return 1 + n",
    ),
    _calls(
        "messages of System V",
        "def f(bait):\n n = raw(68, 0, 0o600)\n raw(71, n, 0, 0)\n return 1 + n",
    ),
    _calls(
        "a queue of messages",
        """
        def f(bait):
            name = ctypes.c_char_p(bait["sign"].encode())
            number = raw(240, name, 0o102, 0o600, 0)
            raw(241, name)
            return number
        """,
        control="the kernel may lack them",
    ),
    _calls("inotify", "def f(bait): return raw(294, 0)"),
    _calls(
        "inotify on a home",
        "def f(bait): return raw(254, raw(294, 0), ctypes.c_char_p(bait['home'].encode()), 0xfff)",
    ),
    _calls(
        "fanotify",
        "def f(bait): return raw(300, 0x200, 0)",
        control="older kernels give it to root alone",
    ),
    _calls(
        "signalfd",
        "def f(bait): return raw(289, -1, ctypes.byref(ctypes.c_uint64(1 << 9)), 8, 0)",
    ),
    _calls("a handle of itself", "def f(bait): return raw(434, os.getpid(), 0)"),
    _calls("personality", "def f(bait): return 1 + raw(135, 0x0040000)"),
    _calls(
        "Landlock of its own",
        "def f(bait): return raw(444, ctypes.byref(ctypes.c_uint64(1)), 8, 0)",
        control="the kernel may lack it",
    ),
    _calls(
        "a filter of its own that answers for the system",
        """
        def f(bait):
            # PR_SET_NO_NEW_PRIVS, then SECCOMP_FILTER_FLAG_NEW_LISTENER with 'allow'
            ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
            code = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000), 8)
            program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(code))
            return raw(317, 1, 8, ctypes.create_string_buffer(program))
        """,
    ),
    _calls(
        "prctl: no filter",
        "def f(bait): return 1 + raw(157, 22, 1, 0, 0, 0) if bait['many'] > 1 else 1",
        control="it would end at the next call: not tried",
    ),
    _calls("prctl: timer slack", "def f(bait): return 1 + raw(157, 29, 5, 0, 0, 0)"),
    _calls("prctl: keeps rights", "def f(bait): return 1 + raw(157, 8, 1, 0, 0, 0)"),
    _calls(
        "prctl: its bounding set",
        "def f(bait): return 1 + raw(157, 24, 0, 0, 0, 0)",
        control="only root may",
    ),
    _calls("prctl: speculation", "def f(bait): return 1 + raw(157, 52, 0, 0, 0, 0)"),
    _calls(
        "splice",
        "def f(bait):\n a, b = os.pipe()\n c, d = os.pipe()\n os.write(b, b'x')\n return raw(275, a, 0, d, 0, 1, 0)",
    ),
    _calls(
        "tee",
        "def f(bait):\n a, b = os.pipe()\n c, d = os.pipe()\n os.write(b, b'x')\n return raw(276, a, d, 1, 0)",
    ),
    _calls(
        "vmsplice",
        """
        def f(bait):
            piece = ctypes.create_string_buffer(b"x")
            vector = ctypes.create_string_buffer(struct.pack("QQ", ctypes.addressof(piece), 1))
            return raw(278, os.pipe()[1], vector, 1, 0)
        """,
    ),
    _calls(
        "pkey_alloc",
        "def f(bait): return 1 + raw(330, 0, 0)",
        control="the processor may lack them",
    ),
    _calls(
        "modify_ldt",
        "def f(bait): return 1 + raw(154, 0, ctypes.create_string_buffer(64), 64)",
        control="the kernel may lack it",
    ),
    _calls("ports", "def f(bait): return 1 + raw(172, 3)", control="only root may"),
    _calls(
        "the kernel's log",
        "def f(bait): return 1 + raw(103, 10, 0, 0)",
        control="kernel.dmesg_restrict",
    ),
    _calls(
        "a handle of a file",
        """
        def f(bait):
            handle = ctypes.create_string_buffer(struct.pack("Ii", 120, 0), 128)
            mount = ctypes.c_int()
            raw(303, -100, ctypes.c_char_p(bait["home"].encode()), handle, ctypes.byref(mount), 0)
            return "has it"
        """,
        control="not every file system has handles",
    ),
    _calls(
        "a name for the machine",
        "def f(bait): return 1 + raw(170, ctypes.c_char_p(b'x'), 1)",
        control="only root may",
    ),
    _calls(
        "the clock",
        "def f(bait): return 1 + raw(227, 0, ctypes.create_string_buffer(16))",
        control="only root may",
    ),
    _calls("adjtimex", "def f(bait): return 1 + raw(159, ctypes.create_string_buffer(256))"),
    _calls(
        "where its memory lies",
        "def f(bait): return 1 + raw(238, 0, 0, 0)",
        control="the kernel may lack NUMA",
    ),
    _calls(
        "which security modules there are",
        "def f(bait): return 1 + raw(461, ctypes.create_string_buffer(800), ctypes.byref(ctypes.c_uint32(800)), 0)",
        control="the kernel may be older",
    ),
    _calls("munlockall", _RETURNS + "raw(152)"),
    _calls("sync", _RETURNS + "raw(162)"),
    _calls(
        "flock",
        "def f(bait):\n import fcntl\n fcntl.flock(0, fcntl.LOCK_EX | fcntl.LOCK_NB)\n return 'locked'",
        machine="",
    ),
    _calls(
        "a socket in machine code",
        # mov eax, 41; mov edi, 2; mov esi, 1; xor edx, edx; syscall; ret
        _CODE
        + "def f(bait):\n n = execute('b829000000bf02000000be0100000031d20f05c3')\n return n if n >= 0 else None",
    ),
    Attack(
        name="32-bit calls",
        script=script(
            _CODE
            + """
def f(bait):
    # push rbx; mov eax, 5 (open, as i386 has it); xor ebx, ebx; xor ecx, ecx; int 0x80; pop rbx; ret
    return "went through with %d" % execute("53b80500000031db31c9cd805bc3")
"""
        ),
        proof=CONFESSED,
        ends=("run_died",),
        machine="x86_64",
        control="the kernel may lack them",
    ),
    _calls(
        "x32 calls",
        # mov eax, 0x40000029; mov edi, 2; mov esi, 1; xor edx, edx; syscall; ret
        _CODE
        + "def f(bait):\n n = execute('b829000040bf02000000be0100000031d20f05c3')\n return n if n >= 0 else None",
        control="the kernel may lack them",
    ),
    _calls(
        "a number with high bits set",
        """
        def f(bait):
            # The kernel reads the number as 32 bits: a filter has to do so too.
            return raw((1 << 32) | 41, 2, 1, 0)
        """,
    ),
    Attack(
        name="jumps into what is no code",
        script=script("def f(bait): ctypes.CFUNCTYPE(None)(16)()"),
        proof=DIED,
        ends=("run_died",),
    ),
)
