"""Starting other processes, becoming another program, leaving one's namespaces."""

from __future__ import annotations

from ..attack import CONFESSED, LEFT, WRITTEN, Attack, script


def _forks(name: str, text: str, **more: str) -> Attack:
    return Attack(name=name, script=script(text), proof=CONFESSED, **more)


def _executes(name: str, text: str, **more: str) -> Attack:
    """Lets another program make a file."""
    return Attack(name=name, script=script(_COMMAND, text), proof=WRITTEN, **more)


_COMMAND = """
def command(bait): return "/bin/sh", ["sh", "-c", "echo x > %s/made" % bait["home"]]
"""

_NAMESPACES = {
    "users": 0x10000000,
    "processes": 0x20000000,
    "the network": 0x40000000,
    "mounts": 0x00020000,
}

ATTACKS = (
    _forks(
        "forks",
        """
        def f(bait):
            pid = os.fork()
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)
            return pid
        """,
    ),
    _forks(
        "forks by the old system call",
        """
        def f(bait):
            pid = raw(57)
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)
            return pid
        """,
        machine="x86_64",
    ),
    _forks(
        "clones",
        """
        def f(bait):
            pid = raw(56, signal.SIGCHLD, 0, 0, 0, 0)
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)
            return pid
        """,
        machine="x86_64",
    ),
    _forks(
        "clones its parent's child",
        """
        def f(bait):
            # CLONE_PARENT: a sibling, as far as waiting goes
            pid = raw(56, 0x8000 | signal.SIGCHLD, 0, 0, 0, 0)
            if pid == 0: os._exit(0)
            return pid
        """,
        machine="x86_64",
    ),
    _forks(
        "clones by the newest system call",
        """
        def f(bait):
            how = ctypes.create_string_buffer(struct.pack("8Q", 0, 0, 0, 0, 17, 0, 0, 0), 64)
            pid = raw(435, ctypes.byref(how), 64)
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)
            return pid
        """,
    ),
    _forks(
        "forks in machine code",
        """
        import mmap
        def f(bait):
            # mov eax, 58 (vfork); syscall; test eax, eax; jz child; ret
            # child: mov eax, 60 (exit); xor edi, edi; syscall
            code = bytes.fromhex("b83a0000000f05" "85c0" "7401" "c3" "b83c000000" "31ff" "0f05")
            memory = mmap.mmap(-1, 4096, prot=7)
            memory.write(code)
            address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
            pid = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
            if pid < 0: return None
            os.waitpid(pid, 0)
            return pid
        """,
        machine="x86_64",
    ),
    _forks(
        "forks with a terminal",
        """
        import pty
        def f(bait):
            pid, descriptor = pty.fork()
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)
            return pid
        """,
    ),
    _forks(
        "ten processes",
        """
        def f(bait):
            pids = []
            for _ in range(10):
                pid = os.fork()
                if pid == 0: os._exit(0)
                pids.append(pid)
            for pid in pids: os.waitpid(pid, 0)
            return pids
        """,
    ),
    _executes(
        "executes",
        "def f(bait): os.execv(*command(bait))",
    ),
    _executes(
        "executes from a descriptor",
        """
        def f(bait):
            shell = os.open("/bin/sh", os.O_RDONLY)
            os.execve(shell, command(bait)[1], {})
        """,
    ),
    _executes(
        "executes from memory",
        """
        def f(bait):
            program = os.memfd_create("program")
            with open("/bin/sh", "rb") as file: os.write(program, file.read())
            os.execve(program, command(bait)[1], {})
        """,
    ),
    _executes(
        "executes by the system call",
        """
        def f(bait):
            program, words = command(bait)
            given = (ctypes.c_char_p * 4)(*(word.encode() for word in words), None)
            raw(322, -100, ctypes.c_char_p(program.encode()), given, 0, 0)
        """,
        machine="x86_64",
    ),
    _executes("posix_spawn", "def f(bait): os.waitpid(os.posix_spawn(*command(bait), {}), 0)"),
    _executes(
        "subprocess",
        "import subprocess\ndef f(bait): subprocess.run(['/bin/sh', *command(bait)[1][1:]])",
    ),
    _executes(
        "subprocess with its own session",
        "import subprocess\ndef f(bait): subprocess.run(['/bin/sh', *command(bait)[1][1:]], start_new_session=True, preexec_fn=int)",
    ),
    _executes("os.system", "def f(bait): os.system(command(bait)[1][2])"),
    _executes("os.popen", "def f(bait): os.popen(command(bait)[1][2]).read()"),
    _executes(
        "the C library's system",
        "def f(bait): ctypes.CDLL(None).system(command(bait)[1][2].encode())",
    ),
    _executes(
        "asyncio",
        """
        import asyncio
        async def start(bait):
            process = await asyncio.create_subprocess_shell(command(bait)[1][2])
            await process.wait()
        def f(bait): asyncio.run(start(bait))
        """,
    ),
    _forks(
        "multiprocessing",
        """
        import multiprocessing
        def f(bait):
            process = multiprocessing.get_context("fork").Process(target=int)
            process.start()
            process.join()
            return process.exitcode
        """,
    ),
    _forks(
        "a pool of processes",
        """
        import concurrent.futures, multiprocessing
        def f(bait):
            context = multiprocessing.get_context("fork")
            with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
                return pool.submit(int).result() + 1
        """,
    ),
    Attack(
        name="a daemon",
        script=script(
            """
            def f(bait):
                sign(bait)
                pid = os.fork()
                if pid == 0:
                    os.setsid()
                    if os.fork() == 0:
                        os.closerange(0, 100)
                        time.sleep(20)
                    os._exit(0)
                os.waitpid(pid, 0)
            """
        ),
        proof=LEFT,
    ),
    Attack(
        name="a child that ignores all signals",
        script=script(
            """
            def f(bait):
                sign(bait)
                if os.fork() == 0:
                    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
                    os.setpgid(0, 0)
                    time.sleep(20)
                    os._exit(0)
            """
        ),
        proof=LEFT,
    ),
    _forks(
        "a session of its own",
        "def f(bait):\n os.setsid()\n return 'session'",
        control="whoever leads a group cannot leave it",
    ),
    _forks("another group", "def f(bait):\n os.setpgid(0, 0)\n return 'group'"),
    *(
        _forks(
            f"a namespace for {what}",
            f"""
            def f(bait):
                raw(272, {flag | 0x10000000})
                return "unshared"
            """,
            machine="x86_64",
            control="the system may refuse namespaces to plain users",
        )
        for what, flag in _NAMESPACES.items()
    ),
    _forks(
        "a child in namespaces of its own",
        """
        def f(bait):
            pid = raw(56, 0x10000000 | 0x20000000 | signal.SIGCHLD, 0, 0, 0, 0)
            if pid == 0: os._exit(0)
            os.waitpid(pid, 0)
            return pid
        """,
        machine="x86_64",
        control="the system may refuse namespaces to plain users",
    ),
    _forks(
        "a thread in namespaces of its own",
        """
        def f(bait):
            # As a thread is made, and CLONE_NEWNET with it: the kernel has to look at both.
            return raw(56, 0x3d0f00 | 0x40000000, 0, 0, 0, 0)
        """,
        machine="x86_64",
        control="needs rights over the namespace",
    ),
    _forks(
        "another's namespaces",
        """
        def f(bait):
            space = os.open("/proc/%d/ns/uts" % bait["victim"], os.O_RDONLY)
            return "opened"
        """,
    ),
    _forks(
        "another root",
        'def f(bait):\n os.chroot(bait["home"])\n return "root"',
        control="only root may",
    ),
    _forks(
        "another user",
        """
        def f(bait):
            os.setresuid(0, 0, 0)
            return "root"
        """,
        control="only root may",
    ),
    _forks(
        "the same user again",
        "def f(bait):\n os.setresuid(os.getuid(), -1, -1)\n return 'set'",
    ),
    _forks(
        "its children's guardian",
        """
        def f(bait):
            # PR_SET_CHILD_SUBREAPER
            if ctypes.CDLL(None).prctl(36, 1, 0, 0, 0): return None
            return "subreaper"
        """,
    ),
    _forks(
        "alive without its parent",
        """
        def f(bait):
            # PR_SET_PDEATHSIG
            if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0): return None
            return "no signal"
        """,
    ),
)
