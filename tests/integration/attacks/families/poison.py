"""Changing what the next run stands on, or looking at what the last one has left."""

from __future__ import annotations

from ..attack import POISONED, Attack, script


def _poisons(name: str, text: str, probe: str, *ends: str) -> Attack:
    return Attack(
        name=name,
        script=script(text),
        proof=POISONED,
        probe=f"def g():\n    {probe}\n",
        ends=ends or ("value",),
    )


def _changes(name: str, change: str, look: str, *ends: str) -> Attack:
    """`change` is a statement, `look` an expression that is true where it is seen."""
    imports = "import builtins, json, os, sys, signal, gc, threading, random, time, resource"
    return _poisons(
        name,
        f"{imports}\ndef f(bait):\n    {change}",
        f"{imports}; return {look} or None",
        *ends,
    )


ATTACKS = (
    _changes("a built-in", "builtins.sorted = lambda _: 7", "sorted('') == 7"),
    _changes("a new built-in", "builtins.planted = 1", "hasattr(builtins, 'planted')"),
    _changes(
        "json",
        "json.dumps = json.loads = json.encoder.c_make_encoder = None",
        "json.dumps is None or json.loads is None",
    ),
    _changes("a module", "sys.modules['planted'] = os", "'planted' in sys.modules"),
    _changes(
        "a module for another", "sys.modules['decimal'] = os", "sys.modules.get('decimal') is os"
    ),
    _changes("the path", "sys.path.insert(0, '/planted')", "'/planted' in sys.path"),
    _changes(
        "how modules are found",
        "sys.meta_path.append(Planted := type('Planted', (), {'find_spec': lambda *_: None})())",
        "any(type(one).__name__ == 'Planted' for one in sys.meta_path)",
    ),
    _changes("the environment", "os.environ['PLANTED'] = '1'", "'PLANTED' in os.environ"),
    _changes("the folder", "os.chdir('/usr')", "os.getcwd() != '/'", "value", "script_raised"),
    _changes("the mask of files", "os.umask(0o777)", "os.umask(0o22) == 0o777"),
    _changes(
        "a signal's handler",
        "signal.signal(signal.SIGUSR2, lambda *_: None)",
        "signal.getsignal(signal.SIGUSR2) is not signal.SIG_DFL",
    ),
    _changes("the garbage collector", "gc.disable()", "not gc.isenabled()"),
    _changes(
        "the limit of recursion", "sys.setrecursionlimit(777)", "sys.getrecursionlimit() == 777"
    ),
    _changes(
        "a limit",
        "resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))",
        "resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 20",
    ),
    _changes(
        "the time zone", "os.environ['TZ'] = 'Asia/Tokyo'; time.tzset()", "time.timezone == -32400"
    ),
    _changes("the hook of exceptions", "sys.excepthook = print", "sys.excepthook is print"),
    _changes("a tracer", "sys.setprofile(lambda *_: None)", "sys.getprofile() is not None"),
    _changes(
        "the streams",
        "sys.stdout = open('/dev/null', 'w') if 0 else type('S', (), {'write': len, 'flush': lambda s: 0})()",
        "type(sys.stdout).__name__ == 'S'",
    ),
    _changes(
        "the name of the process",
        "import ctypes; ctypes.CDLL(None).prctl(15, b'planted', 0, 0, 0)",
        "__import__('ctypes').CDLL(None).prctl(16, b := __import__('ctypes').create_string_buffer(16), 0, 0, 0) or b.value == b'planted'",
    ),
    _poisons(
        "a context of decimals",
        """
        import decimal
        def f(bait): decimal.getcontext().prec = decimal.DefaultContext.prec = 3
        """,
        "import decimal; return True if decimal.getcontext().prec == 3 else None",
    ),
    _poisons(
        "a codec",
        """
        import codecs
        def f(bait): codecs.register(lambda name: codecs.lookup("utf-8") if name == "planted" else None)
        """,
        """
    try: return "".encode("planted").decode()
    except LookupError: return None
""",
    ),
    _poisons(
        "a class's method",
        """
        import json
        def f(bait): json.JSONDecoder.decode = lambda *_: "planted"
        """,
        "import json; return 1 if json.loads('1') != 1 else None",
    ),
    _poisons(
        "the frames below it",
        """
        def f(bait):
            frame = sys._getframe(1)
            while frame:
                if "__builtins__" in frame.f_globals and frame.f_globals is not globals():
                    frame.f_globals["planted"] = 1
                frame = frame.f_back
        """,
        "import sys; frame = sys._getframe(1)\n"
        "    while frame:\n"
        "        if 'planted' in frame.f_globals: return frame.f_globals['__name__']\n"
        "        frame = frame.f_back",
    ),
    _poisons(
        "what the run before was given",
        "def f(bait):\n global kept\n kept = ['mark-of-the-run-before', bait]",
        "import gc\n"
        "    mark = 'mark-of-the-' + 'run-before'\n"
        "    for one in gc.get_objects():\n"
        "        if type(one) is list and one and type(one[0]) is str and one[0] == mark: return one",
    ),
    _poisons(
        "what the run before was made of",
        "def mark_of_the_run_before(): pass\ndef f(bait): sys.kept = mark_of_the_run_before",
        "import gc\n"
        "    name = 'mark_of_the_' + 'run_before'\n"
        "    for one in gc.get_objects():\n"
        "        is_own = one is globals().get(name)\n"
        "        if getattr(one, '__name__', None) == name and not is_own: return str(one)",
    ),
    _poisons(
        "chance, known beforehand",
        "import random\ndef f(bait): random.seed(1)",
        "import random; return 1 if random.random() == 0.13436424411240122 else None",
    ),
)
